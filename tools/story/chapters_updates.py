"""Rule updates are imported, applied, taken up, rolled back and held."""

import shutil

import seed
from fleet import names
from ledger import must, wait_until


def counts(ledger, **query) -> dict:
    computers = ledger.get("/v1/overview", **query)["computers"]
    return {name: count for name, count in computers["by_status"].items() if count}


def in_words(found: dict) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in found.items()) or "none"


def all_up_to_date(ledger) -> bool:
    return counts(ledger) == {"up_to_date": len(names())}


def start(stage) -> None:
    seconds = stage.ledger.start()
    stage.say(f"ledgerd answers at {stage.ledger.url} after {seconds:.2f} seconds; "
              f"the first administrator's token is in a file of mode "
              f"{stage.ledger.token_file.stat().st_mode & 0o777:o}.")
    must(stage.ledger.token_file.stat().st_mode & 0o777 == 0o600, "the token's file is not 0600")
    # What is applied when is this story's to say, until it comes to the automatic ways.
    stage.ledger.put("/v1/settings/auto_apply_rule_updates", {"value": "false"})
    stage.ledger.put("/v1/settings/heartbeat_interval", {"value": "PT1S"})


def import_four(stage) -> None:
    must(len(stage.updates) >= 6, "the content tool makes at least six updates")
    for name, path, facts in stage.updates[:4]:
        seed.import_update(stage.ledger, path, "The regular update")
        stage.say(f"{name}  {facts['rules']} rules (+{facts['added']} ~{facts['changed']} "
                  f"-{facts['removed']}), {len(facts['cves'])} CVEs: {facts['title']}")
    listed = {row["update"]: row for row in stage.ledger.items("/v1/rule-updates")}
    for name, _, facts in stage.updates[:4]:
        must(listed[name]["rules"] == facts["rules"], f"{name} has another number of rules")
    changes = stage.ledger.items(f"/v1/rule-updates/{stage.updates[3][0]}/changes",
                                 against=stage.updates[0][0])
    stage.say(f"From {stage.updates[0][0]} to {stage.updates[3][0]}: {len(changes)} rules differ.")


def apply_first(stage) -> None:
    first = stage.updates[0][0]
    seed.planned(stage.ledger, f"/v1/rule-updates/{first}:planApply", {"reason": "First rules"})
    seed.create_policies(stage.ledger)
    seed.assign_rules(stage.ledger)
    for row in stage.ledger.items("/v1/policies"):
        stage.say(f"policy {row['policy']:9} {row['ruleset_rules']:5} rules of {row['update']}")
        must(row["ruleset_rules"] > 0, f"policy {row['policy']} has no rules")


def take_up(stage) -> None:
    ledger = stage.ledger
    stage.token = seed.enrolment_token(ledger, 1000)
    stage.fleet.start(ledger.url, stage.token)
    wait_until("25 computers join", lambda: len(ledger.items("/v1/computers")) == len(names()))
    for name in names():
        ledger.post(f"/v1/computers/{name}:assignPolicy", {"policy": name.split("-")[0]})
    wait_until("all are up to date", lambda: all_up_to_date(ledger))
    stage.say(f"{in_words(counts(ledger))}, each with the rules of its policy in effect.")


def apply_rest(stage) -> None:
    ledger = stage.ledger
    for name, _, _ in stage.updates[1:4]:
        done = seed.planned(ledger, f"/v1/rule-updates/{name}:planApply", {"reason": "Approved"})
        after = counts(ledger, min_position=done["done"]["position"])
        impact = done["plan"]["impact"]
        wait_until("all take it up", lambda: all_up_to_date(ledger))
        stage.say(f"{name}: {len(impact['rules'])} rules in effect change, {impact['computers']} "
                  f"computers told by one batch of {len(done['done']['events'])} events "
                  f"({in_words(after)} at once), now {in_words(counts(ledger))}.")


def open_alerts(ledger, kind: str) -> list:
    return [row for row in ledger.items("/v1/alerts") if row["open"] and row["type"] == kind]


def silence(stage) -> None:
    stage.fleet.pause()
    risen = wait_until("the alert rises", lambda: [
        row for row in open_alerts(stage.ledger, "computer_silent") if row["count"] > 0])
    stage.say(f"raised {risen[0]['raised_at']}: {risen[0]['summary']}")
    stage.fleet.go_on()
    wait_until("all are back", lambda: all_up_to_date(stage.ledger))
    wait_until("the alert ends", lambda: not open_alerts(stage.ledger, "computer_silent"))
    ended = [row for row in stage.ledger.items("/v1/alerts") if row["type"] == "computer_silent"]
    must(all(row["ended_at"] for row in ended), "a silent alert has no end")
    stage.say(f"ended  {ended[-1]['ended_at']}, by itself.")


def apply_bad(stage) -> None:
    ledger = stage.ledger
    stage.good, stage.bad = stage.updates[3][0], stage.updates[5][0]
    _, path, facts = stage.updates[5]
    seed.import_update(ledger, path, "Urgent")
    seed.planned(ledger, f"/v1/rule-updates/{stage.bad}:planApply",
                 {"reason": "Urgent: Java attacks"})
    wait_until("all take it up", lambda: all_up_to_date(ledger))
    stage.say(f"{stage.bad} ({facts['title']}) is in force on {in_words(counts(ledger))}; "
              f"it covers {', '.join(facts['cves_added'])} and blocks sound traffic.")


def roll_back(stage) -> None:
    ledger = stage.ledger
    stage.before_rollback = ledger.get("/v1/ledger")["size"] - 1
    shown = ledger.ctl("updates", "rollback", stage.good, "--reason", "26-045 blocks sound traffic",
                       "--dry-run")
    stage.say(shown)
    must("lose cover" in shown, "the plan does not say which CVEs lose cover")
    done = seed.planned(ledger, f"/v1/rule-updates/{stage.good}:planRollback",
                        {"reason": "26-045 blocks sound traffic", "hold": True})
    impact = done["plan"]["impact"]
    must(impact["from"] == stage.bad and impact["to"] == stage.good, "the plan is of other updates")
    must(bool(impact["cves_reopened"]), "no CVE is reopened")
    event = next(each for each in done["done"]["events"]
                 if each["type"] == "rule_update.rolled_back")
    recorded = ledger.get(f"/v1/events/{event['position']}")
    must(recorded["plan_digest"] == done["plan"]["digest"], "the event has another plan's digest")
    wait_until("all go back", lambda: all_up_to_date(ledger))
    stage.say(f"Applied as event {event['position']}, which carries that digest; "
              f"{in_words(counts(ledger))}.")
    holds = ledger.items("/v1/holds")
    must(len(holds) == 1, "there is not one hold")
    stage.say(f"{holds[0]['hold']} holds automatic application back.")


def held_back(stage) -> None:
    ledger = stage.ledger
    source = stage.folder / "source"
    source.mkdir()
    for each in stage.content.iterdir():
        shutil.copy(each, source)
    ledger.put("/v1/settings/auto_apply_rule_updates", {"value": "true"})
    ledger.put("/v1/sources/debian", {"url": f"file://{source}", "enabled": True})
    ledger.post("/v1/sources/debian:download", {"reason": "The Tuesday check"})
    withheld = wait_until("the check is held back", lambda: ledger.items(
        "/v1/events", type="auto_apply.withheld"))
    must(ledger.get("/v1/overview")["rule_updates"]["in_force"] == stage.good,
         "the rollback was undone")
    wait_until("the check ends", lambda: ledger.items("/v1/events", type="source.checked"))
    stage.say(f"The check found {stage.updates[4][0]} as well; event {withheld[0]['position']} "
              f"says that {withheld[0]['data']['update']} was not applied because of "
              f"{withheld[0]['data']['hold']}.")
    alert = wait_until("the hold is told", lambda: open_alerts(ledger, "auto_apply_held"))
    stage.say(f"alert: {alert[0]['summary']}")


def as_of(stage) -> None:
    ledger = stage.ledger

    def row(**query):
        rules = ledger.get("/v1/overview", **query)["rule_updates"]["in_force"]
        cves = {cve for each in ledger.items("/v1/rules", **query) for cve in each["cves"]}
        one = ledger.get("/v1/computers/web-01", **query)
        return rules, len(cves), in_words(counts(ledger, **query)), one["ruleset"][:12]

    before, now = row(as_of=stage.before_rollback), row()
    stage.say(f"{'':20} {'position ' + str(stage.before_rollback):38} now")
    names_of = ("rule update", "CVEs covered", "computers", "web-01 runs")
    for what, then, today in zip(names_of, before, now):
        stage.say(f"{what:20} {str(then):38} {today}")
    must(before[0] == stage.bad and now[0] == stage.good, "the past is not as it was")
    must(before[3] != now[3], "the computer ran the same rules before")
