"""Updates travel from a signed source over relays to agents, also when a part fails."""

import hashlib
import json
import subprocess
from datetime import datetime, timezone

import seed
from ledger import StoryError, must, wait_until
from whole_site import Site, releases_in, write_unseen

TOP, BRANCH, ISLAND = "top", "branch", "island"

# Agents by name: their relay group and policy; the laptop roams.
AGENTS = {
    "web-1": (TOP, "web"), "web-2": (TOP, "web"), "mail-1": (TOP, "mail"), "mail-2": (TOP, "mail"),
    "shop-1": (BRANCH, "database"), "shop-2": (BRANCH, "web"), "laptop-1": (None, "mail"),
    "vault-1": (ISLAND, "database"),
}
RELAYS = {"relay-1": TOP, "relay-2": TOP, "relay-3": BRANCH, "relay-4": ISLAND}
CONNECTED = [name for name, (group, _) in AGENTS.items() if group != ISLAND]


def create_relay_groups(ledger) -> None:
    known = {row["relay_group"] for row in ledger.items("/v1/relay-groups")}
    for group, more in ((TOP, {}), (BRANCH, {"parent": TOP}), (ISLAND, {"air_gapped": True})):
        if group not in known:
            ledger.post("/v1/relay-groups", {"relay_group": group, **more})


def publish(stage) -> None:
    stage.site = Site(stage.programs, stage.folder / "site")
    stage.patterns = releases_in(stage.patterns_content)
    source = stage.site.source
    source.make()
    source.add_rules(*[path for _, path, _ in stage.updates[:2]])
    source.add_patterns(stage.patterns_content, stage.patterns[0])
    source.start()
    stage.say(source.publish("check", source.url).strip())


def trust(stage) -> None:
    site = stage.site
    site.ledger.start()
    site.ledger.put("/v1/settings/heartbeat_interval", {"value": "PT1S"})
    site.configure_source()
    checked = site.check_source()
    must(checked["type"] == "source.checked", f"the check failed: {checked['data']}")
    data = checked["data"]
    released = site.ledger.items("/v1/patterns")
    must(len(data["rule_updates"]) == 2 and len(released) == 2, f"the check brought {data}")
    stage.say(f"Root {site.source.trust_root()[:16]}… is pinned; metadata "
              f"{data['metadata_version']} brought {', '.join(data['rule_updates'])} and "
              + ", ".join(f"{row['component']} {row['version']}" for row in released) + ".")
    signed = json.loads((site.source.repository / "metadata" / "timestamp.json").read_text())
    must(site.ledger.get("/repository/vendor/metadata/timestamp.json") == signed,
         "the manager gives out other metadata than was signed")
    seed.create_policies(site.ledger)
    seed.assign_rules(site.ledger)


def join(stage) -> None:
    site = stage.site
    create_relay_groups(site.ledger)
    site.start_machines(RELAYS, AGENTS)
    wait_until("connected relays are in sync", lambda: all(
        site.relay(name)["in_sync"] for name, group in RELAYS.items() if group != ISLAND))
    for row in site.ledger.items("/v1/relays"):
        stage.say(f"{row['relay']:8} of {row['relay_group']:6} serves metadata "
                  f"{row['metadata_version']}" + ("" if row["in_sync"] else f", {row['why']}"))


def send(stage) -> int:
    """Patterns to all, as one event; its position."""
    done = seed.planned(stage.site.ledger, "/v1/instructions:plan", {
        "action": "download_update", "scope": {"kind": "all"}, "reason": "The regular update"})
    return done["done"]["position"]


def versions(site, name: str) -> dict:
    return {each["component"]: each["version"] for each in site.computer(name)["components"]}


def in_words(found: dict) -> str:
    return ", ".join(f"{component} {version}" for component, version in found.items())


def all_run(site, names: list, releases: list) -> bool:
    wanted = {each["component"]: each["version"] for each in releases}
    return all(versions(site, name) == wanted for name in names)


def arrive(stage) -> None:
    site = stage.site
    send(stage)
    wait_until("all connected agents run the first release",
               lambda: all_run(site, CONNECTED, stage.patterns[0]))
    wait_until("all have the rules of their policies", lambda: all(
        site.computer(name)["status"] == "up_to_date" for name in CONNECTED))
    stage.say(f"{len(CONNECTED)} agents run {in_words(versions(site, CONNECTED[0]))} and the rules "
              "of their policies.")


def release(stage, number: int) -> None:
    """The next release is published, found by a check and sent."""
    site = stage.site
    site.source.add_patterns(stage.patterns_content, stage.patterns[number])
    checked = site.check_source()
    must(checked["type"] == "source.checked", f"the check failed: {checked['data']}")
    send(stage)


def roll_back(stage) -> None:
    site = stage.site
    release(stage, 1)
    wait_until("all connected agents run the second release",
               lambda: all_run(site, CONNECTED, stage.patterns[1]))
    seed.planned(site.ledger, "/v1/instructions:plan", {
        "action": "roll_back_patterns", "reason": "False alarms on web-1",
        "scope": {"kind": "computers", "computers": ["web-1"]}})
    wait_until("web-1 is back at the first release",
               lambda: all_run(site, ["web-1"], stage.patterns[0]))
    must(all_run(site, ["web-2"], stage.patterns[1]), "web-2 was rolled back too")
    stage.say(f"web-1 runs {in_words(versions(site, 'web-1'))} again; the others stay at "
              f"{in_words(versions(site, 'web-2'))}.")


def fail_over(stage) -> None:
    site = stage.site
    site.machines["relay-1"].kill()
    release(stage, 2)
    wait_until("all connected agents run the third release without relay-1",
               lambda: all_run(site, CONNECTED, stage.patterns[2]))
    stage.say(f"relay-1 was killed; all {len(CONNECTED)} agents got "
              f"{in_words(versions(site, 'web-1'))} without it.")
    site.start_relay("relay-1", TOP)


def tamper(stage) -> None:
    """One bit of a target's bytes on the web server, after it was signed."""
    site = stage.site
    source = site.source
    source.add_rules(stage.updates[2][1])
    name = stage.updates[2][0]
    [target] = (source.repository / "targets" / "rules").glob(f"*.{name}.json")
    sound = target.read_bytes()
    target.write_bytes(bytes([sound[0] ^ 1]) + sound[1:])
    checked = site.check_source()
    failed = [row for row in site.ledger.items("/v1/events", type="content.verification_failed")]
    must(checked["type"] == "source.check_failed" and failed, f"it was taken: {checked['data']}")
    must(name not in {row["update"] for row in site.ledger.items("/v1/rule-updates")},
         "the tampered update was imported")
    wait_until("an alert rises", lambda: any(
        row["type"] == "content_verification_failed"
        for row in site.ledger.items("/v1/alerts", filter="open = true")))
    stage.say(f"rules/{name}.json: {failed[0]['data']['detail']}")
    wait_until("the relays refuse it too", lambda: {
        row["data"]["observer"] for row in
        site.ledger.items("/v1/events", type="content.verification_failed")} & set(RELAYS))
    target.write_bytes(sound)
    checked = site.check_source()
    must(checked["type"] == "source.checked", f"the check failed: {checked['data']}")
    stage.say(f"With its own bytes again, {name} is imported.")


def lie(stage) -> None:
    """A relay's disk gives out other bytes than were signed, to the agents of its group."""
    site = stage.site
    of_branch = [name for name, (group, _) in AGENTS.items() if group == BRANCH]
    for name in of_branch:
        site.machines[name].stop()
    content = publish_virus(stage, "26.104.00")
    must(site.check_source()["type"] == "source.checked", "the check failed")
    digest = hashlib.sha256(content).hexdigest()
    held = site.folder / "machines" / "relay-3" / "content" / digest[:2] / digest[2:]
    wait_until("the relay has it", held.exists)
    forged = bytes([content[0] ^ 1]) + content[1:]
    write_unseen(held, forged)
    for name in of_branch:
        group, policy = AGENTS[name]
        site.start_agent(name, group, policy)

    def refused_by():
        return {row["data"]["observer"] for row in
                site.ledger.items("/v1/events", type="content.verification_failed")
                if "/26.104.00/" in row["data"]["target"]}
    wait_until("an agent refuses it", lambda: set(of_branch) & refused_by())
    [first, *_] = sorted(set(of_branch) & refused_by())
    must(all(taken(site, name) != forged for name in of_branch),
         "an agent installed what was not signed")
    wait_until("the relay looks, and says so", lambda: "relay-3" in refused_by())
    wait_until("all connected agents run the release",
               lambda: all(taken(site, name) == content for name in CONNECTED))
    stage.say(f"relay-3's disk altered a pattern: {first} refused it; the relay looked, fetched it "
              "again, and all run the release.")


def taken(site, name: str) -> bytes:
    """The virus pattern in effect on a computer, as a scanner reads it."""
    [file] = (site.installed(name) / "patterns" / "current").glob("virus.*")
    return file.read_bytes()


def publish_virus(stage, version: str) -> bytes:
    """A release of our own; its bytes."""
    file = stage.folder / "virus.hsb"
    file.write_text("0" * 64 + f":1:Ledger-Test-{version}\n")
    stage.site.source.publish("add", "pattern", "--component", "virus", "--product",
                              "Virus Pattern", "--version", version, "--platform", "linux",
                              "--sign", file)
    return file.read_bytes()


def feed_island(stage) -> None:
    site = stage.site
    must(not versions(site, "vault-1"), "vault-1 got something through the air gap")
    bundle = stage.folder / "bundle.tar"
    relay = site.programs / "ledger-relay"
    run(relay, "--state", site.folder / "machines" / "relay-2", "export", bundle, "--source",
        site.source.name)
    stage.say(run(relay, "--state", site.folder / "machines" / "relay-4", "import", bundle,
                  "--source", site.source.name, "--trust-root", site.source.trust_root()).strip())
    send(stage)
    wait_until("the computer behind the air gap runs what the others run",
               lambda: versions(site, "vault-1") == versions(site, "web-2"))
    stage.say(f"A bundle of {bundle.stat().st_size} bytes; vault-1 runs "
              f"{in_words(versions(site, 'vault-1'))}.")


def freeze(stage) -> None:
    """The source gives out metadata whose time is over, as who holds back updates would."""
    site = stage.site
    before = versions(site, "web-1")
    site.source.publish("renew", "timestamp", programs=("faketime", "-f", "-3d"))
    checked = site.check_source()
    must(checked["type"] == "source.check_failed", f"stale metadata was taken: {checked['data']}")
    must(checked["data"]["cause"] == "metadata_expired", f"another cause: {checked['data']}")
    stage.say(checked["data"]["detail"])
    must(all(versions(site, name) == before for name in CONNECTED), "what is in effect changed")
    site.source.publish("renew", "timestamp")
    must(site.check_source()["type"] == "source.checked", "the source did not recover")
    stage.say("What is in effect stayed; signed anew, the source is good again.")


def manager_away(stage) -> None:
    site = stage.site
    site.ledger.kill()
    newest = publish_virus(stage, "26.105.00")
    wait_until("connected agents take up what relays serve",
               lambda: all(taken(site, name) == newest for name in CONNECTED))
    stage.say(f"ledgerd was killed; {len(CONNECTED)} agents took virus 26.105.00 from relays.")
    back = datetime.now(timezone.utc).isoformat()
    site.ledger.start()

    def told():
        return {row["data"]["computer"]
                for row in site.ledger.items("/v1/events", type="computer.reported")
                if {"component": "virus", "version": "26.105.00"} in row["data"]["components"]
                and (row["occurred_at"] or back) < back}
    wait_until("the manager hears what they ran while it was away",
               lambda: told() == set(CONNECTED))
    stage.say("It is back, and was told what they ran meanwhile.")
    must(site.check_source()["type"] == "source.checked", "the check failed")
    wait_until("all run what is decided now", lambda: all(
        versions(site, name)["virus"] == "26.105.00" for name in CONNECTED))
    stage.say("Its check found the release, which is in effect everywhere.")


def run(*command) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise StoryError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout + done.stderr


CHAPTERS = [
    ("A source is signed and published", publish),
    ("A manager trusts it by its root", trust),
    ("Relays and agents join", join),
    ("Updates travel to every agent", arrive),
    ("A release is rolled back on one computer", roll_back),
    ("A relay is killed: agents fail over", fail_over),
    ("A tampered update is refused by the manager and by relays", tamper),
    ("A relay lies: its agents refuse what it gives out", lie),
    ("An air-gapped relay is fed by a bundle", feed_island),
    ("The source is frozen: stale metadata is refused", freeze),
    ("ledgerd is killed while agents update", manager_away),
]
