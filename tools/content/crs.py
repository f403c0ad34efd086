"""OWASP Core Rule Set: ModSecurity directives -> intrusion prevention rules."""

import re
from dataclasses import dataclass, field

from rules import (BODY_BYTES_MAX, INTRUSION_PREVENTION, Rule, application_type_of, cves_in, decode,
                   name_of, sha256_hex)

RULES_FOLDER = "usr/share/modsecurity-crs/rules"
SETUP_FOLDER = "etc/modsecurity/crs"

# The file's number says what its rules are for.
_TOPICS = {
    "900": "setup", "901": "setup", "905": "common-exceptions", "910": "ip-reputation",
    "911": "method-enforcement", "912": "denial-of-service", "913": "scanner-detection",
    "920": "protocol-enforcement", "921": "protocol-attack", "922": "multipart-attack",
    "930": "local-file-inclusion", "931": "remote-file-inclusion",
    "932": "remote-code-execution", "933": "php-injection", "934": "nodejs-injection",
    "941": "cross-site-scripting", "942": "sql-injection", "943": "session-fixation",
    "944": "java-injection", "949": "blocking", "950": "data-leakage",
    "951": "data-leakage-sql", "952": "data-leakage-java", "953": "data-leakage-php",
    "954": "data-leakage-iis", "959": "blocking", "980": "correlation", "999": "setup",
}
_SEVERITIES = {"EMERGENCY": "critical", "ALERT": "critical", "CRITICAL": "critical",
               "ERROR": "high", "WARNING": "medium"}
_DISABLED = re.compile(r"#\s*Sec(?:Rule|Action)\s+[^#]*\\$|#\s*SecAction\s+\"id:")


@dataclass
class Directive:
    """A SecRule or SecAction: its arguments, its source lines and the comments before it."""

    words: list
    source: str
    comments: str = ""
    actions: list = field(default_factory=list)

    def values(self, name: str) -> list:
        return [value for action, value in self.actions if action == name]

    def first(self, name: str) -> str:
        return next(iter(self.values(name)), "")


def parse(text: str) -> list:
    """The chains of a file, each a list of directives of which the first carries the id."""
    chains, open_chain = [], None
    for directive in _directives(text):
        if directive.words[0] not in ("SecRule", "SecAction"):
            continue
        directive.actions = actions_of(_actions_word(directive.words))
        if open_chain is not None:
            open_chain.append(directive)
        elif directive.values("id"):
            open_chain = [directive]
            chains.append(open_chain)
        else:
            continue  # Neither an id nor a chain: it cannot be named, so it cannot be managed.
        if not directive.values("chain"):
            open_chain = None
    return chains


def rules_of(files: dict, data_files: dict) -> list:
    """The rules of `files` ({name: bytes}); @pmFromFile lists come from `data_files`."""
    rules = []
    for file_name, data in sorted(files.items()):
        for chain in parse(decode(data)):
            rules.append(_rule(file_name, chain, data_files))
    return rules


def paranoia_level(rule: Rule) -> int:
    """The level from which the rule works; rules that name none work at each."""
    found = re.search(r"tag:'?paranoia-level/(\d)", rule.body)
    return int(found.group(1)) if found else 1


def rule_id_of(crs_id: int):
    """A CRS id in our range: 900000..999999 as 29xxxxx, 90xxxxx as 20xxxxx, else None."""
    if 900_000 <= crs_id <= 999_999:
        return 2_000_000 + crs_id
    if 9_000_000 <= crs_id <= 9_099_999:
        return 2_000_000 + crs_id - 9_000_000
    return None


def _directives(text: str):
    """Directives with their continuation lines, each with the comments since the one before."""
    comments, lines = [], text.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.strip() or line.lstrip().startswith("#"):
            comments.append(line.strip())
            continue
        source = [line]
        while source[-1].endswith("\\") and at < len(lines):
            source.append(lines[at])
            at += 1
        words = words_of(" ".join(part.removesuffix("\\").strip() for part in source))
        if words:
            yield Directive(words, "\n".join(part.rstrip() for part in source),
                            _live_comments(comments))
        comments = []


def _live_comments(lines: list) -> str:
    """Comments without the paragraphs that hold a rule switched off by commenting it out.

    Such a paragraph speaks of the rule that is not there: its CVEs are not covered.
    """
    paragraphs, current = [], []
    for line in lines + [""]:
        if line:
            current.append(line)
        elif current:
            paragraphs.append(current)
            current = []
    live = [part for part in paragraphs if not any(_DISABLED.match(line) for line in part)]
    return "\n".join("\n".join(part) for part in live)


def words_of(line: str) -> list:
    """Arguments as Apache splits them: by spaces, or in double quotes where \\" is a quote."""
    words = []
    for quoted, bare in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line):
        words.append(bare if bare else quoted.replace('\\"', '"'))
    return words


def _actions_word(words: list) -> str:
    index = 1 if words[0] == "SecAction" else 3
    return words[index] if len(words) > index else ""


def actions_of(text: str) -> list:
    """[(name, value)] of an action list; commas inside single quotes are text."""
    pairs = []
    for part in re.findall(r"(?:[^,'\\]|\\.|'(?:[^'\\]|\\.)*')+", text):
        name, _, value = part.strip().partition(":")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] == "'":
            value = value[1:-1].replace("\\'", "'")
        if name:
            pairs.append((name.strip(), value))
    return pairs


def _rule(file_name: str, chain: list, data_files: dict) -> Rule:
    first = chain[0]
    crs_id = first.first("id")
    body = "\n".join(directive.source for directive in chain)
    rule_text = body + "\n" + first.comments
    level = re.search(r"tag:'?paranoia-level/(\d)", body)
    return Rule(
        module=INTRUSION_PREVENTION,
        key=f"crs/{crs_id}",
        name=name_of(_name(first)),
        severity=_SEVERITIES.get(first.first("severity").upper(), "low"),
        application_type=application_type_of("web", _topic(file_name)),
        body=_with_lists(body, chain, data_files),
        cves=cves_in(rule_text),
        # From paranoia level 2 on a rule is known to need tuning, so a person assigns it.
        auto_assignable=level is None or level.group(1) == "1",
        wanted_id=rule_id_of(int(crs_id)) if crs_id.isdigit() else None)


def _topic(file_name: str) -> str:
    exclusion = re.match(r"REQUEST-903\.\d+-(.+)-EXCLUSION-RULES", file_name)
    if exclusion:
        return "exclusions-" + exclusion.group(1)
    number = re.match(r"(?:REQUEST|RESPONSE)-(\d{3})", file_name)
    if number and number.group(1) in _TOPICS:
        return _TOPICS[number.group(1)]
    return "setup" if file_name == "crs-setup.conf" else file_name.removesuffix(".conf")


def _name(directive: Directive) -> str:
    """The message; a rule without one is named by what it tests and does."""
    message = directive.first("msg")
    if message:
        return message
    if directive.words[0] == "SecAction":
        does = ", ".join(directive.values("setvar")) or "initial action"
        return f"CRS {directive.first('id')}: {does}"
    does = ""
    if directive.values("skipAfter"):
        does = f" -> skip to {directive.first('skipAfter')}"
    elif directive.values("ctl"):
        does = f" -> {directive.first('ctl')}"
    elif directive.values("setvar"):
        does = f" -> {directive.first('setvar')}"
    return f"CRS {directive.first('id')}: {' '.join(directive.words[1:3])}{does}"


def _with_lists(body: str, chain: list, data_files: dict) -> str:
    """The rule with the phrase lists it reads; one too long for a body stands as its digest."""
    for directive in chain:
        found = re.match(r"!?@pmFromFile\s+(.+)", directive.words[2]
                         if len(directive.words) > 2 else "")
        for list_name in found.group(1).split() if found else ():
            data = data_files.get(list_name)
            if data is None:
                continue
            whole = f"{body}\n# {list_name}:\n{decode(data).strip()}"
            digest = f"{body}\n# {list_name}: sha256 {sha256_hex(data)}"
            body = whole if len(whole.encode("utf-8")) <= BODY_BYTES_MAX else digest
    return body
