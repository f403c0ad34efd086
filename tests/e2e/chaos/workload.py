"""What people do while parts fail: publish, check, apply, roll back, and write to the record."""

import hashlib
import threading
import urllib.error
import uuid

import seed
from chaos_site import AGENTS, ChaosSite, answer_of, patiently
from ledger import must

VERSION = "26.{:03}.00"


class People:
    def __init__(self, site: ChaosSite):
        self.site = site
        self.releases = 0
        self.rules = 2  # Of the site's updates, those that are published.

    # -- at the source ---------------------------------------------------------------------------
    def publish_pattern(self) -> str:
        """The version that is new."""
        self.releases += 1
        version = VERSION.format(self.releases)
        file = self.site.folder / "virus.hsb"
        with self.site.publishing:
            file.write_text("".join(f"{line:064x}:1:Chaos-{version}\n" for line in range(2000)))
            self.site.published[hashlib.sha256(file.read_bytes()).hexdigest()] = version
            self.site.source.publish("add", "pattern", "--component", "virus", "--product",
                                     "Virus Pattern", "--version", version, "--platform", "linux",
                                     "--sign", file)
        return version

    def publish_rules(self) -> None:
        if self.rules < len(self.site.updates):
            with self.site.publishing:
                self.site.source.add_rules(self.site.updates[self.rules])
            self.rules += 1

    # -- at the manager --------------------------------------------------------------------------
    def post(self, path, body):
        key = str(uuid.uuid4())
        return patiently(lambda: self.site.api.post(path, body, key=key))

    def planned(self, path, body):
        plan = self.post(path, body)
        if plan:
            self.post(f"/v1/plans/{plan['plan']}:apply",
                      {"digest": plan["digest"], "reason": "chaos"})

    def check(self):
        self.post(f"/v1/sources/{self.site.source.name}:download", {})

    def send(self):
        self.planned("/v1/instructions:plan", {
            "action": "download_update", "scope": {"kind": "all"}, "reason": "chaos"})

    def roll_back_patterns(self, computer):
        self.planned("/v1/instructions:plan", {
            "action": "roll_back_patterns", "reason": "chaos",
            "scope": {"kind": "computers", "computers": [computer]}})

    def roll_back_rules(self):
        listed = patiently(lambda: self.site.api.items("/v1/rule-updates")) or []
        older = sorted(row["update"] for row in listed)[:-1]
        if older:
            self.planned(f"/v1/rule-updates/{older[-1]}:planRollback", {"reason": "chaos"})

    def apply_rules(self):
        listed = patiently(lambda: self.site.api.items("/v1/rule-updates")) or []
        if listed:
            newest = max(row["update"] for row in listed)
            self.planned(f"/v1/rule-updates/{newest}:planApply", {"reason": "chaos"})

    def release(self):
        self.publish_pattern()
        self.check()

    def release_rules(self):
        self.publish_rules()
        self.check()

    def deeds(self) -> dict:
        """By name: what one of them does at one time."""
        return {"release": self.release, "release rules": self.release_rules, "check": self.check,
                "send": self.send, "apply rules": self.apply_rules,
                "roll back rules": self.roll_back_rules,
                **{f"roll back {name}": lambda name=name: self.roll_back_patterns(name)
                   for name in AGENTS}}


class Beside:
    """Something that goes on beside the rest until it is left. Use as a context."""

    def __init__(self, work):
        self.ended = threading.Event()
        self.thread = threading.Thread(target=work)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


class Writer(Beside):
    """Writes to the record without a pause, as a client that counts on its idempotency keys: the
    same write with the same key until it is answered."""

    def __init__(self, site: ChaosSite):
        super().__init__(self.write)
        self.site = site
        self.acknowledged = {}  # Group: position.
        self.left = []  # Groups whose write nobody answered until the end.
        self.refused = []  # What must not be.

    def write(self):
        while not self.ended.is_set():
            group = f"chaos-{len(self.acknowledged) + len(self.refused)}"
            position = self.answered(group)
            if position is None:
                self.left.append(group)
            else:
                self.acknowledged[group] = position
            self.ended.wait(0.005)

    def answered(self, group):
        while not self.ended.is_set():
            found = answer_of(lambda: self.site.api.post("/v1/groups", {"group": group}, key=group))
            if found and isinstance(found[0], urllib.error.HTTPError):
                self.refused.append(f"{group}: {found[0]}")
                return None
            # An answer that was cut off in its head may look like one without a body.
            if found and "position" in found[0]:
                return found[0]["position"]
            self.ended.wait(0.05)
        return None


def settle(people: People) -> str:
    """After everything is whole again: one more release and the newest rules; the version."""
    site = people.site
    version = people.publish_pattern()
    with site.publishing:
        site.source.publish("renew", "timestamp")
    for hold in site.ledger.items("/v1/holds"):
        site.ledger.post(f"/v1/holds/{hold['hold']}:release", {"reason": "chaos is over"})
    checked = patiently(site.check_source, 60)
    must(checked is not None and checked["type"] == "source.checked",
         f"the source is whole, but the check failed: {checked}")
    newest = max(row["update"] for row in site.ledger.items("/v1/rule-updates"))
    if site.ledger.get("/v1/overview")["rule_updates"]["in_force"] != newest:
        seed.planned(site.ledger, f"/v1/rule-updates/{newest}:planApply", {"reason": "the end"})
    people.send()
    return version
