"""logcheck-database: lines of egrep patterns -> log inspection rules."""

import re

from rules import LOG_INSPECTION, Rule, application_type_of, cves_in, decode, name_of

ROOT = "etc/logcheck"
# What a match means, by folder: see README.logcheck-database, "Sets of rules".
_MEANINGS = {"cracking.d": ("attack", "critical"), "violations.d": ("violation", "high")}
_IGNORED = ("ignore", "low")

# The time and the host that syslog writes before the program, as the patterns spell them.
_HOST = r"(?:\[\._?\[:alnum:\]_?-\]\+|\S+)"
_SYSLOG_PREFIX = re.compile(r"^\^?(?:\((?:\\w|\[\[:alpha:\]\])\{3\}.*?\{32\}\)|\\w\{3\} \S+ \S+|"
                            r"\\w\{3\} \[ :(?:\[:digit:\]|0-9)\]\{11\}) " + _HOST + " ")
_CLASS = re.compile(r"(?<!\\)\[\^?\]?(?:\[:[a-z]+:\]|[^\]])*\](?:[*+?]|\{[\d,]+\})?")


def rules_of(folders: dict) -> list:
    """The rules of `folders` ({folder: {program: bytes}}), a pattern of a program only once.

    The same pattern may stand in several folders of one meaning: it is one rule, and its body
    says in which of the given folders it stands.
    """
    places = {}
    for folder, programs in sorted(folders.items()):
        meaning, severity = _MEANINGS.get(folder, _IGNORED)
        for program, data in sorted(programs.items()):
            for pattern in patterns_in(decode(data)):
                place = places.setdefault((meaning, program, pattern), (severity, []))
                if folder not in place[1]:
                    place[1].append(folder)
    return [_rule(meaning, program, pattern, severity, where)
            for (meaning, program, pattern), (severity, where) in sorted(places.items())]


def patterns_in(text: str) -> list:
    """Each line that logcheck would hand to egrep: not blank, not a comment."""
    return [line.rstrip("\r") for line in text.split("\n")
            if line.strip() and not line.startswith("#")]


def _rule(meaning: str, program: str, pattern: str, severity: str, where: list) -> Rule:
    return Rule(
        module=LOG_INSPECTION,
        key=f"logcheck/{meaning}/{program}/{pattern}",
        name=name_of(f"{program}: {meaning} \"{readable(pattern)}\""),
        severity=severity,
        application_type=application_type_of("log", program),
        body="\n".join([f"# {folder}/{program}" for folder in where] + [pattern]),
        cves=cves_in(pattern),
        # Desktop patterns hide lines that matter on a server, so a person assigns those.
        auto_assignable=where != ["ignore.d.workstation"])


def readable(pattern: str) -> str:
    """The pattern as a person would quote the line: no time, no host, fewer brackets."""
    text = _SYSLOG_PREFIX.sub("", pattern)
    text = re.sub(r"\(?\\\[\[(?:\[:digit:\]|0-9)\]\+\\\]\)?\??", "", text)
    text = _CLASS.sub("…", text)
    text = re.sub(r"\.[*+](?!\w)|\.\{[\d,]+\}", "…", text)
    text = re.sub(r"\\([^\w\s])", r"\1", text.removesuffix("$"))
    text = re.sub(r"…(?:\{[\d,]+\}|[….*+?-])*", "…", text)
    return text.strip() or pattern
