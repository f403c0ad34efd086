"""A site with real parts: a publisher's repository, a ledgerd, and ledger-agents."""

import hashlib
import json
import os
import subprocess
import time
from pathlib import Path


class Publisher:
    """A repository on disk, made and signed by ledger-publish."""

    def __init__(self, program, directory):
        self.program = program
        self.repository = Path(directory) / "repository"
        self.keys = Path(directory) / "keys"
        self.passphrase = Path(directory) / "passphrase"
        self.passphrase.write_text("open sesame and more\n", encoding="utf-8")
        self.run("init")
        root = (self.repository / "metadata" / "1.root.json").read_bytes()
        self.trust_root = hashlib.sha256(root).hexdigest()
        self.url = self.repository.resolve().as_uri()

    def run(self, *words, before=()):
        """`before`: what the program is started by."""
        return subprocess.run(
            [*before, self.program, "-r", self.repository, "-k", self.keys, "--passphrase-file",
             self.passphrase, *map(str, words)], check=True, capture_output=True, text=True).stdout

    def add_pattern(self, component, version, file):
        self.run("add", "pattern", "--component", component, "--platform", "linux", "--version",
                 version, "--product", component, "--sign", file)


class RunningAgent:
    """A ledger-agent, one round at a time."""

    def __init__(self, program, directory, computer, ledger, *options):
        self.program, self.computer, self.ledger = program, computer, ledger
        self.directory = Path(directory)
        self.directory.mkdir(parents=True)
        self.install = self.directory / "install"
        self.options = options
        answer = ledger.ask("POST", "/v1/enrolment-tokens", {"uses": 1, "expires_in": "PT1H"})
        assert answer.status == 201, answer.body
        self.token = self.directory / "token"
        self.token.write_text(answer.json()["secret"] + "\n", encoding="utf-8")

    def words(self, manager=None):
        return [self.program, "--manager", manager or self.ledger.machines, "--state",
                self.directory / "state", "--install", self.install, "--computer", self.computer,
                "--manager-ca", self.ledger.data / "tls" / "ca.crt",
                "--enrolment-token-file", self.token, *self.options]

    def round(self, *more, expect=0, **environment):
        done = subprocess.run([*self.words(), "--once", *more], capture_output=True, text=True,
                              timeout=120, env={**os.environ, **environment}, check=False)
        assert done.returncode == expect, f"{done.returncode}: {done.stdout}{done.stderr}"
        return done.stderr

    def start(self, *more, manager=None):
        """Until it is ended."""
        with open(self.directory / "log", "a", encoding="utf-8") as log:
            return subprocess.Popen([*self.words(manager), *more], stderr=log)

    def shown(self):
        answer = self.ledger.ask("GET", f"/v1/computers/{self.computer}")
        assert answer.status == 200, answer.body
        return answer.json()

    def patterns(self):
        return self.install / "patterns" / "current"

    def rules(self):
        return self.install / "rules" / "current"


def wanted(answer, status=200):
    assert answer.status == status, f"{answer.status}: {answer.body.decode(errors='replace')}"
    return answer.json()


def apply_plan(ledger, target, body):
    plan = wanted(ledger.ask("POST", target, body), 201)
    return wanted(ledger.ask("POST", f"/v1/plans/{plan['plan']}:apply",
                             {"digest": plan["digest"], "reason": "a test"}))


def decide(ledger, component, version, file, source="vendor"):
    """By hand what a check of the source would decide by itself."""
    data = Path(file).read_bytes()
    answer = ledger.ask("POST", "/v1/patterns", {
        "component": component, "product": component, "platform": "linux", "version": version,
        "released_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "digest": hashlib.sha256(data).hexdigest(), "bytes": len(data), "source": source})
    wanted(answer, 201)


def release(ledger, publisher, component, version, file, source="vendor"):
    publisher.add_pattern(component, version, file)
    decide(ledger, component, version, file, source)


def subscribe(ledger, publisher, source="vendor", url=None):
    """Also again, with another URL."""
    shown = ledger.ask("GET", f"/v1/sources/{source}")
    headers = {"If-Match": shown.headers["etag"]} if shown.status == 200 else {}
    wanted(ledger.ask("PUT", f"/v1/sources/{source}", {
        "url": url or publisher.url, "trust_root": publisher.trust_root, "enabled": True}, headers))


def import_rules(ledger, document):
    """Imports, lets it apply by itself, and gives all of it to policy "web"."""
    wanted(ledger.ask("POST", "/v1/rule-updates:import", json.dumps(document),
                      {"Content-Type": "application/json"}), 201)
    wanted(ledger.ask("POST", "/v1/policies", {"policy": "web"}), 201)
    wanted(ledger.ask("POST", "/v1/policies/web:assignRules", {"modules": [
        "firewall", "intrusion_prevention", "integrity_monitoring", "log_inspection"]}))


def write_unseen(file: Path, data: bytes) -> None:
    """As who owns the machine of a relay would: as many bytes, in place, of the time of before."""
    before = file.stat()
    file.write_bytes(data)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
