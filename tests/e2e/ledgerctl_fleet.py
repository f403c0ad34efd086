"""Relay groups, and what computers are told to do."""


class Fleet:
    def a_relay_group_from_its_beginning_to_its_end(self):
        def shown():
            row = self.rows("relays", "show-group", "vault")
            return row["parent"], row["air_gapped"], row["description"]
        self.run("relays", "create-group", "--name", "vault", "--air-gapped")
        assert shown() == (None, True, ""), shown()
        self.run("relays", "change-group", "vault", "--connected", "--parent", "racks",
                 "--description", "Safe")
        assert shown() == ("racks", False, "Safe"), shown()
        self.run("relays", "change-group", "vault", "--parent", "")
        assert shown() == (None, False, "Safe"), shown()
        self.run("computers", "assign-relay-group", "pc-1", "--relay-group", "vault")
        self.run("relays", "delete-group", "vault", expect=5)
        self.run("computers", "assign-relay-group", "pc-1", "--relay-group", "default")
        self.run("relays", "delete-group", "vault")
        self.run("relays", "show-group", "vault", expect=3)

    def what_computers_are_told_is_planned_and_is_one_event(self):
        def given():
            return self.rows("events", "list", "--type", "instruction.given")
        for action in ("download_update", "roll_back_patterns"):
            before = given()
            words = ("computers", "instruct", "--action", action, "--scope", '{"kind":"all"}',
                     "--reason", "x")
            self.run(*words, "--dry-run")
            assert given() == before, "something was given"
            self.run(*words, "--yes")
            assert len(given()) == len(before) + 1, given()
            assert given()[0]["data"]["action"] == action, given()[0]
            self.run("computers", "cancel-instruction", given()[0]["data"]["instruction"])
