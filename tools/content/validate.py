"""The rules of the format, checked by hand: what rule-update.schema.json says, and what it cannot
say (unique and sorted ids, lengths in bytes, a property only once). Errors carry JSON pointers."""

import json
import re
from collections import Counter
from datetime import datetime

from rules import (APPLICATION_TYPE_BYTES_MAX, BODY_BYTES_MAX, CVES_MAX, MODULES, NAME_BYTES_MAX,
                   SEVERITIES)

ERRORS_MAX = 100
RULES_MAX = 100_000
TITLE_BYTES_MAX = 200
_ID = re.compile(r"\d{2}-\d{3}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}", re.ASCII)
_APPLICATION_TYPE = re.compile(r"[a-z0-9/._-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_INTEGER_DIGITS_MAX = 20
ID_LEAST, ID_MOST = 1_000_000, 9_999_999


class _Repeated(dict):
    """A JSON object that remembers the properties which the document gave more than once."""

    def __init__(self, pairs):
        super().__init__(pairs)
        counts = Counter(name for name, _ in pairs)
        self.repeated = sorted(name for name, count in counts.items() if count > 1)


class _Report:
    def __init__(self):
        self.errors = []

    def add(self, pointer: str, problem: str) -> None:
        if len(self.errors) < ERRORS_MAX:
            self.errors.append((pointer, problem))

    @property
    def full(self) -> bool:
        return len(self.errors) >= ERRORS_MAX


def errors_in(data: bytes) -> list:
    """[(JSON pointer, problem)] of a document, at most ERRORS_MAX; empty if it keeps the format."""
    try:
        parsed = json.loads(data.decode("utf-8"), object_pairs_hook=_Repeated,
                            parse_constant=_no_constant, parse_int=_bounded_integer)
        if b"\\u" in data and _SURROGATE.search(json.dumps(parsed, ensure_ascii=False)):
            raise ValueError("half of a surrogate pair")
    except UnicodeDecodeError as error:
        return [("", f"is not UTF-8 at byte {error.start}")]
    except (ValueError, RecursionError) as error:
        return [("", f"is not JSON: {error}")]
    report = _Report()
    _check_document(parsed, report)
    return report.errors


def _no_constant(name: str):
    raise ValueError(f"{name} is no JSON number")


def _bounded_integer(digits: str):
    """A number too long for any field of the format is no integer of it; Python would refuse it."""
    return int(digits) if len(digits) <= _INTEGER_DIGITS_MAX else float("inf")


def _check_document(document, report: _Report) -> None:
    checks = {"format": _check_format, "id": _check_update_id, "released_at": _check_time,
              "title": _line(TITLE_BYTES_MAX), "rules": _check_rules}
    _check_object(document, "", checks, report)


def _check_rule(rule, pointer: str, report: _Report) -> None:
    checks = {"id": _integer(ID_LEAST, ID_MOST), "module": _one_of(MODULES),
              "name": _line(NAME_BYTES_MAX), "version": _integer(1, 2**31),
              "severity": _one_of(SEVERITIES), "application_type": _check_application_type,
              "cves": _check_cves, "auto_assignable": _check_bool, "body": _text(BODY_BYTES_MAX)}
    _check_object(rule, pointer, checks, report)


def _check_object(value, pointer: str, checks: dict, report: _Report) -> None:
    if not isinstance(value, dict):
        report.add(pointer, "must be an object")
        return
    for name in value.repeated:
        report.add(_join(pointer, name), "is given more than once")
    for name in value:
        if name not in checks:
            report.add(_join(pointer, name), "is not a property of the format")
    for name, check in checks.items():
        if name in value:
            check(value[name], _join(pointer, name), report)
        else:
            report.add(_join(pointer, name), "is missing")


def _check_rules(rules, pointer: str, report: _Report) -> None:
    if not isinstance(rules, list) or not 1 <= len(rules) <= RULES_MAX:
        report.add(pointer, f"must be a list of 1 to {RULES_MAX} rules")
        return
    seen, last = {}, 0
    for index, rule in enumerate(rules):
        if report.full:
            return
        at = f"{pointer}/{index}"
        _check_rule(rule, at, report)
        number = rule.get("id") if isinstance(rule, dict) else None
        if not _is_integer(number) or not ID_LEAST <= number <= ID_MOST:
            continue
        if number in seen:
            report.add(f"{at}/id", f"{number} is also the id of {pointer}/{seen[number]}")
        elif number < last:
            report.add(f"{at}/id", f"{number} comes after {last}; rules are sorted by id")
        seen.setdefault(number, index)
        last = max(last, number)


def _check_format(value, pointer: str, report: _Report) -> None:
    if value != "update-ledger/rule-update/1":
        report.add(pointer, 'must be "update-ledger/rule-update/1"')


def _check_update_id(value, pointer: str, report: _Report) -> None:
    if not isinstance(value, str) or not _ID.fullmatch(value) or value.endswith("-000"):
        report.add(pointer, 'must be YY-NNN with NNN from 001, as "25-031"')


def _check_time(value, pointer: str, report: _Report) -> None:
    try:
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            raise ValueError
        datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        report.add(pointer, 'must be a time in UTC, as "2025-08-05T09:00:00Z"')


def _check_application_type(value, pointer: str, report: _Report) -> None:
    if (not isinstance(value, str) or not _APPLICATION_TYPE.fullmatch(value)
            or len(value) > APPLICATION_TYPE_BYTES_MAX):
        report.add(pointer, f"must be 1 to {APPLICATION_TYPE_BYTES_MAX} of a-z 0-9 / . _ -")


def _check_cves(value, pointer: str, report: _Report) -> None:
    if not isinstance(value, list) or len(value) > CVES_MAX:
        report.add(pointer, f"must be a list of at most {CVES_MAX} CVEs")
        return
    for index, cve in enumerate(value):
        if not isinstance(cve, str) or not _CVE.fullmatch(cve):
            report.add(f"{pointer}/{index}", 'must be a CVE, as "CVE-2021-44228"')
        elif cve in value[:index]:
            report.add(f"{pointer}/{index}", f"{cve} is given more than once")


def _check_bool(value, pointer: str, report: _Report) -> None:
    if not isinstance(value, bool):
        report.add(pointer, "must be true or false")


def _text(bytes_max: int):
    def check(value, pointer: str, report: _Report) -> None:
        if not isinstance(value, str) or not value:
            report.add(pointer, f"must be a text of 1 to {bytes_max} bytes")
            return
        size = len(value.encode("utf-8"))
        if size > bytes_max:
            report.add(pointer, f"is {size} bytes long; at most {bytes_max}")
    return check


def _line(bytes_max: int):
    check_text = _text(bytes_max)

    def check(value, pointer: str, report: _Report) -> None:
        before = len(report.errors)
        check_text(value, pointer, report)
        if len(report.errors) == before and _CONTROL.search(str(value)):
            report.add(pointer, "must be one line without control characters")
    return check


def _integer(least: int, most: int):
    def check(value, pointer: str, report: _Report) -> None:
        if not _is_integer(value) or not least <= value <= most:
            report.add(pointer, f"must be a whole number from {least} to {most}")
    return check


def _one_of(words: tuple):
    def check(value, pointer: str, report: _Report) -> None:
        if not isinstance(value, str) or value not in words:
            report.add(pointer, f"must be one of {', '.join(words)}")
    return check


def _is_integer(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _join(pointer: str, name: str) -> str:
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
