"""Our tuf-client on a repository that @tufjs/models made: every kind of key, a delegated role.

    tuf_js.py TUF_CLIENT MODULES RESULTS.xml

MODULES is a directory for what npm installs; it is filled by `npm ci` when it is not as locked.
"""

import functools
import http.server
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from cases import Cases  # noqa: E402

LOCK = "package-lock.json"


def install(modules):
    modules.mkdir(parents=True, exist_ok=True)
    lock = (HERE / LOCK).read_bytes()
    done = modules / "installed.lock"
    if not done.exists() or done.read_bytes() != lock:
        for name in ("package.json", LOCK):
            shutil.copy(HERE / name, modules / name)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=modules,
                       check=True, timeout=300)
        done.write_bytes(lock)
    # Beside node_modules, where node looks for them.
    shutil.copy(HERE / "make_repository.js", modules / "make_repository.js")


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Site:
    """Their repository, and what our client keeps of it."""

    def __init__(self, program, modules, folder):
        self.program = program
        self.repository = folder / "repository"
        subprocess.run(["node", str(modules / "make_repository.js"), str(self.repository)],
                       check=True, timeout=60)
        self.kept = folder / "kept"
        self.got = folder / "got"
        self.got.mkdir()
        handler = functools.partial(Handler, directory=str(self.repository))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.urls = {"http": f"http://127.0.0.1:{self.server.server_address[1]}",
                     "file": self.repository.resolve().as_uri()}
        self.client("init", str(self.repository / "metadata" / "1.root.json"))

    def client(self, *arguments, before=(), expected=0):
        done = subprocess.run([*before, self.program, "--metadata-dir", str(self.kept),
                               *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == expected, f"{arguments}: {done.returncode} {done.stderr}"
        return done.stderr

    def refresh(self, **options):
        return self.client("--metadata-url", self.urls["http"] + "/metadata", "refresh", **options)

    def download(self, name, scheme="http", **options):
        url = self.urls[scheme]
        return self.client("--metadata-url", url + "/metadata", "--target-name", name,
                           "--target-dir", str(self.got), "--target-base-url", url + "/targets",
                           "download", **options)


def keeps_their_bytes(site):
    site.refresh()
    for kept, theirs in (("root", "1.root"), ("timestamp", "timestamp"),
                         ("snapshot", "1.snapshot"), ("targets", "1.targets")):
        theirs = site.repository / "metadata" / f"{theirs}.json"
        assert (site.kept / f"{kept}.json").read_bytes() == theirs.read_bytes(), kept


def downloads(site, scheme):
    site.download("rules/theirs.json", scheme)
    assert (site.got / "rules%2Ftheirs.json").read_text() == "rules of theirs\n"


def refuses_what_is_not_listed(site):
    assert "target-unknown" in site.download("patterns/other", expected=1)


def refuses_a_changed_target(site):
    for target in (site.repository / "targets" / "rules").iterdir():
        target.write_text("rules of others\n")
    assert "tuf-hash" in site.download("rules/theirs.json", expected=1)
    assert not list(site.got.iterdir())


def refuses_a_changed_role(site):
    role = site.repository / "metadata" / "1.rules.json"
    role.write_text(role.read_text().replace('"version":1', '"version":1,"x":1'))
    assert "tuf-unsigned" in site.download("rules/theirs.json", expected=1)


def follows_a_faked_clock(site):
    assert "tuf-expired" in site.refresh(before=("faketime", "-f", "+3d"), expected=1)
    site.refresh(before=("faketime", "-f", "-1d"))


def main():
    program, modules, results = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    install(modules)
    cases = Cases("tuf_js")

    def run(name, case):
        with tempfile.TemporaryDirectory() as folder:
            cases.run(name, lambda: case(Site(program, modules, pathlib.Path(folder))))

    run("keeps their bytes", keeps_their_bytes)
    run("downloads over http", lambda site: downloads(site, "http"))
    run("downloads from files", lambda site: downloads(site, "file"))
    run("refuses what is not listed", refuses_what_is_not_listed)
    run("refuses a changed target", refuses_a_changed_target)
    run("refuses a changed role", refuses_a_changed_role)
    run("follows a faked clock", follows_a_faked_clock)
    return cases.report(results)


if __name__ == "__main__":
    sys.exit(main())
