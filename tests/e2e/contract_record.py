"""The chapters of the contract's story about the record: what happened, proofs, long work."""

import hashlib
import json
from xml.etree import ElementTree


class Chapters:
    def ordered(self, name, query, rows, **arguments):
        """The same rows in another order, by the field that each list has first."""
        self.call(name, query={**query, "order_by": "no_such_field"}, expect=400, **arguments)
        if not rows:
            return
        first = next(iter(rows[0]))
        up, down = ([each[first] for each in self.call(
            name, query={**query, "order_by": order, "page_size": 1000}, expect=200,
            **arguments).json()["items"]] for order in (first, f"{first} desc"))
        assert up == down[::-1] and len(up) >= len(rows), f"{name}: {up} {down}"

    def events(self):
        items = self.listed("listEvents")
        position = {"position": items[0]["position"]}
        for query in ({"type": "policy.,-policy.ruleset"}, {"actor": "token"},
                      {"stream": "policy/web"},
                      {"subject": "policy"}, {"outcome": "refused"}, {"order_by": "position"},
                      {"after": "5", "before": "20"}, {"reason": "test"}):
            assert self.call("listEvents", query=query, expect=200).json()["items"], query
        self.call("listEvents", query={"type": "nonsense"}, expect=400)
        self.call("showEvent", path=position, expect=200)
        self.call("showEvent", path={"position": 10**9}, expect=404)
        for name in ("listEventChanges", "listEventCauses", "listEventEffects"):
            self.listed(name, path=position)
        self.call("proveEvent", path=position, expect=200)
        text = self.call("proveEvent", path=position, headers={"Accept": "text/plain"}, expect=200)
        assert text.body.startswith(b"c2sp.org/tlog-proof@v1"), text.body
        self.call("listEventTypes", expect=200)
        tail = self.call("streamEvents", query={"after": "0", "type": "policy."}, streams=True,
                         expect=200)
        assert tail.media_type == "text/event-stream"
        lines = self.call("streamEvents", query={"after": "0"}, expect=200,
                          headers={"Accept": "application/x-ndjson"})
        assert json.loads(lines.body.splitlines()[0])["position"] == 1

    def reports(self):
        for name, report in (("showCoverageReport", "coverage"),
                             ("showTimeToProtectReport", "time-to-protect"),
                             ("showExposureReport", "exposure"),
                             ("showChangesReport", "changes"), ("showAccessReport", "access")):
            made = self.call(name, query={"from": "0"}, expect=200)
            told = made.json()
            assert told["report"]["report"] == report, told["report"]["report"]
            bytes_of_report = made.body[made.body.index(b'"report":') + len(b'"report":'):-1]
            assert hashlib.sha256(bytes_of_report).hexdigest() == told["digest"], told["digest"]
            query = {"from": "0", "to": str(told["report"]["to"]["position"])}
            assert self.call(name, query=query, expect=200).body == made.body, report
            page = self.call(name, query=query, headers={"Accept": "text/html"}, expect=200)
            assert told["digest"].encode() in page.body, report
            for each in ElementTree.fromstring(page.body).iter():
                assert each.tag not in ("script", "link", "img", "iframe", "object"), each.tag
                assert "src" not in each.attrib, each.attrib
                assert each.get("href", "#").startswith("#"), each.attrib
            assert "style-src" in page.headers["content-security-policy"], page.headers
            table = self.call(name, query=query, headers={"Accept": "text/csv"}, expect=200)
            assert told["digest"].encode() in table.body, report
            self.call(name, query={"from": "9", "to": "1"}, expect=400)
            self.call(name, query={"from": "yesterday"}, expect=400)
            self.call(name, headers={"Accept": "image/png"}, expect=406)
            self.call(name, expect=200)
        about = self.call("showExposureReport", expect=200,
                          query={"from": "0", "about": "CVE-2026-1001"}).json()["report"]
        assert about["sections"][-1]["name"] == "computers", about["sections"][-1]
        self.call("showExposureReport", query={"about": "CVE-1"}, expect=400)

    def replay(self):
        assert any(each["view"] == "policies" for each in self.listed("listViews"))
        path = {"view": "policies"}
        rows = self.listed("listViewRows", path=path, query={"filter": 'policy = "web"'})
        assert rows[0]["key"] == "web", rows
        for name in ("listRowHistory", "listRowBlame"):
            assert self.listed(name, path=path, query={"key": "web"})[0]["type"]
            self.call(name, path={"view": "nonsense"}, query={"key": "web"}, expect=404)
            self.call(name, path={"view": "buckets"}, query={"key": "x"}, expect=404)
        self.call("listViewRows", path={"view": "nonsense"}, expect=404)
        items = self.listed("listDiff", query={"from": "1"})
        assert "added" in {each["change"] for each in items}, items
        backward = self.call("listDiff", query={"from": "20", "to": "1", "view": "policies"},
                             expect=200).json()["items"]
        assert all(each["view"] == "policies" for each in backward), backward
        self.call("listDiff", query={}, expect=400)
        self.call("listDiff", query={"from": "1", "view": "nonsense"}, expect=404)
        body = {"from": "0", "where": 'policies[policy = "web" and policy != "x"].exists'}
        found = self.call("bisect", body=body, expect=200).json()
        assert found["flips"][0]["event"]["type"] == "policy.created", found
        told = self.call("bisect", body={**body, "all": True}, expect=200).json()
        assert told["flips"][0]["position"] == found["flips"][0]["position"], told
        wrong = self.call("bisect", body={"from": "0", "where": "policies[policy ~ 1].exists"},
                          expect=400)
        assert "At byte 16 of the predicate" in wrong.json()["detail"], wrong.body
        self.call("bisect", body={"from": "9", "to": "1", "where": "alerts.exists"}, expect=400)

    def stepping(self):
        begun = self.call("beginReplay", body={"from": "1"}, expect=201)
        session = begun.json()
        path = {"replay": session["replay"]}
        assert session["step"]["position"] == 1, session
        assert self.call("stepReplay", path=path, body={"count": 3},
                         expect=200).json()["step"]["position"] == 4
        assert self.call("stepReplayBack", path=path, body={},
                         expect=200).json()["step"]["position"] == 3
        self.call("stepReplay", path=path, body={"over": True}, expect=200)
        found = self.call("continueReplay", path=path, body={
            "stops": [{"type": "policy."}, {"watch": "rule_updates.count"}]}, expect=200).json()
        assert found["step"]["hit"]["why"] in ("break", "watch"), found
        assert found["step"]["changes"], found
        back = self.call("continueReplay", path=path, body={"until": 1, "back": True},
                         expect=200).json()
        assert back["step"]["position"] == 1, back
        self.call("continueReplay", path=path, body={"stops": [{}]}, expect=400)
        self.call("continueReplay", path=path, body={"stops": [{"where": "x"}]}, expect=400)
        self.call("showReplay", path=path, expect=200)
        self.call("endReplay", path=path, expect=200)
        self.call("showReplay", path=path, expect=404)
        self.call("beginReplay", body={"from": "9", "to": "1"}, expect=400)

    def what_if(self):
        ledger = self.contract.ledger
        created = self.listed("listEvents", query={"type": "policy.created"})[-1]["position"]
        started = self.call("supposeOtherwise", body={"edits": [{"drop_event": created}]},
                            expect=202)
        where = started.headers["location"]
        done = ledger.wait_until("it ends", lambda: (
            lambda seen: seen if seen["done"] else None)(ledger.ask("GET", where).json()))
        assert done["state"] == "succeeded", done
        told = done["result"]
        assert told["hypothetical"] is True and told["from"] == created, told
        assert told["dropped_events"][0]["position"] == created, told
        assert any(row["view"] == "policies" and row["change"] == "only_in_fact"
                   for row in told["rows"]), told
        for edits in ([{}], [{"drop_event": 1, "before": 2}], "x",
                      [{"before": 1, "command": {"command": "tick"}}]):
            self.call("supposeOtherwise", body={"edits": edits}, expect=400)

    def record(self):
        size = self.call("showLedger", expect=200).json()["size"]
        note = self.call("showCheckpoint", expect=200).body.decode()
        assert int(note.splitlines()[1]) >= size, note
        self.call("showTile", path={"tile": f"0/000.p/{min(size, 255)}"}, expect=200)
        self.call("showTile", path={"tile": "entries/000.p/2"}, expect=200)
        self.call("showTile", path={"tile": "9/000"}, expect=404)
        self.call("fetchRepositoryFile",
                  path={"source": "nobody", "path": "metadata/timestamp.json"}, expect=404)
        self.call("proveConsistency", query={"from": 3, "to": size}, expect=200)
        self.call("proveConsistency", query={"from": 9, "to": 3}, expect=400)
        self.call("showCheckpoint", query={"witnessed": "true"}, expect=409)
        self.listed("listSigningKeys")
        assert self.call("listWitnesses", expect=200).json()["items"] == []
        self.call("setBookmark", path={"bookmark": "start"}, body={"position": 1}, expect=200)
        self.call("showBookmark", path={"bookmark": "start"}, expect=200)
        self.listed("listBookmarks")
        assert self.call("showOverview", query={"as_of": "bookmark:start"},
                         expect=200).headers["ledger-position"] == "1"
        self.call("removeBookmark", path={"bookmark": "start"}, expect=200)

    def operations(self):
        ledger = self.contract.ledger
        for name, body in (("verifyLog", {}), ("backUpLog", {"name": "first"}),
                           ("rotateLogKey", {})):
            started = self.call(name, body=body, expect=202)
            where = started.headers["location"]
            done = ledger.wait_until("it ends", lambda: (
                lambda seen: seen if seen["done"] else None)(ledger.ask("GET", where).json()))
            assert done["state"] == "succeeded", done
            if name == "verifyLog":
                assert done["progress"]["per_second"] > 0, done
            path = {"operation": done["operation"]}
            self.call("showOperation", path=path, expect=200)
            self.call("cancelOperation", path=path, expect=409)
        self.call("listOperations", expect=200)
        for body in ({"kind": "range", "from": 1, "to": 9}, {"kind": "computer", "name": "pc-1"},
                     {"kind": "activity", "types": ["policy."]}):
            self.call("takeEvidence", body=body, expect=200)
        self.call("takeEvidence", body={"kind": "stream", "name": "policy/none"}, expect=404)
        self.call("takeEvidence", body={"kind": "everything"}, expect=400)
        retired = next(each["key_id"] for each in self.call("listSigningKeys").json()["items"]
                       if each["retired_at"])
        self.call("showLastCheckpoint", path={"key": retired}, expect=200)
        self.call("showLastCheckpoint", path={"key": "0" * 8}, expect=404)
        self.call("takeEvidence", body={"kind": "range", "timestamp": True}, expect=409)
        running = self.call("verifyLog", body={}, expect=202).json()["operation"]
        self.call("cancelOperation", path={"operation": running})

    def long_bisections(self):
        """Every change in many events is looked for by an operation, which who asked may end."""
        ledger = self.contract.ledger
        at_once_max = 1_000
        for i in range(at_once_max + 10 - ledger.ask("GET", "/v1/ledger").json()["size"]):
            assert ledger.ask("PUT", f"/v1/bookmarks/many{i}", {"position": 0}).status < 300
        body = {"from": "0", "where": 'policies[policy = "web"].exists', "all": True}
        self.call("bisect", body={**body, "where": "policies.size > 1"}, expect=400)
        key = {"Idempotency-Key": "long-bisection"}
        started = self.call("bisect", body=body, headers=key, expect=202)
        done = ledger.wait_until("it ends", lambda: (lambda seen: seen if seen["done"] else None)(
            ledger.ask("GET", started.headers["location"]).json()))
        assert done["state"] == "succeeded" and done["kind"] == "bisect", done
        assert done["progress"]["done"] == done["progress"]["total"] > at_once_max, done
        told = done["result"]
        short = self.call("bisect", body={**body, "to": str(at_once_max)}, expect=200).json()
        assert told["flips"] == short["flips"] and told["all"] and told["flips"], told
        again = self.call("bisect", body=body, headers=key, expect=202)
        assert again.json()["operation"] == done["operation"], again.body
        self.call("bisect", body={**body, "from": "1"}, headers=key, expect=422)
        secrets = {role: self.call("issueToken", expect=201, body={
            "role": role, "expires_in": "P1D"}).json()["secret"] for role in ("viewer", "auditor")}
        mine = self.call("bisect", body=body, token=secrets["viewer"], expect=202).json()
        path = {"operation": mine["operation"]}
        self.call("cancelOperation", path=path, token=secrets["auditor"], expect=403)
        ended = self.call("cancelOperation", path=path, token=secrets["viewer"])
        assert ended.status in (200, 409), ended.body
