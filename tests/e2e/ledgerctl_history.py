"""Cases of ledgerctl that ask the history: what differs, and since when."""

import json
import signal
import subprocess
from pathlib import Path


def has_ended(status):
    """Of a process, by its file in /proc."""
    try:
        return "State:\tZ" in status.read_text()
    except OSError:
        return True


class History:
    """What Ledgerctl of ledgerctl_verbs.py can do besides."""

    def moments_are_compared(self):
        made = int(self.names["POLICY"])
        told = self.run("diff", f"before:{made}", made, expect=1, stderr="").stdout
        assert "+ policies web" in told, told
        rows = json.loads(self.run("diff", made, f"before:{made}", "--view", "policies", "-o",
                                   "json", expect=1, stderr="").stdout)
        assert [each["change"] for each in rows] == ["removed"], rows
        assert self.run("diff", made, made).stdout == ""
        assert self.run("diff", made, "nonsense", expect=2).stdout == ""
        self.run("diff", made, "--view", "nonsense", expect=3)
        # A moment that looks like an option.
        self.run("diff", "--from", "-PT9999H", expect=2, stderr="as-of-before-genesis")
        # A moment that begins with a dash may stand by itself.
        self.run("diff", "-PT9999H", expect=2, stderr="as-of-before-genesis")
        self.run("diff", made, "-PT9999H", "-o", "json", expect=2, stderr="as-of-before-genesis")
        assert self.run("--quiet", "diff", "-PT0S", "now", "--view", "policies").stdout == ""
        assert self.run("diff", "--from", made, "--to", made).stdout == ""
        for words in ([], ["-o", "jsonl"]):
            told = self.run("diff", 0, made, "--limit", 2, *words, expect=1, stderr="").stdout
            assert sum(line[0] in "+-~{" for line in told.splitlines()) == 2, told

    def what_others_wrote_steers_no_terminal(self):
        wrote = json.loads(self.run("bookmark", "set", "red", "--position", 1, "-o", "json",
                                    "--reason", "\x1b[31mred\u202e").stdout)["position"]
        where = "bookmarks[bookmark = red].exists"
        for words in (("bisect", "--from", 1, "--where", where), ("events", "list", "--limit", 9),
                      ("debug", "--from", 1, "--batch", "-e", f"until {wrote}")):
            told = self.run(*words).stdout
            assert "31mred" in told and "\x1b" not in told and "\u202e" not in told, told

    def the_event_that_made_the_difference_is_found(self):
        made = int(self.names["POLICY"])
        where = 'policies[policy = "web" and policy != x].exists'
        told = self.run("bisect", "--from", 1, "--where", where).stdout
        assert f"Holds since event {made}:" in told and "policy.created" in told, told
        assert "reads, and" in told, told
        answer = self.rows("bisect", "--from", 1, "--to", made, "--where", where, "--all")
        assert [flip["position"] for flip in answer["flips"]] == [made], answer
        same = self.run("bisect", "--from", made, "--where", where, expect=1, stderr="").stdout
        assert "Both ends say the same, and so do " in same and "--all" in same, same
        wrong = self.run("bisect", "--from", 1, "--where", "policies.cont > 1", expect=2)
        assert "At byte 8" in wrong.stderr and ".count or .exists" in wrong.stderr, wrong.stderr
        assert wrong.stderr.endswith("\n  policies.cont > 1\n          ^\n"), wrong.stderr

        by_command = ("bisect", "--from", 1, "--view", "policies", "--")
        found = self.run(*by_command, "sh", "-c", "! grep -q '\"key\":\"web\"'").stdout
        assert f"Bad since event {made}." in found and "policy.created" in found, found
        skips = (f"test $((LEDGER_POSITION % 3)) = {(made + 1) % 3} && test $LEDGER_POSITION -gt 1 "
                 "&& exit 125; ! grep -q web")
        skipping = self.run("bisect", "--from", 1, "--to", made + 2, "--view", "policies",
                            "--", "sh", "-c", skips)
        assert f"Bad since event {made}." in skipping.stdout, skipping.stdout
        # Good again after the one event of the policy, and by the check or by all events found out.
        odd = f"test $LEDGER_POSITION != {made}"
        both = ("bisect", "--from", made - 3, "--to", made + 4, "--view", "policies")
        more = self.run(*both, "--", "sh", "-c", odd).stdout
        assert f"Bad since event {made}." in more and "It changed more than once" in more, more
        in_json = ("-o", "json", "--")
        answer = json.loads(self.run(*both, "--all", *in_json, "sh", "-c", odd).stdout)
        assert [(flip["position"], flip["before"]) for flip in answer["flips"]] == [
            (made, "good"), (made + 1, "bad")] and answer["reads"] == 8, answer
        once = json.loads(self.run(*by_command[:-1], *in_json, "sh", "-c",
                                   "! grep -q '\"key\":\"web\"'").stdout)
        assert once["not_monotone_at"] is None and 0 < once["checks"] <= 8, once
        same = self.run("bisect", "--from", made, "--", "true", expect=1, stderr="").stdout
        assert "the same at both ends" in same and "moments between them" in same, same
        self.run("bisect", "--from", made + 4, "--to", made, "--", "true", expect=2)
        hidden = f"test $LEDGER_POSITION = {made} && exit 125; ! grep -q web"
        several = self.run("bisect", "--from", 1, "--to", made + 2, "--view", "policies",
                           "--", "sh", "-c", hidden, expect=1, stderr="").stdout
        assert f"one of the events {made} to {made + 1}" in several, several
        self.run("bisect", "--from", 1, "--command-timeout", 1, "--", "sleep", 60, expect=7)
        self.run("bisect", "--from", 1, "--command-timeout", 0, "--", "true", expect=2)
        self.what_a_command_started_ends_with_us()
        self.run("bisect", "--from", 1, "--", "/no/such/program", expect=2)
        self.run("bisect", "--from", 1, expect=2)

    def what_a_command_started_ends_with_us(self):
        started = self.scratch / "started"
        asking = subprocess.Popen(
            [self.program, "bisect", "--from", "1", "--", "sh", "-c",
             f"sleep 600 & echo $! > {started}.new; mv {started}.new {started}; wait"],
            env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.ledger.wait_until("the command runs", started.exists)
        asking.send_signal(signal.SIGINT)
        assert asking.wait(timeout=20) == -signal.SIGINT
        status = Path(f"/proc/{started.read_text().strip()}/status")
        self.ledger.wait_until("it ends", lambda: has_ended(status))

    def the_history_of_a_backup_is_asked_without_a_server(self):
        made = int(self.names["POLICY"])
        report = ("report", "changes", "--from", 1, "--to", made + 9, "-o", "html")
        page = self.run(*report).stdout
        self.ledger.stop()
        data = self.ledger.data
        assert self.run(*report, "--data", data).stdout == page
        told = self.run("diff", f"before:{made}", made, "--data", data, expect=1, stderr="")
        assert "+ policies web" in told.stdout, told.stdout
        assert self.run("diff", made, made, "--data", data).stdout == ""
        where = "policies[policy = web].exists"
        found = self.run("bisect", "--from", 1, "--where", where, "--data", data).stdout
        assert f"Holds since event {made}:" in found, found
        self.run("bisect", "--from", 1, "--where", "x", "--data", data, expect=2)
        self.run("diff", made, "nonsense", "--data", data, expect=2)
        self.run("diff", made, "--view", "nonsense", "--data", data, expect=3)
        self.run("diff", 1, "--data", self.scratch / "nowhere", expect=3)
        self.ledger.start()
        self.environment["LEDGER_SERVER"] = self.ledger.url
