"""aide-common: selection lines of aide.conf.d -> integrity monitoring rules."""

import re
from dataclasses import dataclass

from rules import (INTEGRITY_MONITORING, ContentError, Rule, application_type_of, cves_in, decode,
                   name_of)

ROOT = "usr/share/aide/config/aide"
_GROUP = re.compile(r"\s*([A-Z]\w*)\s*=\s*(\S.*?)\s*$")  # Options are in small letters.
_MACRO = re.compile(r"@@\{(\w+)\}")


@dataclass(frozen=True)
class Definition:
    """An @@define and the @@if lines around it."""

    line: str
    value: str
    conditions: tuple


@dataclass(frozen=True)
class Selection:
    """A selection line, the conditions around it, and the definitions in force there."""

    file: str
    line: str
    conditions: tuple
    definitions: dict  # {name: its definitions, oldest first}


def groups_in(text: str) -> dict:
    """{name: expression} of the attribute groups that aide.conf defines."""
    groups = {}
    for line in text.splitlines():
        found = _GROUP.match(line)
        if found and re.match(r"[\w+\-\s]+$", found.group(2)):
            groups[found.group(1)] = found.group(2)
    return groups


def selections_in(files: dict) -> list:
    """The selection lines of aide.conf.d, read in order of file name as aide includes them."""
    definitions, selections = {}, []
    for name, data in sorted(files.items()):
        conditions = []
        for number, raw in enumerate(decode(data).splitlines(), 1):
            line = raw.strip()
            if line.startswith(("@@if ", "@@ifdef ", "@@ifndef ")):
                conditions.append(line)
            elif line == "@@else":
                _expect(conditions, name, number)
                conditions[-1] = f"{conditions[-1]}\n@@else"
            elif line == "@@endif":
                _expect(conditions, name, number)
                conditions.pop()
            elif line.startswith("@@define "):
                _define(definitions, line, tuple(conditions))
            elif line.startswith("@@undef "):
                definitions.pop(line.split()[1], None)
            elif line.startswith(("/", "!", "=")):
                selections.append(Selection(name, line, tuple(conditions), dict(definitions)))
    return selections


def rules_of(files: dict, groups: dict) -> list:
    """One rule for each selection line. `files` has no programs: their output depends on a host."""
    rules, seen = [], {}
    for selection in selections_in(files):
        what, group = parts_of(selection.line)
        key = f"aide/{selection.file}/{what}"
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            key = f"{key}#{seen[key]}"  # The same path again, under another condition.
        rules.append(_rule(selection, key, what, group, groups))
    return rules


def parts_of(line: str) -> tuple:
    """(path with its type, attribute group): a line that excludes has no group."""
    words = re.findall(r"(?:\\.|\S)+", line)
    if line.startswith("!") or len(words) < 2:
        return " ".join(words), ""
    return " ".join(words[:-1]), words[-1]


def attributes_of(expression: str, groups: dict, depth: int = 0) -> set:
    """The attributes that a group expression ("Full+I-s") comes to."""
    attributes = set()
    for sign, name in re.findall(r"([+-]?)\s*(\w+)", expression):
        known = name in groups and depth < 16
        named = attributes_of(groups[name], groups, depth + 1) if known else {name}
        attributes = attributes - named if sign == "-" else attributes | named
    return attributes


def _expect(conditions: list, name: str, number: int) -> None:
    if not conditions:
        raise ContentError(f"{name}, line {number}: an @@else or @@endif without its @@if.")


def _define(definitions: dict, line: str, conditions: tuple) -> None:
    words = line.split(None, 2)
    if len(words) < 2:
        return
    definition = Definition(line, words[2] if len(words) > 2 else "", conditions)
    # Under a condition it may or may not replace the one before: both stand, as in the source.
    before = definitions.get(words[1], ()) if conditions else ()
    definitions[words[1]] = (*before, definition)


def _rule(selection: Selection, key: str, what: str, group: str, groups: dict) -> Rule:
    program = re.sub(r"^\d+_(aide_)?", "", selection.file)
    verb = "leave out" if selection.line.startswith("!") else f"watch ({group})"
    return Rule(
        module=INTEGRITY_MONITORING,
        key=key,
        name=name_of(f"{program}: {verb} {what.lstrip('!=')}"),
        severity=_severity(selection.line, what, group, groups),
        application_type=application_type_of("files", program),
        body=_body(selection, group, groups),
        cves=cves_in(selection.line),
        # A rule that waits for a definition of the site, or that covers all files, is a choice.
        auto_assignable=not selection.conditions and not what.startswith("/ "))


def _severity(line: str, what: str, group: str, groups: dict) -> str:
    """By what a change would mean: contents that never change, ones that may, logs, exclusions."""
    if line.startswith("!"):
        return "low"
    if what.split()[0] == "/":
        return "critical"
    attributes = attributes_of(group, groups)
    if "H" in attributes:
        return "medium" if attributes & {"growing", "I", "ANF", "ARF", "compressed"} else "high"
    return "low" if attributes & {"growing"} or group.endswith("Log") else "medium"


def _body(selection: Selection, group: str, groups: dict) -> str:
    """A piece of aide.conf that stands alone: definitions, groups, and the line itself."""
    lines = [f"# aide.conf.d/{selection.file}"]
    for definition in _definitions_for(selection):
        lines += _wrapped(definition.line, definition.conditions)
    for name in _groups_for(group, groups):
        lines.append(f"{name} = {groups[name]}")
    return "\n".join(lines + _wrapped(selection.line, selection.conditions))


def _wrapped(line: str, conditions: tuple) -> list:
    return [*conditions, line, *(["@@endif"] * len(conditions))]


def _definitions_for(selection: Selection) -> list:
    """The definitions that the line needs, those that others need first."""
    needed, ordered = set(), []

    def add(text: str) -> None:
        for name in _MACRO.findall(text):
            if name in needed or name not in selection.definitions:
                continue  # Not in the files: a program of the host defines it.
            needed.add(name)
            for definition in selection.definitions[name]:
                add("\n".join((*definition.conditions, definition.value)))
                ordered.append(definition)

    add(selection.line)
    return ordered


def _groups_for(expression: str, groups: dict) -> list:
    ordered = []

    def add(text: str) -> None:
        for name in re.findall(r"\w+", text):
            if name in groups and name not in ordered:
                add(groups[name])
                ordered.append(name)

    add(expression)
    return list(dict.fromkeys(ordered))
