"""What ledgerctl can be asked, told again: a verb that is in neither table fails the test."""

# Every verb that reads, with something there is to read.
READS = {
    "status": [], "events list": [], "events show": ["1"], "events changes": ["POLICY"],
    "events effects": ["IMPORTED"], "events causes": ["RECORDED"], "events types": [],
    "rules list": [], "rules show": ["1000001"],
    "updates list": [], "updates show": ["26-001"], "updates rules": ["26-001"],
    "updates changes": ["26-002"],
    "policies list": [], "policies show": ["web"], "policies ruleset": ["web"],
    "policies settings": ["web"], "policies history": ["web"],
    "computers list": [], "computers facets": [], "computers show": ["pc-1"],
    "computers history": ["pc-1"], "computers blame": ["pc-1"], "computers instructions": [],
    "computers enrolment-tokens": [], "computers exposure": ["pc-1", "CVE-2026-1001"],
    "exposure list": [], "exposure show": ["CVE-2026-1001"],
    "exposure computers": ["CVE-2026-1001"],
    "groups list": [], "groups show": ["europe"],
    "searches list": [], "searches show": ["failed"],
    "relays list": [], "relays show": ["pc-1"], "relays groups": [],
    "relays show-group": ["racks"],
    "patterns list": [], "patterns show": ["virus-pattern", "linux"],
    "alerts list": [], "alerts types": [], "alerts show-type": ["update_failed"],
    "plan list": [], "plan show": ["PLAN"], "plan impact": ["PLAN"],
    "op list": [], "op show": ["OPERATION"],
    "task list": [], "task show": ["nightly"], "task runs": ["nightly"],
    "hold list": [], "hold show": ["freeze"],
    "settings list": [], "settings show": ["rule_updates_kept"],
    "source list": [], "source show": ["odd"],
    "token list": [], "token show": ["first-admin"], "user list": [], "user show": ["alice"],
    "bookmark list": [], "log keys": [],
    "views list": [], "views rows": ["policies"], "history": ["policies", "web"],
    "blame": ["policies", "web"],
}
# Of now, not of a position.
NOT_AS_OF = {"plan list", "plan show", "op list", "op show", "events types"}
# Verbs that are called below, or that change what the others look at.
OTHERS = {
    "updates": "import export apply reapply rollback delete", "events": "tail",
    "policies": "create change delete assign unassign set reset",
    "computers": "remove revoke-certificate assign-policy move assign-relay-group instruct "
                 "cancel-instruction enrolment-token show-enrolment-token revoke-enrolment-token",
    "groups": "create change delete", "searches": "save delete",
    "relays": "create-group change-group delete-group register remove", "patterns": "retire",
    "alerts": "show why acknowledge dismiss configure",
    "plan": "apply cancel", "op": "watch cancel",
    "task": "create change delete run", "hold": "place release", "settings": "set",
    "source": "set check download remove", "token": "create revoke",
    "user": "create change disable enable", "bookmark": "set remove",
    "log": "verify inspect rotate-key witnesses", "backup": "create verify restore",
    "evidence": "create verify", "proof": "create verify", "bundle": "create import",
    "views": "digests rebuild",
    "report": "coverage time-to-protect changes exposure access",
    "replay": "digests rows",
}
