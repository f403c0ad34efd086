"""What is recorded, read by capnp's own reader and folded by this page of Python, which shares no
line with the ledger: each list and report that it covers must come out as the API answers it.
"""

import hashlib
import io
import json
import re
import subprocess
import tarfile
from collections import Counter

SCHEMA = "ledger/codec/events.capnp"
RECORD_HEAD = 8  # The letters LEDGER and the format's number; then one segment.


def snake(name):
    return re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), name)


def update_id(number):
    return f"{number // 1000}-{number % 1000:03}"


def optional(value):
    """Of a struct around a number that may be absent."""
    return None if value is None else value["value"]


def hexadecimal(data):
    return bytes(data).hex()


def events_of(bundle):
    """(position, type, fields) of each record of a bundle of evidence."""
    with tarfile.open(fileobj=io.BytesIO(bundle)) as archive:
        raw = archive.extractfile("records").read()
    messages = []
    while raw:
        end = 10 + int.from_bytes(raw[8:10], "big")
        segment = raw[10 + RECORD_HEAD:end]
        messages.append(bytes(4) + (len(segment) // 8).to_bytes(4, "little") + segment)
        raw = raw[end:]
    text = subprocess.run(["capnp", "convert", "--quiet", "binary:json", SCHEMA, "Event"],
                          input=b"".join(messages), capture_output=True, check=True).stdout.decode()
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text.rstrip()):
        event, at = decoder.raw_decode(text, at + (text[at] == "\n"))
        (name, fields), = event["payload"].items()
        yield int(event["position"]), event, name, fields


class Fold:
    """Each list as a dictionary of rows."""

    def __init__(self):
        self.lists = {name: {} for name in (
            "policies", "groups", "bookmarks", "holds", "settings", "users", "tokens",
            "enrolment-tokens", "searches", "computers", "rule-updates", "patterns", "alerts",
            "relay-groups")}
        self.rules = {}  # Of each rule update, by id.
        self.in_force = None  # A rule update.
        self.cves = {}  # Of each ruleset that a policy ever had.
        self.not_let_in = []  # Positions.
        self.refused = 0

    def take(self, event, name, fields):
        handler = getattr(self, snake(name), None)
        if handler:
            handler(fields, event)

    def put(self, into, key, /, **row):
        self.lists[into].setdefault(key, {}).update(row)

    # -- Policies, groups, names -------------------------------------------------------------------

    def policy_created(self, policy, _):
        self.put("policies", policy["policy"], parent=policy.get("parent"),
                 description=policy.get("description", ""), rules=[], application_types=[],
                 modules=[])

    def policy_changed(self, policy, _):
        self.put("policies", policy["policy"], parent=policy.get("parent"),
                 description=policy.get("description", ""))

    def policy_deleted(self, policy, _):
        del self.lists["policies"][policy["policy"]]

    def rules_assigned(self, said, _):
        self.reassign(said, lambda had, named: had | named)

    def rules_unassigned(self, said, _):
        self.reassign(said, lambda had, named: had - named)

    def reassign(self, said, joined):
        row = self.lists["policies"][said["policy"]]
        row["rules"] = sorted(joined(set(row["rules"]), set(said.get("rules", []))))
        row["application_types"] = sorted(joined(set(row["application_types"]),
                                                 set(said.get("applicationTypes", []))))
        row["modules"] = sorted(joined(set(row["modules"]), {
            snake(each) for each in said.get("modules", [])}))

    def policy_ruleset_changed(self, said, _):
        """What it comes to is not believed, but made again from the rules."""
        rules = self.ruleset(said["policy"])
        made = hashlib.sha256(b"".join(
            rule["id"].to_bytes(4, "little") + rule["version"].to_bytes(4, "little")
            + bytes(rule["body"]) for rule in rules)).hexdigest()
        self.put("policies", said["policy"], ruleset_rules=len(rules), ruleset=made)
        self.cves[made] = {cve for rule in rules for cve in rule.get("cves", [])}

    def ruleset(self, policy):
        """Of the update in force, what the policy and those above it assign."""
        assigned = set()
        while policy:
            row = self.lists["policies"][policy]
            assigned.update(row["rules"])
            policy = row["parent"]
        known = self.rules.get(self.in_force, {})
        return [known[number] for number in sorted(assigned & set(known))]

    def group_created(self, group, _):
        self.put("groups", group["group"], parent=group.get("parent"))

    group_changed = group_created

    def group_deleted(self, group, _):
        del self.lists["groups"][group["group"]]

    def bookmark_set(self, mark, _):
        self.put("bookmarks", mark["bookmark"], position=int(mark["position"]))

    def bookmark_removed(self, mark, _):
        del self.lists["bookmarks"][mark["bookmark"]]

    def search_saved(self, search, _):
        self.put("searches", search["search"], filter=search["filter"])

    def search_deleted(self, search, _):
        del self.lists["searches"][search["search"]]

    def setting_changed(self, setting, _):
        self.put("settings", snake(setting["name"]), value=setting.get("value", ""))

    def hold_placed(self, hold, event):
        update = optional(hold.get("update"))
        self.put("holds", hold["hold"], update=None if update is None else update_id(update),
                 reason=event.get("reason", ""))

    def hold_released(self, hold, _):
        del self.lists["holds"][hold["hold"]]

    def relay_group_created(self, group, _):
        self.put("relay-groups", group["relayGroup"], parent=group.get("parent"),
                 air_gapped=group["airGapped"], description=group.get("description", ""))

    relay_group_changed = relay_group_created

    def relay_group_deleted(self, group, _):
        del self.lists["relay-groups"][group["relayGroup"]]

    # -- Who may do what ---------------------------------------------------------------------------

    def user_created(self, user, _):
        self.put("users", user["user"], name=user.get("name", ""), role=snake(user["role"]))

    user_changed = user_created

    def token_issued(self, token, _):
        self.put("tokens", token["token"], user=token.get("user"), role=snake(token["role"]),
                 description=token.get("description", ""), computer=token.get("computer"),
                 revoked=False)

    def token_revoked(self, token, _):
        self.put("tokens", token["token"], revoked=True)

    def enrolment_token_issued(self, token, _):
        self.put("enrolment-tokens", token["token"], uses=token["uses"], used=0, revoked=False,
                 policy=token.get("policy"), group=token.get("group"))

    def enrolment_token_revoked(self, token, _):
        self.put("enrolment-tokens", token["token"], revoked=True)

    def access_denied(self, _, event):
        self.not_let_in.append(int(event["position"]))

    sign_in_failed = access_denied

    def command_refused(self, *_):
        self.refused += 1

    # -- Computers ---------------------------------------------------------------------------------

    def computer_enrolled(self, computer, _):
        self.put("computers", computer["computer"], policy=computer.get("policy"),
                 group=computer.get("group"), relay_group=computer.get("relayGroup"),
                 components=[], ruleset=None)
        self.computer_facts_changed(computer, None)
        if "enrolment" in computer:
            self.lists["enrolment-tokens"][computer["enrolment"]]["used"] += 1

    def computer_facts_changed(self, computer, _):
        self.put("computers", computer["computer"], name=computer["name"],
                 platform=computer["platform"], agent_version=computer.get("agentVersion", ""),
                 modules=[snake(each) for each in computer.get("modules", [])],
                 labels=computer.get("labels", []))

    def computer_reported(self, said, _):
        self.put("computers", said["computer"], components=said.get("components", []),
                 ruleset=hexadecimal(said["ruleset"]) if "ruleset" in said else None)

    def computer_removed(self, computer, _):
        del self.lists["computers"][computer["computer"]]

    def policy_assigned(self, said, _):
        self.put("computers", said["computer"], policy=said.get("policy"))

    def computer_moved(self, said, _):
        self.put("computers", said["computer"], group=said.get("group"))

    def relay_group_assigned(self, said, _):
        self.put("computers", said["computer"], relay_group=said["relayGroup"])

    # -- Content and alerts ------------------------------------------------------------------------

    def rule_update_imported(self, update, _):
        self.put("rule-updates", update_id(update["update"]), title=update.get("title", ""),
                 digest=hexadecimal(update["digest"]), bytes=int(update["bytes"]),
                 rules=update["rules"], origin=update["origin"], source=update.get("source"))

    def rules_recorded(self, said, _):
        self.rules.setdefault(said["update"], {}).update(
            (rule["id"], rule) for rule in said.get("rules", []))

    def rule_update_applied(self, said, _):
        self.in_force = said["update"]

    def rule_update_rolled_back(self, said, _):
        self.in_force = said["to"]

    def pattern_released(self, pattern, _):
        versions = self.lists["patterns"].setdefault(
            (pattern["component"], pattern["platform"]), {"versions": []})["versions"]
        versions[:] = [each for each in versions if each["version"] != pattern["version"]]
        versions.insert(0, {"version": pattern["version"], "bytes": int(pattern["bytes"]),
                            "digest": hexadecimal(pattern["digest"]), "retired": False})

    def pattern_retired(self, pattern, _):
        for each in self.lists["patterns"][pattern["component"], pattern["platform"]]["versions"]:
            each["retired"] |= each["version"] == pattern["version"]

    def alert_raised(self, alert, _):
        self.put("alerts", alert["alert"], type=snake(alert["type"]), severity=alert["severity"],
                 subject=alert.get("subject", ""), summary=alert.get("summary", ""),
                 count=int(alert["count"]), open=True, dismissed=False, acknowledged=False)

    def alert_changed(self, alert, _):
        self.put("alerts", alert["alert"], summary=alert["summary"], count=int(alert["count"]))

    def alert_ended(self, alert, _):
        self.put("alerts", alert["alert"], open=False, dismissed=alert["dismissed"])

    def alert_acknowledged(self, alert, _):
        self.put("alerts", alert["alert"], acknowledged=True)


KEYS = {"policies": "policy", "groups": "group", "bookmarks": "bookmark", "holds": "hold",
        "settings": "name", "users": "user", "tokens": "token", "enrolment-tokens": "token",
        "searches": "search", "computers": "computer", "rule-updates": "update",
        "alerts": "alert", "relay-groups": "relay_group"}


def key_of(name, row):
    return (row["component"], row["platform"]) if name == "patterns" else row[KEYS[name]]


def listed(ledger, name, position):
    rows, token = {}, ""
    while True:
        answer = ledger.ask("GET", f"/v1/{name}?page_size=1000&as_of={position}"
                            + (f"&page_token={token}" if token else ""))
        assert answer.status == 200, answer.body
        rows.update({key_of(name, row): row for row in answer.json()["items"]})
        token = answer.json()["next_page_token"]
        if not token:
            return rows


def narrowed(mine, theirs):
    """Of their row, what mine has too."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return {name: narrowed(value, theirs.get(name)) for name, value in mine.items()}
    if isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        return [narrowed(*pair) for pair in zip(mine, theirs)]
    return theirs


def compare(ledger, fold, position):
    for name, mine in fold.lists.items():
        theirs = listed(ledger, name, position)
        if name in ("settings", "relay-groups"):  # They list what was never touched as well.
            theirs = {key: row for key, row in theirs.items() if row["changed"]}
        assert set(mine) == set(theirs), f"{name} as of {position}: {set(mine) ^ set(theirs)}"
        for key, row in mine.items():
            seen = narrowed(row, theirs[key])
            assert seen == row, f"{name} {key} as of {position}: answered {seen}, folded {row}"


def report_of(ledger, name, position):
    """(figures by label, rows by section) of a report from the beginning."""
    answer = ledger.ask("GET", f"/v1/reports/{name}?from=0&to={position}")
    assert answer.status == 200, answer.body
    report = answer.json()["report"]
    return ({each["label"]: each["value"] for each in report["figures"]},
            {each["name"]: each["rows"] for each in report["sections"]})


def compare_exposure(ledger, fold, position):
    """CVE by CVE, how many computers have cover; of those that have a module of rules."""
    computers = [each for each in fold.lists["computers"].values()
                 if set(each["modules"]) - {"anti_malware"}]
    answer = ledger.ask("GET", f"/v1/exposure?page_size=1000&as_of={position}")
    assert answer.status == 200, answer.body
    for row in answer.json()["items"]:
        covered = sum(row["cve"] in fold.cves.get(each["ruleset"], ()) for each in computers)
        assert (row["covered"], row["exposed"]) == (covered, len(computers) - covered), (
            f"as of {position}: answered {row}, folded {covered} of {len(computers)}")


def compare_reports(ledger, fold, position):
    computers = fold.lists["computers"].values()
    _, coverage = report_of(ledger, "coverage", position)
    for section, field in (("by_platform", "platform"), ("by_policy", "policy"),
                           ("by_relay_group", "relay_group")):
        counted = Counter(each[field] or "" for each in computers)
        told = {row["name"]: row["computers"] for row in coverage[section] if row["computers"]}
        assert told == counted, f"{section} as of {position}: told {told}, folded {counted}"
    _, access = report_of(ledger, "access", position)
    told = [row["position"] for row in access["refused"]]
    assert told == fold.not_let_in, f"refused as of {position}: {told}, folded {fold.not_let_in}"
    figures, _ = report_of(ledger, "changes", position)
    assert figures["refused"] == str(fold.refused), f"{figures} as of {position}: {fold.refused}"


def check(ledger, moments=6):
    """Compares lists and reports at so many moments, the last record's among them."""
    bundle = ledger.ask("POST", "/v1/evidence", {"kind": "range"})
    assert bundle.status == 200, bundle.body
    events = list(events_of(bundle.body))
    stops = {len(events) * each // moments - 1 for each in range(1, moments + 1)}
    fold = Fold()
    for position, event, name, fields in events:
        fold.take(event, name, fields)
        if position in stops:
            compare(ledger, fold, position)
            compare_exposure(ledger, fold, position)
            compare_reports(ledger, fold, position)
