"""Real relays over a real repository: what they serve, from whom, and what they do when things go
wrong. Without a manager: their orders lie in their state.

    relays.py LEDGER_RELAY LEDGER_PUBLISH [RESULTS_XML]
"""

import hashlib
import http.client
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from cases import Cases
from downloads import download_all


class Publisher:
    """A repository as its publisher makes it."""

    def __init__(self, program, directory):
        self.program = program
        self.directory = Path(directory)
        self.repository = self.directory / "repository"
        (self.directory / "passphrase").write_text("correct horse\n", encoding="utf-8")
        self.run("init")
        self.root = hashlib.sha256(
            (self.repository / "metadata/1.root.json").read_bytes()).hexdigest()

    def run(self, *arguments):
        done = subprocess.run(
            [self.program, "-r", self.repository, "-k", self.directory / "keys",
             "--passphrase-file", self.directory / "passphrase", *arguments],
            capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add(self, version, content, platform="linux"):
        """The target's path, and where it is served."""
        file = self.directory / "virus.hdb"
        file.write_bytes(content)
        self.run("add", "pattern", "--component", "virus", "--platform", platform, "--version",
                 version, "--sign", file)
        digest = hashlib.sha256(content).hexdigest()
        return f"targets/patterns/virus/{platform}/{version}/{digest}.virus.hdb"

    def bytes(self, path):
        return (self.repository / path).read_bytes()


class Relay:
    """A ledger-relay whose orders are those of `plan`."""

    def __init__(self, program, state, plan):
        self.program = program
        self.state = Path(state)
        self.state.mkdir(parents=True, exist_ok=True)
        (self.state / "plan.json").write_text(json.dumps({
            "is_relay": True, "air_gapped": False, "parents": [], "all_platforms": True,
            "platforms": [], "sources": [], **plan}), encoding="utf-8")
        self.process = None
        self.url = None

    def start(self, *more):
        """`more` options; without any it serves without TLS."""
        with open(self.state / "log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [self.program, "--state", self.state, "--listen", "127.0.0.1:0", "--interval", "1",
                 *(more or ["--plain-http"])], stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("serving at "), self.log()
        self.url = line.split()[-1]
        return self

    def end(self, kill=False):
        if self.process is None:
            return None
        self.process.kill() if kill else self.process.terminate()
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        self.process = None
        return status

    def log(self):
        return (self.state / "log").read_text(encoding="utf-8")[-4000:]

    def ask(self, path, headers=None, method="GET"):
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        try:
            connection.request(method, f"/repository/vendor/{path}", headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read(), response.headers
        finally:
            connection.close()

    def bundle(self, verb, file, *more, expect=0):
        done = subprocess.run(
            [self.program, "--state", self.state, verb, file, "--source", "vendor", *more],
            capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == expect, f"{done.stdout}{done.stderr}"
        return done.stdout if expect == 0 else done.stderr


def wait_until(what, found, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found():
            return
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


def resident(process):
    """Bytes of memory, now and at most."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return [int(found[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM")]


class Relays:
    def __init__(self, program, publisher, scratch):
        self.program = program
        self.publisher = publisher
        self.scratch = Path(scratch)
        self.started = []
        self.top = self.relay("top", {"sources": [self.source()]})

    def source(self, url=None, root=None):
        return {"source": "vendor", "url": url or f"file://{self.publisher.repository}",
                "alternative_url": "", "proxy": "", "trust_root": root or self.publisher.root}

    def relay(self, name, plan):
        relay = Relay(self.program, self.scratch / name, plan)
        self.started.append(relay)
        return relay

    def end(self):
        for relay in self.started:
            relay.end(kill=True)

    def serves(self, relay, path, content):
        wait_until(f"{relay.state.name} serves {path}",
                   lambda: relay.ask(path)[:2] == (200, content))

    # -- Cases -----------------------------------------------------------------------------------

    def serves_the_repository_as_it_is(self):
        path = self.publisher.add("1.0", b"one")
        self.top.start()
        self.serves(self.top, path, b"one")
        for name in ("metadata/timestamp.json", "metadata/1.root.json"):
            assert self.top.ask(name)[:2] == (200, self.publisher.bytes(name)), name
        status, part, headers = self.top.ask(path, {"Range": "bytes=1-"})
        assert (status, part, headers["Content-Range"]) == (206, b"ne", "bytes 1-2/3"), headers
        tag = '"' + hashlib.sha256(b"one").hexdigest() + '"'
        assert headers["ETag"] == tag and "immutable" in headers["Cache-Control"], headers
        assert self.top.ask(path, {"If-None-Match": tag})[0] == 304
        for wrong in ("metadata/../plan.json", "../plan.json", "%2e%2e/plan.json", "metadata/x",
                      "targets/patterns/virus/linux/1.0/virus.hdb", "content"):
            assert self.top.ask(wrong)[0] in (404, 400), wrong

    def feeds_the_relays_below_it(self):
        below = self.relay("below", {"sources": [self.source("http://127.0.0.1:1")],
                                     "parents": [self.top.url]}).start()
        path = self.publisher.add("1.1", b"two")
        self.serves(below, path, b"two")
        self.top.end()
        assert below.ask(path)[:2] == (200, b"two")
        self.top.start()
        below.end()

    def serves_the_old_while_its_source_lies(self):
        before = self.top.ask("metadata/timestamp.json")[1]
        path = self.publisher.add("1.2", b"three")
        good = self.publisher.repository / path
        good.write_bytes(b"evil!")
        wait_until("it notices", lambda: "verification_failed" in self.top.log())
        assert self.top.ask("metadata/timestamp.json")[1] == before
        assert self.top.ask(path)[0] == 404
        good.write_bytes(b"three")
        self.serves(self.top, path, b"three")

    def mends_what_its_disk_damages(self):
        path = self.publisher.add("1.3", b"sound bytes")
        self.serves(self.top, path, b"sound bytes")
        digest = hashlib.sha256(b"sound bytes").hexdigest()
        file = self.top.state / "content" / digest[:2] / digest[2:]
        source = self.publisher.repository / path
        source.rename(source.with_suffix(".away"))
        file.write_bytes(b"sound bytEs")
        status, body, _ = self.top.ask(path)
        assert status == 404, (status, body)
        wait_until("it says so", lambda: "was damaged on this disk" in self.top.log())
        wait_until("it says why it is not in sync",
                   lambda: "verification_failed" in self.top.log().rpartition("on this disk")[2])
        assert self.top.ask(path)[0] == 404
        source.with_suffix(".away").rename(source)
        self.serves(self.top, path, b"sound bytes")
        assert file.read_bytes() == b"sound bytes"

    def is_whole_again_after_each_kill(self):
        victim = self.relay("victim", {"sources": [self.source()]})
        dice = random.Random(7)
        for i in range(12):
            content = dice.randbytes(2_000_000)
            path = self.publisher.add(f"2.{i}", content)
            victim.start()
            time.sleep(dice.random() * 0.3)
            victim.end(kill=True)
        victim.start()
        self.serves(victim, path, content)
        snapshot = json.loads(victim.ask("metadata/timestamp.json")[1])
        version = snapshot["signed"]["meta"]["snapshot.json"]["version"]
        name = f"metadata/{version}.snapshot.json"
        assert victim.ask(name)[1] == self.publisher.bytes(name)
        assert victim.end() == 0, victim.log()

    def makes_one_round_and_says_how_it_went(self):
        def once(relay):
            with open(relay.state / "log", "a", encoding="utf-8") as log:
                return subprocess.run(
                    [self.program, "--state", relay.state, "--listen", "127.0.0.1:0",
                     "--plain-http", "--once"], stderr=log, timeout=60, check=False).returncode
        good = self.relay("good", {"sources": [self.source()]})
        assert once(good) == 0, good.log()
        assert (good.state / "repositories/vendor").is_dir()
        lost = self.relay("lost", {"sources": [self.source("http://127.0.0.1:1")]})
        assert once(lost) == 1 and "source_unreachable" in lost.log(), lost.log()
        foreign = self.relay("foreign", {"sources": [self.source(root="0" * 64)]})
        assert once(foreign) == 1 and "verification_failed" in foreign.log(), foreign.log()

    def takes_bundles_whether_it_runs_or_not(self):
        first = self.scratch / "first.tar"
        second = self.scratch / "second.tar"
        path = self.publisher.add("2.99", b"three")
        self.serves(self.top, path, b"three")  # And so all that came before.
        assert "SHA-256" in self.top.bundle("export", first)
        path = self.publisher.add("3.0", b"four")
        self.serves(self.top, path, b"four")
        self.top.bundle("export", second, "--since", first)
        assert second.stat().st_size < 200_000 < first.stat().st_size, (
            first.stat().st_size, second.stat().st_size)

        island = self.relay("island", {"is_relay": False})
        told = island.bundle("import", first, expect=1)
        assert "source-unknown" in told, told
        told = island.bundle("import", first, "--trust-root", "0" * 64, expect=1)
        assert "bundle-foreign" in told, told
        told = island.bundle("import", second, "--trust-root", self.publisher.root, expect=1)
        assert "bundle-gap" in told, told
        island.bundle("import", first, "--trust-root", self.publisher.root)
        island.start()
        told = island.bundle("import", second)
        assert "is served now" in told, told
        assert island.ask(path)[:2] == (200, b"four")
        assert "already" in island.bundle("import", first)
        cut = self.scratch / "cut.tar"
        cut.write_bytes(first.read_bytes()[:-700])
        assert "tar-malformed" in island.bundle("import", cut, expect=1)
        assert island.ask(path)[:2] == (200, b"four")
        island.end()

    def gives_many_a_large_file_in_little_memory(self):
        content = random.Random(1).randbytes(8_000_000)
        path = self.publisher.add("4.0", content)
        self.serves(self.top, path, content)
        before, _ = resident(self.top.process)
        got = download_all(self.top.url, f"/repository/vendor/{path}", count=60)
        after, most = resident(self.top.process)
        assert got.bytes == [len(content)] * 60, got
        # A piece of each, and what a connection takes; the files would be 480 MB.
        assert most - before < 30_000_000, (before, after, most)


def main():
    program, publish, *results = sys.argv[1:]
    cases = Cases("relays")
    with tempfile.TemporaryDirectory(prefix="ledger-relays-") as scratch:
        publisher = Publisher(publish, scratch)
        relays = Relays(program, publisher, scratch)
        try:
            for name in ("serves_the_repository_as_it_is", "feeds_the_relays_below_it",
                         "serves_the_old_while_its_source_lies", "mends_what_its_disk_damages",
                         "is_whole_again_after_each_kill", "makes_one_round_and_says_how_it_went",
                         "takes_bundles_whether_it_runs_or_not",
                         "gives_many_a_large_file_in_little_memory"):
                cases.run(name, getattr(relays, name))
        finally:
            relays.end()
    return cases.report(*results)


if __name__ == "__main__":
    sys.exit(main())
