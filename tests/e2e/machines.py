"""A real ledgerd and machines that openssl made keys for: who is let in by which certificate.

    machines.py LEDGERD [RESULTS_XML]
"""

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from cases import Cases
from machine_client import Machine, fingerprint, openssl
from running_ledger import RunningLedger

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


class Machines:
    def __init__(self, ledger, directory):
        self.ledger = ledger
        self.directory = Path(directory)
        self.authority = ledger.data / "tls" / "ca.crt"

    def token(self, **more):
        answer = self.ledger.ask("POST", "/v1/enrolment-tokens",
                                 {"uses": 3, "expires_in": "PT1H", **more})
        assert answer.status == 201, answer.body
        return answer.json()["secret"]

    def machine(self, name, folder=None):
        return Machine(self.directory / (folder or name), name, self.ledger.machines,
                       self.authority)

    def joined(self, name, **more):
        machine = self.machine(name)
        answer = machine.enrol(self.token(), **more)
        assert answer.status == 201, answer.body
        return machine

    def events(self, kind):
        return self.ledger.ask("GET", f"/v1/events?type={kind}&page_size=1000").json()["items"]

    # -- Cases ---------------------------------------------------------------------------------

    def a_machine_joins_by_its_own_key_and_reports(self):
        machine = self.machine("pc-1")
        answer = machine.enrol(self.token())
        assert answer.status == 201, answer.body
        assert "secret" not in answer.json(), "no bearer token beside the certificate"
        told = openssl("x509", "-in", machine.certificate, "-noout", "-subject", "-purpose",
                       "-enddate")
        assert "CN = pc-1" in told and "SSL client : Yes" in told, told
        assert "SSL server : No" in told, told
        openssl("verify", "-CAfile", self.authority, machine.certificate)
        assert machine.report(1, "1.1").json()["news"]
        assert not machine.report(2, "1.1").json()["news"]
        actor = self.events("computer.reported")[0]["actor"]
        assert (actor["kind"], actor["id"], actor["authentication"]) == (
            "agent", "pc-1", "certificate"), actor
        orders = machine.ask("GET", machine.own("/instructions"))
        assert orders.status == 200 and orders.json()["heartbeat_interval"] == "PT10M"

    def the_fingerprint_is_that_of_the_authority(self):
        line = self.ledger.process.stdout.readline()
        while "fingerprint" not in line:
            line = self.ledger.process.stdout.readline()
        assert line.split()[-1] == fingerprint(self.authority), line

    def a_certificate_is_renewed_over_the_one_before_and_both_count(self):
        machine = self.joined("pc-2")
        before = machine.certificate.read_text(encoding="utf-8")
        key = machine.directory / "next.pem"
        answer = machine.ask("POST", machine.own("/certificate:renew"),
                             {"certificate_request": machine.request(key)})
        assert answer.status == 200, answer.body
        assert machine.ask("GET", machine.own("/instructions")).status == 200
        machine.key, machine.certificate = key, machine.directory / "next-certificate.pem"
        machine.certificate.write_text(answer.json()["certificate"], encoding="utf-8")
        assert answer.json()["certificate"] != before
        assert machine.ask("GET", machine.own("/instructions")).status == 200
        renewals = [each["data"] for each in self.events("identity.issued")
                    if each["data"]["computer"] == "pc-2"]
        assert [each["renewal"] for each in renewals] == [True, False], renewals

    def a_revoked_identity_opens_nothing_nor_what_was_renewed_from_it(self):
        machine = self.joined("pc-3")
        key = machine.directory / "next.pem"
        renewed = machine.ask("POST", machine.own("/certificate:renew"),
                              {"certificate_request": machine.request(key)}).json()
        revoked = self.ledger.ask("POST", machine.own(":revokeCertificate"), {"reason": "stolen"})
        assert revoked.status == 200, revoked.body
        self.refused(machine, "identity-revoked")
        machine.key, machine.certificate = key, machine.directory / "next-certificate.pem"
        machine.certificate.write_text(renewed["certificate"], encoding="utf-8")
        self.refused(machine, "identity-revoked")
        assert self.events("identity.revoked")[0]["reason"] == "stolen"

    def a_certificate_is_revoked_alone_while_the_others_go_on(self):
        machine = self.joined("pc-12")
        key = machine.directory / "next.pem"
        renewed = machine.ask("POST", machine.own("/certificate:renew"),
                              {"certificate_request": machine.request(key)}).json()
        issued = [each["data"] for each in self.events("identity.issued")
                  if each["data"]["computer"] == "pc-12"]
        first = next(each["serial"] for each in issued if not each["renewal"])
        target = machine.own(":revokeCertificate")
        unknown = self.ledger.ask("POST", target, {"serial": "41" * 16})
        assert (unknown.status, unknown.json()["code"]) == (404, "certificate-unknown")
        revoked = self.ledger.ask("POST", target, {"serial": first, "reason": "a copy was found"})
        assert revoked.status == 200, revoked.body
        assert revoked.json()["events"][0]["stream"] == f"certificate/{first}"
        self.refused(machine, "identity-revoked")
        machine.key, machine.certificate = key, machine.directory / "next-certificate.pem"
        machine.certificate.write_text(renewed["certificate"], encoding="utf-8")
        assert machine.ask("GET", machine.own("/instructions")).status == 200
        assert self.ledger.ask("POST", target, {}).status == 200
        self.refused(machine, "identity-revoked")

    def refused(self, machine, code):
        def found():
            answer = machine.ask("GET", machine.own("/instructions"))
            assert answer.status in (200, 401), answer.body
            return answer.status == 401 and answer.json()["code"] == code
        self.ledger.wait_until(f"{machine.computer} is refused: {code}", found)

    def a_removed_computer_is_refused_though_it_joins_again(self):
        old = self.joined("pc-4")
        assert self.ledger.ask("DELETE", "/v1/computers/pc-4").status == 200
        self.refused(old, "identity-revoked")
        anew = self.machine("pc-4", "pc-4-again")
        assert anew.enrol(self.token()).status == 201
        assert anew.ask("GET", anew.own("/instructions")).status == 200
        self.refused(old, "identity-revoked")

    def a_certificate_of_another_authority_is_refused(self):
        machine = self.machine("pc-1", "forged")
        authority = machine.directory / "ca.pem"
        ca_key = machine.directory / "ca-key.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", ca_key, "-out", authority, "-subj", "/CN=Update Ledger authority",
                "-days", "9")
        request = machine.directory / "request.pem"
        request.write_text(machine.request(), encoding="utf-8")
        openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", ca_key,
                "-set_serial", "0x40000000000000010011223344556677", "-days", "9", "-out",
                machine.certificate)
        answer = machine.ask("GET", machine.own("/instructions"))
        assert (answer.status, answer.json()["code"]) == (401, "certificate-foreign"), answer.body

    def nobody_is_let_in_without_a_certificate(self):
        machine = self.machine("pc-1")
        for token in ("", self.ledger.admin):
            answer = machine.ask("GET", machine.own("/instructions"), token=token)
            assert answer.json()["code"] == "certificate-missing", answer.body
        answer = machine.enrol(self.ledger.admin)
        assert (answer.status, answer.json()["code"]) == (403, "permission-missing"), answer.body
        for token in ("rubbish", self.token()[:-1] + "x", self.ledger.admin[:-4] + "0000"):
            answer = machine.enrol(token)
            assert (answer.status, answer.json()["code"]) == (403, "enrolment-token-unknown")

    def a_machine_speaks_for_no_other_and_finds_only_what_is_for_machines(self):
        machine = self.joined("pc-5")
        for target in ("/v1/computers/pc-1/instructions", "/v1/computers/pc-1/ruleset"):
            answer = machine.ask("GET", target)
            assert (answer.status, answer.json()["code"]) == (403, "not-your-computer")
        answer = machine.ask("POST", "/v1/computers/pc-1/report", {"sequence": 9})
        assert (answer.status, answer.json()["code"]) == (403, "not-your-computer")
        for target in ("/", "/livez", "/metrics", "/v1/computers", "/v1/computers/pc-5",
                       "/v1/overview", "/v1/tokens"):
            assert machine.ask("GET", target).status == 404, target
        assert machine.ask("POST", machine.own(":revokeCertificate"), {}).status == 404

    def late_reports_come_in_order_and_replayed_ones_say_nothing(self):
        machine = self.joined("pc-6")
        assert machine.report(1, "1.1", occurred_at="2026-01-01T00:00:00.000Z").json()["news"]
        assert machine.report(2, "1.2", occurred_at="2026-01-02T00:00:00.000Z").json()["news"]
        for sequence, version in ((1, "1.1"), (2, "1.2"), (1, "9.9")):
            answer = machine.report(sequence, version)
            assert answer.status == 200 and not answer.json()["news"], answer.body
        reports = [each for each in self.events("computer.reported")
                   if each["data"]["computer"] == "pc-6"]
        assert [each["data"]["sequence"] for each in reports] == [2, 1], reports
        assert reports[0]["occurred_at"] == "2026-01-02T00:00:00.000Z"

    def a_clone_is_an_event_and_an_alert_and_a_restart_is_neither(self):
        machine = self.joined("pc-7")
        for session in ("a", "b", "b", "c"):
            machine.session = session
            assert machine.ask("GET", machine.own("/instructions")).status == 200
        assert self.events("clone.detected") == []
        for session in ("b", "c", "b"):
            machine.session = session
            assert machine.ask("GET", machine.own("/instructions")).status == 200
        self.ledger.wait_until("the clone is told", lambda: self.events("clone.detected"))
        assert len(self.events("clone.detected")) == 1

        def alert():
            listed = self.ledger.ask("GET", "/v1/alerts").json()["items"]
            return [each for each in listed if each["type"] == "clone_detected" and each["open"]]
        raised = self.ledger.wait_until("the alert is raised", alert)
        assert raised[0]["severity"] == "critical", raised
        assert self.ledger.ask("POST", machine.own(":revokeCertificate"), {}).status == 200
        self.ledger.wait_until("the alert ends", lambda: not alert())

    def plain_http_and_old_tls_are_not_spoken(self):
        parts = urlsplit(self.ledger.machines)
        plain = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        try:
            plain.request("GET", "/v1/computers/pc-1/instructions")
            plain.getresponse()
            raise AssertionError("plain HTTP was answered")
        except (http.client.HTTPException, ConnectionError):
            pass
        context = ssl.create_default_context(cafile=self.authority)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as bare:
            try:
                context.wrap_socket(bare, server_hostname=parts.hostname)
                raise AssertionError("TLS 1.2 was spoken")
            except ssl.SSLError:
                pass

    def a_relay_joins_by_a_token_that_names_a_group(self):
        self.ledger.ask("POST", "/v1/relay-groups", {"relay_group": "branch"})
        uninvited = self.machine("relay-9")
        answer = uninvited.enrol(self.token(), relay_url="https://relay-9.example")
        assert answer.json()["code"] == "relay-not-let-in", answer.body
        relay = self.machine("relay-1")
        answer = relay.enrol(self.token(relay_group="branch"),
                             relay_url="https://relay-1.example:8443")
        assert answer.status == 201, answer.body
        told = openssl("x509", "-in", relay.certificate, "-noout", "-ext", "subjectAltName")
        assert "DNS:relay-1.example" in told, told
        answer = relay.ask("POST", "/v1/relays/relay-1/report",
                           {"metadata_version": 3, "free_bytes": 5000000000})
        assert answer.status == 200, answer.body
        assert self.events("relay.reported")[0]["actor"]["kind"] == "relay"
        orders = relay.ask("GET", relay.own("/instructions")).json()
        assert orders["as_relay"] == {"air_gapped": False, "parents": [], "all_platforms": False,
                                      "platforms": ["linux"]}, orders
        agent = self.machine("pc-8")
        assert agent.enrol(self.token(relay_group="branch")).status == 201
        orders = agent.ask("GET", agent.own("/instructions")).json()
        assert orders["relays"] == [
            {"relay": "relay-1", "url": "https://relay-1.example:8443"}], orders

    def a_relay_that_lies_about_its_version_is_told(self):
        """Two digests of one version: one of them is not what was published."""
        self.ledger.ask("PUT", "/v1/sources/vendor", {"url": "https://updates.example",
                                                      "trust_root": "0" * 64, "enabled": True})
        for name, digest in (("relay-2", "1" * 64), ("relay-3", "2" * 64)):
            relay = self.machine(name)
            assert relay.enrol(self.token(relay_group="default"),
                               relay_url=f"https://{name}.example").status == 201
            answer = relay.ask("POST", f"/v1/relays/{name}/report",
                               {"metadata_version": 3, "metadata_digest": digest,
                                "free_bytes": 5000000000})
            assert answer.status == 200, answer.body
        [told] = self.events("equivocation.detected")
        assert told["data"]["observer"] == "relay-3" and told["data"]["version"] == 3, told

        def alert():
            listed = self.ledger.ask("GET", "/v1/alerts?filter=open%20=%20true").json()["items"]
            return [each for each in listed if each["type"] == "equivocation"]
        [raised] = self.ledger.wait_until("the alert is raised", alert)
        assert raised["severity"] == "critical" and "relay-3" in raised["summary"], raised
        self.ledger.ask("DELETE", "/v1/sources/vendor")

    def a_ledger_from_a_backup_knows_its_machines(self):
        machine = self.joined("pc-11")
        made = self.ledger.ask("POST", "/v1/log:backup", {"name": "one", "reason": "test"})
        assert made.status == 202, made.body
        self.ledger.wait_until("the backup is made", lambda: self.events("backup.created"))
        backup = self.ledger.data / "backups" / "one"
        assert (backup / "tls" / "ca.key").stat().st_mode & 0o777 == 0o600
        # Not in a backup; only the helper of this test wants it.
        (backup / "admin-token").write_text(self.ledger.admin, encoding="utf-8")
        with RunningLedger(self.ledger.program, backup, self.ledger.options) as restored:
            machine.url = restored.machines
            answer = machine.ask("GET", machine.own("/instructions"))
            assert answer.status == 200, answer.body

    def an_expired_certificate_is_refused_as_such(self):
        """By a ledgerd that believes that it is a hundred days later."""
        machine = self.joined("pc-10")
        assert self.ledger.stop() == 0
        environment = {**os.environ, "LD_PRELOAD": FAKETIME, "FAKETIME": "+100d",
                       "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        later = subprocess.Popen(
            [self.ledger.program, "--data", self.ledger.data, "--listen", "127.0.0.1:0",
             "--machines", "127.0.0.1:0"], stdout=subprocess.PIPE, env=environment, text=True,
            stderr=subprocess.DEVNULL)
        try:
            later.stdout.readline()
            machine.url = later.stdout.readline().split()[-1]
            answer = machine.ask("GET", machine.own("/instructions"))
            assert (answer.status, answer.json()["code"]) == (401, "certificate-expired")
        finally:
            later.terminate()
            later.wait(timeout=60)
            later.stdout.close()

    def the_manager_renews_its_certificate_while_it_runs_and_the_clock_jumps(self):
        """There and back: what it serves can be used at once, and the record goes on."""
        time = self.directory / "faketimerc"
        time.write_text("+0d\n", encoding="utf-8")
        environment = {**os.environ, "LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(time),
                       "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        jumping = subprocess.Popen(
            [self.ledger.program, "--data", self.directory / "jumping", "--listen", "127.0.0.1:0",
             "--tick", "50", "--machines", "127.0.0.1:0"], stdout=subprocess.PIPE, env=environment,
            text=True, stderr=subprocess.DEVNULL)
        try:
            url = jumping.stdout.readline().split()[-1]
            machines = urlsplit(jumping.stdout.readline().split()[-1])
            address = (machines.hostname, machines.port)

            def shown():
                return ssl.get_server_certificate(address)

            token = (self.directory / "jumping/admin-token").read_text(encoding="utf-8").strip()

            def told(path, body=None):
                asked = Request(url + path, data=body, headers={
                    "Authorization": f"Bearer {token}", "Content-Type": "application/json"})
                return json.load(urlopen(asked, timeout=30))

            first = shown()
            time.write_text("+250d\n", encoding="utf-8")
            self.ledger.wait_until("another certificate", lambda: shown() != first)
            second = shown()
            told("/v1/groups", b'{"group": "then"}')
            time.write_text("+0d\n", encoding="utf-8")
            self.ledger.wait_until("one that holds already", lambda: shown() != second)
            told("/v1/groups", b'{"group": "now"}')
            events = told("/v1/events?page_size=1000")["items"]
            assert [each["type"] for each in events].count("clock.stepped") == 1, events
            times = [each["recorded_at"] for each in events]
            assert times == sorted(times, reverse=True), "recorded time goes back"
        finally:
            jumping.terminate()
            jumping.wait(timeout=60)
            jumping.stdout.close()

    def cases(self):
        for name in vars(Machines):
            if name.startswith(("a_", "an_", "the_", "nobody_", "late_", "plain_")):
                yield name.replace("_", " "), getattr(self, name)


def main():
    cases = Cases("machines")
    options = ("--machines", "127.0.0.1:0")
    with tempfile.TemporaryDirectory(prefix="ledger-e2e-") as directory, \
            RunningLedger(sys.argv[1], options=options) as ledger:
        for name, case in Machines(ledger, directory).cases():
            cases.run(name, case)
    return cases.report(sys.argv[2] if len(sys.argv) > 2 else None)


if __name__ == "__main__":
    sys.exit(main())
