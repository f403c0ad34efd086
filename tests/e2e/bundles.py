"""ledgerctl bundle create, from a server that has a repository to a relay behind an air gap.

    bundles.py LEDGERCTL LEDGER_RELAY LEDGER_PUBLISH [RESULTS_XML]
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from cases import Cases
from relays import Publisher, Relay

CHECKPOINT = b"ledger.local\n7\nAAAA\n\n-- ledger.local BBBB\n"


class Manager(BaseHTTPRequestHandler):
    """What ledgerctl asks of a manager, and nothing else."""

    protocol_version = "HTTP/1.1"
    publisher = None
    recorded = []
    refuses_records = False

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def no(self, status, code):
        self.answer(status, json.dumps({"code": code, "title": code, "detail": code,
                                        "status": status}).encode(), "application/problem+json")

    def do_GET(self):
        if self.headers["Authorization"] != "Bearer secret":
            return self.no(401, "credential-missing")
        if self.path == "/v1/sources/vendor":
            return self.answer(200, json.dumps(
                {"source": "vendor", "trust_root": self.publisher.root}).encode())
        if self.path == "/v1/sources/plain":
            return self.answer(200, b'{"source":"plain","trust_root":null}')
        if self.path == "/v1/log/checkpoint":
            return self.answer(200, CHECKPOINT, "text/plain")
        prefix = "/repository/vendor/"
        file = self.publisher.repository / unquote(self.path.removeprefix(prefix))
        if self.path.startswith(prefix) and file.is_file():
            return self.answer(200, file.read_bytes(), "application/octet-stream")
        return self.no(404, "file-unknown")

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.refuses_records or self.path != "/v1/sources/vendor:recordBundle":
            return self.no(403, "permission-missing")
        self.recorded.append(body)
        return self.answer(200, b"{}")


class Bundles:
    def __init__(self, ledgerctl, relay_program, publisher, scratch):
        self.ledgerctl = ledgerctl
        self.scratch = Path(scratch)
        self.publisher = Manager.publisher = publisher
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Manager)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        (self.scratch / "token").write_text("secret", encoding="utf-8")
        os.chmod(self.scratch / "token", 0o600)
        self.relay = Relay(relay_program, self.scratch / "island", {"is_relay": False})

    def run(self, *arguments, expect=0):
        done = subprocess.run(
            [self.ledgerctl, "bundle", "create", *map(str, arguments)], capture_output=True,
            text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(self.scratch),
                 "LEDGER_SERVER": f"http://127.0.0.1:{self.server.server_port}",
                 "LEDGER_TOKEN_FILE": str(self.scratch / "token")})
        assert done.returncode == expect, f"{done.returncode}: {done.stderr}"
        return done.stderr

    # -- Cases -----------------------------------------------------------------------------------

    def are_made_and_recorded_and_taken_behind_the_gap(self):
        first = self.scratch / "first.tar"
        one = self.publisher.add("1.0", b"one" * 1000)
        self.run("--source", "vendor", "--out", first)
        assert Manager.recorded[-1] == {
            "digest": hashlib.sha256(first.read_bytes()).hexdigest(),
            "bytes": first.stat().st_size, "metadata_version": 2}, Manager.recorded
        assert CHECKPOINT in first.read_bytes()
        again = self.scratch / "again.tar"
        self.run("--source", "vendor", "--out", again)
        assert again.read_bytes() == first.read_bytes()
        two = self.publisher.add("1.1", b"two")
        second = self.scratch / "second.tar"
        told = self.run("--source", "vendor", "--out", second, "--since", first)
        assert "1 files, 1 left out" in told, told
        self.relay.bundle("import", first, "--trust-root", self.publisher.root)
        self.relay.bundle("import", second)
        self.relay.start()
        assert self.relay.ask(one)[:2] == (200, b"one" * 1000)
        assert self.relay.ask(two)[:2] == (200, b"two")
        self.relay.end()

    def are_not_made_of_what_is_not_authentic(self):
        path = self.publisher.repository / self.publisher.add("1.2", b"three")
        path.write_bytes(b"evil!")
        before = len(Manager.recorded)
        told = self.run("--source", "vendor", "--out", self.scratch / "evil.tar", expect=6)
        assert "tuf-hash" in told or "differs" in told, told
        assert len(Manager.recorded) == before
        path.write_bytes(b"three")
        self.leaves_nothing("evil.tar")

    def are_not_made_of_sources_without_a_root(self):
        told = self.run("--source", "plain", "--out", self.scratch / "plain.tar", expect=1)
        assert "trust root" in told, told
        self.run("--source", "nobody", "--out", self.scratch / "plain.tar", expect=3)
        self.leaves_nothing("plain.tar")

    def are_gone_when_nobody_recorded_them(self):
        Manager.refuses_records = True
        self.run("--source", "vendor", "--out", self.scratch / "lost.tar", expect=4)
        Manager.refuses_records = False
        self.leaves_nothing("lost.tar")

    def leaves_nothing(self, name):
        left = [each.name for each in self.scratch.iterdir() if each.name.startswith(name)]
        assert not left, left


def main():
    ledgerctl, relay, publish, *results = sys.argv[1:]
    cases = Cases("bundles")
    with tempfile.TemporaryDirectory(prefix="ledger-bundles-") as scratch:
        bundles = Bundles(ledgerctl, relay, Publisher(publish, scratch), scratch)
        try:
            for name in ("are_made_and_recorded_and_taken_behind_the_gap",
                         "are_not_made_of_what_is_not_authentic",
                         "are_not_made_of_sources_without_a_root",
                         "are_gone_when_nobody_recorded_them"):
                cases.run(name, getattr(bundles, name))
        finally:
            bundles.relay.end(kill=True)
            bundles.server.shutdown()
    return cases.report(*results)


if __name__ == "__main__":
    sys.exit(main())
