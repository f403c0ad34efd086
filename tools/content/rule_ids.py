"""Rule ids: seven digits from the rule's module and key alone, so that they never move.

Each module has a million ids. A rule whose source numbers it (CRS) keeps that number; any other
has the digest of its key. Two keys on one id are told apart by `rule-ids.json`, which records the
digest of the key that had to move and the id it got: once recorded, it is the same for ever,
whatever other rules exist.
"""

import json
from pathlib import Path

from rules import (FIREWALL, INTEGRITY_MONITORING, INTRUSION_PREVENTION, LOG_INSPECTION,
                   ContentError, Rule, sha256_hex)

BASES = {FIREWALL: 1_000_000, INTRUSION_PREVENTION: 2_000_000, INTEGRITY_MONITORING: 3_000_000,
         LOG_INSPECTION: 4_000_000}
# CRS numbers fill 20xxxxx and 29xxxxx; a digest stays between them.
_HASHED = {INTRUSION_PREVENTION: (100_000, 800_000)}
RECORD = Path(__file__).with_name("rule-ids.json")


def key_digest(rule: Rule) -> str:
    return sha256_hex(f"{rule.module}\0{rule.key}".encode("utf-8"))


def id_from_digest(module: str, digest: str, attempt: int = 0) -> int:
    """The `attempt`-th id that a key would take in its module."""
    if attempt:
        digest = sha256_hex(f"{digest}\0{attempt}".encode("utf-8"))
    first, count = _HASHED.get(module, (0, 1_000_000))
    return BASES[module] + first + int(digest[:16], 16) % count


def read_record(path: Path = RECORD) -> dict:
    """{key digest: id} of the keys that had to move."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))["moved"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ContentError(f"{path}: {error}") from error
    return {digest: int(number) for digest, number in record.items()}


def write_record(moved: dict, path: Path = RECORD) -> None:
    about = "Rules whose first id was taken: sha256 of module, NUL and key -> id. Only grows."
    document = {"about": about, "moved": dict(sorted(moved.items()))}
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def assign(rules: list, moved: dict) -> tuple:
    """({(module, key): id}, {digest: id} of collisions that `moved` does not have yet).

    `rules` are all rules of all packages, so that an id does not depend on an update's choice.
    A new collision moves the key with the greater digest, and is to be added to the record.
    """
    ids, taken, new = {}, {}, {}
    by_place = {(rule.module, rule.key): rule for rule in rules}
    # Fixed places first: numbers that the source gives, then recorded ones, then the digests.
    def place_of(rule: Rule) -> tuple:
        digest = key_digest(rule)
        return (0 if rule.wanted_id is not None else 1 if digest in moved else 2, digest)

    for rule in sorted(by_place.values(), key=place_of):
        digest = key_digest(rule)
        number = rule.wanted_id if rule.wanted_id is not None else moved.get(digest)
        if number is None:
            number = id_from_digest(rule.module, digest)
            attempt = 0
            while number in taken or number in moved.values():
                attempt += 1
                number = new[digest] = id_from_digest(rule.module, digest, attempt)
        if number in taken:
            raise ContentError(f"rules {taken[number]} and {rule.key} both claim id {number}.")
        taken[number] = rule.key
        ids[(rule.module, rule.key)] = number
    return ids, new
