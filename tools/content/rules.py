"""What every source of rules has in common: the rule itself, and how its text is made to fit."""

import hashlib
import re
from dataclasses import dataclass, field

FIREWALL = "firewall"
INTRUSION_PREVENTION = "intrusion_prevention"
INTEGRITY_MONITORING = "integrity_monitoring"
LOG_INSPECTION = "log_inspection"
MODULES = (FIREWALL, INTRUSION_PREVENTION, INTEGRITY_MONITORING, LOG_INSPECTION)
SEVERITIES = ("low", "medium", "high", "critical")

NAME_BYTES_MAX = 200
APPLICATION_TYPE_BYTES_MAX = 64
BODY_BYTES_MAX = 32768
CVES_MAX = 64

_CVE = re.compile(r"(?<![A-Za-z0-9])CVE-(\d{4})-(\d{4,19})(?!\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """One rule as a package has it. `key` names it within its module, whatever its content is."""

    module: str
    key: str
    name: str
    severity: str
    application_type: str
    body: str
    cves: tuple = ()
    auto_assignable: bool = True
    wanted_id: int | None = field(default=None, compare=False)

    def content(self) -> tuple:
        """All that a computer would notice: if it differs, the rule has a new version."""
        return (self.module, self.name, self.severity, self.application_type, self.cves,
                self.auto_assignable, self.body)


class ContentError(Exception):
    """A package could not be fetched or read; the text says which one and what to do."""


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def decode(data: bytes) -> str:
    """The text of a packaged file: UTF-8, or Latin-1 as some of the older ones still are."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def cut(text: str, bytes_max: int) -> str:
    """`text`, or as much of it as fits with an ellipsis; never half a character."""
    data = text.encode("utf-8")
    if len(data) <= bytes_max:
        return text
    return data[:bytes_max - 3].decode("utf-8", "ignore").rstrip() + "…"


def one_line(text: str) -> str:
    """`text` with each run of white space and control characters as one space."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip()


def name_of(text: str) -> str:
    return cut(one_line(text), NAME_BYTES_MAX)


def application_type_of(*parts: str) -> str:
    """The parts joined by slashes, in the alphabet that the format allows."""
    slugs = [re.sub(r"[^a-z0-9._-]+", "-", part.lower()).strip("-") or "other" for part in parts]
    return "/".join(slugs)[:APPLICATION_TYPE_BYTES_MAX]


def cves_in(text: str) -> tuple:
    """The CVEs that `text` names, each once, in order of year and number."""
    found = {(int(year), int(number), f"CVE-{year}-{number}")
             for year, number in _CVE.findall(text)}
    return tuple(cve for _, _, cve in sorted(found))[:CVES_MAX]
