"""Relays with their manager: two of a top group and one of the group below, over mutual TLS.

    relay_fleet.py LEDGERD LEDGER_RELAY LEDGER_PUBLISH [RESULTS_XML]
"""

import hashlib
import http.client
import socket
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import Cases
from relays import Publisher
from running_ledger import RunningLedger


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class FleetRelay:
    """A relay that enrols; killed and started again it is the same."""

    def __init__(self, program, directory, ledger, name):
        self.program = program
        self.ledger = ledger
        self.name = name
        self.state = Path(directory) / name
        self.state.mkdir()
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.process = None

    def start(self, token=None, manager=None):
        more = []
        if token:
            (self.state / "token").write_text(token, encoding="utf-8")
            more = ["--enrolment-token-file", self.state / "token", "--manager-ca",
                    self.ledger.data / "tls/ca.crt", "--name", self.name, "--url", self.url]
        with open(self.state / "log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [self.program, "--state", self.state, "--manager",
                 manager or self.ledger.machines, "--listen", f"127.0.0.1:{self.port}",
                 "--interval", "1", *more],
                stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("serving at https://"), self.log()
        return self

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait(timeout=60)
            self.process.stdout.close()
            self.process = None

    def log(self):
        return (self.state / "log").read_text(encoding="utf-8")[-4000:]

    def ask(self, path, shown=None):
        """As the machine whose state `shown` is; without it, as nobody."""
        context = ssl.create_default_context(cafile=self.ledger.data / "tls/ca.crt")
        if shown:
            context.load_cert_chain(shown / "identity/certificate.pem", shown / "identity/key.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30,
                                                 context=context)
        try:
            connection.request("GET", f"/repository/vendor/{path}")
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


class Fleet:
    def __init__(self, ledger, program, publisher, directory):
        self.ledger = ledger
        self.publisher = publisher
        self.relays = [FleetRelay(program, directory, ledger, name)
                       for name in ("relay-1", "relay-2", "relay-3")]

    def told(self, method, path, body, status=200, **more):
        answer = self.ledger.ask(method, path, body, **more)
        assert answer.status == status, answer.body
        return answer.json()

    def token(self, group):
        return self.told("POST", "/v1/enrolment-tokens",
                         {"uses": 3, "expires_in": "PT1H", "relay_group": group}, 201)["secret"]

    def events(self, kind):
        return self.ledger.ask("GET", f"/v1/events?type={kind}&page_size=1000").json()["items"]

    def reported(self, relay):
        """What the relay said last."""
        of_it = [each["data"] for each in self.events("relay.reported")
                 if each["data"]["relay"] == relay.name]
        return max(of_it, key=lambda each: each["metadata_version"], default=None)

    def wait_until_all_serve(self, version, relays=None):
        def all_do():
            said = [self.reported(each) for each in relays or self.relays]
            return all(each and each["metadata_version"] == version for each in said)
        try:
            self.ledger.wait_until(f"all serve version {version}", all_do, 60)
        except AssertionError as late:
            raise AssertionError("\n".join([str(late), *(r.log() for r in self.relays)])) from late

    # -- Cases -----------------------------------------------------------------------------------

    def join_pull_and_report(self):
        self.told("PUT", "/v1/sources/vendor", {"url": f"file://{self.publisher.repository}",
                                                "trust_root": self.publisher.root})
        self.told("POST", "/v1/relay-groups", {"relay_group": "branch", "parent": "default"}, 201)
        path = self.publisher.add("1.0", b"one", "all")
        for relay in self.relays:
            relay.start(self.token("branch" if relay.name == "relay-3" else "default"))
        self.wait_until_all_serve(2)
        digest = hashlib.sha256(self.publisher.bytes("metadata/2.snapshot.json")).hexdigest()
        for relay in self.relays:
            said = self.reported(relay)
            assert said["metadata_digest"] == digest, said
            assert said["components"] == [{"component": "virus", "version": "1.0"}], said
            assert relay.ask(path, self.relays[0].state) == (200, b"one"), relay.name
        shown = self.ledger.ask("GET", "/v1/relays").json()["items"]
        assert [each["in_sync"] for each in shown] == [True] * 3, shown
        assert "relay-3" not in self.relays[0].log()

    def serve_machines_of_the_authority_only(self):
        try:
            self.relays[0].ask("metadata/timestamp.json")
        except (ssl.SSLError, ConnectionError, http.client.HTTPException):
            return
        raise AssertionError("somebody without a certificate was answered")

    def go_on_when_one_is_killed(self):
        self.relays[0].kill()
        self.publisher.add("1.1", b"two", "all")
        self.wait_until_all_serve(3, self.relays[1:])
        self.relays[0].start()
        self.wait_until_all_serve(3)

    def go_on_without_their_manager(self):
        self.ledger.stop()
        path = self.publisher.add("1.2", b"three", "all")
        lowest = self.relays[2]
        self.ledger.wait_until("the lowest relay serves it", lambda: lowest.ask(
            path, lowest.state) == (200, b"three"), 60)
        self.ledger.start()
        self.wait_until_all_serve(4)

    def tell_of_what_is_not_authentic(self):
        path = self.publisher.repository / self.publisher.add("1.3", b"four", "all")
        path.write_bytes(b"evil")
        self.ledger.wait_until("it is told", lambda: len(
            self.events("content.verification_failed")) >= 2, 60)
        told = self.events("content.verification_failed")[0]["data"]
        assert told["source"] == "vendor" and told["observer"] in ("relay-1", "relay-2"), told
        assert told["target"] == "patterns/virus/all/1.3/virus.hdb", told
        assert self.reported(self.relays[2])["metadata_version"] == 4
        path.write_bytes(b"four")
        self.wait_until_all_serve(5)


def main():
    ledgerd, program, publish, *results = sys.argv[1:]
    cases = Cases("relay_fleet")
    with tempfile.TemporaryDirectory(prefix="ledger-fleet-") as directory, \
            RunningLedger(ledgerd, options=("--machines", f"127.0.0.1:{free_port()}")) as ledger:
        fleet = Fleet(ledger, program, Publisher(publish, directory), directory)
        try:
            for name in ("join_pull_and_report", "serve_machines_of_the_authority_only",
                         "go_on_when_one_is_killed", "go_on_without_their_manager",
                         "tell_of_what_is_not_authentic"):
                cases.run(name, getattr(fleet, name))
        finally:
            for relay in fleet.relays:
                relay.kill()
    return cases.report(*results)


if __name__ == "__main__":
    sys.exit(main())
