"""Agents beside real relays: one relay gone, all gone, what relays forged, and no manager.

    agents.py LEDGERD LEDGER_RELAY LEDGER_AGENT LEDGER_PUBLISH [RESULTS_XML]
"""

import hashlib
import sys
import tempfile
from pathlib import Path

from agent_site import (
    Publisher, RunningAgent, decide, release, subscribe, wanted, write_unseen)
from cases import Cases
from relay_fleet import FleetRelay
from running_ledger import RunningLedger
from signals import Silent, ends_soon

DIRECT = "agents_direct_when_relays_unavailable"


class Agents:
    def __init__(self, ledger, relay, agent, publish, folder):
        self.ledger = ledger
        self.folder = Path(folder)
        self.publisher = Publisher(publish, self.folder)
        subscribe(ledger, self.publisher)
        self.relays = [FleetRelay(relay, self.folder, ledger, name) for name in ("r-1", "r-2")]
        self.agents = [RunningAgent(agent, self.folder / name, name, ledger)
                       for name in ("pc-1", "pc-2", "pc-3")]

    def file(self, version):
        file = self.folder / f"{version}.ldb"
        file.write_text(f"signatures of {version}\n", encoding="utf-8")
        return file

    def release(self, version):
        release(self.ledger, self.publisher, "virus", version, self.file(version))

    def served(self, relay, version):
        digest = hashlib.sha256(self.file(version).read_bytes()).hexdigest()
        name = f"{digest}.{version}.ldb"
        return relay.ask(f"targets/patterns/virus/linux/{version}/{name}",
                         self.agents[0].directory / "state")[0] == 200

    def wait_until_served(self, version, *relays):
        for relay in relays:
            self.ledger.wait_until(f"{relay.name} serves {version}",
                                   lambda each=relay: self.served(each, version), 60)

    def in_effect(self, agent):
        return sorted(each.read_text(encoding="utf-8")
                      for each in agent.patterns().resolve().iterdir())

    def all_have(self, version, *agents):
        for agent in agents or self.agents:
            assert self.in_effect(agent) == [f"signatures of {version}\n"], agent.computer
            said = agent.shown()["components"]
            assert said == [{"component": "virus", "version": version}], said

    def allow(self, setting, value):
        tag = self.ledger.ask("GET", f"/v1/settings/{setting}").headers["etag"]
        wanted(self.ledger.ask("PUT", f"/v1/settings/{setting}", {"value": value},
                               {"If-Match": tag}))

    def events(self, kind):
        return self.ledger.ask("GET", f"/v1/events?type={kind}&page_size=1000").json()["items"]

    # -- Cases -----------------------------------------------------------------------------------

    def they_download_from_relays(self):
        self.allow(DIRECT, "false")
        token = wanted(self.ledger.ask("POST", "/v1/enrolment-tokens", {
            "uses": 9, "expires_in": "PT1H", "relay_group": "default"}), 201)["secret"]
        self.release("1.0")
        for relay in self.relays:
            relay.start(token)
        for agent in self.agents:
            agent.round(expect=0)  # Joins; the relays may have nothing yet.
        self.wait_until_served("1.0", *self.relays)
        for agent in self.agents:
            agent.round()
        self.all_have("1.0")

    def another_relay_stands_in_for_one_that_is_gone(self):
        for version, gone, there in (("2.0", 0, 1), ("3.0", 1, 0)):
            self.relays[gone].kill()
            self.release(version)
            self.wait_until_served(version, self.relays[there])
            for agent in self.agents:
                agent.round()
            self.all_have(version)
            self.relays[gone].start()

    def without_any_relay_they_say_so_or_ask_the_source(self):
        for relay in self.relays:
            relay.kill()
        self.release("4.0")
        self.agents[0].round()
        self.all_have("3.0", self.agents[0])
        shown = self.agents[0].shown()
        assert shown["status"] == "failed" and "relay" in shown["reason"].lower(), shown
        self.allow(DIRECT, "true")
        for agent in self.agents:
            agent.round()
        self.all_have("4.0")
        assert self.agents[0].shown()["status"] == "up_to_date"

    def what_relays_forged_stays_out_and_is_told_and_mended(self):
        """As a disk damages it, which keeps the times of files: only who gets the bytes notices."""
        self.allow(DIRECT, "false")
        for relay in self.relays:
            relay.start()
        self.release("5.0")
        self.wait_until_served("5.0", *self.relays)
        digest = hashlib.sha256(self.file("5.0").read_bytes()).hexdigest()
        source, = self.publisher.repository.rglob(f"{digest}.*")
        source.rename(self.folder / "away")
        for relay in self.relays:
            write_unseen(relay.state / "content" / digest[:2] / digest[2:], b"signatures of evi\n")
        self.agents[0].round()
        self.all_have("4.0", self.agents[0])
        assert self.agents[0].shown()["status"] == "failed"
        for observer in ("pc-1", "r-1", "r-2"):
            told = self.ledger.wait_until(f"{observer} tells", lambda who=observer: [
                each["data"] for each in self.events("content.verification_failed")
                if each["data"]["observer"] == who])
            assert "virus/linux/5.0" in told[0]["target"], told
        (self.folder / "away").rename(source)
        self.wait_until_served("5.0", *self.relays)
        for agent in self.agents:
            agent.round()
        self.all_have("5.0")

    def without_their_manager_they_go_on_and_tell_it_later(self):
        self.ledger.kill()
        self.publisher.add_pattern("virus", "6.0", self.file("6.0"))
        self.wait_until_served("6.0", *self.relays)
        for agent in self.agents:
            agent.round(expect=1)
            assert self.in_effect(agent) == ["signatures of 6.0\n"], agent.computer
        self.ledger.start()
        decide(self.ledger, "virus", "6.0", self.file("6.0"))
        for agent in self.agents:
            agent.round()
        self.all_have("6.0")
        for agent in self.agents:
            assert agent.shown()["status"] == "up_to_date", agent.shown()

    def nobody_reported_more_than_there_was_to_say(self):
        """One report for each version in effect, beside the empty one at the beginning."""
        for agent in self.agents:
            reported = [each["data"]["components"] for each in self.events("computer.reported")
                        if each["data"]["computer"] == agent.computer]
            versions = [each[0]["version"] for each in reported if each]
            assert sorted(versions) == [f"{number}.0" for number in range(1, 7)], versions

    def a_signal_ends_them_while_nobody_answers(self):
        with Silent() as silent:
            agent = self.agents[0].start(manager=f"https://127.0.0.1:{silent.port}")
            assert silent.came.wait(30)
            ends_soon(agent)
        relay = self.relays[0]
        relay.kill()
        with Silent() as silent:
            relay.start(manager=f"https://127.0.0.1:{silent.port}")
            assert silent.came.wait(30)
            ends_soon(relay.process)

    def a_signal_ends_them_while_they_download(self):
        for relay in self.relays:
            relay.kill()
        self.allow(DIRECT, "true")
        self.release("7.0")
        with Silent() as silent:
            subscribe(self.ledger, self.publisher, url=f"http://127.0.0.1:{silent.port}")
            agent = self.agents[0].start()
            assert silent.came.wait(30)
            ends_soon(agent)
        subscribe(self.ledger, self.publisher)
        assert self.agents[0].shown()["status"] != "failed", "nobody is blamed for that"

    def a_signal_ends_what_the_site_runs_which_runs_again(self):
        began = self.folder / "began"
        hook = f"/bin/sh -c 'echo $$ > {began}; exec sleep 1000'"
        agent = self.agents[0].start("--hook", hook)
        self.ledger.wait_until("it runs", lambda: began.exists() and began.read_text().strip())
        ends_soon(agent)
        assert not Path(f"/proc/{began.read_text().strip()}").exists()
        assert self.in_effect(self.agents[0]) == ["signatures of 7.0\n"]
        self.agents[0].round("--hook", "/bin/true")
        self.all_have("7.0", self.agents[0])
        first, last = sorted(self.events("hook.finished"), key=lambda each: each["position"])
        assert first["data"]["exit_status"] == 143, first
        assert "as the agent was stopped" in first["data"]["detail"], first
        assert last["data"]["exit_status"] == 0, last
        assert self.agents[0].shown()["status"] == "up_to_date", self.agents[0].shown()


def main():
    cases = Cases("agents")
    ledgerd, relay, agent, publish = sys.argv[1:5]
    with tempfile.TemporaryDirectory(prefix="agents-e2e-") as folder, \
            RunningLedger(ledgerd, options=("--machines", "127.0.0.1:0")) as ledger:
        agents = Agents(ledger, relay, agent, publish, folder)
        try:
            for case in (agents.they_download_from_relays,
                         agents.another_relay_stands_in_for_one_that_is_gone,
                         agents.without_any_relay_they_say_so_or_ask_the_source,
                         agents.what_relays_forged_stays_out_and_is_told_and_mended,
                         agents.without_their_manager_they_go_on_and_tell_it_later,
                         agents.nobody_reported_more_than_there_was_to_say,
                         agents.a_signal_ends_them_while_nobody_answers,
                         agents.a_signal_ends_them_while_they_download,
                         agents.a_signal_ends_what_the_site_runs_which_runs_again):
                cases.run(case.__name__.replace("_", " "), case)
        finally:
            for each in agents.relays:
                each.kill()
    return cases.report(sys.argv[5] if len(sys.argv) > 5 else None)


if __name__ == "__main__":
    sys.exit(main())
