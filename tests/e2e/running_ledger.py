"""A real ledgerd in a directory of its own, and a client that keeps one connection."""

import http.client
import json
import ssl
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = body

    @property
    def media_type(self):
        return self.headers.get("content-type", "").split(";")[0].strip()

    def json(self):
        return json.loads(self.body)


class DidNotStart(Exception):
    """What ledgerd said when it refused to; `status` is how it ended."""

    def __init__(self, status, said):
        super().__init__(f"ledgerd ended with {status}: {said}")
        self.status = status
        self.said = said


class RunningLedger:
    """Use as a context; `program` is ledgerd. `data`: a directory that outlives it. `options`: of
    every start; with --machines, `machines` is that listener's URL. `address`: where it listens;
    not on loopback it is asked over TLS."""

    def __init__(self, program, data=None, options=(), address="127.0.0.1"):
        self.program = program
        self.options = options
        self.address = address
        self.machines = None
        self.directory = tempfile.TemporaryDirectory(prefix="ledger-e2e-")
        self.data = Path(data) if data else Path(self.directory.name) / "data"
        self.log = Path(self.directory.name) / "ledgerd.log"
        self.process = None
        self.connection = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.directory.cleanup()

    def start(self, *more):
        """Also again, after stop() or kill(); another port is taken. `more`: further options."""
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [self.program, "--data", self.data, "--listen", f"{self.address}:0",
                 "--no-rate-limit", "--tick", "50", *self.options, *more],
                stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise DidNotStart(self.gone(), self.told())
        self.url = line.split()[-1]
        if "--machines" in (*self.options, *more):
            self.machines = self.process.stdout.readline().split()[-1]
        self.admin = (self.data / "admin-token").read_text(encoding="utf-8").strip()

    def stop(self):
        self.process.terminate()
        return self.gone()

    def kill(self):
        self.process.kill()
        return self.gone()

    def gone(self):
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        if self.connection:
            self.connection.close()
            self.connection = None
        return status

    def told(self):
        return self.log.read_text(encoding="utf-8")[-4000:]

    def connect(self):
        parts = urlsplit(self.url)
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        context = ssl.create_default_context(cafile=self.data / "tls" / "ca.crt")
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30, context=context)

    def ask(self, method, target, body=None, headers=None, token="admin"):
        """`token` is the text of one, "admin", or None."""
        sent = dict(headers or {})
        secret = self.admin if token == "admin" else token
        if secret:
            sent["Authorization"] = f"Bearer {secret}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        for attempt in (1, 2):
            self.connection = self.connection or self.connect()
            try:
                self.connection.request(method, target, body=body, headers=sent)
                response = self.connection.getresponse()
                return Answer(response, response.read())
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise

    def first_piece(self, target, headers=None):
        """Of an answer that does not end: its head, and the first bytes of its body."""
        connection = self.connect()
        try:
            connection.request("GET", target, headers={
                "Authorization": f"Bearer {self.admin}", **(headers or {})})
            response = connection.getresponse()
            return Answer(response, response.read1(65536))
        finally:
            connection.close()

    def wait_until(self, what, found, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            result = found()
            if result:
                return result
            time.sleep(0.02)
        raise AssertionError(f"{what}: not within {seconds} s")
