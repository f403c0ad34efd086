"""firewalld: service files -> firewall rules."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from rules import (FIREWALL, ContentError, Rule, application_type_of, cves_in, decode, name_of,
                   one_line)

SERVICES_FOLDER = "usr/lib/firewalld/services"
ZONES_FOLDER = "usr/lib/firewalld/zones"
_CLEARTEXT = re.compile(r"\b(unencrypted|not encrypted|little security|not recommended)\b",
                        re.IGNORECASE)


@dataclass(frozen=True)
class Service:
    """A service file: what it opens by itself, and the services that it includes."""

    service: str
    short: str
    description: str
    opens: tuple     # Lines: "port 22/tcp", "protocol gre", "destination ipv4 224.0.0.251", ...
    includes: tuple
    port_last: int   # The highest port opened, 0 if none.

    @property
    def deprecated(self) -> bool:
        return "deprecated" in f"{self.short} {self.description}".lower()


def parse(service: str, data: bytes) -> Service:
    try:
        root = ElementTree.fromstring(decode(data).lstrip("\ufeff").encode("utf-8"))
    except ElementTree.ParseError as error:
        raise ContentError(f"firewalld service {service}: {error}") from error
    opens, includes, port_last = [], [], 0
    for element in root:
        if element.tag in ("port", "source-port") and not element.get("port"):
            opens.append(f"protocol {element.get('protocol')}")  # vrrp has no ports.
        elif element.tag in ("port", "source-port"):
            opens.append(f"{element.tag} {element.get('port')}/{element.get('protocol')}")
            port_last = max(port_last, int(element.get("port").split("-")[-1]))
        elif element.tag == "protocol":
            opens.append(f"protocol {element.get('value')}")
        elif element.tag in ("helper", "module"):
            opens.append(f"helper {element.get('name')}")
        elif element.tag == "destination":
            opens += [f"destination {family} {address}"
                      for family, address in sorted(element.attrib.items())]
        elif element.tag == "include":
            includes.append(element.get("service"))
    return Service(service, one_line(root.findtext("short") or service),
                   one_line(root.findtext("description") or ""), tuple(opens), tuple(includes),
                   port_last)


def services_in(files: dict) -> dict:
    names = [name for name in sorted(files) if name.endswith(".xml")]
    return {name[:-4]: parse(name[:-4], files[name]) for name in names}


def services_of_zones(files: dict) -> frozenset:
    """The services that a zone of the package lets in by default."""
    named = set()
    for name, data in sorted(files.items()):
        if name.endswith(".xml"):
            zone = ElementTree.fromstring(decode(data).encode("utf-8"))
            named |= {element.get("name") for element in zone.iter("service")}
    return frozenset(named)


def rules_of(services: dict, default_services: frozenset) -> list:
    return [_rule(service, services, default_services) for _, service in sorted(services.items())]


def _rule(service: Service, services: dict, default_services: frozenset) -> Rule:
    # One application type for services of one family, such as kube-api and kube-worker.
    family = service.service.split("-")[0]
    return Rule(
        module=FIREWALL,
        key=f"firewalld/{service.service}",
        name=name_of(_name(service)),
        severity=_severity(service),
        application_type=application_type_of("network", family),
        body=_body(service, services),
        cves=cves_in(service.description),
        # Opening a port is a choice, except for what the package itself opens by default.
        auto_assignable=service.service in default_services)


def _name(service: Service) -> str:
    ports = [line.split(" ", 1)[1] for line in service.opens
             if line.startswith(("port ", "protocol "))]
    ports += [f"as {name}" for name in service.includes]
    return f"{service.short} ({', '.join(ports)})" if ports else service.short


def _severity(service: Service) -> str:
    """How much is opened: services that call themselves unsafe first, then wide ranges."""
    if _CLEARTEXT.search(service.description):
        return "high"
    ranges = re.findall(r"^port (\d+)-(\d+)/", "\n".join(service.opens), re.MULTILINE)
    if any(int(last) - int(first) >= 100 for first, last in ranges):
        return "high"
    return "medium" if 0 < service.port_last < 1024 else "low"


def _body(service: Service, services: dict) -> str:
    lines = [f"service {service.service}"]
    if service.description:
        lines.append(f"# {service.description}")
    lines += [f"allow {line}" for line in service.opens]
    lines += _included(service, services, {service.service})
    return "\n".join(lines)


def _included(service: Service, services: dict, seen: set) -> list:
    """What comes in by includes; one that this update lacks is named, not guessed."""
    lines = []
    for name in service.includes:
        if name in seen:
            continue
        seen.add(name)
        if name not in services:
            lines.append(f"include {name} # not in this update")
            continue
        lines.append(f"include {name}")
        lines += [f"allow {line}" for line in services[name].opens]
        lines += _included(services[name], services, seen)
    return lines
