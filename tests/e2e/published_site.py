"""A repository that ledger-publish makes, and a web server that serves it."""

import functools
import http.server
import json
import subprocess
import threading

PASSPHRASE = "correct horse battery staple"


def rule_update(name, body="b"):
    """The smallest document of a rule update, as text."""
    return json.dumps({
        "format": "update-ledger/rule-update/1", "id": name,
        "released_at": "2026-01-06T09:00:00Z", "title": f"Update {name}",
        "rules": [{"id": 1000123, "module": "firewall", "name": "n", "version": 1,
                   "severity": "low", "application_type": "network/x", "cves": [],
                   "auto_assignable": True, "body": body}]})


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        held = self.server.held
        if held is None or "/targets/" not in self.path:
            return super().do_GET()
        with open(self.translate_path(self.path), "rb") as file:
            whole = file.read()
        wanted = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
        begin = int(wanted)
        held.begun.append(begin)
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(whole) - 1}/{len(whole)}")
        self.send_header("Content-Length", str(len(whole) - begin))
        self.end_headers()
        half = (begin + len(whole)) // 2
        try:
            self.wfile.write(whole[begin:half])
            held.goes_on.wait(30)
            self.wfile.write(whole[half:])
        except ConnectionError:
            self.close_connection = True


class Held:
    """Each file of a target stops after half of what was asked for, until `goes_on` is set."""

    def __init__(self):
        self.goes_on = threading.Event()
        self.begun = []  # From which byte on each was asked for.


class RepositoryServer(http.server.ThreadingHTTPServer):
    """Serves the files of a folder, as any web server would."""

    def __init__(self, folder, address="127.0.0.1"):
        super().__init__((address, 0), functools.partial(Handler, directory=str(folder)))
        self.held = None
        self.url = f"http://{address}:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class PublishedSite:
    """`program` is ledger-publish; everything lies in `folder`."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.repository = folder / "repository"
        self.keys = folder / "keys"
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
        said = self.publish("init")
        self.trust_root = said.split("trust root")[1].split()[0]
        self.server = RepositoryServer(self.repository)
        self.url = self.server.url

    def hold_targets(self):
        self.server.held = Held()
        return self.server.held

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def run(self, *arguments, before=(), stdin=subprocess.DEVNULL):
        return subprocess.run(
            [*before, self.program, *map(str, arguments)], capture_output=True, text=True,
            timeout=120, stdin=stdin, check=False, start_new_session=True)

    def publish(self, *arguments, expected=0, passphrase=True, before=()):
        options = ["-r", self.repository, "-k", self.keys]
        if passphrase:
            options += ["--passphrase-file", self.passphrase]
        done = self.run(*options, *arguments, before=before)
        assert done.returncode == expected, f"{arguments}: {done.returncode} {done.stderr}"
        return done.stdout if expected == 0 else done.stderr

    def add_rules(self, name, *more, body="b"):
        file = self.folder / f"{name}.json"
        file.write_text(rule_update(name, body), encoding="utf-8")
        return self.publish("add", "rules", file, *more)

    def add_pattern(self, version, text, *more, component="virus", platform="linux",
                    released_at=None):
        file = self.folder / f"{component}.hdb"
        file.write_text(text, encoding="utf-8")
        time = ["--released-at", released_at] if released_at else []
        return self.publish("add", "pattern", "--component", component, "--platform", platform,
                            "--version", version, "--product", "Virus Pattern", *time, file, *more)
