"""ledgerd with three witnesses, of which two are enough: what it tells, and what they catch.

    witnesses.py LEDGERD LEDGER_WITNESS LEDGERCTL [RESULTS_XML]
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import proof_verifier as verifier
from cases import Cases
from running_ledger import DidNotStart, RunningLedger
from witness import RunningWitness, cosigned_at

NAMES = ("w1", "w2", "w3")


class Witnessed:
    def __init__(self, ledger, witness, ledgerctl):
        self.ledger, self.ledgerctl = ledger, ledgerctl
        self.scratch = Path(ledger.directory.name)
        key = ledger.ask("GET", "/v1/ledger").json()["key"]
        self.key = verifier.Key(key)
        self.witnesses = {
            name: RunningWitness(witness, self.scratch / name, key, name=f"{name}.example")
            for name in NAMES}
        self.policy = self.scratch / "witnesses"
        lines = [f"witness {name} {each.key} http://127.0.0.1:{each.port}\n"
                 for name, each in self.witnesses.items()]
        self.policy.write_text("".join(lines) + "group two 2 w1 w2 w3\nquorum two\n",
                               encoding="utf-8")
        self.written = 0
        ledger.stop()
        ledger.options = ("--witnesses", self.policy)
        ledger.start()

    def write(self, level, ledger=None):
        """A change that is to get so far, and how far it got."""
        self.written += 1
        answer = (ledger or self.ledger).ask(
            "PUT", f"/v1/bookmarks/b{self.written}", {"position": 0},
            {"Ledger-Acknowledge": level})
        assert answer.status == 200, answer.body
        return answer.headers["ledger-acknowledged"]

    def listed(self, ledger=None):
        answer = (ledger or self.ledger).ask("GET", "/v1/log/witnesses")
        return {each["witness"]: each for each in answer.json()["items"]}

    def wait_for_states(self, *states):
        self.ledger.wait_until(f"witnesses are {states}", lambda: states == tuple(
            self.listed()[name]["state"] for name in NAMES))

    def run(self, *words, expect=0):
        environment = {**os.environ, "LEDGER_SERVER": self.ledger.url,
                       "LEDGER_TOKEN_FILE": str(self.ledger.data / "admin-token")}
        ran = subprocess.run([self.ledgerctl, *map(str, words)], capture_output=True, text=True,
                             env=environment, timeout=60, check=False)
        assert ran.returncode == expect, (words, ran.returncode, ran.stdout, ran.stderr)
        return ran.stdout + ran.stderr

    # -- Cases -----------------------------------------------------------------------------------

    def a_write_waits_until_it_is_witnessed(self):
        assert self.write("witnessed") == "witnessed"
        assert self.write("sealed") == "sealed"
        assert self.write("durable") == "durable"
        assert self.write("witnessed") == "witnessed"
        told = self.ledger.ask("PUT", "/v1/bookmarks/x", {"position": 0},
                               {"Ledger-Acknowledge": "certain"})
        assert (told.status, told.json()["code"]) == (400, "acknowledgement-unknown")

    def its_head_carries_their_cosignatures(self):
        self.wait_for_states("cosigning", "cosigning", "cosigning")
        self.ledger.wait_until("nobody is behind", lambda: not any(
            each["lag"] for each in self.listed().values()))
        for target in ("/v1/log/checkpoint", "/v1/log/checkpoint?witnessed=true"):
            note = self.ledger.ask("GET", target).body
            size, _ = verifier.open_checkpoint(note, self.key)
            assert size == self.ledger.ask("GET", "/v1/ledger").json()["witnessed_size"]
            lines = note.rsplit(b"\n\n", 1)[1].decode().splitlines(keepends=True)
            assert len(lines) == 4, note
            for line, witness in zip(lines[1:], self.witnesses.values()):
                assert time.time() - 60 < cosigned_at(line.encode(), note, witness.key)
        events = self.ledger.ask("GET", "/v1/events?type=witness.cosigned").json()["items"]
        assert len(events) == 3, "not one for each head"
        metrics = self.ledger.ask("GET", "/metrics").body.decode()
        assert 'ledger_witness_up{witness="w2"} 1\n' in metrics, metrics

    def two_of_three_are_enough(self):
        self.witnesses["w3"].kill()
        for _ in range(3):
            assert self.write("witnessed") == "witnessed"
        self.wait_for_states("cosigning", "cosigning", "unreachable")
        told = self.run("log", "witnesses")
        assert "It does not answer at http://127.0.0.1" in told, told

    def without_them_it_says_so_and_goes_on(self):
        self.witnesses["w2"].kill()
        self.write("durable")
        self.wait_for_states("cosigning", "unreachable", "unreachable")
        begun = time.monotonic()
        assert self.write("witnessed") == "sealed"
        assert time.monotonic() - begun < 4, "it does not wait for who is away"
        told = self.run("bookmark", "set", "y", "--position", 0, "--acknowledge", "witnessed")
        assert "It is sealed, and not witnessed yet: ledgerctl log witnesses says why." in told
        self.witnesses["w2"].start()
        self.witnesses["w3"].start()
        self.wait_for_states("cosigning", "cosigning", "cosigning")
        assert self.write("witnessed") == "witnessed"

    def evidence_names_who_vouches(self):
        bundle = self.scratch / "web.tar"
        self.write("witnessed")
        self.run("evidence", "create", "range", "--to", bundle)
        keys = [word for name in ("w1", "w2")
                for word in ("--witness-key", self.witnesses[name].key)]
        told = self.run("evidence", "verify", bundle, "--trust-own-key", *keys)
        assert told.count("vouches that it saw this checkpoint at 20") == 2, told
        assert "w1.example" in told and "w2.example" in told
        other = RunningWitness(self.witnesses["w1"].program, self.scratch / "other",
                               *self.witnesses["w1"].logs, name="other.example")
        other.kill()
        told = self.run("evidence", "verify", bundle, "--trust-own-key", "--witness-key", other.key,
                        expect=6)
        assert "other.example did not cosign its checkpoint" in told, told

    def so_does_evidence_of_a_backup(self):
        for name in ("w2", "w3"):
            self.witnesses[name].kill()
        self.write("sealed")
        self.run("backup", "create", "--name", "one")
        bundle = self.scratch / "backup.tar"
        made = ("evidence", "create", "range", "--to", bundle, "--data",
                self.ledger.data / "backups" / "one")
        said = (self.ledger.data / "backups/one/witnessed").read_text(encoding="utf-8")
        size = int(said.splitlines()[1])
        keys = [word for each in self.witnesses.values() if f"{each.name} " in said
                for word in ("--witness-key", each.key)]
        assert len(keys) >= 4, said
        self.run(*made, "--to-position", size)
        self.run("evidence", "verify", bundle, "--trust-own-key", *keys)
        self.run(*made)  # Its last event came after what they cosigned.
        told = self.run("evidence", "verify", bundle, "--trust-own-key", *keys, expect=6)
        assert "did not cosign its checkpoint" in told, told
        for name in ("w2", "w3"):
            self.witnesses[name].start()
        self.wait_for_states("cosigning", "cosigning", "cosigning")

    def it_remembers_the_witnessed_head(self):
        size = self.ledger.ask("GET", "/v1/ledger").json()["witnessed_size"]
        for witness in self.witnesses.values():
            witness.kill()
        self.ledger.stop()
        self.ledger.start()
        assert self.ledger.ask("GET", "/v1/ledger").json()["witnessed_size"] >= size
        for witness in self.witnesses.values():
            witness.start()

    def a_second_copy_is_caught(self):
        copy = self.scratch / "copy"
        self.ledger.stop()
        shutil.copytree(self.ledger.data, copy)
        self.ledger.start()
        self.wait_for_states("cosigning", "cosigning", "cosigning")
        assert self.write("witnessed") == "witnessed"
        with RunningLedger(self.ledger.program, copy, self.ledger.options) as other:
            for _ in range(9):
                other.ask("PUT", f"/v1/bookmarks/c{self.written}", {"position": 0})
                self.written += 1
            alerts = other.wait_until("alerts", lambda: [
                each for each in other.ask("GET", "/v1/alerts").json()["items"]
                if each["type"] == "equivocation" and each["open"]])
            assert alerts[0]["severity"] == "critical"
            assert alerts[0]["subject"].startswith("witness/w"), alerts
            assert "copy of the log" in alerts[0]["summary"], alerts
            states = {each["state"] for each in self.listed(other).values()}
            assert "refusing" in states, states
            assert self.write("witnessed", other) == "sealed"
        assert self.write("witnessed") == "witnessed", "the first copy goes on"

    def what_is_wrong_with_its_file_is_told(self):
        self.ledger.stop()
        whole = self.policy.read_text(encoding="utf-8")
        self.policy.write_text("witness w1 key http://127.0.0.1\n", encoding="utf-8")
        try:
            self.ledger.start()
            raise AssertionError("it started")
        except DidNotStart as refused:
            assert "Line 1 of the witnesses: a witness's key reads" in refused.said, refused.said
        self.policy.write_text(whole, encoding="utf-8")
        self.ledger.start()


def main():
    cases = Cases("witnesses")
    with RunningLedger(sys.argv[1]) as ledger:
        witnessed = Witnessed(ledger, sys.argv[2], sys.argv[3])
        try:
            for case in (witnessed.a_write_waits_until_it_is_witnessed,
                         witnessed.its_head_carries_their_cosignatures,
                         witnessed.two_of_three_are_enough,
                         witnessed.without_them_it_says_so_and_goes_on,
                         witnessed.evidence_names_who_vouches,
                         witnessed.so_does_evidence_of_a_backup,
                         witnessed.it_remembers_the_witnessed_head,
                         witnessed.a_second_copy_is_caught,
                         witnessed.what_is_wrong_with_its_file_is_told):
                cases.run(case.__name__.replace("_", " "), case)
        finally:
            for witness in witnessed.witnesses.values():
                witness.kill()
    return cases.report(sys.argv[4] if len(sys.argv) > 4 else None)


if __name__ == "__main__":
    sys.exit(main())
