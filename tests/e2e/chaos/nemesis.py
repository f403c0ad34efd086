"""What is done to a site, when, and for how long: all of it follows from a seed."""

import random
import threading
import time
from dataclasses import dataclass

from chaos_site import LEDGER, LINKS, PARTS, SOURCE, ChaosSite
from ledger import StoryError
from links import FAULTS
from workload import People

DISKS = (LEDGER, "relay-1", "web-1")  # Whose directory lies on a file system of its own.
SOURCE_FAULTS = ("altered", "stale")
OFTEN = ("release", "release", "release", "release rules")
DEED_SECONDS = 0.8   # Between two deeds of people, about.
FAULT_SECONDS = 0.5  # Between two beginnings of faults.
FAULT_LASTS = (0.2, 4.0)


@dataclass
class Step:
    at: float
    what: str
    whom: str = ""
    seconds: float = 0.0

    def __str__(self):
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:6.1f} s  {self.what} {self.whom}{lasting}".rstrip()


def faults(disks: bool) -> list:
    """(what, whom) of all that there are."""
    found = [("kill", part) for part in PARTS] + [("pause", part) for part in PARTS]
    # Nothing protects an API that is asked on its own machine from changed bytes.
    found += [(fault, link) for link in LINKS for fault in FAULTS
              if (fault, link) != ("corrupt", "to-api")]
    found += [("full disk", part) for part in DISKS] if disks else []
    return found + [(fault, SOURCE) for fault in SOURCE_FAULTS] * 3


def schedule(seed: int, seconds: float, deeds: list, disks: bool) -> list:
    """One fault at a time for each part and link, several at a time in all."""
    dice = random.Random(seed)
    possible = faults(disks)
    steps, busy_until = [], {}
    at = 0.0
    while (at := at + dice.expovariate(1 / FAULT_SECONDS)) < seconds:
        what, whom = dice.choice(possible)
        lasts = dice.uniform(*FAULT_LASTS)
        if busy_until.get(whom, 0) < at:
            busy_until[whom] = at + lasts + 1
            steps.append(Step(at, what, whom, lasts))
    at = 0.0
    while (at := at + dice.expovariate(1 / DEED_SECONDS)) < seconds:
        steps.append(Step(at, dice.choice([*deeds, *OFTEN])))
    return sorted(steps, key=lambda step: step.at)


class Nemesis:
    def __init__(self, site: ChaosSite, people: People, disks: dict):
        self.site = site
        self.deeds = people.deeds()
        self.disks = disks
        self.busy = threading.Lock()  # People do one thing after another.
        self.turns = {}  # A part or link has one fault at a time, however slow the machine is.
        self.failed = []

    def play(self, steps: list) -> None:
        """All of it, until the last fault is over."""
        began = time.monotonic()
        self.turns = {step.whom: threading.Lock() for step in steps}
        playing = []
        for step in steps:
            time.sleep(max(0.0, began + step.at - time.monotonic()))
            playing.append(threading.Thread(target=self.played, args=(step,)))
            playing[-1].start()
        for each in playing:
            each.join()
        if self.failed:
            raise StoryError("; ".join(self.failed))

    def played(self, step: Step) -> None:
        try:
            if step.what in self.deeds:
                with self.busy:
                    self.deeds[step.what]()
            else:
                with self.turns[step.whom]:
                    begin, end = self.ways(step)
                    begin()
                    time.sleep(step.seconds)
                    end()
        except Exception as failure:  # Of a thread; told by the one that waits for it.
            self.failed.append(f"{step}: {failure!r}")

    def ways(self, step: Step):
        """How it begins and how it ends."""
        site, whom = self.site, step.whom
        if step.what == "kill":
            return lambda: site.kill(whom), lambda: site.start_again(whom)
        if step.what == "pause":
            return lambda: site.pause(whom), lambda: site.go_on(whom)
        if step.what == "full disk":
            return self.disks[whom].fill, self.disks[whom].free
        if step.what in FAULTS:
            return (lambda: site.network.change(whom, step.what),
                    lambda: site.network.change(whom, None))
        return Altered(site).ways() if step.what == "altered" else Stale(site).ways()


class Altered:
    """One bit of the newest target is another, on the web server."""

    def __init__(self, site: ChaosSite):
        self.site = site
        self.file, self.sound = None, b""

    def begin(self):
        with self.site.publishing:
            targets = (self.site.source.repository / "targets").rglob("*.*")
            self.file = max((each for each in targets if each.is_file()),
                            key=lambda each: each.stat().st_mtime)
            self.sound = self.file.read_bytes()
            self.file.write_bytes(bytes([self.sound[0] ^ 1]) + self.sound[1:])

    def end(self):
        with self.site.publishing:
            self.file.write_bytes(self.sound)

    def ways(self):
        return self.begin, self.end


class Stale:
    """The newest timestamp ended three days ago, as of who holds back updates."""

    def __init__(self, site: ChaosSite):
        self.site = site

    def begin(self):
        with self.site.publishing:
            self.site.source.publish("renew", "timestamp", programs=("faketime", "-f", "-3d"))

    def end(self):
        with self.site.publishing:
            self.site.source.publish("renew", "timestamp")

    def ways(self):
        return self.begin, self.end
