"""What a running ledgerd does with what breaks others: bodies without end, rule files that are
none, directories that are another's, newer or damaged.

    bad_input.py LEDGERD LEDGERCTL [RESULTS_XML]
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from cases import Cases
from contract_story import document
from running_ledger import DidNotStart, RunningLedger

GIBIBYTE = 1 << 30


class RawConnection:
    """Bytes to the server and back, whatever they are."""

    def __init__(self, ledger):
        parts = urlsplit(ledger.url)
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=30)
        self.admin = ledger.admin

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def head(self, method, target, *more):
        lines = [f"{method} {target} HTTP/1.1", "Host: t", f"Authorization: Bearer {self.admin}",
                 "Content-Type: application/json", *more, "", ""]
        self.send("\r\n".join(lines).encode())

    def send(self, data):
        """Whether it was taken: a peer that has answered and closed does not."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def status(self):
        data = b""
        while b"\r\n" not in data:
            piece = self.socket.recv(65536)
            assert piece, "the connection ended without an answer"
            data += piece
        return int(data.split()[1])


def tree_of(directory):
    return {path.relative_to(directory): path.read_bytes()
            for path in sorted(directory.rglob("*")) if path.is_file()}


class Bodies:
    def __init__(self, ledger, ledgerctl):
        self.ledger = ledger
        self.ledgerctl = ledgerctl

    def ctl(self, *arguments):
        return subprocess.run(
            [self.ledgerctl, *arguments, "--server", self.ledger.url, "--token-file",
             self.ledger.data / "admin-token"], capture_output=True, text=True, timeout=120)

    def state(self):
        """What an import could change: updates, documents, and events of people."""
        updates = self.ledger.ask("GET", "/v1/rule-updates").json()["items"]
        content = sorted(path.name for path in (self.ledger.data / "content").rglob("*"))
        done = self.ledger.ask("GET", "/v1/events?actor=token&outcome=done").json()["items"]
        return updates, content, [each["position"] for each in done]

    def resident_bytes(self):
        status = Path(f"/proc/{self.ledger.process.pid}/status").read_text()
        line = next(each for each in status.splitlines() if each.startswith("VmRSS:"))
        return int(line.split()[1]) << 10

    # -- Cases -----------------------------------------------------------------------------------

    def announced_too_large(self):
        for target, size in (("/v1/policies", (1 << 20) + 1), ("/v1/policies", GIBIBYTE),
                             ("/v1/rule-updates:import", (64 << 20) + 1),
                             ("/v1/rule-updates:import", GIBIBYTE)):
            with RawConnection(self.ledger) as raw:
                raw.head("POST", target, f"Content-Length: {size}")
                assert raw.status() == 413, (target, size)

    def chunks_too_large(self):
        for target, limit in (("/v1/policies", 1 << 20), ("/v1/rule-updates:import", 64 << 20)):
            with RawConnection(self.ledger) as raw:
                raw.head("POST", target, "Transfer-Encoding: chunked")
                chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
                sent = 0
                while sent <= limit and raw.send(chunk):
                    sent += 0x100000
                assert raw.status() == 413, target

    def headers_without_end(self):
        with RawConnection(self.ledger) as raw:
            raw.head("GET", "/v1/overview", *(f"a{i}:" for i in range(20_000)))
            assert raw.status() == 431

    def a_gibibyte_over_http(self):
        """As one who does not listen would send a file. What was refused is read for a moment and
        thrown away, and nothing of it is kept."""
        before = self.state()
        memory = self.resident_bytes()
        with RawConnection(self.ledger) as raw:
            raw.head("POST", "/v1/rule-updates:import", f"Content-Length: {GIBIBYTE}")
            sent = 0
            while sent < GIBIBYTE and raw.send(bytes(1 << 20)):
                sent += 1 << 20
        grown = self.resident_bytes() - memory
        assert grown < 100 << 20, f"{grown} bytes more after {sent} bytes of what was refused"
        assert self.state() == before

    def files_that_are_none_by_ledgerctl(self):
        before = self.state()
        with tempfile.TemporaryDirectory() as directory:
            sparse = Path(directory) / "sparse.json"
            with open(sparse, "wb") as file:
                file.truncate(GIBIBYTE)
            for path, word in ((sparse, "more than"), (directory, "is a directory"),
                               (Path(directory) / "missing.json", "no file"),
                               ("/dev/null", "no plain file")):
                told = self.ctl("updates", "import", path)
                assert told.returncode == 2, (path, told)
                assert word in told.stderr and str(path) in told.stderr, told.stderr
                assert not told.stdout, told.stdout
        assert self.state() == before

    def a_directory_as_source(self):
        """A source that names a directory as a file, and one that is no source at all."""
        with tempfile.TemporaryDirectory() as directory:
            Path(directory, "manifest.json").mkdir()
            self.ledger.ask("PUT", "/v1/sources/odd", {"url": f"file://{directory}"})
            self.ledger.ask("POST", "/v1/sources/odd:check", {})
            self.ledger.wait_until("the check ends", lambda: not self.ledger.ask(
                "GET", "/v1/sources/odd").json()["checking"])
            events = self.ledger.ask("GET", "/v1/events?type=source.").json()["items"]
            assert any("is a directory" in json.dumps(each) for each in events), events[:3]

    def rule_files_that_break_the_schema(self):
        before = self.state()
        broken = document("26-100", 1)
        broken["surprise"] = 1
        broken["rules"][0]["severity"] = "odd"
        broken["rules"][1]["cves"] = ["CVE-1"]
        del broken["rules"][2]["body"]
        broken["rules"][3]["version"] = "2"
        answer = self.ledger.ask("POST", "/v1/rule-updates:import", broken)
        assert answer.status == 400, answer.body
        pointers = {each["pointer"] for each in answer.json()["errors"]}
        wanted = {"/surprise", "/rules/0/severity", "/rules/1/cves/0", "/rules/2/body",
                  "/rules/3/version"}
        assert pointers == wanted, pointers
        many = document("26-100", 1, 300)
        for rule in many["rules"]:
            rule["severity"] = "odd"
        answer = self.ledger.ask("POST", "/v1/rule-updates:import", many)
        assert answer.status == 400 and len(answer.json()["errors"]) == 100, answer.status
        twice = document("26-100", 1)
        twice["rules"][2]["id"] = twice["rules"][1]["id"]
        answer = self.ledger.ask("POST", "/v1/rule-updates:import", twice)
        assert answer.status == 400, answer.body
        assert [each["pointer"] for each in answer.json()["errors"]] == ["/rules/2/id"]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(broken, file)
            file.flush()
            told = self.ctl("updates", "import", file.name)
            assert told.returncode == 2 and not told.stdout, told
            assert all(pointer in told.stderr for pointer in wanted), told.stderr
        assert self.state() == before, "something was imported"

    def imports_that_are_refused_leave_nothing(self):
        ask = self.ledger.ask
        first = ask("POST", "/v1/rule-updates:import", document("26-101", 1),
                    {"Idempotency-Key": "import-101"})
        assert first.status == 201, first.body
        content = self.state()[1]
        other = ask("POST", "/v1/rule-updates:import", document("26-101", 2))
        assert other.status == 409 and other.json()["code"] == "rule-update-differs", other.body
        reused = ask("POST", "/v1/rule-updates:import", document("26-102", 1),
                     {"Idempotency-Key": "import-101"})
        assert reused.status == 422, reused.body
        again = ask("POST", "/v1/rule-updates:import", document("26-101", 1),
                    {"Idempotency-Key": "import-101"})
        assert again.status == 200 or again.status == 201, again.body
        assert again.headers.get("idempotency-replayed") == "true", again.headers
        assert self.state()[1] == content, "documents of refused imports lie around"

    def run(self, cases):
        for name in ("announced_too_large", "chunks_too_large", "headers_without_end",
                     "a_gibibyte_over_http", "files_that_are_none_by_ledgerctl",
                     "a_directory_as_source", "rule_files_that_break_the_schema",
                     "imports_that_are_refused_leave_nothing"):
            cases.run(f"bad input: {name.replace('_', ' ')}", getattr(self, name))
        cases.run("bad input: what was asked after all that is answered", self.still_there)

    def still_there(self):
        assert self.ledger.ask("GET", "/readyz").status == 200


class Directories:
    """Each on a copy of a directory whose ledgerd was killed."""

    def __init__(self, ledgerd, ledgerctl, scratch):
        self.ledgerd = ledgerd
        self.ledgerctl = ledgerctl
        self.scratch = Path(scratch)
        self.origin = self.scratch / "origin"
        self.number = 0

    def prepare(self):
        """Two lives: what the first left stands in tables, what the second left in the WAL."""
        ledger = RunningLedger(self.ledgerd, self.origin)
        ledger.start()
        ledger.ask("POST", "/v1/rule-updates:import", document("26-001", 1, 400))
        ledger.stop()
        ledger.start()
        for i in range(20):
            assert ledger.ask("POST", "/v1/policies", {"policy": f"p{i}"}).status == 201
        self.seen = self.state(ledger)
        self.size = ledger.ask("GET", "/v1/ledger").json()["size"]
        ledger.wait_until("the head follows", lambda: int(ledger.ask(
            "GET", "/v1/log/checkpoint").body.decode().splitlines()[1]) >= self.size)
        ledger.kill()
        ledger.directory.cleanup()

    def copy(self):
        self.number += 1
        target = self.scratch / f"copy-{self.number}"
        shutil.copytree(self.origin, target)
        return target

    def state(self, ledger):
        policies = ledger.ask("GET", "/v1/policies").json()["items"]
        updates = ledger.ask("GET", "/v1/rule-updates").json()["items"]
        return [each["policy"] for each in policies], [each["digest"] for each in updates]

    def refused(self, directory):
        """ledgerd on it says why not, in a sentence, and ends as it should."""
        try:
            ledger = RunningLedger(self.ledgerd, directory)
            ledger.start()
        except DidNotStart as refusal:
            assert refusal.status == 1, f"ended with {refusal.status}: {refusal.said}"
            assert "ledgerd: " in refusal.said, refusal.said
            return refusal.said
        ledger.stop()
        raise AssertionError("it started")

    # -- Cases -----------------------------------------------------------------------------------

    def as_it_was_left(self):
        with RunningLedger(self.ledgerd, self.copy()) as ledger:
            assert self.state(ledger) == self.seen

    def a_document_that_nobody_speaks_of(self):
        """As an import leaves behind that was killed before it was recorded."""
        directory = self.copy()
        stray = directory / "content" / "ab" / ("cd" * 31)
        stray.parent.mkdir(exist_ok=True)
        stray.write_text("text")
        kept = [path for path in (directory / "content").rglob("*")
                if path.is_file() and path != stray]
        with RunningLedger(self.ledgerd, directory) as ledger:
            assert self.state(ledger) == self.seen
            assert not stray.exists()
            assert kept and all(path.exists() for path in kept), kept

    def a_second_ledgerd(self):
        directory = self.copy()
        with RunningLedger(self.ledgerd, directory) as first:
            said = self.refused(directory)
            assert str(first.process.pid) in said, said
            told = subprocess.run([self.ledgerctl, "log", "verify", "--data", directory],
                                  capture_output=True, text=True, timeout=60)
            assert told.returncode == 8 and str(first.process.pid) in told.stderr, told
            assert first.ask("POST", "/v1/policies", {"policy": "on"}).status == 201

    def a_newer_version(self):
        directory = self.copy()
        marker = next(path for path in directory.iterdir() if path.name.lower() == "format")
        text = marker.read_text()
        digits = "".join(c for c in text if c.isdigit())
        marker.write_text(text.replace(digits, str(int(digits) + 1)))
        before = tree_of(directory)
        said = self.refused(directory)
        assert "newer" in said, said
        assert tree_of(directory) == before, "it was changed"

    def another_name(self):
        """A log keeps the name that it signs with; a refusal says which that is."""
        directory = self.copy()
        try:
            ledger = RunningLedger(self.ledgerd, directory, ("--name", "other.example"))
            ledger.start()
        except DidNotStart as refusal:
            assert "--name ledger.local" in refusal.said, refusal.said
        else:
            ledger.stop()
            raise AssertionError("it started")

    def options_that_make_no_sense(self):
        data = ("--data", self.scratch / "never")
        for name, value, *others in (("--data", ""), ("--name", "two words", *data),
                                     ("--tick", "0", *data), ("--log-level", "loud", *data),
                                     ("--listen", "here", *data)):
            told = subprocess.run([self.ledgerd, name, value, *others], cwd=self.scratch,
                                  capture_output=True, text=True, timeout=60)
            assert told.returncode == 2 and name in told.stderr, (name, value, told)
        assert not (self.scratch / "never").exists()

    def what_is_no_directory(self):
        file = self.scratch / "file"
        file.write_text("text")
        self.refused(file)
        foreign = self.scratch / "foreign"
        foreign.mkdir()
        (foreign / "letter.txt").write_text("text")
        (foreign / "log").write_text("a file where a directory should be")
        self.refused(foreign)

    def wal_of(self, directory):
        return max(directory.glob("log/*.log"), key=lambda path: path.stat().st_size)

    def a_deleted_wal(self):
        directory = self.copy()
        self.wal_of(directory).unlink()
        self.missing_positions(directory)

    def a_truncated_wal(self):
        directory = self.copy()
        wal = self.wal_of(directory)
        with open(wal, "r+b") as file:
            file.truncate(wal.stat().st_size // 2)
        self.missing_positions(directory)

    def missing_positions(self, directory):
        said = self.refused(directory)
        assert str(self.size) in said or "position" in said, said
        told = subprocess.run([self.ledgerctl, "log", "verify", "--data", directory, "-q"],
                              capture_output=True, text=True, timeout=60)
        assert told.returncode == 6, told
        assert "position" in told.stdout + told.stderr, told

    def half_of_the_head(self):
        """A newer head may have stood there: neither of the two says nothing."""
        directory = self.copy()
        with open(directory / "head", "r+b") as file:
            file.seek(20)
            file.write(b"?")
        told = subprocess.run([self.ledgerctl, "log", "verify", "--data", directory, "-q"],
                              capture_output=True, text=True, timeout=60)
        assert told.returncode == 6 and "head-damaged" in told.stdout, told
        with RunningLedger(self.ledgerd, directory) as ledger:
            assert "half of the file head is damaged" in ledger.told()

    def a_flipped_bit_in_each_kind_of_file(self):
        kinds = {}
        for path in sorted(self.origin.rglob("*")):
            if path.is_file() and path.stat().st_size > 0:
                relative = path.relative_to(self.origin)
                name = "".join("0" if c.isdigit() else c for c in relative.name)
                if relative.parts[0] == "content":
                    name = "document"
                kinds.setdefault((relative.parts[0], name), relative)
        assert len(kinds) > 12, kinds
        wrong = []
        for kind, relative in sorted(kinds.items()):
            why = self.flipped(relative)
            if why:
                wrong.append(f"{'/'.join(kind)}: {why}")
        assert not wrong, "\n".join(wrong)

    def flipped(self, relative):
        """Why a flipped bit was not met as it must be; None: it was."""
        directory = self.copy()
        path = directory / relative
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0x04
        path.write_bytes(data)
        ledger = RunningLedger(self.ledgerd, directory)
        try:
            ledger.start()
        except DidNotStart as refusal:
            shutil.rmtree(directory)
            good = refusal.status == 1 and "ledgerd: " in refusal.said
            return None if good else str(refusal)
        try:
            return self.wrong_answer(ledger)
        finally:
            ledger.stop()
            ledger.directory.cleanup()
            shutil.rmtree(directory)

    def wrong_answer(self, ledger):
        """Answers are as before, or it is said that they cannot be had."""
        answer = ledger.ask("GET", "/v1/policies")
        if answer.status == 401:
            return None  # The token's file is not what it was: that is no wrong answer.
        if answer.status < 500 and self.state(ledger) != self.seen:
            return f"another answer: {self.state(ledger)}"
        document_of = ledger.ask("GET", "/v1/rule-updates/26-001:export")
        if document_of.status == 200 and document_of.json() != document("26-001", 1, 400):
            return "another document"
        written = ledger.ask("POST", "/v1/policies", {"policy": "after"})
        return None if written.status in (201, 503) else f"a write is answered {written.status}"

    def run(self, cases):
        cases.run("directories: one to damage is made", self.prepare)
        for name in ("as_it_was_left", "a_document_that_nobody_speaks_of", "a_second_ledgerd",
                     "a_newer_version", "another_name", "options_that_make_no_sense",
                     "what_is_no_directory", "a_deleted_wal", "a_truncated_wal",
                     "half_of_the_head", "a_flipped_bit_in_each_kind_of_file"):
            cases.run(f"directories: {name.replace('_', ' ')}", getattr(self, name))


def main():
    ledgerd, ledgerctl = sys.argv[1:3]
    cases = Cases("bad_input")
    with RunningLedger(ledgerd) as ledger:
        Bodies(ledger, ledgerctl).run(cases)
    with tempfile.TemporaryDirectory(prefix="ledger-bad-") as scratch:
        Directories(ledgerd, ledgerctl, scratch).run(cases)
    return cases.report(sys.argv[3] if len(sys.argv) > 3 else None)


if __name__ == "__main__":
    sys.exit(main())
