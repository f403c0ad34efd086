"""ledger-witness beside real ledgerds: what it cosigns, what it refuses, and what it remembers.

    witness.py LEDGERD LEDGER_WITNESS [RESULTS_XML]
"""

import base64
import hashlib
import http.client
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import proof_verifier as verifier
from cases import Cases
from running_ledger import RunningLedger

NAME = "witness.example/one"


def base64_text(raw):
    return base64.b64encode(raw).decode()


class RunningWitness:
    def __init__(self, program, data, *logs, name=NAME):
        self.program, self.data, self.logs, self.name = program, Path(data), logs, name
        self.process = None
        self.port = 0
        self.start()

    def start(self):
        """Again at the port that it had."""
        words = [word for log in self.logs for word in ("--log", log)]
        self.process = subprocess.Popen(
            [self.program, "--data", self.data, "--name", self.name, "--port", str(self.port),
             *words],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])
        self.key = self.process.stdout.readline().split()[1]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/add-checkpoint", body=body)
        answer = connection.getresponse()
        told = (answer.status, answer.getheader("Content-Type"), answer.read())
        connection.close()
        return told

    def add(self, old, proof, note):
        lines = "".join(base64_text(each) + "\n" for each in proof)
        return self.ask(f"old {old}\n{lines}\n".encode() + note)


def cosigned_at(line, note, key_text):
    """When the witness says that it saw the note; its signature is checked by openssl."""
    name, key_id, raw = key_text.split("+", 2)
    key = base64.b64decode(raw)
    assert key[0] == 4
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id
    dash, signer, signature = line.decode().rstrip("\n").split(" ")
    signature = base64.b64decode(signature, validate=True)
    assert dash == "\u2014" and signer == name and signature[:4].hex() == key_id
    when = int.from_bytes(signature[4:12], "big")
    body = note.rsplit(b"\n\n", 1)[0] + b"\n"
    log_key = verifier.Key.__new__(verifier.Key)
    log_key.raw = key[1:]
    assert log_key.has_signed(b"cosignature/v1\ntime %d\n" % when + body, signature[12:])
    return when


class Witnessed:
    def __init__(self, ledger, program, scratch):
        self.ledger, self.scratch = ledger, Path(scratch)
        key = ledger.ask("GET", "/v1/ledger").json()["key"]
        self.key = verifier.Key(key)
        self.witness = RunningWitness(program, self.scratch / "witness", key)
        self.seen = 0

    def head(self, ledger=None):
        note = (ledger or self.ledger).ask("GET", "/v1/log/checkpoint").body
        return verifier.open_checkpoint(note, self.key)[0], note

    def grow(self, ledger=None):
        answer = (ledger or self.ledger).ask("PUT", f"/v1/bookmarks/b{random.randrange(10 ** 9)}",
                                             {"position": 0})
        assert answer.status < 300, answer.body

    def proof(self, old, new, ledger=None):
        answer = (ledger or self.ledger).ask("GET", f"/v1/log/consistency?from={old}&to={new}")
        return [bytes.fromhex(each) for each in answer.json()["hashes"]]

    def add_newest(self):
        size, note = self.head()
        status, _, body = self.witness.add(self.seen, self.proof(self.seen, size), note)
        assert status == 200, (status, body)
        self.seen = size
        return note, body

    # -- Cases -----------------------------------------------------------------------------------

    def it_cosigns_what_continues(self):
        for _ in range(4):
            before = int(time.time())
            note, line = self.add_newest()
            assert before <= cosigned_at(line, note, self.witness.key) <= time.time()
            self.grow()

    def it_says_where_a_proof_begins(self):
        size, note = self.head()
        assert size > self.seen
        for old in (0, 1, self.seen - 1):
            status, kind, body = self.witness.add(old, self.proof(old, size), note)
            assert (status, kind, body) == (409, "text/x.tlog.size", b"%d\n" % self.seen)

    def it_refuses_what_is_not_proved(self):
        size, note = self.head()
        right = self.proof(self.seen, size)
        for wrong in (right[:-1], right + [bytes(32)], [bytes(32)] + right[1:], []):
            assert self.witness.add(self.seen, wrong, note)[0] == 422, wrong
        assert self.witness.add(size + 1, right, note)[0] == 400
        at = note.rindex(b" ") + 12
        forged = note[:at] + (b"A" if note[at:at + 1] != b"A" else b"B") + note[at + 1:]
        assert self.witness.add(self.seen, right, forged)[0] == 403
        assert self.witness.add(self.seen, right, b"x" + note)[0] == 404
        for rubbish in (b"", b"old\n", b"old 1\n", b"old -1\n\n" + note, b"old 01\n\n" + note,
                        b"old 1\nAAAA\n\n" + note, b"\0" * 1000, b"old 1\n\n"):
            assert self.witness.ask(rubbish)[0] == 400, rubbish
        assert self.witness.ask(b"x" * 200_000)[0] == 413
        self.add_newest()

    def it_remembers_when_it_is_killed(self):
        key = self.witness.key
        for _ in range(3):
            self.grow()
            self.add_newest()
            self.witness.kill()
            self.witness.start()
            assert self.witness.key == key
            size, note = self.head()
            assert self.witness.add(0, [], note)[2] == b"%d\n" % self.seen
            assert self.witness.add(self.seen, self.proof(self.seen, size), note)[0] == 200
            self.seen = size

    def a_second_copy_that_disagrees_is_caught(self):
        copy = self.scratch / "copy"
        self.ledger.stop()
        shutil.copytree(self.ledger.data, copy)
        self.ledger.start()
        self.grow()
        self.add_newest()
        with RunningLedger(self.ledger.program, copy) as other:
            for _ in range(9):
                self.grow(other)
            size, note = self.head(other)
            assert size > self.seen
            status, _, body = self.witness.add(self.seen, self.proof(self.seen, size, other), note)
            assert status == 422, (status, body)
        kept = [each.read_bytes() for each in (self.witness.data / "refused").iterdir()]
        assert kept == [note], "what proves it is kept"
        self.grow()
        self.add_newest()


def main():
    cases = Cases("witness")
    with RunningLedger(sys.argv[1]) as ledger:
        witnessed = Witnessed(ledger, sys.argv[2], ledger.directory.name)
        try:
            for case in (witnessed.it_cosigns_what_continues,
                         witnessed.it_says_where_a_proof_begins,
                         witnessed.it_refuses_what_is_not_proved,
                         witnessed.it_remembers_when_it_is_killed,
                         witnessed.a_second_copy_that_disagrees_is_caught):
                cases.run(case.__name__.replace("_", " "), case)
        finally:
            witnessed.witness.kill()
    return cases.report(sys.argv[3] if len(sys.argv) > 3 else None)


if __name__ == "__main__":
    sys.exit(main())
