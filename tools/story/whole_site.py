"""A whole site of real processes: a source behind nginx, a manager, relays and agents."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from ledger import Ledger, StoryError, free_port, wait_until

NGINX = """
{user}daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log crit;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log {folder}/nginx-access.log;
  client_body_temp_path {folder}/tmp; proxy_temp_path {folder}/tmp; fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp; scgi_temp_path {folder}/tmp;
  server {{ listen 127.0.0.1:{port}; root {repository}; }}
}}
"""

WAIT_SECONDS = 10


class Process:
    """A program that runs until it is stopped; what it says goes to a log of its own."""

    def __init__(self, log: Path, *command):
        self.log = log
        with open(log, "ab") as out:
            self.running = subprocess.Popen([str(word) for word in command], stdout=out, stderr=out)

    def is_running(self) -> bool:
        return self.running.poll() is None

    def last_words(self) -> str:
        return " | ".join(self.log.read_text(errors="replace").strip().splitlines()[-3:])

    def stop(self) -> None:
        if self.is_running():
            self.running.terminate()
            try:
                self.running.wait(timeout=WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()


class Source:
    """A TUF repository as its publisher makes it, and the web server that gives it out."""

    name = "vendor"

    def __init__(self, programs: Path, folder: Path, port: int):
        self.programs = programs
        self.folder = folder
        self.repository = folder / "repository"
        self.port = port
        self.server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def make(self) -> None:
        """Keys that only a passphrase opens, and an empty repository."""
        self.folder.mkdir(parents=True, exist_ok=True)
        passphrase = self.folder / "passphrase"
        if passphrase.exists():
            return
        passphrase.touch(mode=0o600)
        passphrase.write_text(os.urandom(16).hex() + "\n")
        self.publish("init")

    def publish(self, *words, programs: tuple = ()) -> str:
        done = subprocess.run(
            [*programs, self.programs / "ledger-publish", "-r", self.repository, "-k",
             self.folder / "keys", "--passphrase-file", self.folder / "passphrase",
             *map(str, words)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StoryError(f"ledger-publish {words[0]}: {done.stderr.strip()}")
        return done.stdout

    def add_rules(self, *paths) -> None:
        self.publish("add", "rules", "--sign", *paths)

    def add_patterns(self, content: Path, releases: list) -> None:
        for each in releases:
            self.publish("add", "pattern", "--component", each["component"], "--product",
                         each["product"], "--version", each["version"], "--platform",
                         each["platform"], "--released-at", each["released_at"],
                         content / each["file"])
        self.publish("sign")

    def trust_root(self) -> str:
        return hashlib.sha256((self.repository / "metadata/1.root.json").read_bytes()).hexdigest()

    def start(self) -> None:
        (self.folder / "tmp").mkdir(exist_ok=True)
        config = self.folder / "nginx.conf"
        # Its workers read what only this user may.
        user = "user root; " if os.geteuid() == 0 else ""
        config.write_text(NGINX.format(user=user, folder=self.folder, port=self.port,
                                       repository=self.repository))
        nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if nginx is None:
            raise StoryError("nginx is not installed: apt-get install nginx-light")
        self.server = Process(self.folder / "nginx.log", nginx, "-c", config, "-p", self.folder,
                              "-e", self.folder / "nginx-error.log")
        wait_until("nginx answers", self.answers)

    def answers(self) -> bool:
        if not self.server.is_running():
            raise StoryError(f"nginx ended at once: {self.server.last_words()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self.server:
            self.server.stop()


class Ports:
    """Of programs by name, chosen once: others were told them."""

    def __init__(self, file: Path):
        self.file = file
        self.known = json.loads(file.read_text()) if file.exists() else {}

    def of(self, name: str) -> int:
        if name not in self.known:
            self.known[name] = free_port()
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps(self.known, indent=1) + "\n")
        return self.known[name]


class Site:
    """`folder` keeps everything, so that a site can be started again."""

    def __init__(self, programs: Path, folder: Path, port: int = 0):
        self.programs = programs
        self.folder = folder
        self.ports = Ports(folder / "ports.json")
        self.source = Source(programs, folder / "source", self.ports.of("source"))
        self.machines_port = self.ports.of("machines")
        self.ledger = Ledger(programs, folder / "data", port,
                             more=("--machines", f"127.0.0.1:{self.machines_port}"))
        self.machines = {}  # Name: process, of relays and agents.

    @property
    def manager(self) -> str:
        return f"https://127.0.0.1:{self.machines_port}"

    # How parts reach each other: straight here; a test may lay something in between.
    def way_to_manager(self, name: str) -> str:
        """For the machine of this name."""
        return self.manager

    def way_to_relay(self, name: str) -> str:
        return f"https://127.0.0.1:{self.ports.of(name)}"

    def way_to_source(self) -> str:
        return self.source.url

    def configure_source(self) -> None:
        self.ledger.put(f"/v1/sources/{self.source.name}", {
            "url": self.way_to_source(), "alternative_url": "", "proxy": "", "enabled": True,
            "trust_root": self.source.trust_root()})

    def check_source(self) -> dict:
        """Checks and downloads, and waits for the outcome: the event that ended it."""
        asked = self.ledger.post(f"/v1/sources/{self.source.name}:download", {})
        first = asked["events"][0]["position"]

        def outcome():
            for row in self.ledger.items("/v1/events", after=first - 1):
                if row["type"] in ("source.checked", "source.check_failed"):
                    return row
            return None
        return wait_until("the check ends", outcome)

    # -- machines --------------------------------------------------------------------------------
    def enrolment(self, name: str, **more) -> Path:
        """A token that lets one machine in, in a file."""
        file = self.folder / "tokens" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        made = self.ledger.post("/v1/enrolment-tokens",
                                {"uses": 1, "expires_in": "P1D", **more})
        file.touch(mode=0o600)
        file.write_text(made["secret"] + "\n")
        return file

    def _common(self, name: str, **more) -> list:
        """What relays and agents take alike; a token only the first time."""
        state = self.folder / "machines" / name
        words = ["--manager", self.way_to_manager(name), "--state", state, "--manager-ca",
                 self.ledger.data / "tls" / "ca.crt"]
        if not (state / "identity" / "certificate.pem").exists():
            words += ["--enrolment-token-file", self.enrolment(name, **more)]
        return words

    def start_machines(self, relays: dict, agents: dict) -> None:
        """Relays by name: their group. Agents by name: their relay group and policy."""
        for name, group in relays.items():
            self.start_relay(name, group)
        wait_until("the relays join", lambda: len(self.ledger.items("/v1/relays")) == len(relays))
        for name, (group, policy) in agents.items():
            self.start_agent(name, group, policy)
        everybody = len(agents) + len(relays)
        wait_until("the agents join",
                   lambda: len(self.ledger.items("/v1/computers")) == everybody)

    def start_relay(self, name: str, group: str) -> None:
        port = self.ports.of(name)
        (self.folder / "machines").mkdir(parents=True, exist_ok=True)
        self.machines[name] = Process(
            self.folder / "machines" / f"{name}.log", self.programs / "ledger-relay",
            *self._common(name, relay_group=group), "--name", name,
            "--listen", f"127.0.0.1:{port}", "--url", self.way_to_relay(name),
            "--interval", "1")

    def start_agent(self, name: str, group: str, policy: str) -> None:
        """Without a group it has no relays: it roams."""
        places = {"policy": policy, **({"relay_group": group} if group else {})}
        (self.folder / "machines").mkdir(parents=True, exist_ok=True)
        self.machines[name] = Process(
            self.folder / "machines" / f"{name}.log", self.programs / "ledger-agent",
            *self._common(name, **places), "--computer", name,
            "--install", self.installed(name), "--retry", "1")

    def installed(self, name: str) -> Path:
        return self.folder / "machines" / name / "installed"

    def computer(self, name: str) -> dict:
        return self.ledger.get(f"/v1/computers/{name}")

    def relay(self, name: str) -> dict:
        return self.ledger.get(f"/v1/relays/{name}")

    def stop(self) -> None:
        for process in self.machines.values():
            process.stop()
        self.source.stop()
        if self.ledger.process and self.ledger.process.poll() is None:
            self.ledger.stop()


def releases_in(content: Path) -> list:
    """The pattern releases of the content tool, oldest first, those of one day together."""
    days = {}
    for each in json.loads((content / "manifest.json").read_text())["releases"]:
        days.setdefault(each["released_at"], []).append(each)
    return [days[day] for day in sorted(days)]


def write_unseen(file: Path, data: bytes) -> None:
    """As who owns the machine of a relay would: as many bytes, in place, of the time of before."""
    before = file.stat()
    file.write_bytes(data)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
