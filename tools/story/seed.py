"""What a new ledger gets so that there is something to see: policies, updates, a way to join."""

import json
from pathlib import Path

POLICIES = [
    # name, parent, modules assigned, application types assigned, description
    ("base", None, ["integrity_monitoring"], [], "What every machine gets"),
    ("web", "base", ["intrusion_prevention"], ["log/apache", "log/ssh"], "Web servers"),
    ("mail", "base", ["firewall"], ["log/postfix", "log/ssh"], "Mail servers"),
    ("database", "base", ["firewall"], ["log/kernel", "log/ssh"], "Database servers"),
]


def create_policies(ledger) -> None:
    known = {row["policy"] for row in ledger.items("/v1/policies")}
    for name, parent, modules, types, description in POLICIES:
        if name in known:
            continue
        body = {"policy": name, "description": description}
        if parent:
            body["parent"] = parent
        ledger.post("/v1/policies", body)


def assign_rules(ledger) -> None:
    """By module and application type: what the update in force has of them."""
    for name, _, modules, types, _ in POLICIES:
        present = {row["application_type"] for row in ledger.items("/v1/rules")}
        wanted = [each for each in types if each in present]
        ledger.post(f"/v1/policies/{name}:assignRules",
                    {"rules": [], "application_types": wanted, "modules": modules})


def updates_in(content: Path) -> list:
    """The documents of the content tool, oldest first: (id, path, what the manifest says)."""
    manifest = json.loads((content / "manifest.json").read_text())
    return [(each["id"], content / each["file"], each) for each in manifest["updates"]]


def import_update(ledger, path: Path, reason: str) -> dict:
    from urllib.parse import quote
    return ledger.post(f"/v1/rule-updates:import?reason={quote(reason)}", path.read_bytes())


def planned(ledger, path: str, body: dict) -> dict:
    """Makes a plan and applies exactly that; the plan and what came of it."""
    plan = ledger.post(path, body)
    done = ledger.post(f"/v1/plans/{plan['plan']}:apply",
                       {"digest": plan["digest"], "reason": body.get("reason", "")})
    return {"plan": plan, "done": done}


def enrolment_token(ledger, uses: int) -> str:
    made = ledger.post("/v1/enrolment-tokens", {"uses": uses, "expires_in": "P1D"})
    return made["secret"]
