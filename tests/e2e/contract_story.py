"""A story in chapters that calls every operation of the document."""

import hashlib
import json
import tempfile

from contract_record import Chapters
from machine_client import Machine


def document(name, version, count=4):
    rules = [{"id": 1000001 + i, "module": "firewall", "name": f"Rule {i}", "version": version,
              "severity": "high", "application_type": "web", "cves": [f"CVE-2026-{1000 + i}"],
              "auto_assignable": False, "body": f"allow {version}"} for i in range(count)]
    return {"format": "update-ledger/rule-update/1", "id": name, "title": f"Update {name}",
            "released_at": "2026-11-03T09:00:00Z", "rules": rules}


class Story(Chapters):
    def __init__(self, contract):
        self.contract = contract
        self.call = contract.call
        self.tokens = {}

    def tag(self, name, **path):
        """The ETag of a resource as it is."""
        return {"If-Match": self.call(name, path=path, expect=200).headers["etag"]}

    def listed(self, name, **arguments):
        """A list in all its shapes: JSON, CSV, lines, filtered, of the past, page by page."""
        answer = self.call(name, expect=200, **arguments)
        for media in ("text/csv", "application/x-ndjson"):
            told = self.call(name, headers={"Accept": media}, expect=200, **arguments)
            assert told.media_type == media, told.headers
        query = arguments.pop("query", {})
        position = answer.json()["position"]
        pinned = self.call(name, query={**query, "as_of": position}, **arguments)
        assert pinned.status in (200, 404, 410), pinned.body
        self.call(name, query={**query, "page_size": 1, "count": "estimate"}, expect=200,
                  **arguments)
        if pinned.status == 200:
            rest = self.call(name, query={**query, "as_of": position, "skip": 1}, **arguments)
            assert rest.json()["items"][:99] == pinned.json()["items"][1:], name
        self.call(name, query={**query, "page_token": "none"}, expect=400, **arguments)
        self.ordered(name, query, answer.json()["items"], **arguments)
        return answer.json()["items"]

    def planned(self, name, path, body=None):
        plan = self.call(name, path=path, body=body or {}, expect=201).json()
        return self.call("applyPlan", path={"plan": plan["plan"]}, expect=200,
                         body={"digest": plan["digest"], "reason": "test"})

    # -- Chapters --------------------------------------------------------------------------------

    def service(self):
        for name in ("showLife", "showHealth", "showReadiness", "showVersion", "showMetrics",
                     "showMe", "listProblems", "showOpenapiYaml", "showOpenapiJson", "showLedger",
                     "showOverview"):
            self.call(name, expect=200)
        self.call("showProblem", path={"code": "plan-stale"}, expect=200)
        self.call("showOverview", query={"as_of": "0"}, expect=200)
        self.call("showOverview", query={"as_of": "yesterday"}, expect=400)
        self.call("showOverview", token=None, expect=401)
        self.call("showOverview", token="ulg_local_x_" + "0" * 64, expect=401)
        self.call("showOverview", query={"as_of": "999999"}, expect=400)
        self.call("showOverview", query={"min_position": "999999"}, expect=503)

    def policies(self):
        self.call("createPolicy", body={"policy": "base"}, expect=201)
        self.call("createPolicy", body={"policy": "web", "parent": "base", "reason": "test"},
                  expect=201)
        self.call("createPolicy", body={"policy": "web"}, expect=409)
        self.call("createPolicy", body={"policy": "x", "parent": "nothing"}, expect=404)
        self.call("createPolicy", body={"policy": 1, "colour": "red"}, expect=400)
        self.call("createPolicy", query={"validate_only": "true"}, body={"policy": "y"}, expect=200)
        tag = self.tag("showPolicy", policy="web")
        self.call("changePolicy", path={"policy": "web"}, body={"description": "Servers"},
                  headers=tag, expect=200)
        self.call("changePolicy", path={"policy": "web"}, body={"description": "Late"},
                  headers=tag, expect=412)
        self.call("changePolicy", path={"policy": "web"}, body={}, expect=428)
        self.call("assignRules", path={"policy": "web"}, body={"modules": ["firewall"]}, expect=200)
        plan = self.call("planUnassignRules", path={"policy": "web"}, expect=201,
                         body={"modules": ["firewall"]}).json()
        self.call("cancelPlan", path={"plan": plan["plan"]}, expect=204)
        self.call("planAssignRules", path={"policy": "base"}, body={"modules": ["log_inspection"]},
                  expect=201)
        self.call("createPolicy", body={"policy": "gone"}, expect=201)
        self.call("deletePolicy", path={"policy": "gone"}, expect=200,
                  headers=self.tag("showPolicy", policy="gone"))
        self.call("showPolicy", path={"policy": "gone"}, expect=404)
        self.listed("listPolicies")
        self.listed("listPolicies", query={"filter": "parent = base"})
        self.call("listPolicies", query={"filter": "colour = red"}, expect=400)
        self.listed("listPolicyHistory", path={"policy": "web"})

    def settings(self):
        self.listed("listSettings")
        for name, value in (("auto_apply_rule_updates", "false"),
                            ("heartbeats_missed_until_silent", "3")):
            self.call("changeSetting", path={"setting": name}, body={"value": value}, expect=200,
                      headers=self.tag("showSetting", setting=name))
        missed = {"setting": "heartbeats_missed_until_silent"}
        self.call("changeSetting", path=missed, body={"value": "many"}, expect=400,
                  headers=self.tag("showSetting", **missed))
        self.call("changeSetting", path={"setting": "rule_updates_kept"}, body={"value": "5"},
                  expect=428, headers=self.tag("showSetting", setting="rule_updates_kept"))
        self.listed("listSettings", query={"filter": "kind = number"})
        self.listed("listAlertTypes", query={"filter": "dismissible = false"})
        self.call("showRelayGroup", path={"relay_group": "default"}, expect=200)
        plan = self.call("planSetting", path={"setting": "rule_updates_kept"},
                         body={"value": "4"}, expect=201).json()
        self.call("applyPlan", path={"plan": plan["plan"]}, body={"reason": "test"}, expect=200,
                  headers={"If-Match": '"' + plan["digest"] + '"'})
        tag = self.tag("showPolicy", policy="web")
        self.call("changePolicySetting", path={"policy": "web", "setting": "heartbeat_interval"},
                  body={"value": "PT1M"}, headers=tag, expect=200)
        self.listed("listPolicySettings", path={"policy": "web"})
        self.call("resetPolicySetting", path={"policy": "web", "setting": "heartbeat_interval"},
                  headers=self.tag("showPolicy", policy="web"), expect=200)

    def rule_updates(self):
        for name, version in (("26-001", 1), ("26-002", 2), ("26-003", 3)):
            self.call("importRuleUpdate", query={"reason": "test"}, expect=201,
                      body=document(name, version))
        self.call("importRuleUpdate", query={"validate_only": "true"}, expect=200,
                  body=document("26-004", 4))
        broken = document("26-005", 5)
        broken["rules"][1]["severity"] = "odd"
        self.call("importRuleUpdate", body=broken, expect=400)
        self.planned("planApply", {"update": "26-001"})
        self.call("assignRules", path={"policy": "web"}, body={"application_types": ["web"]},
                  expect=200)
        self.call("assignRules", path={"policy": "base"}, body={"rules": [1000001]}, expect=200)
        self.call("unassignRules", path={"policy": "base"}, body={"rules": [1000001]}, expect=200)
        self.planned("planApply", {"update": "26-002"})
        self.planned("planReapply", {"update": "26-002"})
        self.planned("planRollback", {"update": "26-001"}, {"reason": "bad"})
        self.planned("planDelete", {"update": "26-003"})
        self.call("exportRuleUpdate", path={"update": "26-003"}, expect=410)
        assert self.call("exportRuleUpdate", path={"update": "26-001"}, expect=200).json() == \
            document("26-001", 1)
        self.call("planApply", path={"update": "26-999"}, body={}, expect=404)
        self.call("planApply", path={"update": "26-001"}, body={}, expect=409)
        self.listed("listRuleUpdates")
        self.call("showRuleUpdate", path={"update": "26-002"}, expect=200)
        self.call("showRuleUpdate", path={"update": "late"}, expect=404)
        self.listed("listRulesOfUpdate", path={"update": "26-002"})
        self.listed("listRuleUpdateChanges", path={"update": "26-002"})
        self.listed("listRuleUpdateChanges", path={"update": "26-002"}, query={"against": "26-001"})
        self.listed("listRules")
        self.call("showRule", path={"rule": 1000001}, expect=200)
        self.call("showRule", path={"rule": 1}, expect=404)
        body = self.call("showRuleBody", path={"update": "26-002", "rule": 1000001}, expect=200)
        assert body.body == b"allow 2", body.body
        self.listed("listRuleset", path={"policy": "web"})

    def holds(self):
        open_holds = self.listed("listHolds")
        self.call("showHold", path={"hold": open_holds[0]["hold"]}, expect=200)
        self.call("placeHold", body={"hold": "freeze", "until": "2099-01-01T00:00:00Z"},
                  expect=201)
        self.call("planReleaseHold", path={"hold": "freeze"}, body={}, expect=201)
        self.call("releaseHold", path={"hold": "freeze"}, body={}, expect=200)

    def plans(self):
        plan = self.call("planApply", path={"update": "26-002"}, body={}, expect=201).json()
        path = {"plan": plan["plan"]}
        self.call("showPlan", path=path, expect=200)
        self.call("listPlans", query={"page_size": 1}, expect=200)
        for kind in ("rules", "policies", "modules", "cves_reopened", "cves_covered"):
            self.listed("listPlanImpact", path=path, query={"kind": kind})
        self.call("applyPlan", path=path, body={"reason": "x"}, expect=428)
        self.call("applyPlan", path=path, body={"reason": "x", "digest": "0" * 64}, expect=412)
        self.call("applyPlan", path=path, body={"digest": plan["digest"]}, expect=400)
        self.call("createPolicy", body={"policy": "mail"}, expect=201)
        self.call("assignRules", path={"policy": "mail"}, body={"rules": [1000001]}, expect=200)
        stale = self.call("applyPlan", path=path, expect=409,
                          body={"reason": "x", "digest": plan["digest"]}).json()
        assert stale["plan"]["digest"] != plan["digest"], stale
        self.call("showPlan", path={"plan": "plan-none"}, expect=404)

    def sources(self):
        self.call("configureSource", path={"source": "vendor-test"}, expect=200,
                  body={"url": "file:///nonexistent"})
        self.call("configureSource", path={"source": "vendor-test"}, expect=428,
                  body={"url": "file:///nonexistent"})
        self.listed("listSources")
        self.call("checkSource", path={"source": "vendor-test"}, body={}, expect=200)
        ledger = self.contract.ledger

        def checked():
            row = ledger.ask("GET", "/v1/sources/vendor-test").json()
            return not row["checking"]
        ledger.wait_until("the check ends", checked)
        self.call("downloadFromSource", path={"source": "vendor-test"}, body={}, expect=200)
        ledger.wait_until("the download ends", checked)
        self.call("recordBundle", path={"source": "vendor-test"}, expect=200,
                  body={"digest": "a" * 64, "bytes": 10_240, "metadata_version": 7})
        self.call("recordBundle", path={"source": "nobody"}, expect=404,
                  body={"digest": "a" * 64, "bytes": 10_240, "metadata_version": 7})
        self.bundles()
        self.call("removeSource", path={"source": "vendor-test"}, expect=200,
                  headers=self.tag("showSource", source="vendor-test"))

    def bundles(self):
        tar = {"Content-Type": "application/x-tar"}
        self.call("importBundle", path={"source": "vendor-test"}, body=b"no tar", headers=tar,
                  expect=409)
        self.call("importBundle", path={"source": "nobody"}, body=b"no tar", headers=tar,
                  expect=404)
        self.call("importBundle", path={"source": "nobody"}, body={}, expect=415)
        self.call("configureSource", path={"source": "island"}, expect=200,
                  body={"url": "file:///nonexistent", "trust_root": "0" * 64})
        begun = self.call("importBundle", path={"source": "island"}, body=b"no tar", headers=tar,
                          query={"reason": "by courier"}, expect=202).json()
        operation = self.contract.ledger.wait_until("the bundle is refused", lambda: next(
            (each for each in [self.call("showOperation", expect=200, path={
                "operation": begun["operation"]}).json()] if each["done"]), None))
        assert operation["code"] == "tar-malformed", operation
        self.call("removeSource", path={"source": "island"}, expect=200,
                  headers=self.tag("showSource", source="island"))

    def groups(self):
        self.call("createGroup", body={"group": "europe"}, expect=201)
        self.call("createGroup", body={"group": "berlin"}, expect=201)
        self.call("changeGroup", path={"group": "berlin"}, body={"parent": "europe"}, expect=200,
                  headers=self.tag("showGroup", group="berlin"))
        self.listed("listGroups")
        self.call("createGroup", body={"group": "gone"}, expect=201)
        self.call("deleteGroup", path={"group": "gone"}, expect=200,
                  headers=self.tag("showGroup", group="gone"))
        self.call("saveSearch", path={"search": "linux"}, body={"filter": "platform = linux"},
                  expect=200)
        self.call("showSearch", path={"search": "linux"}, expect=200)
        self.listed("listSearches")
        self.call("deleteSearch", path={"search": "linux"}, expect=200)

    def computers(self):
        joining = self.call("issueEnrolmentToken", expect=201,
                            body={"uses": 5, "expires_in": "PT1H", "policy": "web"}).json()
        self.call("showEnrolmentToken", path={"token": joining["token"]}, expect=200)
        self.listed("listEnrolmentTokens")
        for name in ("pc-1", "pc-2", "relay-1"):
            joined = self.call("enrolComputer", token=joining["secret"], expect=201, body={
                "computer": name, "platform": "linux", "agent_version": "1.0",
                "modules": ["firewall", "anti_malware"], "labels": ["rack-4"]}).json()
            self.tokens[name] = joined["secret"]
        self.call("enrolComputer", token=joining["secret"], expect=400, body={"computer": "pc-3"})
        self.call("revokeEnrolmentToken", path={"token": joining["token"]}, body={}, expect=200)
        own = self.tokens["pc-1"]
        path = {"computer": "pc-1"}
        orders = self.call("showOrders", path=path, token=own, expect=200).json()
        report = {"sequence": 1, "components": [{"component": "virus-pattern", "version": "1.0"}],
                  "ruleset": orders["expected_ruleset"]["ruleset"], "rule_update": "26-001"}
        assert self.call("reportComputer", path=path, body=report, token=own,
                         expect=200).json()["news"]
        assert not self.call("reportComputer", path=path, body={**report, "sequence": 2}, token=own,
                             expect=200).json()["news"]
        self.call("reportComputer", path={"computer": "pc-2"}, body=report, token=own, expect=403)
        self.call("reportFailure", path={"computer": "pc-2"}, token=self.tokens["pc-2"], expect=200,
                  body={"what": "rules", "cause": "disk_full", "detail": "No space"})
        self.call("reportHook", path=path, token=own, expect=200,
                  body={"exit_status": 1, "detail": "clamd is not there"})
        self.call("reportNotAuthentic", path=path, token=own, expect=404,
                  body={"source": "nobody", "target": "rules/26-001.json", "role": "targets"})
        self.call("configureSource", path={"source": "vendor-test"}, expect=200,
                  body={"url": "file:///nonexistent"}, headers={"If-Match": "*"})
        self.call("reportNotAuthentic", path=path, token=own, expect=200, body={
            "source": "vendor-test", "target": "rules/26-001.json", "detail": "another digest"})
        rules = self.call("showOrderedRuleset", path=path, token=own, expect=200).json()
        assert rules["ruleset"] == orders["expected_ruleset"]["ruleset"], rules
        assert rules["rules"][0]["body"].startswith("allow"), rules
        for name, body in (("assignPolicy", {"policy": "mail"}),
                           ("moveComputer", {"group": "berlin"}),
                           ("assignRelayGroup", {"relay_group": "default"})):
            self.call(name, path=path, body=body, expect=200)
        self.listed("listComputers")
        self.listed("listComputers", query={"filter": 'status = "failed"'})
        self.call("showComputerFacets", expect=200)
        self.call("showComputerFacets", query={"filter": "policy = mail"}, expect=200)
        self.call("showComputer", path=path, expect=200)
        self.call("showComputer", path={"computer": "none"}, expect=404)
        self.listed("listComputerHistory", path=path)
        self.listed("listComputerBlame", path=path)
        self.listed("listExposure", query={"filter": "exposed > 0"})
        self.call("showExposure", path={"cve": "CVE-2026-1001"}, expect=200)
        self.call("showExposure", path={"cve": "CVE-1"}, expect=400)
        self.listed("listComputerExposure", path={**path, "cve": "CVE-2026-1001"})
        cve = {"cve": "CVE-2026-1001"}
        both = self.listed("listExposedComputers", path=cve)
        for covered in ("true", "false"):
            some = self.listed("listExposedComputers", path=cve, query={"covered": covered})
            assert some == [each for each in both if str(each["covered"]).lower() == covered], some
        self.listed("listExposedComputers", path=cve, query={"filter": "policy = mail"})
        self.call("listExposedComputers", path={"cve": "CVE-1"}, expect=400)
        self.call("listExposedComputers", path=cve, query={"covered": "maybe"}, expect=400)
        self.call("listExposedComputers", path=cve, query={"filter": "colour = red"}, expect=400)
        self.call("listComputerExposure", path={"computer": "none", "cve": "CVE-2026-1001"},
                  expect=404)
        digest = hashlib.sha256(json.dumps(document("26-002", 2)).encode()).hexdigest()
        self.call("showContent", path={"digest": digest}, token=own, expect=200)
        self.call("showContent", path={"digest": "0" * 64}, token=own, expect=404)

    def machines(self):
        """Certificates: over the listener for machines."""
        joining = self.call("issueEnrolmentToken", expect=201,
                            body={"uses": 5, "expires_in": "PT1H"}).json()
        ledger = self.contract.ledger
        with tempfile.TemporaryDirectory(prefix="ledger-e2e-") as directory:
            machine = Machine(directory, "pc-9", ledger.machines, ledger.data / "tls" / "ca.crt")
            body = {"computer": "pc-9", "platform": "linux",
                    "certificate_request": machine.request()}
            joined = self.call("enrolComputer", token=joining["secret"], body=body, expect=201)
            machine.certificate.write_text(joined.json()["certificate"], encoding="utf-8")
            path = {"computer": "pc-9"}
            self.call("showOrders", path=path, by=machine, expect=200)
            self.call("showOrderedRuleset", path=path, by=machine, expect=200)
            self.call("renewCertificate", path=path, by=machine, expect=400, body={
                "certificate_request": "nonsense"})
            key = machine.directory / "next.pem"
            body = {"certificate_request": machine.request(key)}
            self.call("renewCertificate", path=path, by=machine, body=body, expect=200)
            self.call("revokeCertificate", path=path, body={"serial": "41"}, expect=404)
            self.call("revokeCertificate", path=path, body={"reason": "test"}, expect=200)
            self.call("revokeCertificate", path={"computer": "none"}, body={}, expect=404)
            answer = machine.ask("GET", machine.own("/instructions"))
            assert answer.json()["code"] == "identity-revoked", answer.body
        self.call("enrolComputer", token=joining["secret"], expect=400, body={
            "computer": "pc-8", "platform": "linux", "relay_url": "https://pc-8"})

    def instructions(self):
        self.call("instructComputer", path={"computer": "pc-1"},
                  body={"action": "download_update"}, expect=200)
        own = self.tokens["pc-1"]
        orders = self.call("showOrders", path={"computer": "pc-1"}, token=own, expect=200).json()
        self.call("showOrderedRuleset", path={"computer": "pc-1"}, token=own, expect=200)
        path = {"computer": "pc-1", "instruction": orders["instructions"][0]["instruction"]}
        self.call("takeInstruction", path=path, body={}, token=own, expect=200)
        self.call("finishInstruction", path=path, token=own, expect=200,
                  body={"succeeded": False, "cause": "relay_unreachable", "detail": "No answer"})
        self.planned("planInstruction", {}, {"action": "send_policy", "scope": {"kind": "all"}})
        told = self.listed("listInstructions")
        path = {"instruction": told[0]["instruction"]}
        self.call("showInstruction", path=path, expect=200)
        self.call("cancelInstruction", path=path, body={}, expect=200)
        self.call("showInstruction", path={"instruction": "i999"}, expect=404)

    def relays(self):
        self.call("createRelayGroup", body={"relay_group": "berlin"}, expect=201)
        self.call("changeRelayGroup", path={"relay_group": "berlin"}, expect=200,
                  body={"parent": "default", "description": "Racks"},
                  headers=self.tag("showRelayGroup", relay_group="berlin"))
        self.listed("listRelayGroups")
        self.call("registerRelay", expect=201,
                  body={"relay": "relay-1", "relay_group": "berlin", "url": "https://relay-1:8443"})
        token = self.call("issueToken", expect=201, body={
            "role": "relay", "computer": "relay-1", "expires_in": "P1D"}).json()["secret"]
        report = {"metadata_version": 3, "why": "behind_parent", "free_bytes": 10**10,
                  "components": [{"component": "virus-pattern", "version": "1.0"}]}
        self.call("reportRelay", path={"relay": "relay-1"}, body=report, token=token, expect=200)
        self.call("reportRelayUnavailable", path={"relay": "relay-1"}, body={"detail": "No answer"},
                  expect=200)
        self.listed("listRelays")
        self.call("removeRelay", path={"relay": "relay-1"}, expect=200,
                  headers=self.tag("showRelay", relay="relay-1"))
        self.call("createRelayGroup", body={"relay_group": "gone"}, expect=201)
        self.call("deleteRelayGroup", path={"relay_group": "gone"}, expect=200,
                  headers=self.tag("showRelayGroup", relay_group="gone"))

    def patterns(self):
        for version in ("1.0", "2.0"):
            self.call("releasePattern", expect=201, body={
                "component": "virus-pattern", "product": "Virus Pattern", "platform": "linux",
                "version": version, "released_at": "2026-11-03T09:00:00Z", "digest": "ab" * 32,
                "bytes": 1000})
        path = {"component": "virus-pattern", "platform": "linux"}
        self.listed("listPatterns")
        self.call("showPattern", path=path, expect=200)
        self.call("retirePattern", path=path, body={"version": "1.0"}, expect=200)

    def alerts(self):
        ledger = self.contract.ledger
        types = self.listed("listAlertTypes")
        assert any(each["type"] == "update_failed" for each in types)
        # pc-2 said that its update failed.
        raised = ledger.wait_until("an alert is raised", lambda: [
            row for row in ledger.ask("GET", "/v1/alerts").json()["items"]
            if row["open"] and row["type"] == "update_failed"])
        self.listed("listAlerts")
        path = {"alert": raised[0]["alert"]}
        self.call("showAlert", path=path, expect=200)
        self.call("acknowledgeAlert", path=path, body={"note": "Seen"}, expect=200)
        dismissible = {each["type"]: each["dismissible"] for each in types}["update_failed"]
        self.call("dismissAlert", path=path, body={}, expect=200 if dismissible else 409)
        self.call("showAlert", path={"alert": "none"}, expect=404)
        reasons = self.listed("listAlertReasons", path=path)
        assert {"alert", "condition"} <= {each["part"] for each in reasons}, reasons
        self.call("listAlertReasons", path={"alert": "none"}, expect=404)
        self.call("configureAlertType", path={"type": "update_failed"}, expect=200,
                  body={"enabled": False, "severity": "info"},
                  headers=self.tag("showAlertType", type="update_failed"))

    def tasks(self):
        definition = {"kind": "verify_ledger", "recurrence": {
            "kind": "daily", "hour": 3, "minute": 0, "time_zone": "Europe/Berlin"}}
        self.call("createTask", body={"task": "nightly", "definition": definition}, expect=201)
        self.call("createTask", expect=400, body={"task": "odd", "definition": {
            "kind": "verify_ledger", "recurrence": {"kind": "daily", "hour": 25}}})
        self.call("changeTask", path={"task": "nightly"}, expect=200,
                  body={"definition": {**definition, "description": "Every night"}},
                  headers=self.tag("showTask", task="nightly"))
        self.call("runTask", path={"task": "nightly"}, body={}, expect=200)
        self.listed("listTasks")
        self.contract.ledger.wait_until("the run ends", lambda: not self.contract.ledger.ask(
            "GET", "/v1/scheduled-tasks/nightly").json()["running"])
        self.listed("listTaskRuns", path={"task": "nightly"})
        self.call("deleteTask", path={"task": "nightly"}, expect=200,
                  headers=self.tag("showTask", task="nightly"))

    def access(self):
        self.call("createUser", body={"user": "alice", "name": "Alice", "role": "operator"},
                  expect=201)
        self.call("changeUser", path={"user": "alice"}, expect=200,
                  body={"name": "Alice", "role": "viewer"},
                  headers=self.tag("showUser", user="alice"))
        self.listed("listUsers")
        made = self.call("issueToken", expect=201, body={
            "token": "alice-1", "user": "alice", "role": "viewer", "expires_in": "P1D"}).json()
        self.call("issueToken", body={"role": "viewer"}, expect=400)
        self.call("showMe", token=made["secret"], expect=200)
        self.call("createGroup", body={"group": "no"}, token=made["secret"], expect=403)
        self.listed("listTokens")
        self.call("showToken", path={"token": "alice-1"}, expect=200)
        self.call("revokeToken", path={"token": "alice-1"}, body={}, expect=200)
        self.call("disableUser", path={"user": "alice"}, body={}, expect=200)
        self.call("enableUser", path={"user": "alice"}, body={}, expect=200)

    def farewell(self):
        self.call("removeComputer", path={"computer": "pc-2"}, expect=200)


def chapters(contract):
    """(name, function) in the order in which they happen."""
    story = Story(contract)
    names = ("service", "policies", "settings", "rule_updates", "holds", "plans", "sources",
             "groups", "computers", "machines", "instructions", "relays", "patterns", "alerts",
             "tasks", "access", "events", "reports", "replay", "stepping", "what_if", "record",
             "operations", "long_bisections", "farewell")
    return [(f"answers are as described: {name}", getattr(story, name)) for name in names]
