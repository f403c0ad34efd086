"""What must hold: at every look while parts fail, and when all of them are whole again."""

import base64
import hashlib
import http.client
import json
import shutil
import ssl

import proof_verifier as verifier
from chaos_site import AGENTS, LEDGER, RELAYS, ChaosSite
from ledger import StoryError, must, wait_until
from workload import Beside

HEALED_WITHIN_SECONDS = 120  # Longer than the longest time that anybody waits for an answer.


class Watch(Beside):
    """Looks again and again, and keeps what was wrong."""

    def __init__(self, site: ChaosSite):
        super().__init__(self.look_until_the_end)
        self.site = site
        self.wrong = []
        self.looks = 0
        self.newest = {}     # Agent: the version of patterns that was in effect at the last look.
        self.went_back = []  # (agent, from, to)
        self.heads = {}      # Size of the log: its root.
        self.metadata = {}   # Agent: version of the metadata that it trusts.
        self.rules = {}      # Ruleset: SHA-256 of the files that agents made of it.

    def look_until_the_end(self):
        while not self.ended.wait(0.1):
            try:
                self.look()
            except Exception as failure:  # Of a thread; what does not look finds nothing.
                self.note(f"it could not look: {failure!r}")

    def look(self):
        for name in AGENTS:
            self.patterns_of(name)
            self.rules_of(name)
            self.metadata_of(name)
        for name in RELAYS:
            self.served_by(name)
        self.head()
        for name in self.site.ended_by_themselves():
            self.note(f"{name} ended by itself")
        self.looks += 1

    def note(self, what):
        if what not in self.wrong:
            self.wrong.append(what)

    # -- agents ----------------------------------------------------------------------------------
    def patterns_of(self, agent):
        version = files_in_effect(self.site.installed(agent) / "patterns")
        if not version:
            return
        foreign = {each: digest for each, digest in version.items()
                   if digest not in self.site.published}
        if foreign:
            return self.note(f"{agent} has what was never published: {foreign}")
        [now] = [self.site.published[digest] for digest in version.values()]
        before = self.newest.get(agent, now)
        if now < before:
            self.went_back.append((agent, before, now))
        self.newest[agent] = now

    def rules_of(self, agent):
        """The same ruleset is the same files, whoever was killed while making them."""
        rules = self.site.installed(agent) / "rules"
        version = files_in_effect(rules)
        if version is None:
            return
        try:
            facts = json.loads((rules / f"{(rules / 'current').readlink()}.json").read_text())
        except OSError:
            return  # It went on while we looked.
        if files_in_effect(rules) != version:
            return
        digest = hashlib.sha256(json.dumps(version, sort_keys=True).encode()).hexdigest()
        if self.rules.setdefault(facts["ruleset"], digest) != digest:
            self.note(f"{agent} has other files of ruleset {facts['ruleset']}")

    def metadata_of(self, agent):
        try:
            files = list((self.site.folder / "machines" / agent).glob("**/timestamp.json"))
        except OSError:
            return  # A folder went away while we looked.
        for file in files:
            try:
                version = json.loads(file.read_bytes())["signed"]["version"]
            except (OSError, ValueError):
                continue
            if version < self.metadata.get(file, 0):
                self.note(f"{agent} trusts older metadata than before")
            self.metadata[file] = version

    # -- relays ----------------------------------------------------------------------------------
    def served_by(self, relay):
        for digest, version in list(self.site.published.items())[-2:]:
            given = fetched(self.site, relay, f"targets/patterns/virus/linux/{version}/"
                                              f"{digest}.virus.hsb")
            if given is not None and hashlib.sha256(given).hexdigest() != digest:
                self.note(f"{relay} gave out other bytes as {version}")

    # -- the record ------------------------------------------------------------------------------
    def head(self):
        try:
            with_note = self.site.ledger_text("/v1/log/checkpoint")
        except (OSError, http.client.HTTPException):
            return
        _, size, root = with_note.decode().split("\n")[:3]
        size = int(size)
        if self.heads and size < max(self.heads):
            self.note(f"the log showed {size} records after {max(self.heads)}")
        if self.heads.setdefault(size, root) != root:
            self.note(f"the log showed two roots of its first {size} records")


def files_in_effect(kept) -> dict:
    """SHA-256 of each file by its name; None: nothing is, or it went on while we looked."""
    try:
        current = (kept / "current").resolve(strict=True)
        return {str(file.relative_to(current)): hashlib.sha256(file.read_bytes()).hexdigest()
                for file in sorted(current.rglob("*")) if file.is_file()}
    except OSError:
        return None


def fetched(site, relay, path):
    """As a machine of the site, without any link; None: it was not given out, or not whole."""
    identity = site.folder / "machines" / "web-1" / "identity"
    try:
        context = ssl.create_default_context(cafile=site.ledger.data / "tls" / "ca.crt")
        context.load_cert_chain(identity / "certificate.pem", identity / "key.pem")
        connection = http.client.HTTPSConnection("127.0.0.1", site.ports.of(relay), timeout=1,
                                                 context=context)
        connection.request("GET", f"/repository/{site.source.name}/{path}")
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return data if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None


# -- At the end ----------------------------------------------------------------------------------

def everybody_is_current(site, version):
    """Every relay in sync, every agent up to date, every alert over."""
    def late():
        found = [f"{row['relay']}: {row['why']}" for row in site.ledger.items("/v1/relays")
                 if not row["in_sync"]]
        for name in AGENTS:
            shown = site.computer(name)
            versions = {each["component"]: each["version"] for each in shown["components"]}
            if shown["status"] != "up_to_date" or versions != {"virus": version}:
                found.append(f"{name}: {shown['status']}, {shown['reason']}, {versions}")
        return found + [f"alert: {row['summary']}" for row in
                        site.ledger.items("/v1/alerts", filter="open = true")]
    try:
        wait_until("", lambda: not late(), HEALED_WITHIN_SECONDS)
    except StoryError:
        raise StoryError(f"{HEALED_WITHIN_SECONDS} seconds after all was whole again: "
                         + "; ".join(late())) from None


def writes_are_there_once(site, writer):
    must(not writer.refused, f"sound writes were refused: {writer.refused}")
    found = {}
    for row in site.ledger.items("/v1/events", type="group.created"):
        found.setdefault(row["data"]["group"], []).append(row["position"])
    for group, position in writer.acknowledged.items():
        must(found.get(group) == [position],
             f"{group} was acknowledged at {position} and is at {found.get(group)}")
    for group in writer.left:
        must(len(found.get(group, [])) <= 1, f"{group} is there twice")


def nobody_went_back_uninstructed(site, watch):
    """A step back is what somebody instructed that computer to do."""
    instructed = {name for row in site.ledger.items("/v1/events", type="instruction.given")
                  if row["data"]["action"] == "roll_back_patterns"
                  for name in row["data"]["scope"]["computers"]}
    for agent, before, now in watch.went_back:
        must(agent in instructed, f"{agent} went from {before} back to {now} by itself")


def heads_are_of_one_log(site, watch):
    now = max(watch.heads)
    root = base64.b64decode(watch.heads[now])
    for size in sorted(watch.heads)[::max(1, len(watch.heads) // 50)]:
        if size in (0, now):
            continue
        said = site.ledger.get(f"/v1/log/consistency?from={size}&to={now}")
        path = [bytes.fromhex(each) for each in said["hashes"]]
        old = base64.b64decode(watch.heads[size])
        must(verifier.roots_from_consistency(size, now, path, old) == (old, root),
             f"the log of {now} records does not continue that of {size}")


def record_is_sound_and_views_follow_from_it(site):
    ledger = site.ledger
    site.away.add(LEDGER)
    ledger.stop()
    ledger.ctl("log", "verify", "--data", ledger.data)
    before = json.loads(ledger.ctl("views", "digests", "--data", ledger.data, "-o", "json"))
    shutil.rmtree(ledger.data / "views")
    told = ledger.ctl("views", "rebuild", "--data", ledger.data, "-o", "jsonl", "-q")
    after = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    must(len(before) > 20 and before == after, "a rebuilt view has another digest")
