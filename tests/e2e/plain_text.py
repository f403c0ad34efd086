"""What parts of a site say to each other over a network, as who listens to it has it: nothing that
is secret or private, and TLS of today. Their traffic is captured in a network of the test's own.

    plain_text.py LEDGERD LEDGERCTL LEDGER_RELAY LEDGER_AGENT LEDGER_PUBLISH [RESULTS_XML]
"""

import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from agent_site import Publisher, RunningAgent, import_rules, subscribe, wanted
from cases import Cases
from published_site import RepositoryServer
from running_ledger import RunningLedger
from wire import ADDRESS, Capture, enter_own_network

SKIPPED = 77  # As CTest knows it.
PATTERN = b"marker-of-pattern-bytes\n" * 50
RULE_BODY = "allow port 22/tcp marker-of-a-rule-body"
COMPUTER = "marker-of-a-computer"
RULES = {
    "format": "update-ledger/rule-update/1", "id": "26-001", "title": "marker-of-a-title",
    "released_at": "2026-01-06T09:00:00Z", "rules": [
        {"id": 1000001, "module": "firewall", "name": "SSH", "version": 1, "severity": "medium",
         "application_type": "network/ssh", "cves": [], "auto_assignable": True,
         "body": RULE_BODY}]}
SUITES = {0x1301, 0x1302, 0x1303,  # Those of TLS 1.3; of 1.2, ECDHE with AEAD.
          0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCCA8, 0xCCA9}
TLS_1_2, TLS_1_3 = 0x0303, 0x0304


class Site:
    def __init__(self, programs, folder):
        self.folder = Path(folder)
        ledgerd, self.ledgerctl, self.relay, self.agent, publish = programs
        self.publisher = Publisher(publish, self.folder)
        self.web = RepositoryServer(self.publisher.repository, ADDRESS)
        self.source_port = self.web.server_address[1]
        self.publisher.url = self.web.url
        self.ledger = RunningLedger(ledgerd, options=("--machines", f"{ADDRESS}:0"),
                                    address=ADDRESS)
        self.secrets = {}  # What it is: bytes that must not be seen.
        self.capture = None

    def everything_is_said(self):
        """Enrolment, heartbeats, rulesets, patterns from a relay, the API by a token, a stream."""
        with Capture() as self.capture, self.ledger as ledger:
            self.secrets["the administrator's token"] = ledger.admin.encode()
            pattern = self.folder / "virus.ldb"
            pattern.write_bytes(PATTERN)
            self.publisher.add_pattern("virus", "1.0", pattern)
            subscribe(ledger, self.publisher)
            import_rules(ledger, RULES)
            wanted(ledger.ask("POST", "/v1/sources/vendor:download", {}))
            ledger.wait_until("the pattern is released",
                              lambda: ledger.ask("GET", "/v1/patterns").json()["items"])
            relay = self.started_relay()
            try:
                self.agent_takes_all()
            finally:
                relay.kill()
                relay.wait()
            self.asked_by_ledgerctl()
            self.streamed()

    def started_relay(self):
        token = wanted(self.ledger.ask("POST", "/v1/enrolment-tokens", {
            "uses": 1, "expires_in": "PT1H", "relay_group": "default"}), 201)["secret"]
        self.secrets["a relay's enrolment token"] = token.encode()
        with socket.create_server((ADDRESS, 0)) as free:
            self.relay_port = free.getsockname()[1]
        relay = subprocess.Popen(
            [self.relay, "--state", self.folder / "relay", "--manager", self.ledger.machines,
             "--manager-ca", self.ledger.data / "tls/ca.crt", "--enrolment-token-file", "-",
             "--name", "marker-of-a-relay", "--listen", f"{ADDRESS}:{self.relay_port}",
             "--url", f"https://{ADDRESS}:{self.relay_port}", "--interval", "1"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        relay.stdin.write(token.encode() + b"\n")
        relay.stdin.close()

        def in_sync():
            shown = self.ledger.ask("GET", "/v1/relays").json()["items"]
            return [each for each in shown if each["in_sync"]]
        self.ledger.wait_until("the relay is in sync", in_sync, 60)
        return relay

    def agent_takes_all(self):
        agent = RunningAgent(self.agent, self.folder / "agent", COMPUTER, self.ledger)
        self.secrets["an agent's enrolment token"] = agent.token.read_bytes().strip()
        agent.round()
        wanted(self.ledger.ask("POST", f"/v1/computers/{COMPUTER}:assignPolicy",
                               {"policy": "web"}))
        agent.round()
        assert [file.read_bytes() for file in agent.patterns().iterdir()] == [PATTERN]
        assert any("port 22/tcp" in file.read_text(encoding="utf-8")
                   for file in agent.rules().resolve().rglob("*") if file.is_file())

    def asked_by_ledgerctl(self):
        done = subprocess.run(
            [self.ledgerctl, "computers", "list", "--server", self.ledger.url, "--token-file",
             self.ledger.data / "admin-token", "--ca-file", self.ledger.data / "tls/ca.crt"],
            capture_output=True, text=True, timeout=60, check=True)
        assert COMPUTER in done.stdout, done.stdout

    def streamed(self):
        answer = self.ledger.first_piece("/v1/events:stream?after=0",
                                         {"Accept": "text/event-stream"})
        assert answer.status == 200 and b"data:" in answer.body, answer.body

    # -- What was heard --------------------------------------------------------------------------
    def heard(self, port):
        """The bytes of each direction of all connections to a port: (asked, answered)."""
        return [(flow, self.capture.flows.get((to, by), b""))
                for (by, to), flow in self.capture.flows.items() if to == port]

    def everything_was_heard(self):
        assert self.capture.dropped == 0, self.capture.dropped
        asked = b"".join(flow for flow, _ in self.heard(self.source_port))
        assert b"GET /metadata/timestamp.json HTTP/1.1" in asked, asked[:200]
        # The source is one of http:// here: public bytes, signed.
        assert any(PATTERN in answer for _, answer in self.heard(self.source_port))
        assert len(self.tls_ports()) == 3, self.tls_ports()

    def tls_ports(self):
        ports = {int(url.rsplit(":", 1)[1]) for url in (self.ledger.url, self.ledger.machines)}
        return [port for port in {*ports, self.relay_port} if self.heard(port)]

    def nothing_secret_was_said(self):
        private = {**self.secrets, "a computer": COMPUTER.encode(), "a relay": b"marker-of-a-relay",
                   "a rule": RULE_BODY.encode(), "a title": b"marker-of-a-title",
                   "a header": b"Bearer ", "a pattern": PATTERN[:24]}
        assert len(private) == 9 and all(len(marker) > 6 for marker in private.values()), private
        for name, marker in private.items():
            for ports, flow in self.capture.flows.items():
                if name == "a pattern" and ports[0] == self.source_port:
                    continue
                assert marker not in flow, f"{name} was said between ports {ports}"

    def everything_else_was_tls_of_today(self):
        for port in self.tls_ports():
            for asked, answered in self.heard(port):
                version, suite = chosen(asked, answered)
                lowest = TLS_1_2 if self.ledger.url.endswith(f":{port}") else TLS_1_3
                assert version >= lowest and suite in SUITES, (port, hex(version), hex(suite))
        known = {self.source_port, *self.tls_ports()}
        others = [ports for ports in self.capture.flows if not known & set(ports)]
        assert not others, others

    def older_versions_and_weak_suites_are_refused(self):
        """Where people and relays ask; machines.py asks the machines' listener."""
        with RunningLedger(self.ledger.program, address=ADDRESS) as ledger:
            where = ledger.url.removeprefix("https://")
            for options, spoken in ((("-tls1_2",), True), (("-tls1_3",), True),
                                    (("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), False),
                                    (("-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"), False),
                                    (("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"), False),
                                    (("-tls1_2", "-cipher", "NULL:@SECLEVEL=0"), False)):
                done = subprocess.run(["openssl", "s_client", "-connect", where, *options],
                                      stdin=subprocess.DEVNULL, capture_output=True, timeout=30,
                                      check=False)
                assert (done.returncode == 0) == spoken, (options, done.stderr)


def chosen(asked, answered):
    """(version, suite) that a ServerHello chose; both sides begin as TLS does."""
    assert asked[:2] == b"\x16\x03" and asked[5] == 1, asked[:64]
    assert answered[:2] == b"\x16\x03" and answered[5] == 2, answered[:64]
    hello = answered[9:9 + int.from_bytes(answered[6:9], "big")]
    version = int.from_bytes(hello[:2], "big")
    at = 34 + 1 + hello[34]
    suite = int.from_bytes(hello[at:at + 2], "big")
    extensions = hello[at + 5:]
    while extensions:
        kind, length = (int.from_bytes(extensions[i:i + 2], "big") for i in (0, 2))
        if kind == 43:  # supported_versions
            version = int.from_bytes(extensions[4:6], "big")
        extensions = extensions[4 + length:]
    return version, suite


def main():
    if not enter_own_network():
        return SKIPPED
    programs, results = sys.argv[1:6], sys.argv[6:]
    cases = Cases("plain_text")
    with tempfile.TemporaryDirectory(prefix="ledger-wire-") as folder:
        site = Site(programs, folder)
        for case in (site.everything_is_said, site.everything_was_heard,
                     site.nothing_secret_was_said, site.everything_else_was_tls_of_today,
                     site.older_versions_and_weak_suites_are_refused):
            cases.run(case.__name__.replace("_", " "), case)
    return cases.report(*results)


if __name__ == "__main__":
    sys.exit(main())
