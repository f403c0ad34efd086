"""The Debian packages: which versions there are, their download, and the files inside them."""

import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
from functools import cmp_to_key
from pathlib import Path

from rules import ContentError, sha256_hex

PACKAGES = ("aide-common", "firewalld", "logcheck-database", "modsecurity-crs")  # Of rules.
_MEMBER_BYTES_MAX = 64 * 1024 * 1024
_TIMEOUT_SECONDS = 300


class Package:
    """One downloaded .deb: its name, version and regular files by path ("etc/…")."""

    def __init__(self, name: str, version: str, path: Path):
        self.name = name
        self.version = version
        self.file = path.name
        self.sha256 = sha256_hex(path.read_bytes())
        self.files, self.programs = _read_files(path)

    def folder(self, prefix: str) -> dict:
        """The files right inside the folder `prefix`, by name, in order of name."""
        start = prefix.rstrip("/") + "/"
        return {path[len(start):]: data for path, data in sorted(self.files.items())
                if path.startswith(start) and "/" not in path[len(start):]}

    def text_file(self, path: str) -> bytes:
        if path not in self.files:
            raise ContentError(f"{self.file} has no {path}; this tool does not know its layout.")
        return self.files[path]


def fetch(cache: Path, refresh: bool, say, names: tuple = PACKAGES) -> dict:
    """The oldest and the newest available version of each package: {name: (older, newer)}.

    What was chosen once is kept in the cache and used again without asking anybody, until
    `refresh`. Where the archive has one version only, older and newer are the same.
    """
    cache.mkdir(parents=True, exist_ok=True)
    record = cache / ("packages.json" if names == PACKAGES else "-".join(names) + ".json")
    chosen = None if refresh else _chosen_before(record, names)
    if chosen is None:
        chosen = {name: _choose(name) for name in names}
        for name, versions in chosen.items():
            for entry in versions:
                entry["file"] = _download(cache, name, entry["version"], say)
        _write_atomically(record, json.dumps(chosen, indent=1, sort_keys=True) + "\n")
    else:
        say(f"packages: as chosen before, from {cache}")
    packages = {}
    for name, versions in sorted(chosen.items()):
        read = [Package(name, entry["version"], cache / entry["file"]) for entry in versions]
        packages[name] = (read[0], read[-1])
    return packages


def versions_in(madison: str, name: str) -> list:
    """The versions of `name` in what `apt-cache madison` printed, oldest first, each once."""
    versions = set()
    for line in madison.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 3 and cells[0] == name and not cells[2].endswith("Sources"):
            versions.add(cells[1])
    return sorted(versions, key=cmp_to_key(_compare_versions))


def _compare_versions(left: str, right: str) -> int:
    if left == right:
        return 0
    lower = subprocess.run(["dpkg", "--compare-versions", left, "lt", right], check=False)
    return -1 if lower.returncode == 0 else 1


def _chosen_before(record: Path, names: tuple):
    try:
        chosen = json.loads(record.read_text(encoding="utf-8"))
        files = [record.parent / entry["file"] for name in names for entry in chosen[name]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    complete = set(chosen) == set(names) and all(chosen.values())
    return chosen if complete and all(file.is_file() for file in files) else None


def _choose(name: str) -> list:
    madison = _run(["apt-cache", "madison", name], f"asking apt for the versions of {name}")
    versions = versions_in(madison.decode("utf-8", "replace"), name)
    if not versions:
        raise ContentError(f"apt knows no package {name}: run `apt-get update` as root, with the "
                           "default sources of Debian 12, and try again.")
    return [{"version": version} for version in dict.fromkeys((versions[0], versions[-1]))]


def _download(cache: Path, name: str, version: str, say) -> str:
    pattern = f"{name}_{version.replace(':', '%3a')}_*.deb"
    kept = sorted(cache.glob(pattern))
    if kept:
        say(f"packages: {kept[0].name} is there")
        return kept[0].name
    say(f"packages: downloading {name} {version}")
    # apt checks the digest that the signed archive gives; only a whole file is renamed into place.
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        command = ["apt-get", "-q", "download", f"{name}={version}"]
        if os.geteuid() == 0:
            command[1:1] = ["-o", "APT::Sandbox::User=root"]
        _run(command, f"downloading {name} {version}", folder)
        got = sorted(Path(folder).glob("*.deb"))
        if len(got) != 1:
            raise ContentError(f"apt-get download {name}={version} left no .deb behind.")
        os.replace(got[0], cache / got[0].name)
        return got[0].name


def _run(command: list, doing: str, folder=None) -> bytes:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False,
                              timeout=_TIMEOUT_SECONDS)
    except FileNotFoundError as error:
        raise ContentError(f"{doing}: {command[0]} is not installed.") from error
    except subprocess.TimeoutExpired as error:
        raise ContentError(f"{doing}: no end after {_TIMEOUT_SECONDS} seconds; is the network "
                           "reachable?") from error
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        last = re.sub(r"^[EW]:\s*", "", lines[-1]) if lines else f"exit status {done.returncode}"
        raise ContentError(f"{doing} failed: {last} (check the network, run `apt-get update`, and "
                           "try again; --refresh chooses versions anew).")
    return done.stdout


def _read_files(path: Path) -> tuple:
    """All regular files of a .deb, and the paths of those that are programs."""
    tar_bytes = _run(["dpkg-deb", "--fsys-tarfile", str(path)], f"unpacking {path.name}")
    files, programs = {}, set()
    with tarfile.open(fileobj=io.BytesIO(tar_bytes)) as tar:
        for member in tar:
            if not member.isfile() or member.size > _MEMBER_BYTES_MAX:
                continue
            name = member.name.removeprefix("./")
            files[name] = tar.extractfile(member).read()
            if member.mode & 0o100:
                programs.add(name)
    return files, frozenset(programs)


def _write_atomically(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
