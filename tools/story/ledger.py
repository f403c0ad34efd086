"""A ledgerd under test: starts it, asks it over HTTP, ends it gently or not; calls ledgerctl."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path


class StoryError(Exception):
    """A step did not turn out as it must."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Ledger:
    def __init__(self, programs: Path, data: Path, port: int = 0, more: tuple = ()):
        self.programs = programs
        self.data = data
        self.more = more  # Options of ledgerd.
        self.port = port or free_port()
        self.process = None

    # -- its life ------------------------------------------------------------------------------
    def start(self, wait_seconds: float = 60) -> float:
        """Starts it and waits until it answers; how long that took."""
        self.data.mkdir(parents=True, exist_ok=True)
        if is_listening(self.port):
            raise StoryError(f"another program listens at 127.0.0.1:{self.port} already; end it, "
                             "or choose another port by LEDGER_PORT")
        began = time.monotonic()
        log = open(self.data.parent / "ledgerd.log", "ab")
        self.process = subprocess.Popen(
            [self.programs / "ledgerd", "--data", self.data, "--listen", f"127.0.0.1:{self.port}",
             "--tick", "200", "--no-rate-limit", *self.more], stdout=log, stderr=log)
        log.close()
        while time.monotonic() - began < wait_seconds:
            if self.process.poll() is not None:
                tail = (self.data.parent / "ledgerd.log").read_text().strip().splitlines()[-3:]
                raise StoryError("ledgerd ended at once: " + " | ".join(tail))
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=2):
                    return time.monotonic() - began
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        raise StoryError(f"ledgerd was not ready after {wait_seconds} seconds")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            if self.process.wait(timeout=60) != 0:
                raise StoryError(f"ledgerd ended with {self.process.returncode}")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    # -- questions -----------------------------------------------------------------------------
    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token_file(self) -> Path:
        return self.data / "admin-token"

    def ask(self, method: str, path: str, body=None, key: str = "", headers=None):
        """The answer's JSON; a refusal is an urllib HTTPError with the problem as .problem."""
        sent = {"Authorization": "Bearer " + self.token_file.read_text().strip()}
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        if method == "POST":
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        sent.update(headers or {})
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refusal:
            raw = refusal.read()
            try:
                refusal.problem = json.loads(raw)
            except ValueError:
                refusal.problem = {"code": "?", "detail": raw[:200].decode(errors="replace")}
            refusal.msg = f"{refusal.problem.get('code')}: {refusal.problem.get('detail')}"
            raise
        return json.loads(text) if text else {}

    def get(self, path: str, **query):
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path: str, body=None, **more):
        return self.ask("POST", path, {} if body is None else body, **more)

    def put(self, path: str, body: dict):
        """Makes it, or changes what is there now: takes its version along."""
        token = self.token_file.read_text().strip()
        request = urllib.request.Request(
            self.url + path, headers={"Authorization": "Bearer " + token})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                tag = answer.headers.get("ETag")
        except urllib.error.HTTPError as refusal:
            if refusal.code != 404:
                raise
            tag = None  # It is not there yet.
        return self.ask("PUT", path, body, headers={"If-Match": tag} if tag else {})

    def items(self, path: str, **query) -> list:
        """All rows of a list, of one position."""
        rows, token = [], ""
        while True:
            more = {"page_token": token} if token else {}
            page = self.get(path, page_size=1000, **query, **more)
            rows += page["items"]
            token = page.get("next_page_token", "")
            if not token:
                return rows

    def ctl(self, *words: str, check: int = 0) -> str:
        """What ledgerctl prints; its exit status must be `check`."""
        done = subprocess.run(
            [self.programs / "ledgerctl", *map(str, words)], capture_output=True, text=True,
            env={**os.environ, "LEDGER_SERVER": self.url,
                 "LEDGER_TOKEN_FILE": str(self.token_file)})
        if done.returncode != check:
            raise StoryError(f"ledgerctl {' '.join(map(str, words))} ended with {done.returncode}, "
                             f"not {check}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout + done.stderr


def wait_until(what: str, holds, seconds: float = 60):
    """Waits for `holds` to answer something true, and answers that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise StoryError(f"waited {seconds:.0f} seconds in vain: {what}")


def must(holds: bool, what: str) -> None:
    if not holds:
        raise StoryError(what)
