"""Two implementations of TUF on each other's work: our tuf-client on a repository that
@tufjs/models made, with every kind of key and a delegated role; tuf-js on one of ledger-publish.

    tuf_js.py TUF_CLIENT LEDGER_PUBLISH MODULES RESULTS.xml

MODULES is a directory for what npm installs; it is filled by `npm ci` when it is not as locked.
"""

import functools
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from cases import Cases  # noqa: E402
from published_site import PublishedSite  # noqa: E402

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
    for script in ("make_repository.js", "their_client.js"):
        shutil.copy(HERE / script, modules / script)


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


class TheirClient:
    """tuf-js, on our repository; it trusts the first root."""

    def __init__(self, site, modules):
        self.site = site
        self.modules = modules
        self.kept = site.folder / "kept"
        self.got = site.folder / "got"
        self.kept.mkdir()
        self.got.mkdir()
        shutil.copy(site.repository / "metadata" / "1.root.json", self.kept / "root.json")

    def download(self, *targets, before=(), expected=0):
        done = subprocess.run(
            [*before, "node", str(self.modules / "their_client.js"), self.site.url,
             str(self.kept), str(self.got), *targets],
            capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == expected, f"{targets}: {done.returncode} {done.stderr}"
        return done.stderr if expected else [json.loads(line) for line in done.stdout.splitlines()]


def they_take_what_we_publish(site, theirs):
    site.add_rules("26-001")
    site.add_pattern("1.0", "one", "--sign")
    rules, pattern = theirs.download("rules/26-001.json", "patterns/virus/linux/1.0/virus.hdb")
    assert json.loads(rules["text"])["id"] == "26-001"
    assert pattern["text"] == "one"
    assert pattern["custom"]["version"] == "1.0" and pattern["custom"]["platform"] == "linux"
    assert "is not listed" in theirs.download("rules/26-002.json", expected=1)


def they_follow_our_rotations(site, theirs):
    site.add_rules("26-001", "--sign")
    theirs.download("rules/26-001.json")
    for key in ("root-1", "timestamp", "snapshot", "targets-2", "rules", "root"):
        site.publish("rotate", key)
        theirs.download("rules/26-001.json")
    site.publish("rotate", "timestamp", "--kind", "ecdsa")
    site.publish("rotate", "snapshot", "--kind", "rsa")
    site.add_rules("26-002", "--sign")
    assert len(theirs.download("rules/26-001.json", "rules/26-002.json")) == 2


def they_refuse_what_we_did_not_sign(site, theirs):
    site.add_rules("26-001", "--sign")
    role = site.repository / "metadata" / "2.rules.json"
    good = role.read_text()
    role.write_text(good.replace('"version":2', '"version":2,"x":1'))
    assert "Error" in theirs.download("rules/26-001.json", expected=1)
    role.write_text(good)
    theirs.download("rules/26-001.json")
    later = theirs.download("rules/26-001.json", before=("faketime", "-f", "+3d"), expected=1)
    assert "expired" in later.lower(), later


def main():
    program, publish, modules = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    results = sys.argv[4]
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
    for case in (they_take_what_we_publish, they_follow_our_rotations,
                 they_refuse_what_we_did_not_sign):
        with tempfile.TemporaryDirectory() as folder:
            site = PublishedSite(publish, pathlib.Path(folder))
            cases.run(case.__name__.replace("_", " "),
                      lambda: case(site, TheirClient(site, modules)))
            site.close()
    return cases.report(results)


if __name__ == "__main__":
    sys.exit(main())
