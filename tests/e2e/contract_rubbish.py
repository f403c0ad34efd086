"""Every operation, sent what nobody should send. Each is answered with a problem that says what is
wrong, and nothing comes of it."""

import json
import re

from contract_roles import target_of

NO_JSON = [b"{", b"nul", b"{} {}", b'{"a":1,}', b'{"a":NaN}', b"\xff\xfe{}", b'{"a":"\xc3("}',
           b'{"a":1,"a":2}', b"[" * 100_000, b'{"a":' * 100 + b"1" + b"}" * 100,
           b'{"a":"\\ud800"}', b"\xef\xbb\xbf{}", b'{"a":"line\nbreak"}', b"[]", b'"text"', b"17"]
# Of a wrong type, whatever the right one is.
WRONG = [{"surprise": [None]}, [[{}]], 1e300, -1, True, "\x00", "x" * 5000]


class Rubbish:
    def __init__(self, contract):
        self.contract = contract
        self.ledger = contract.ledger
        self.document = contract.document

    def writes(self):
        for name, (method, pattern, operation) in self.document.operations.items():
            if method != "GET":
                yield name, method, pattern, operation

    def schema_of(self, operation):
        body = self.document.resolved(operation.get("requestBody", {}))
        schema = body.get("content", {}).get("application/json", {}).get("schema", {})
        return self.document.resolved(schema)

    def size(self):
        """Of what people and rubbish can bring about: the service itself goes on ticking."""
        answer = self.ledger.ask("GET", "/v1/events?actor=token&page_size=1&outcome=done")
        return answer.json()["items"][0]["position"]

    def send(self, name, method, pattern, operation, body, headers=None):
        headers = {"Content-Type": "application/json", **(headers or {})}
        answer = self.ledger.ask(method, target_of(pattern), body, headers)
        self.contract.check(name, operation, answer)
        if answer.status == 202:  # Few run at a time; one more would be told to come again.
            where = answer.headers["location"]
            self.ledger.wait_until("it ends", lambda: self.ledger.ask("GET", where).json()["done"])
        return answer

    # -- Cases -----------------------------------------------------------------------------------

    def bodies_that_are_no_json(self):
        before = self.size()
        for name, method, pattern, operation in self.writes():
            if not self.schema_of(operation):
                continue
            for body in NO_JSON:
                answer = self.send(name, method, pattern, operation, body)
                assert 400 <= answer.status < 500, f"{name} {body[:40]}: {answer.status}"
        assert self.size() == before, "something came of it"

    def bodies_with_fields_that_are_not_there(self):
        before = self.size()
        for name, method, pattern, operation in self.writes():
            if not self.schema_of(operation) or name == "importRuleUpdate":
                continue
            answer = self.send(name, method, pattern, operation, json.dumps({"surprise": 1}),
                               {"If-Match": '"v1"'})
            assert 400 <= answer.status < 500, f"{name}: {answer.status}"
            problem = answer.json()
            if answer.status == 400:
                pointers = [each["pointer"] for each in problem.get("errors", [])]
                assert "/surprise" in pointers or problem["code"] != "body-invalid", \
                    f"{name}: {problem}"
        assert self.size() == before, "something came of it"

    def fields_of_wrong_types(self):
        before = self.size()
        for name, method, pattern, operation in self.writes():
            if name == "importRuleUpdate":
                continue  # Its documents have tests of their own.
            for field in self.schema_of(operation).get("properties", {}):
                for value in WRONG:
                    body = json.dumps({field: value})
                    answer = self.send(name, method, pattern, operation, body,
                                       {"If-Match": '"v1"'})
                    assert answer.status < 500, f"{name} {body[:80]}: {answer.status}"
        # A name or a description may well be any text, but whoever got that far named nothing.
        after = self.ledger.ask("GET", "/v1/events?actor=token&page_size=100&outcome=done").json()
        came = [each for each in after["items"] if each["position"] > before]
        assert len(came) < 50, f"{len(came)} events: {[each['type'] for each in came]}"
        self.contract.call("showOverview", expect=200)

    def names_that_nothing_has(self):
        wrong = []
        for name, (method, pattern, operation) in self.document.operations.items():
            if method != "GET" or "{" not in pattern:
                continue
            for odd in ("no-such-name", "%00", "%ff", "..%2f..%2fetc%2fpasswd", "x" * 300,
                        "%F0%9F%92%A5"):
                answer = self.ledger.ask(method, re.sub(r"\{(\w+)\}", odd, pattern))
                if not (400 <= answer.status < 500):
                    wrong.append(f"{name} {odd[:40]}: {answer.status}")
                if odd == "no-such-name":
                    self.contract.check(name, operation, answer)
        assert not wrong, "\n".join(wrong)

    def parameters_that_make_no_sense(self):
        for name, (method, pattern, operation) in self.document.operations.items():
            if method != "GET" or "{" in pattern or name == "streamEvents":
                continue
            for query in ("surprise=1", "as_of=yesterday", "as_of=18446744073709551616",
                          "as_of=-PT", "page_size=many", "page_token=%00", "min_position=-1",
                          "filter=%28%28%28", "filter=a+%3D+%22", "order_by=-",
                          "as_of=0&as_of=1", "as_of=bookmark%3Anone", "as_of=event%3A999999"):
                answer = self.ledger.ask(method, f"{pattern}?{query}")
                self.contract.check(name, operation, answer)
                assert answer.status in (400, 404) or answer.status == 200 and \
                    operation["x-permission"] == "public", f"{name} {query}: {answer.status}"

    def versions_that_are_stale(self):
        """Where If-Match is taken, an old one changes nothing."""
        story = self.contract.call
        story("createPolicy", body={"policy": "stale"}, expect=201)
        story("createGroup", body={"group": "stale"}, expect=201)
        story("createRelayGroup", body={"relay_group": "stale"}, expect=201)
        for name, path, body in (
                ("changePolicy", {"policy": "stale"}, {"description": "x"}),
                ("deletePolicy", {"policy": "stale"}, None),
                ("changeSetting", {"setting": "heartbeats_missed_until_silent"}, {"value": "7"}),
                ("changePolicySetting", {"policy": "stale", "setting": "heartbeat_interval"},
                 {"value": "PT1M"}),
                ("changeGroup", {"group": "stale"}, {"parent": "europe"}),
                ("deleteGroup", {"group": "stale"}, None),
                ("changeRelayGroup", {"relay_group": "stale"},
                 {"parent": "default", "description": "x"}),
                ("deleteRelayGroup", {"relay_group": "stale"}, None),
                ("configureAlertType", {"type": "update_failed"},
                 {"enabled": True, "severity": "warning"})):
            story(name, path=path, body=body, headers={"If-Match": '"v99"'}, expect=412)
            story(name, path=path, body=body, headers={"If-Match": "v1"}, expect=400)
            story(name, path=path, body=body, expect=428)

    def keys_that_come_again_with_another_body(self):
        story = self.contract.call
        for name, path, first, second, status in (
                ("createPolicy", {}, {"policy": "once"}, {"policy": "twice"}, 201),
                ("createUser", {}, {"user": "eve", "name": "E", "role": "viewer"},
                 {"user": "eva", "name": "E", "role": "viewer"}, 201),
                ("issueToken", {}, {"token": "a", "role": "viewer", "expires_in": "P1D"},
                 {"token": "b", "role": "viewer", "expires_in": "P1D"}, 201),
                ("placeHold", {}, {"hold": "one"}, {"hold": "two"}, 201),
                ("enrolComputer", {}, {"computer": "once", "platform": "linux"},
                 {"computer": "twice", "platform": "linux"}, 201),
                ("assignRules", {"policy": "once"}, {"modules": ["firewall"]},
                 {"modules": ["log_inspection"]}, 200),
                ("backUpLog", {}, {"name": "once"}, {"name": "twice"}, 202)):
            key = {"Idempotency-Key": f"again-{name}"}
            done = story(name, path=path, body=first, headers=key, expect=status)
            again = story(name, path=path, body=first, headers=key, expect=status)
            assert again.headers.get("idempotency-replayed") == "true", f"{name}: not replayed"
            if "position" in done.json():
                assert again.json()["position"] == done.json()["position"], name
            other = story(name, path=path, body=second, headers=key, expect=422)
            assert other.json()["code"] == "idempotency-key-reused", other.json()
        for odd in ("", "x" * 65, "00000000-0000-0000-0000-000000000000", "caf\u00e9"):
            story("createPolicy", body={"policy": "odd"}, expect=400,
                  headers={"Idempotency-Key": odd.encode("utf-8")})


def cases(contract):
    rubbish = Rubbish(contract)
    for name in ("bodies_that_are_no_json", "bodies_with_fields_that_are_not_there",
                 "fields_of_wrong_types", "names_that_nothing_has",
                 "parameters_that_make_no_sense", "versions_that_are_stale",
                 "keys_that_come_again_with_another_body"):
        yield f"rubbish is refused: {name.replace('_', ' ')}", getattr(rubbish, name)
