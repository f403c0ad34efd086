"""Clocks that jump five years ahead, five years back, or stand still, at an agent, a relay and
ledgerd: what is in effect stays, nothing is installed by a wrong clock, and all goes on by itself
when the clock is right again.

    clocks.py LEDGERD LEDGER_RELAY LEDGER_AGENT LEDGER_PUBLISH [RESULTS_XML]
"""

import sys
import tempfile
import time
from pathlib import Path

from agent_site import wanted
from agents import Agents
from cases import Cases
from machines import FAKETIME
from running_ledger import RunningLedger

AHEAD, BACK, RIGHT = "+1826d", "-1826d", "+0d"


class Clock:
    """Of one program."""

    def __init__(self, folder, name):
        self.file = Path(folder) / f"{name}.clock"
        self.script = Path(folder) / f"{name}.sh"
        self.set(RIGHT)

    def set(self, jump):
        self.file.write_text(jump + "\n", encoding="ascii")

    def stop(self):
        self.set(time.strftime("%Y-%m-%d %H:%M:%S", time.localtime()))

    def program(self, program):
        """Something to start in its place."""
        self.script.write_text(
            f"#!/bin/sh\nLD_PRELOAD={FAKETIME} FAKETIME_TIMESTAMP_FILE={self.file} "
            f"FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 exec {program} \"$@\"\n",
            encoding="ascii")
        self.script.chmod(0o755)
        return self.script


class Clocks(Agents):
    """Two relays and two agents, of which relay r-1 and agent pc-1 have clocks of their own."""

    def __init__(self, ledger, relay, agent, publish, folder):
        super().__init__(ledger, relay, agent, publish, folder)
        self.of_ledger = None
        self.agents.pop()
        self.of_relay, self.of_agent = (Clock(folder, name) for name in ("relay", "agent"))
        self.relays[0].program = self.of_relay.program(Path(relay).resolve())
        self.agents[0].program = self.of_agent.program(Path(agent).resolve())
        self.version = 0

    def next_release(self):
        self.version += 1
        self.release(self.newest())

    def newest(self):
        return f"{self.version}.0"

    def are_current(self):
        self.wait_until_served(self.newest(), *self.relays)
        for agent in self.agents:
            agent.round()
        self.all_have(self.newest())

    def alerts(self, kind):
        answer = wanted(self.ledger.ask("GET", "/v1/alerts?page_size=1000"))
        return [each for each in answer["items"] if each["type"] == kind]

    def all_is_well(self):
        """Also for alerts, which end by themselves; those of the source by its next check. That
        recorded time is ahead ends when the clock has caught up."""
        self.next_release()
        self.are_current()
        wanted(self.ledger.ask("POST", "/v1/sources/vendor:check", {}))
        self.ledger.wait_until("every alert ends", lambda: {"recorded_time_ahead"} >= {
            each["type"] for each in wanted(self.ledger.ask(
                "GET", "/v1/alerts?filter=open%20=%20true"))["items"]}, 30)

    # -- Cases -----------------------------------------------------------------------------------

    def begin(self):
        token = wanted(self.ledger.ask("POST", "/v1/enrolment-tokens", {
            "uses": 9, "expires_in": "PT1H", "relay_group": "default"}), 201)["secret"]
        self.next_release()
        for relay in self.relays:
            relay.start(token)
        for agent in self.agents:
            agent.round()
        self.all_is_well()

    def agent_ahead(self):
        """It trusts nobody and nothing, says why, and keeps what it has."""
        before = self.newest()
        self.next_release()
        self.wait_until_served(self.newest(), *self.relays)
        self.of_agent.set(AHEAD)
        said = self.agents[0].round(expect=1)
        assert "not valid at the time of this machine's clock" in said, said
        assert "root metadata expired" in said, said
        self.all_have(before, self.agents[0])
        self.of_agent.set(RIGHT)
        self.all_is_well()

    def agent_behind_its_certificate(self):
        """What ended in the meantime is not taken for fresh."""
        before = self.newest()
        self.publisher.add_pattern("virus", "0.9", self.file("0.9"))
        self.publisher.run("renew", "timestamp", before=("faketime", "-f", "-20d"))
        self.of_agent.set(BACK)
        said = self.agents[0].round(expect=1)
        assert "timestamp metadata expired" in said, said
        self.all_have(before, self.agents[0])
        self.of_agent.set(RIGHT)
        self.publisher.run("renew", "timestamp")
        self.all_is_well()

    def relay_jumps(self, jump):
        """The others go on without it; it says why it takes nothing and finds back."""
        self.of_relay.set(jump)
        self.next_release()
        self.wait_until_served(self.newest(), self.relays[1])
        self.ledger.wait_until("it says why", lambda: "not valid at the time of this machine's "
                               "clock" in self.relays[0].log(), 30)
        for agent in self.agents:
            agent.round()
        self.all_have(self.newest())
        self.of_relay.set(RIGHT)
        self.all_is_well()

    def ledger_jumps(self, jump):
        """Who asks meanwhile is refused, each alert is raised once, and nobody has to help."""
        silences = len(self.alerts("computer_silent"))
        steps = len(self.events("clock.stepped"))
        seen = self.jumps_seen()
        self.of_ledger.set(jump)
        self.ledger.wait_until("it sees the jump", lambda: self.jumps_seen() > seen or (
            jump != AHEAD and len(self.events("clock.stepped")) > steps))
        self.agents[0].round(expect=1)
        if jump == AHEAD:
            refused = self.ledger.ask("GET", "/v1/alerts")
            assert refused.json()["code"] == "credential-expired", refused.body
        self.of_ledger.set(RIGHT)
        self.ledger.wait_until("it has a certificate of now", lambda: self.hears(self.agents[1]))
        self.all_is_well()
        assert len(self.alerts("computer_silent")) - silences == (1 if jump == AHEAD else 0)
        assert len(self.events("clock.stepped")) - steps == 1
        ahead = [each for each in self.alerts("recorded_time_ahead") if each["open"]]
        assert len(ahead) == (1 if jump == AHEAD else 0), ahead

    def jumps_seen(self):
        return self.ledger.log.read_text(encoding="utf-8").count("the clock went from 20")

    def hears(self, agent):
        """Whether a round of it reached ledgerd."""
        try:
            agent.round()
        except AssertionError:
            return False
        return True

    def all_stand_still(self):
        """What is reported counts by its order."""
        for clock in (self.of_agent, self.of_relay, self.of_ledger):
            clock.stop()
        self.next_release()
        self.are_current()
        for clock in (self.of_agent, self.of_relay, self.of_ledger):
            clock.set(RIGHT)
        self.all_is_well()

    def the_record_goes_forward(self):
        times = [each["recorded_at"] for each in self.events("")]
        assert times == sorted(times, reverse=True), "recorded time goes back"


def main():
    ledgerd, relay, agent, publish = sys.argv[1:5]
    cases = Cases("clocks")
    with tempfile.TemporaryDirectory(prefix="ledger-clocks-") as folder:
        of_ledger = Clock(folder, "ledgerd")
        with RunningLedger(of_ledger.program(Path(ledgerd).resolve()),
                           options=("--machines", "127.0.0.1:0")) as ledger:
            clocks = Clocks(ledger, relay, agent, publish, folder)
            clocks.of_ledger = of_ledger
            try:
                for case, *jump in ((clocks.begin,), (clocks.agent_ahead,),
                                    (clocks.agent_behind_its_certificate,),
                                    (clocks.relay_jumps, AHEAD), (clocks.relay_jumps, BACK),
                                    (clocks.all_stand_still,), (clocks.ledger_jumps, BACK),
                                    (clocks.ledger_jumps, AHEAD),
                                    (clocks.the_record_goes_forward,)):
                    name = " ".join([case.__name__.replace("_", " "), *jump])
                    cases.run(name, lambda case=case, jump=jump: case(*jump))
            finally:
                for each in clocks.relays:
                    each.kill()
    return cases.report(*sys.argv[5:])


if __name__ == "__main__":
    sys.exit(main())
