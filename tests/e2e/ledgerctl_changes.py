"""Cases of ledgerctl that change something, and of the server that it changes it on."""

import json


class Changes:
    """What Ledgerctl of ledgerctl_verbs.py can do besides."""

    def changes_that_are_changed_back(self):
        run = self.run
        run("task", "change", "nightly", "--definition", json.dumps({
            "kind": "verify_ledger", "recurrence": {"kind": "hourly", "minute": 5}}))
        run("user", "change", "alice", "--full-name", "Alice B.", "--role", "viewer")
        secret = run("token", "create", "--name", "t", "--role", "viewer", "--expires-in", "P1D",
                     "-q").stdout.split()
        assert any(word.startswith("ulg_") for word in secret), secret
        run("token", "revoke", "t")
        again = run("token", "revoke", "t")
        assert "so already" in again.stderr, again.stderr
        run("policies", "create", "--name", "gone")
        run("policies", "delete", "gone")
        run("computers", "assign-policy", "pc-1")
        run("computers", "assign-policy", "pc-1", "--policy", "web")
        run("computers", "assign-relay-group", "pc-1", "--relay-group", "default")
        run("computers", "revoke-certificate", "pc-1", "--reason", "test")
        run("computers", "cancel-instruction",
            self.rows("computers", "instructions")[0]["instruction"])
        run("groups", "create", "--name", "berlin", "--parent", "europe")
        run("groups", "delete", "berlin")
        run("bookmark", "set", "b", "--position", 1)
        refused = self.run("bookmark", "set", "c", "--position", 1, "--acknowledge", "witnessed",
                           expect=5)
        assert "asks no witnesses" in refused.stderr, refused.stderr
        run("bookmark", "remove", "b")
        run("source", "set", "gone", "--url", "file:///nonexistent")
        self.ledger.wait_until("no check runs", lambda: not self.rows(
            "source", "show", "gone")["checking"])
        run("source", "remove", "gone")
        plan = json.loads(run("updates", "apply", "26-002", "--dry-run", "-o", "json",
                              "--reason", "x").stdout)["plan"]
        run("plan", "cancel", plan)
        run("plan", "show", plan, expect=3)
        run("op", "cancel", self.names["OPERATION"], expect=5)

    def changes_of_what_stands_around_computers(self):
        run = self.run
        run("policies", "set", "web", "heartbeat_interval", "--value", "PT5M")
        assert self.rows("policies", "settings", "web")[0]["value"] == "PT5M"
        run("policies", "reset", "web", "heartbeat_interval")
        assert self.rows("policies", "settings", "web") == []
        run("policies", "set", "nowhere", "heartbeat_interval", "--value", "PT5M", expect=3)
        shown = run("policies", "unassign", "web", "--application-type", "web", "--dry-run").stdout
        assert "policy web: +0 -" in shown, shown
        run("groups", "create", "--name", "rome")
        run("groups", "change", "rome", "--parent", "europe")
        assert self.rows("groups", "show", "rome")["parent"] == "europe"
        run("groups", "change", "rome", "--parent", "")
        assert self.rows("groups", "show", "rome")["parent"] is None
        run("groups", "delete", "rome")
        run("searches", "save", "odd", "--where", "colour = red", expect=2)
        run("searches", "save", "gone", "--where", "status = silent")
        run("searches", "delete", "gone")
        run("patterns", "retire", "virus-pattern", "linux", "--version", "none", expect=3)
        run("alerts", "configure", "computer_silent", "--off", "--severity", "info")
        assert not self.rows("alerts", "show-type", "computer_silent")["enabled"]
        run("alerts", "configure", "computer_silent", "--on", "--severity", "warning")
        run("computers", "enrolment-token", "--uses", 1, "--expires-in", "PT1H", "--group",
            "europe", "-q")
        token = self.rows("computers", "enrolment-tokens", "--filter", "group = europe")[0]["token"]
        run("computers", "revoke-enrolment-token", token)
        assert self.rows("computers", "show-enrolment-token", token)["revoked"]

    def what_is_tried_is_not_done(self):
        run = self.run
        told = run("policies", "create", "tried", "--dry-run").stderr
        assert "Nothing was changed" in told and "policy.created  policy/tried" in told, told
        run("policies", "show", "tried", expect=3)
        run("policies", "delete", "web", "--dry-run", expect=5)
        run("groups", "delete", "europe", "--dry-run", expect=5)
        secret = run("token", "create", "--name", "tried", "--role", "viewer", "--expires-in",
                     "P1D", "--dry-run").stdout
        assert "ulg_" not in secret, secret
        run("token", "show", "tried", expect=3)
        plan = json.loads(run("updates", "reapply", "26-001", "--dry-run", "-o", "json").stdout)
        shown = run("plan", "apply", plan["plan"], "--dry-run", "--yes", "--reason", "x").stdout
        assert plan["digest"] in shown and "Applied" not in shown, shown
        unplanned = run("policies", "create", "tried", "--plan-digest", "0" * 64, expect=2).stderr
        assert "no plan" in unplanned, unplanned
        for verb in (("backup", "create", "--name", "tried"), ("log", "rotate-key")):
            for option in ("--dry-run", "--explain"):
                assert option in run(*verb, option, expect=2).stderr

    def a_user_comes_back_without_the_tokens_of_before(self):
        run = self.run
        run("user", "create", "--name", "bob", "--full-name", "Bob", "--role", "viewer")
        run("token", "create", "--name", "bob-1", "--user", "bob", "--role", "viewer",
            "--expires-in", "P1D", "-q")
        run("user", "disable", "bob")
        told = run("user", "enable", "bob").stderr
        assert "token.revoked  token/bob-1" in told and "user.enabled  user/bob" in told, told
        assert not self.rows("user", "show", "bob")["disabled"]
        assert self.rows("token", "show", "bob-1")["revoked"]

    def a_hold_is_released_by_a_plan(self):
        run = self.run
        run("settings", "set", "auto_apply_rule_updates", "--value", "true")
        run("hold", "place", "--name", "bad", "--update", "26-003")
        shown = run("hold", "release", "bad", "--reason", "good", expect=2).stderr
        assert "rule update 26-001 -> 26-003" in shown, shown
        run("hold", "release", "bad", "--reason", "good", "--confirm", "bad")
        newest = {each["update"]: each["status"] for each in self.rows("updates", "list")}
        assert newest["26-003"] == "applied", newest
        run("settings", "set", "auto_apply_rule_updates", "--value", "false")

    def servers_have_names(self):
        """Contexts of the configuration, and what goes before what."""
        home = self.scratch / "home"
        path = home / ".config" / "ledgerctl" / "config.toml"
        path.parent.mkdir(parents=True)
        token = self.environment["LEDGER_TOKEN_FILE"]
        path.write_text(f'''token_file = "{token}"
context = "away"
[contexts.here]
server = "{self.ledger.url}"
[contexts.away]
server = "http://127.0.0.1:9"
''')
        nothing = {"HOME": str(home), "LEDGER_SERVER": "", "LEDGER_TOKEN_FILE": ""}
        self.run("status", expect=8, **nothing)
        self.run("status", "--context", "here", **nothing)
        self.run("status", LEDGER_CONTEXT="here", **nothing)
        self.run("status", "--context=away", **{**nothing, "LEDGER_SERVER": self.ledger.url},
                 expect=8)
        self.run("status", "--context=away", "--server", self.ledger.url, **nothing)
        told = self.run("status", "--context", "her", expect=2, **nothing)
        assert "did you mean here" in told.stderr, told.stderr
        shown = self.run("policies", "list", "-v").stderr
        assert "GET /v1/policies: 200 after " in shown and ", request " in shown, shown
