"""A real ledgerd on a file system of 256 MiB that somebody else fills: reads go on, writes are told
so, and once there is space again it goes on without a restart.

    disk_full.py LEDGERD [RESULTS_XML]
"""

import http.server
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from cases import Cases
from contract_story import document
from running_ledger import RunningLedger

MEBIBYTE = 1 << 20
SKIPPED = 77  # As CTest knows it.


class SmallDisk:
    """`mounted` is false where this process may not mount one."""

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="ledger-small-disk-")
        self.path = Path(self.directory.name)
        self.mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256m", "ledger-test", self.path],
            capture_output=True).returncode == 0
        return self

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", self.path], check=True)
        self.directory.cleanup()

    def fill(self, keep=0):
        """All of it but for `keep` bytes."""
        block = bytes(MEBIBYTE // 4)
        with open(self.path / "ballast", "wb", buffering=0) as file:
            try:
                while file.write(block) == len(block):
                    pass
            except OSError:
                pass
            if keep:
                file.truncate(max(0, file.tell() - keep))

    def free(self):
        (self.path / "ballast").unlink()


class SlowSource:
    """Has nothing, and says so when it is told to. Use as a context."""

    def __enter__(self):
        self.asked, self.answers, self.answered = (threading.Event() for _ in range(3))
        source = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                source.asked.set()
                source.answers.wait(60)
                self.send_error(404)
                source.answered.set()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.answers.set()
        self.server.shutdown()
        self.server.server_close()


class DiskFull:
    def __init__(self, ledger, disk):
        self.ledger = ledger
        self.disk = disk
        self.made = []

    def write(self):
        name = f"p{len(self.made)}"
        answer = self.ledger.ask("POST", "/v1/policies", {"policy": name})
        if answer.status == 201:
            self.made.append(name)
        return answer

    def policies(self, query=""):
        answer = self.ledger.ask("GET", f"/v1/policies?page_size=1000{query}")
        assert answer.status == 200, answer.body
        return sorted(each["policy"] for each in answer.json()["items"])

    def is_told(self):
        answer = self.write()
        assert answer.status == 503, answer.body
        problem = answer.json()
        assert problem["code"] == "disk-full" and answer.headers["retry-after"], problem
        assert "space" in problem["detail"], problem
        assert answer.media_type == "application/problem+json"
        bring = self.ledger.ask("POST", "/v1/rule-updates:import", document("26-001", 1))
        assert bring.status == 503 and bring.json()["code"] == "disk-full", bring.body

    def reads_go_on(self):
        assert self.policies() == sorted(self.made)
        for target in ("/v1/overview", "/v1/events", "/v1/ledger", "/v1/log/checkpoint",
                       "/v1/computers", "/v1/policies?as_of=3", "/livez"):
            assert self.ledger.ask("GET", target).status == 200, target
        ready = self.ledger.ask("GET", "/readyz")
        assert ready.status == 503 and "full" in ready.body.decode(), ready.body

    def goes_on_with_space(self):
        self.disk.free()
        self.ledger.wait_until("writes are taken again", lambda: self.write().status == 201)
        self.ledger.wait_until("it is ready", lambda: self.ledger.ask(
            "GET", "/readyz").status == 200)
        for _ in range(50):
            assert self.write().status == 201
        assert self.policies() == sorted(self.made)

    def cycle(self, keep):
        for _ in range(50):
            assert self.write().status == 201
        self.disk.fill(keep)
        self.is_told()
        self.reads_go_on()
        self.goes_on_with_space()

    def a_check_that_ends_meanwhile_is_told_afterwards(self):
        """What came of it is recorded once there is space; the source can be checked again."""
        with SlowSource() as source:
            self.ledger.ask("PUT", "/v1/sources/slow", {"url": source.url})
            assert self.ledger.ask("POST", "/v1/sources/slow:check", {}).status == 200
            assert source.asked.wait(20), "the source was not asked"
            self.disk.fill()
            self.is_told()
            source.answers.set()
            assert source.answered.wait(20), "the source did not answer"
            self.is_told()
            self.disk.free()
        self.ledger.wait_until("the check ends", lambda: not self.ledger.ask(
            "GET", "/v1/sources/slow").json()["checking"])
        failed = self.ledger.ask("GET", "/v1/events?type=source.check_failed").json()["items"]
        assert [each["data"]["source"] for each in failed] == ["slow"], failed
        self.ledger.wait_until("writes are taken again", lambda: self.write().status == 201)

    def nothing_is_missing_after_a_restart(self):
        self.ledger.kill()
        self.ledger.start()
        assert self.policies() == sorted(self.made)

    def starts_without_space(self):
        self.ledger.stop()
        self.disk.fill(16 * MEBIBYTE)
        try:
            self.ledger.start()
        except Exception as refusal:  # It may refuse, if it says why.
            assert "space" in str(refusal) or "full" in str(refusal), refusal
            self.disk.free()
            self.ledger.start()
        else:
            self.reads_go_on()
            self.disk.free()
        self.ledger.wait_until("writes are taken again", lambda: self.write().status == 201)
        assert self.policies() == sorted(self.made)


def main():
    cases = Cases("disk_full")
    with SmallDisk() as disk:
        if not disk.mounted:
            # tests/crash says the same of the log alone, on a pretended disk.
            print("no right to mount a small file system here")
            return SKIPPED
        with RunningLedger(sys.argv[1], disk.path / "data") as ledger:
            test = DiskFull(ledger, disk)
            for keep, name in ((24 * MEBIBYTE, "nearly full"), (0, "full to the last byte"),
                               (0, "full again")):
                cases.run(f"disk: {name}", lambda keep=keep: test.cycle(keep))
            cases.run("disk: full while a source is checked",
                      test.a_check_that_ends_meanwhile_is_told_afterwards)
            cases.run("disk: restarted", test.nothing_is_missing_after_a_restart)
            cases.run("disk: started when it is full", test.starts_without_space)
    return cases.report(sys.argv[2] if len(sys.argv) > 2 else None)


if __name__ == "__main__":
    sys.exit(main())
