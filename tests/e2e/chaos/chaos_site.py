"""A whole site, every part of which is reached over a link that can be broken."""

import contextlib
import http.client
import shutil
import signal
import threading
import urllib.error
import urllib.request

import seed
from ledger import Ledger, StoryError, wait_until
from links import Network
from whole_site import Site

TOP, BRANCH = "top", "branch"
RELAYS = {"relay-1": TOP, "relay-2": TOP, "relay-3": BRANCH}
AGENTS = {"web-1": (TOP, "web"), "web-2": (TOP, "web"), "shop-1": (BRANCH, "web"),
          "laptop-1": (None, "mail")}
LEDGER, SOURCE = "ledgerd", "source"
ASK_AGAIN = ("request-in-flight", "check-under-way")  # Refusals that say so.
PARTS = (LEDGER, SOURCE, *RELAYS, *AGENTS)
LINKS = ("to-api", "to-source", *(f"to-{name}" for name in RELAYS),
         *(f"{name}-to-manager" for name in (*RELAYS, *AGENTS)))


class ChaosSite(Site):
    def __init__(self, programs, content, folder, network: Network):
        super().__init__(programs, folder)
        self.network = network
        self.updates = [path for _, path, _ in seed.updates_in(content)]
        self.publishing = threading.Lock()  # Of whoever changes the repository.
        self.away = set()   # Parts that a fault has ended or stopped.
        self.published = {}  # SHA-256 of every pattern ever published: its version.
        self.api = Ledger(programs, self.ledger.data, self.way("to-api", self.ledger.port))

    # -- ways ------------------------------------------------------------------------------------
    def way(self, link, port):
        return self.network.link(link, port)

    def way_to_manager(self, name):
        return f"https://127.0.0.1:{self.way(f'{name}-to-manager', self.machines_port)}"

    def way_to_relay(self, name):
        return f"https://127.0.0.1:{self.way(f'to-{name}', self.ports.of(name))}"

    def way_to_source(self):
        return f"http://127.0.0.1:{self.way('to-source', self.source.port)}"

    # -- life ------------------------------------------------------------------------------------
    def set_up(self) -> None:
        self.source.make()
        self.source.add_rules(*self.updates[:2])
        self.source.start()
        self.ledger.start()
        self.ledger.put("/v1/settings/heartbeat_interval", {"value": "PT1S"})
        self.configure_source()
        self.check_source()
        seed.create_policies(self.ledger)
        seed.assign_rules(self.ledger)
        self.ledger.post("/v1/relay-groups", {"relay_group": TOP})
        self.ledger.post("/v1/relay-groups", {"relay_group": BRANCH, "parent": TOP})
        self.start_machines(RELAYS, AGENTS)

    def start_part(self, name: str) -> None:
        if name == LEDGER:
            self.ledger.start()
        elif name == SOURCE:
            self.source.start()
        elif name in RELAYS:
            self.start_relay(name, RELAYS[name])
        else:
            self.start_agent(name, *AGENTS[name])

    def process(self, name: str):
        if name == LEDGER:
            return self.ledger.process
        return (self.source.server if name == SOURCE else self.machines[name]).running

    def kill(self, name: str) -> None:
        self.away.add(name)
        if name == SOURCE:  # Its workers go with their master, as with a machine.
            self.process(name).terminate()
        else:
            self.process(name).send_signal(signal.SIGKILL)
        self.process(name).wait(timeout=60)

    def start_again(self, name: str) -> None:
        self.start_part(name)
        self.away.discard(name)

    def pause(self, name: str) -> None:
        self.process(name).send_signal(signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        self.process(name).send_signal(signal.SIGCONT)

    def directory(self, name: str):
        return self.ledger.data if name == LEDGER else self.folder / "machines" / name

    def ledger_text(self, path: str) -> bytes:
        """What is no JSON, asked without a link."""
        asked = urllib.request.Request(self.ledger.url + path, headers={
            "Authorization": "Bearer " + self.ledger.token_file.read_text().strip()})
        with urllib.request.urlopen(asked, timeout=1) as answer:
            return answer.read()

    def stop_at_once(self) -> None:
        for name in PARTS:
            with contextlib.suppress(KeyError, AttributeError):  # It never began.
                if self.process(name).poll() is None:
                    self.go_on(name)
                    self.kill(name)

    def keep(self, place) -> None:
        self.stop_at_once()
        shutil.copytree(self.folder, place, symlinks=True)

    def ended_by_themselves(self) -> list:
        return [name for name in PARTS
                if name not in self.away and self.process(name).poll() is not None]


def answer_of(ask):
    """[What it answers]; None: ask again, nobody who knows has answered. A refusal is an answer."""
    try:
        return [ask()]
    except urllib.error.HTTPError as refusal:
        again = refusal.code >= 500 or refusal.problem.get("code") in ASK_AGAIN
        return None if again else [refusal]
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return None  # It is lost or spoilt.


def patiently(ask, seconds=20):
    """The answer, or None: refused, or nobody answered within that time. What is asked meets states
    that nobody can foresee."""
    try:
        [answer] = wait_until("an answer", lambda: answer_of(ask), seconds)
    except StoryError:
        return None
    return None if isinstance(answer, urllib.error.HTTPError) else answer
