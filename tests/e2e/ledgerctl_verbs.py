"""ledgerctl against a real ledgerd: every verb that reads in every format, plans, exit codes,
completion, and what it says when something is wrong.

    ledgerctl_verbs.py LEDGERD LEDGERCTL [RESULTS_XML]
"""

import csv
import http.server
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import yaml

from cases import Cases
from contract_story import document
from ledgerctl_changes import Changes
from ledgerctl_debug import Replay
from ledgerctl_exits import Exits
from ledgerctl_fleet import Fleet
from ledgerctl_history import History
from ledgerctl_reports import Reports
from ledgerctl_screen import Screen
from ledgerctl_table import NOT_AS_OF, OTHERS, READS
from running_ledger import RunningLedger

class Ledgerctl(Changes, Exits, Fleet, History, Replay, Reports, Screen):
    def __init__(self, program, ledger, scratch):
        self.program = program
        self.ledger = ledger
        self.scratch = Path(scratch)
        self.names = {}
        self.environment = {"PATH": f"{Path(program).parent}:{os.environ['PATH']}",
                            "HOME": scratch, "LEDGER_SERVER": ledger.url,
                            "LEDGER_TOKEN_FILE": str(ledger.data / "admin-token")}

    def run(self, *arguments, expect=0, stderr="ledgerctl: ", **more):
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True,
                              env={**self.environment, **more}, timeout=120,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stderr}"
        if expect:
            assert stderr in done.stderr or expect == 6, done.stderr
        return done

    def rows(self, *arguments):
        return json.loads(self.run(*arguments, "-o", "json").stdout)

    # -- Cases -----------------------------------------------------------------------------------

    def prepare(self):
        run = self.run
        run("settings", "set", "auto_apply_rule_updates", "--value", "false")
        for i, name in enumerate(("26-001", "26-002", "26-003"), 1):
            path = self.scratch / f"{name}.json"
            path.write_text(json.dumps(document(name, i)))
            told = run("updates", "import", path, "--reason", "test")
            assert name in told.stdout, told.stdout
        run("updates", "apply", "26-001", "--yes", "--reason", "test")
        told = run("policies", "create", "--name", "web", "--description", "Servers")
        self.names["POLICY"] = told.stderr.split()[0]
        run("policies", "change", "web", "--description", "Web servers")
        run("policies", "assign", "web", "--application-type", "web", "--yes", "--reason", "x")
        run("groups", "create", "--name", "europe")
        run("relays", "create-group", "--name", "racks", "--parent", "default",
            "--description", "Racks")
        changed = self.ledger.ask("PUT", "/v1/policies/web/settings/heartbeat_interval",
                                  {"value": "PT1M"}, {"If-Match": "*"})
        assert changed.status == 200, changed.body
        imported = self.rows("events", "list", "--type", "rule_update.imported")[0]["position"]
        self.names.update(IMPORTED=str(imported), RECORDED=str(imported + 1))
        joining = run("computers", "enrolment-token", "--uses", 3, "--expires-in", "PT1H",
                      "--policy", "web", "-q").stdout.split()
        secret = next(word for word in joining if word.startswith("ulg_"))
        joined = self.ledger.ask("POST", "/v1/computers", {
            "computer": "pc-1", "platform": "linux", "modules": ["firewall"]}, token=secret)
        assert joined.status == 201, joined.body
        run("computers", "move", "pc-1", "--group", "europe")
        run("computers", "instruct", "--action", "send_policy", "--scope", '{"kind":"all"}',
            "--yes", "--reason", "x")
        run("relays", "register", "--name", "pc-1", "--url", "https://pc-1:8443")
        released = self.ledger.ask("POST", "/v1/patterns", {
            "component": "virus-pattern", "product": "Virus Pattern", "platform": "linux",
            "version": "1.0", "released_at": "2026-11-03T09:00:00Z", "digest": "ab" * 32,
            "bytes": 1000})
        assert released.status == 201, released.body
        run("source", "set", "odd", "--url", "file:///nonexistent")
        # What is not said stays as it is.
        run("source", "set", "odd", "--trust-root", "ab" * 32, "--disabled")
        run("source", "set", "odd", "--alternative-url", "file:///nowhere")
        shown = self.rows("source", "show", "odd")
        assert shown["url"] == "file:///nonexistent" and shown["trust_root"] == "ab" * 32, shown
        assert not shown["enabled"], shown
        run("source", "set", "odd", "--enabled")
        followed = run("source", "check", "odd", "--wait", expect=1)
        assert "/nonexistent" in followed.stderr, followed.stderr
        definition = {"kind": "verify_ledger", "recurrence": {
            "kind": "daily", "hour": 3, "minute": 0, "time_zone": "Europe/Berlin"}}
        run("task", "create", "--name", "nightly", "--definition", json.dumps(definition))
        run("task", "run", "nightly")
        run("hold", "place", "--name", "freeze", "--until", "2099-01-01T00:00:00Z")
        run("searches", "save", "failed", "--where", 'status = "failed"')
        run("user", "create", "--name", "alice", "--full-name", "Alice", "--role", "operator")
        run("bookmark", "set", "start", "--position", 5)
        plan = self.run("updates", "apply", "26-002", "--dry-run", "-o", "json", "--reason", "test")
        self.names["PLAN"] = json.loads(plan.stdout)["plan"]
        assert run("log", "verify").stdout.startswith("Sound: ")
        self.ledger.wait_until("every operation has ended", lambda: all(
            each["done"] for each in self.rows("op", "list")))
        self.names["OPERATION"] = self.rows("op", "list")[0]["operation"]

    def read_words(self, read):
        noun_and_verb = [word for word in read.split() if word]
        return noun_and_verb + [self.names.get(each, each) for each in READS[read]]

    def every_verb_is_known_here(self):
        """Whoever adds a verb says here what it is."""
        nouns = self.run("__complete", "").stdout.split()
        found = set()
        for noun in nouns:
            verbs = self.run("__complete", noun, "").stdout.split()
            found |= {f"{noun} {verb}" for verb in verbs} if verbs else {noun}
        known = set(READS) | {f"{noun} {verb}" for noun, verbs in OTHERS.items()
                              for verb in verbs.split()}
        known |= {f"completion {shell}" for shell in ("bash", "zsh", "fish")} | {"diff", "bisect"} \
            | {"debug", "what-if"}
        assert found == known, f"{sorted(found ^ known)}"

    def every_read_in_every_format(self):
        """As of one position: what is recorded meanwhile changes the position that is shown."""
        wrong = []
        moment = ("--as-of", self.rows("status")["position"])
        for read in READS:
            words = (*self.read_words(read), *(() if read in NOT_AS_OF else moment))
            try:
                value = json.loads(self.run(*words, "-o", "json").stdout)
                lines = [json.loads(line) for line in
                         self.run(*words, "-o", "jsonl").stdout.splitlines()]
                assert lines == (value if isinstance(value, list) else [value]), "jsonl differs"
                assert yaml.safe_load(self.run(*words, "-o", "yaml").stdout) == value, "yaml"
                table = list(csv.reader(io.StringIO(self.run(*words, "-o", "csv").stdout)))
                assert len({len(row) for row in table}) == 1, "csv: rows of different lengths"
                rows = len(value) if isinstance(value, list) else 1
                assert len(table) == rows + 1, f"csv: {len(table)} lines of {rows} rows"
                told = self.run(*words).stdout
                assert len(told.splitlines()) >= rows and rows > 0, "nothing is told"
                bare = self.run(*words, "--no-headers").stdout.splitlines()
                if isinstance(value, list):
                    assert len(bare) == rows, "--no-headers"
            except (AssertionError, ValueError, yaml.YAMLError) as error:
                wrong.append(f"{read}: {error}")
        assert not wrong, "\n".join(wrong)

    def every_read_as_of_the_past(self):
        wrong = []
        now = self.rows("status")["position"]
        for read in READS:
            words = self.read_words(read)
            done = subprocess.run([self.program, *words, "--as-of", str(now), "-o", "json"],
                                  capture_output=True, text=True, env=self.environment)
            if (done.returncode == 0) != (read not in NOT_AS_OF):
                wrong.append(f"{read}: {done.returncode} {done.stderr}")
        assert not wrong, "\n".join(wrong)
        assert self.rows("policies", "list", "--as-of", 3) == []
        before = int(self.names["POLICY"])
        assert self.rows("policies", "list", "--as-of", f"before:{before}") == []
        assert len(self.rows("policies", "list", "--as-of", before)) == 1
        self.run("policies", "show", "web", "--as-of", "bookmark:start", expect=3)
        self.run("status", "--as-of", "-PT0S")

    def rows_are_chosen_and_ordered(self):
        best = self.run("rules", "list", "--sort", "severity,-id", "--limit", 1, "-o", "name")
        assert best.stdout == "1000004\n", "it is the last of all, not of the first page"
        wide = self.run("policies", "list", "-o", "wide").stdout.splitlines()[0]
        assert wide.startswith("POLICY  PARENT") and "APPLICATION TYPES" in wide, wide
        some = self.run("policies", "show", "web", "--columns", "policy,changed.by").stdout
        assert [line.split()[0] for line in some.splitlines()] == ["policy", "changed.by"], some
        for misplaced in (("-o", "name"), ("--sort", "policy"), ("--limit", 1)):
            assert "for lists" in self.run("policies", "show", "web", *misplaced, expect=2).stderr
        self.run("policies", "delete", "web", "--as-of", 3, expect=2)
        rules = self.rows("rules", "list", "--filter", 'severity = "high"', "--limit", 2)
        assert len(rules) == 2, rules
        told = self.run("rules", "list", "--columns", "id,name", "--sort", "-id").stdout
        assert told.split()[:2] == ["ID", "NAME"] and "1000004" in told.splitlines()[1], told

    def plans_are_shown_and_confirmed(self):
        before = self.rows("updates", "list")
        shown = self.run("updates", "apply", "26-002", "--reason", "x", expect=2)
        assert "--plan-digest=" in shown.stderr and "26-001 -> 26-002" in shown.stderr
        digest = shown.stderr.split("--plan-digest=")[1].split()[0]
        dry = self.run("updates", "apply", "26-002", "--dry-run", "--reason", "x").stdout
        assert digest in dry, dry
        self.run("updates", "apply", "26-002", "--reason", "x", "--plan-digest", "0" * 64, expect=5)
        self.run("updates", "apply", "26-002", "--reason", "x", "--plan-digest", "0" * 64, "--yes",
                 expect=5)
        wrong = self.run("updates", "apply", "26-002", "--reason", "x", "--confirm", "no", expect=2)
        assert "--confirm=" in wrong.stderr
        assert self.rows("updates", "list") == before, "something was changed"
        told = self.run("updates", "apply", "26-002", "--reason", "x", "--plan-digest", digest)
        assert "Applied" in told.stdout
        plan = json.loads(self.run("updates", "rollback", "26-001", "--dry-run", "--reason", "bad",
                                   "-o", "json").stdout)
        self.run("plan", "apply", plan["plan"], "--confirm", plan["confirm"], "--reason", "bad")
        assert [each["status"] for each in self.rows("updates", "list")][2] == "applied"

    def keeping_fewer_updates_is_planned(self):
        for each in self.rows("hold", "list"):  # What is held is never given up.
            self.run("hold", "release", each["hold"], "--reason", "over", "--yes")
        told = self.run("settings", "set", "rule_updates_kept", "--value", 1, "--reason", "x",
                        expect=2)
        assert "the content of 26-002 is given up" in told.stderr, told.stderr
        assert self.rows("settings", "show", "rule_updates_kept")["value"] == "10"
        self.run("settings", "set", "rule_updates_kept", "--value", 9, "--reason", "x", "--yes")
        assert self.rows("settings", "show", "rule_updates_kept")["value"] == "9"

    def words_and_output_as_people_use_them(self):
        run = self.run
        run("policies", "create", "--description", "\x1b[31mred\u009b1m\u202e'", "odd")
        shown = run("policies", "list", "--sort", "-changed.position").stdout.splitlines()[1]
        assert shown.startswith("odd ") and not set(shown) & set("\x1b\u009b\u202e"), shown
        asked = run("policies", "change", "odd", "--description", "it's", "--explain").stdout
        assert r"it'\''s" in asked, asked
        run("policies", "delete", "odd")
        for wrong in (("--limit", "0"), ("--timeout", "0"), ("-o", "text")):
            assert wrong[0].strip("-") in run("policies", "list", *wrong, expect=2).stderr
        unknown = run("policies", "list", "--sort", "none", expect=2).stderr
        assert '"none"' in unknown and "policy, parent" in unknown, unknown
        with open("/dev/full", "w", encoding="utf-8") as full:
            told = subprocess.run([self.program, "policies", "list"], stdout=full, text=True,
                                  stderr=subprocess.PIPE, env=self.environment)
        assert told.returncode == 1 and "standard output" in told.stderr, told

    def watching_ends_with_control_c(self):
        class Running(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps({"operation": "op-7", "kind": "verify_log", "state": "running",
                                   "done": False, "progress": {"done": 1, "total": 2}}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Running)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        there = ("--server", f"http://127.0.0.1:{server.server_port}")
        assert self.run("op", "cancel", "op-7", *there).stderr == "op-7 is asked to end.\n"
        watching = subprocess.Popen(
            [self.program, "op", "watch", "op-7", *there],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert "1 of 2" in watching.stderr.readline()
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=10) == 130
        assert "ledgerctl op watch op-7" in watching.stderr.read()
        watching.stdout.close()
        watching.stderr.close()
        server.shutdown()
        server.server_close()

    def completion(self):
        words = lambda *given: self.run("__complete", *given).stdout.split()
        assert words("pol") == ["policies"]
        assert "rollback" in words("updates", "r")
        assert words("policies", "show", "") == ["web"]
        assert words("updates", "export", "26-") == ["26-001", "26-002", "26-003"]
        assert words("policies", "list", "-o", "") == ["csv", "json", "jsonl", "name", "table",
                                                       "wide", "yaml"]
        assert "--as-of" in words("policies", "list", "--as")
        assert "--against" in words("updates", "changes", "--")
        assert words("-o", "json", "hol") == ["hold"]
        assert words("completion", "") == ["bash", "fish", "zsh"]
        script = self.run("completion", "bash").stdout
        asked = script + ('COMP_WORDS=(ledgerctl updates ro); COMP_CWORD=2; _ledgerctl; '
                          'echo "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True,
                              env=self.environment, check=True)
        assert done.stdout.split() == ["rollback"], done
        for shell in ("zsh", "fish"):
            script = self.run("completion", shell).stdout
            assert "__complete" in script
            if shutil.which(shell):
                subprocess.run([shell, "-n", "-c", script], check=True, capture_output=True)
        self.run("completion", "tcsh", expect=2)

    def events_as_they_come(self):
        for form, first in (("table", None), ("jsonl", "{"), ("csv", "position,"),
                            ("yaml", "---")):
            tail = subprocess.Popen(
                [self.program, "events", "tail", "--type", "group.", "-o", form],
                env=self.environment, stdout=subprocess.PIPE)
            made = f"tail-{form}"
            deadline = time.monotonic() + 20
            os.set_blocking(tail.stdout.fileno(), False)
            seen = b""
            number = 0
            while made.encode() not in seen and time.monotonic() < deadline:
                number += 1
                self.run("groups", "create", "--name", f"{made}-{number}")
                time.sleep(0.05)
                seen += tail.stdout.read() or b""
            tail.kill()
            tail.wait()
            tail.stdout.close()
            assert made.encode() in seen, f"{form}: {seen}"
            assert first is None or seen.decode().startswith(first), seen

    def exported_as_it_was_imported(self):
        path = self.scratch / "out.json"
        self.run("updates", "export", "26-002", "--to", path)
        assert path.read_text() == (self.scratch / "26-002.json").read_text()
        assert self.run("updates", "export", "26-002").stdout == path.read_text()

    def backups_and_the_record(self):
        made = json.loads(self.run("backup", "create", "--name", "b1", "-o", "json", "--reason",
                                   "before the update").stdout)
        assert made["name"] == "b1", made
        again = self.run("backup", "create", "--name", "b1", expect=5)
        assert "b1" in again.stderr, again.stderr
        backup = self.ledger.data / "backups" / "b1"
        self.run("backup", "verify", backup)
        restored = self.scratch / "restored"
        self.run("backup", "restore", backup, "--to", restored)
        self.run("backup", "restore", backup, "--to", restored, expect=2)
        inspected = json.loads(self.run("log", "inspect", "--data", restored, "-o", "json").stdout)
        assert inspected["size"] == made["size"], inspected
        record = json.loads(self.run("log", "inspect", "--data", restored, "--position", 1,
                                     "-o", "json").stdout)
        assert record["position"] == 1, record
        self.run("log", "inspect", "--data", restored, "--position", 10**9, expect=3)
        self.run("log", "inspect", "--data", self.scratch / "nowhere", expect=3)
        self.run("views", "rebuild", "--data", restored)
        digests = json.loads(self.run("views", "digests", "--data", restored, "-o", "json").stdout)
        assert any(each["rows"] for each in digests), digests
        self.damaged_record_is_told(restored)

    def damaged_record_is_told(self, directory):
        for table in directory.glob("log/*.sst"):
            data = bytearray(table.read_bytes())
            data[len(data) // 3] ^= 1
            table.write_bytes(data)
        told = self.run("log", "verify", "--data", directory, expect=6)
        assert "position" in told.stdout + told.stderr, told

    def whoever_asks_for_long_work_is_named(self):
        self.run("log", "verify", "--reason", "quarterly", "--ticket", "T-7")
        rows = self.rows("events", "list", "--type", "ledger.verified,backup.created")
        verified = next(each for each in rows if each["reason"] == "quarterly")
        assert verified["actor"]["kind"] == "token" and verified["ticket"] == "T-7", verified
        assert verified["actor"]["id"] == "first-admin", verified
        backup = next(each for each in rows if each["reason"] == "before the update")
        assert backup["actor"]["id"] == "first-admin", backup
        task = next(each for each in rows if each["actor"]["kind"] == "system")
        assert task["causation"] is not None, task


def main():
    ledgerd, program = sys.argv[1:3]
    cases = Cases("ledgerctl")
    with RunningLedger(ledgerd) as ledger, tempfile.TemporaryDirectory() as scratch:
        ctl = Ledgerctl(program, ledger, scratch)
        for name in ("prepare", "every_verb_is_known_here", "every_read_in_every_format",
                     "every_read_as_of_the_past", "rows_are_chosen_and_ordered", "completion",
                     "plans_are_shown_and_confirmed", "keeping_fewer_updates_is_planned",
                     "exported_as_it_was_imported", "changes_that_are_changed_back",
                     "changes_of_what_stands_around_computers", "what_is_tried_is_not_done",
                     "a_user_comes_back_without_the_tokens_of_before", "servers_have_names",
                     "exit_codes", "a_refusal_ends_with_what_it_means",
                     "a_relay_group_from_its_beginning_to_its_end",
                     "what_computers_are_told_is_planned_and_is_one_event",
                     "words_and_output_as_people_use_them",
                     "moments_are_compared", "what_others_wrote_steers_no_terminal",
                     "the_event_that_made_the_difference_is_found",
                     "watching_ends_with_control_c", "events_as_they_come",
                     "lists_are_exported_by_tasks", "reports_are_exported_by_tasks_and_recorded",
                     "reports_are_shown_in_every_format",
                     "a_hold_is_released_by_a_plan", "backups_and_the_record",
                     "whoever_asks_for_long_work_is_named",
                     "the_history_of_a_backup_is_asked_without_a_server",
                     "the_record_is_stepped_through",
                     "the_record_is_stepped_through_in_the_whole_terminal",
                     "without_a_whole_terminal_the_debugger_takes_lines", "what_would_have_been",
                     "two_builds_are_compared"):
            cases.run(f"ledgerctl: {name.replace('_', ' ')}", getattr(ctl, name))
    return cases.report(sys.argv[3] if len(sys.argv) > 3 else None)


if __name__ == "__main__":
    sys.exit(main())
