"""Cases of ledgerctl that replay: the debugger, what-if, and the comparison of two builds."""

import json
import stat

# A build whose fold makes another row of policies from one event on.
OTHER_BUILD = '''#!/bin/sh
"{program}" "$@" | python3 -c '
import json, sys
for line in sys.stdin:
    row = json.loads(line)
    if row.get("folded", 0) > {event}:
        row["chain"] = "f" * 64
    if row.get("view") == "policies" and "{event}" in sys.argv:
        row["row"] = "other"
    print(json.dumps(row))
' "$@"
'''


class Replay:
    """What Ledgerctl of ledgerctl_verbs.py can do besides."""

    def debug(self, *commands, source=(), expect=0, **more):
        words = [word for each in commands for word in ("-e", each)]
        return self.run("debug", "--batch", *source, *words, expect=expect, **more)

    def steps_through(self, *source):
        made = int(self.names["POLICY"])
        told = self.debug("break policy.created", "continue", "print policies.count", "back",
                          "print policies.count > 5", "step 2", "info", "delete", "info",
                          source=source).stdout
        assert f"Breakpoint 1, break policy.created\nEvent {made}  " in told, told
        assert "  + policies web" in told, told
        assert "\n1\n" in told and "\n0 false\n" in told, told
        assert f"\nEvent {made - 1}  " in told and f"\nEvent {made + 1}  " in told, told
        assert told.rstrip().endswith("No breakpoints or watches."), told
        watched = self.debug("watch policies.count", "c", "c", "rc", f"until {made - 2}", "rs",
                             source=source).stdout
        assert f"Watch 1, watch policies.count: 0 -> 1\nEvent {made}  " in watched, watched
        assert f"\nEvent {made - 2}  " in watched and f"\nEvent {made - 3}  " in watched, watched
        verbs = self.debug(f"until {made}", f"diff {made - 1} {made}",
                           "bisect policies[policy = web].exists", f"whatif drop {made}", "next",
                           source=source).stdout
        assert "+ policies web" in verbs and f"Holds since event {made}:" in verbs, verbs
        assert "Hypothetical: " in verbs and "- policies web" in verbs, verbs

    def the_record_is_stepped_through(self):
        self.steps_through()
        script = self.scratch / "commands"
        script.write_text("# from a file\nbreak if policies.count > 0\ncontinue\n\nquit\n")
        told = self.run("debug", "-x", script).stdout
        assert "Breakpoint 1, break if policies.count > 0: 0 -> 1" in told, told
        wrong = self.debug("step", "brake policy.", "step", expect=2, stderr="no command \"brake\"")
        assert "Event 1  " in wrong.stdout and "Event 2  " not in wrong.stdout, wrong.stdout
        for command in ("step x", "until", "break", "watch", "delete 4", "print", "whatif"):
            self.debug(command, expect=2, stderr="")
        for command in ("break if nonsense", "break on policies[x].exists", "watch policies.cont"):
            self.debug(command, expect=2, stderr="At byte")
        self.debug("break polcy.", expect=2, stderr="No type of event begins with")
        on = self.debug("break on policy.", "break on policies.count > 5", "info").stdout
        assert on.endswith("1: break policy.\n2: break if policies.count > 5\n"), on
        self.run("debug", "--from", "nonsense", "--batch", expect=2)
        for script in (self.scratch / "nowhere", self.scratch):
            self.run("debug", "-x", script, expect=2, stderr="Cannot read")

    def what_would_have_been(self):
        made = int(self.names["POLICY"])
        told = self.rows("what-if", "--drop", made)
        assert told["hypothetical"] is True, told
        assert told["dropped_events"][0]["position"] == made, told
        shown = self.run("what-if", "--drop", made).stdout
        assert shown.startswith("Hypothetical: ") and "- policies web" in shown, shown
        other = self.run("what-if", "--set", f"rule_updates_kept=7@{made}", "--do",
                         made + 1, expect=2, stderr="--do is POSITION:")
        assert not other.stdout
        kept = self.rows("what-if", "--set", f"rule_updates_kept=7@{made}")
        assert any(row["view"] == "settings" for row in kept["rows"]), kept
        command = json.dumps({"command": "create_group", "group": "supposed"})
        grown = self.rows("what-if", "--do", f"{made}:{command}")
        assert grown["supposed_events"][0]["type"] == "group.created", grown
        edits = self.scratch / "edits.json"
        edits.write_text(json.dumps([{"drop_event": made}]))
        assert self.rows("what-if", "--edits", edits)["dropped"] == told["dropped"]
        self.run("what-if", expect=2, stderr="--drop-command")
        self.run("what-if", "--set", "nonsense", expect=2)
        self.run("what-if", "--drop", 10 ** 9, expect=2)

    def two_builds_are_compared(self):
        made = int(self.names["POLICY"])
        self.ledger.stop()
        data = ("--data", self.ledger.data)
        same = self.run("replay", "--compare", self.program, self.program, *data).stdout
        assert same.startswith("The same: "), same
        other = self.scratch / "other-build"
        other.write_text(OTHER_BUILD.format(program=self.program, event=made))
        other.chmod(other.stat().st_mode | stat.S_IEXEC)
        told = self.run("replay", "--compare", self.program, other, *data, expect=1,
                        stderr="").stdout
        assert f"They differ first at event {made}  policy.created" in told, told
        assert f"policies web\n    {self.program}: {{" in told, told
        assert f"{other}: other" in told, told
        marks = self.rows("replay", "digests", "--every", 10, *data)
        assert marks[0]["folded"] == 10 and len(marks[0]["views"]) > 30, marks[0]
        rows = self.rows("replay", "rows", "--event", made, *data)
        assert any(row["key"] == "web" for row in rows), rows
        self.run("replay", "rows", "--event", 10 ** 9, *data, expect=3)
        self.run("replay", "--compare", self.program, "/bin/false", *data, expect=8)
        self.run("replay", "--compare", self.program, self.program, expect=2)
        self.run("replay", expect=2, stderr="")
        golden = ("--records", "tests/golden/log-1/records")
        self.run("replay", "--compare", self.program, self.program, *golden)
        self.steps_through(*data)
        told = self.rows("what-if", "--drop", made, *data)
        assert told["dropped_events"][0]["position"] == made, told
        self.run("what-if", "--drop", 10 ** 9, *data, expect=2)
        edit = ("what-if", "--drop", made - 1, *data)
        told = self.run(*edit, "--views-of", self.program).stdout
        assert "Hypothetical: " in told and "The same: " in told, told
        told = self.run(*edit, "--views-of", other, expect=1, stderr="").stdout
        assert "They differ first at event " in told and f"{other}: " in told, told
        told = json.loads(self.run(*edit, "--views-of", self.program, "-o", "json").stdout)
        assert told["other_build"]["agree"] is True and told["dropped"] > 0, told
        self.run(*edit, "--views-of", "/bin/false", expect=8)
        self.run(*edit[:3], "--views-of", self.program, expect=2, stderr="give --data")
        self.ledger.start()
        self.environment["LEDGER_SERVER"] = self.ledger.url
