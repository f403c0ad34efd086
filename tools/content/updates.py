"""The successive rule updates: which real file sets each one has, and what that makes of them.

Nothing here writes rule text. An update is a choice among what the packages hold: a package
version, files of the Core Rule Set, a paranoia level, folders of logcheck, files of aide, services
of firewalld. Rules come, change and go between two updates because the choices differ; `how` says
so in words, and stands in the manifest.
"""

from dataclasses import dataclass, replace

import aide
import crs
import firewalld
import logcheck
from rules import ContentError, Rule, decode

OLDER, NEWER = 0, 1  # Which of the available versions of a package.

_EXCLUSIONS = "REQUEST-903."
_DATA_LEAKAGES = ("RESPONSE-950", "RESPONSE-951", "RESPONSE-952", "RESPONSE-953", "RESPONSE-954")
_ALARMS = ("cracking.d", "violations.d", "violations.ignore.d")
_PARANOID = ("ignore.d.paranoid",)
_SERVER = _PARANOID + ("ignore.d.server",)
_WORKSTATION = _SERVER + ("ignore.d.workstation",)


@dataclass(frozen=True)
class Choice:
    """What an update takes from the packages."""

    id: str
    released_at: str
    title: str
    how: str
    crs_version: int = NEWER
    crs_paranoia_max: int = 4
    crs_without: tuple = ()         # File names that begin so are left out.
    logcheck_folders: tuple = _WORKSTATION + _ALARMS
    aide_version: int = NEWER
    aide_without: tuple = ()        # File names that begin so are left out.
    firewall_port_max: int = 65535  # Services that open a higher port are left out.
    firewall_deprecated: bool = True


CHOICES = (
    Choice(
        id="26-040", released_at="2026-09-29T09:00:00Z",
        title="First rules for all four modules",
        how="CRS in its older version at paranoia level 1, without PHP, NodeJS and Java attacks, "
            "data leakages and the exclusions for applications; logcheck's alarms and its level "
            "paranoid; aide without its 10_ definitions; firewalld services up to port 1023.",
        crs_version=OLDER, crs_paranoia_max=1,
        crs_without=(_EXCLUSIONS, "REQUEST-933", "REQUEST-934", "REQUEST-944", *_DATA_LEAKAGES),
        logcheck_folders=_PARANOID + _ALARMS,
        aide_version=OLDER, aide_without=("10_",), firewall_port_max=1023),
    Choice(
        id="26-041", released_at="2026-10-06T09:00:00Z",
        title="PHP attacks, data leakages, server logs",
        how="Adds the CRS files 933 and 950 to 954, logcheck's level server, and services up to "
            "port 9999. Services change whose includes are now in the update; patterns change "
            "that stand in both levels.",
        crs_version=OLDER, crs_paranoia_max=1,
        crs_without=(_EXCLUSIONS, "REQUEST-934", "REQUEST-944"),
        logcheck_folders=_SERVER + _ALARMS,
        aide_version=OLDER, aide_without=("10_",), firewall_port_max=9999),
    Choice(
        id="26-042", released_at="2026-10-13T09:00:00Z",
        title="Paranoia level 2, exclusions for applications",
        how="CRS at paranoia level 2 and with the 903 exclusions; the other services. Adds aide's "
            "10_ files: each line that uses their definitions (RUN, LOGEXT) now carries them, and "
            "so changes.",
        crs_version=OLDER, crs_paranoia_max=2, crs_without=("REQUEST-934", "REQUEST-944"),
        logcheck_folders=_SERVER + _ALARMS, aide_version=OLDER),
    Choice(
        id="26-043", released_at="2026-10-20T09:00:00Z",
        title="Core Rule Set of the point release, workstation logs",
        how="CRS and aide in their newer versions: what the Debian maintainers fixed in between "
            "is added or changed. Adds logcheck's level workstation. Removes the services that "
            "call themselves deprecated.",
        crs_paranoia_max=2, crs_without=("REQUEST-934", "REQUEST-944"),
        firewall_deprecated=False),
    Choice(
        id="26-044", released_at="2026-10-27T09:00:00Z",
        title="Paranoia level 3, server fleet only",
        how="CRS at paranoia level 3, without the exclusions for cPanel and XenForo. Removes "
            "logcheck's level workstation; patterns that also stand in another level change.",
        crs_paranoia_max=3,
        crs_without=("REQUEST-903.9005", "REQUEST-903.9006", "REQUEST-934", "REQUEST-944"),
        logcheck_folders=_SERVER + _ALARMS, firewall_deprecated=False),
    Choice(
        id="26-045", released_at="2026-11-03T09:00:00Z",
        title="Urgent: Java and NodeJS attacks",
        how="The bad one. Adds the CRS files 934 and 944, whose CVEs no update before covers, but "
            "was built with everything up to paranoia level 4, without the common exceptions "
            "(905) and the exclusions (903), and without logcheck's level server: sound traffic "
            "is blocked and logs are flooded. A rollback opens the CVEs of 934 and 944 again.",
        crs_paranoia_max=4, crs_without=(_EXCLUSIONS, "REQUEST-905"),
        logcheck_folders=_PARANOID + _ALARMS, firewall_deprecated=False),
)

# All that the packages hold, in each version: so an id never depends on what an update chose.
_EVERYTHING = tuple(replace(CHOICES[0], crs_version=version, aide_version=version,
                            crs_paranoia_max=4, crs_without=(), aide_without=(),
                            logcheck_folders=_WORKSTATION + _ALARMS, firewall_port_max=65535)
                    for version in (OLDER, NEWER))


def until(last: str | None) -> tuple:
    """The choices up to the update `last`; all of them without one."""
    chosen = tuple(choice for choice in CHOICES if last is None or choice.id <= last)
    if not chosen or (last is not None and chosen[-1].id != last):
        ids = ", ".join(choice.id for choice in CHOICES)
        raise ContentError(f"there is no rule update {last}; there are {ids}.")
    return chosen


def rules_of(choice: Choice, packages: dict) -> list:
    """The rules that the choice takes from `packages` ({name: (older, newer)})."""
    return [*_crs_rules(choice, packages), *_logcheck_rules(choice, packages),
            *_aide_rules(choice, packages), *_firewall_rules(choice, packages)]


def all_rules(packages: dict) -> list:
    return [rule for choice in _EVERYTHING for rule in rules_of(choice, packages)]


def versioned(rules: list, before: dict) -> tuple:
    """({key: version}, memory for the next update) of an update's rules.

    `before` and the memory are {(module, key): (version, content)} of all rules ever published:
    a rule that comes back goes on from its last version.
    """
    memory, versions = dict(before), {}
    for rule in rules:
        place = (rule.module, rule.key)
        version, content = before.get(place, (0, None))
        if content != rule.content():
            version += 1
        memory[place] = (version, rule.content())
        versions[place] = version
    return versions, memory


def difference(rules: list, before: list) -> tuple:
    """(added, changed, removed): rules of an update against those of its predecessor, sorted."""
    now = {(rule.module, rule.key): rule.content() for rule in rules}
    then = {(rule.module, rule.key): rule.content() for rule in before}
    added = sorted(now.keys() - then.keys())
    removed = sorted(then.keys() - now.keys())
    changed = sorted(place for place in now.keys() & then.keys() if now[place] != then[place])
    return added, changed, removed


def _crs_rules(choice: Choice, packages: dict) -> list:
    package = packages["modsecurity-crs"][choice.crs_version]
    folder = package.folder(crs.RULES_FOLDER)
    files = {**folder, **package.folder(crs.SETUP_FOLDER)}
    chosen = {name: data for name, data in files.items()
              if name.endswith(".conf") and not name.startswith(choice.crs_without)}
    rules = crs.rules_of(chosen, folder)
    return [rule for rule in rules if crs.paranoia_level(rule) <= choice.crs_paranoia_max]


def _logcheck_rules(choice: Choice, packages: dict) -> list:
    package = packages["logcheck-database"][NEWER]
    return logcheck.rules_of({folder: package.folder(f"{logcheck.ROOT}/{folder}")
                              for folder in choice.logcheck_folders})


def _aide_rules(choice: Choice, packages: dict) -> list:
    package = packages["aide-common"][choice.aide_version]
    folder = f"{aide.ROOT}/aide.conf.d"
    files = {name: data for name, data in package.folder(folder).items()
             if f"{folder}/{name}" not in package.programs
             and not name.startswith(choice.aide_without)}
    return aide.rules_of(files, aide.groups_in(decode(package.text_file(f"{aide.ROOT}/aide.conf"))))


def _firewall_rules(choice: Choice, packages: dict) -> list[Rule]:
    package = packages["firewalld"][NEWER]
    services = firewalld.services_in(package.folder(firewalld.SERVICES_FOLDER))
    chosen = {name: service for name, service in services.items()
              if service.port_last <= choice.firewall_port_max
              and (choice.firewall_deprecated or not service.deprecated)}
    zones = firewalld.services_of_zones(package.folder(firewalld.ZONES_FOLDER))
    return firewalld.rules_of(chosen, zones)
