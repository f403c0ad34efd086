"""The published documents: rule updates as JSON, and the manifest that describes a set of them."""

import json
import os
from collections import Counter
from pathlib import Path

import rule_ids
import updates
from rules import MODULES, ContentError, sha256_hex
from validate import errors_in

FORMAT = "update-ledger/rule-update/1"
MANIFEST_FORMAT = "update-ledger/rule-update-manifest/1"


def build(packages: dict, choices: tuple = updates.CHOICES) -> tuple:
    """({file name: bytes}, manifest): pure, the same packages give the same bytes."""
    moved = rule_ids.read_record()
    ids, collisions = rule_ids.assign(updates.all_rules(packages), moved)
    files, entries, memory, before = {}, [], {}, []
    for choice in choices:
        rules = updates.rules_of(choice, packages)
        versions, memory = updates.versioned(rules, memory)
        data = document(choice, rules, ids, versions)
        name = f"{choice.id}.json"
        errors = errors_in(data)
        if errors:
            pointer, problem = errors[0]
            raise ContentError(f"{name} breaks its own format at {pointer or '/'}: {problem}")
        files[name] = data
        entries.append(_entry(choice, name, data, rules, before, packages))
        before = rules
    manifest = {
        "format": MANIFEST_FORMAT,
        "version": len(entries),  # Every publication adds one update.
        "packages": [{"name": package.name, "version": package.version, "file": package.file,
                      "sha256": package.sha256}
                     for _, both in sorted(packages.items()) for package in dict.fromkeys(both)],
        "rules_in_all": len(ids),
        "ids_to_record": dict(sorted(collisions.items())),
        "updates": entries,
    }
    files["manifest.json"] = (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
    return files, manifest


def document(choice, rules: list, ids: dict, versions: dict) -> bytes:
    """The rule update as UTF-8 JSON, one rule a line so that two updates can be compared by eye."""
    rows = []
    for rule in rules:
        place = (rule.module, rule.key)
        rows.append({
            "id": ids[place], "module": rule.module, "name": rule.name,
            "version": versions[place], "severity": rule.severity,
            "application_type": rule.application_type, "cves": list(rule.cves),
            "auto_assignable": rule.auto_assignable, "body": rule.body})
    rows.sort(key=lambda row: row["id"])
    head = {"format": FORMAT, "id": choice.id, "released_at": choice.released_at,
            "title": choice.title}
    lines = [f"{_json(name)}: {_json(value)}," for name, value in head.items()]
    body = ",\n".join(_json(row) for row in rows)
    return ("{" + "\n".join(lines) + '\n"rules": [\n' + body + "\n]}\n").encode("utf-8")


def write(files: dict, folder: Path) -> None:
    """Writes each file whole or not at all; the manifest comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in sorted(files.items(), key=lambda item: (item[0] == "manifest.json", item)):
        temporary = folder / f"{name}.new"
        temporary.write_bytes(data)
        os.replace(temporary, folder / name)


def table(manifest: dict) -> str:
    """The summary that the tool prints."""
    header = ("update", "firewall", "intrusion", "integrity", "logs", "rules", "added", "changed",
              "removed", "CVEs", "new CVEs", "bytes")
    rows = [header]
    for entry in manifest["updates"]:
        by_module = entry["rules_by_module"]
        rows.append((entry["id"], *(str(by_module[module]) for module in MODULES),
                     *(str(entry[name]) for name in ("rules", "added", "changed", "removed")),
                     str(len(entry["cves"])), str(len(entry["cves_added"])),
                     str(entry["bytes"])))
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths))
                     for row in rows)


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False)


def _entry(choice, name: str, data: bytes, rules: list, before: list, packages: dict) -> dict:
    added, changed, removed = updates.difference(rules, before)
    count = Counter(rule.module for rule in rules)
    cves = {cve for rule in rules for cve in rule.cves}
    cves_before = {cve for rule in before for cve in rule.cves}
    return {
        "id": choice.id, "file": name, "sha256": sha256_hex(data), "bytes": len(data),
        "released_at": choice.released_at, "title": choice.title, "how": choice.how,
        "versions": {"modsecurity-crs": packages["modsecurity-crs"][choice.crs_version].version,
                     "aide-common": packages["aide-common"][choice.aide_version].version,
                     "logcheck-database": packages["logcheck-database"][updates.NEWER].version,
                     "firewalld": packages["firewalld"][updates.NEWER].version},
        "rules": len(rules), "rules_by_module": {module: count[module] for module in MODULES},
        "added": len(added), "changed": len(changed), "removed": len(removed),
        "cves": sorted(cves), "cves_added": sorted(cves - cves_before),
        "cves_removed": sorted(cves_before - cves),
    }
