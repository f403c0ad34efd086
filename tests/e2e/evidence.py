"""Evidence bundles: made by a ledgerd and from a backup, verified by ledgerctl, and by a page of
Python that knows nothing of our code; what is forged is refused with the reason.

    evidence.py LEDGERD LEDGERCTL [RESULTS_XML]
"""

import base64
import csv
import hashlib
import http.server
import io
import json
import random
import shutil
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import proof_verifier as verifier
from cases import Cases
from contract_story import document
from running_ledger import RunningLedger


def members_of(bundle):
    with tarfile.open(fileobj=io.BytesIO(bundle)) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive}


def records_of(raw):
    records = []
    while raw:
        position, length = int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:10], "big")
        records.append((position, raw[10:10 + length]))
        raw = raw[10 + length:]
    return records


def root_of_part(low, high, records, hashes):
    """Takes from both lists what the subtree [low, high) has of it."""
    if not records or records[0][0] >= high:
        return hashes.pop(0)
    if high - low == 1:
        position, record = records.pop(0)
        assert position == low
        return verifier.leaf_hash(record)
    middle = low + verifier.split(high - low)
    left = root_of_part(low, middle, records, hashes)
    return verifier.node_hash(left, root_of_part(middle, high, records, hashes))


def check_with_python(bundle, key):
    """The positions of its records, after all was checked that the log's key can tell."""
    members = members_of(bundle)
    sums = "".join(f"{hashlib.sha256(members[name]).hexdigest()}  {name}\n"
                   for name in members if name != "SHA256SUMS")
    assert sums.encode() == members["SHA256SUMS"]
    size, root = verifier.open_checkpoint(members["checkpoint"], key)
    manifest = json.loads(members["manifest.json"])
    assert manifest["size"] == size and manifest["root"] == root.hex()
    records = records_of(members["records"])
    positions = [position for position, _ in records]
    proof = members["proof"]
    hashes = [proof[at:at + 32] for at in range(0, len(proof), 32)]
    assert root_of_part(0, size, records, hashes) == root
    assert not records and not hashes
    return positions, manifest, members


class Authority(http.server.BaseHTTPRequestHandler):
    """An RFC 3161 authority: openssl ts behind HTTP."""

    directory = None

    def do_POST(self):  # pylint: disable=invalid-name
        query = self.directory / "query"
        query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        subprocess.run(["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query",
                        "-out", "reply"], cwd=self.directory, check=True, capture_output=True)
        reply = (self.directory / "reply").read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


CONFIGURATION = """
[tsa]
default_tsa = this
[this]
dir = .
serial = serial
crypto_device = builtin
signer_cert = tsa.crt
certs = ca.crt
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[extensions]
extendedKeyUsage = critical,timeStamping
"""


def make_authority(directory):
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True)
    directory.mkdir()
    (directory / "tsa.cnf").write_text(CONFIGURATION)
    (directory / "serial").write_text("01\n")
    openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "ca.key", "-out", "ca.crt",
            "-subj", "/CN=Authority of this test", "-days", "2")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr",
            "-subj", "/CN=Clock of this test")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "tsa.crt", "-days", "2", "-extfile", "tsa.cnf",
            "-extensions", "extensions")


class Evidence:
    def __init__(self, ledger, program, scratch):
        self.ledger = ledger
        self.program = program
        self.scratch = Path(scratch)
        self.key = ""

    def run(self, *words, expect=0):
        done = subprocess.run(
            [self.program, *map(str, words)], capture_output=True, text=True, check=False,
            env={"HOME": str(self.scratch), "LEDGER_SERVER": self.ledger.url,
                 "LEDGER_TOKEN_FILE": str(self.ledger.data / "admin-token")})
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def create(self, *words):
        file = self.scratch / "bundle.tar"
        self.run("evidence", "create", *words, "--to", file)
        return file.read_bytes()

    def verify(self, bundle, *words, expect=0):
        file = self.scratch / "checked.tar"
        file.write_bytes(bundle)
        return self.run("evidence", "verify", file, *words, expect=expect).stdout

    def answers(self, *words):
        """The positions that answer; checked by both."""
        bundle = self.create(*words)
        told = self.verify(bundle, "--key", self.key)
        assert "none is left out" in told and "Verified:" in told, told
        positions, manifest, members = check_with_python(bundle, verifier.Key(self.key))
        answer = json.loads(members["answer.json"])
        rows = list(csv.DictReader(io.StringIO(members["answer.csv"].decode(), newline="")))
        found = [each["position"] for each in answer]
        assert [int(row["position"]) for row in rows] == found and len(found) == manifest["answers"]
        assert set(found) <= set(positions)
        return found

    def listed(self, **query):
        words = "&".join(f"{name}={value}" for name, value in query.items())
        answer = self.ledger.ask("GET", f"/v1/events?page_size=1000&order_by=position&{words}")
        return [each["position"] for each in answer.json()["items"]]

    def prepare(self):
        ask = self.ledger.ask
        for i in range(1, 4):
            text = json.dumps(document(f"26-00{i}", i))
            done = ask("POST", "/v1/rule-updates:import?reason=test", text,
                       {"Content-Type": "application/json"})
            assert done.status == 200 or done.status == 201, done.body
        secret = ask("POST", "/v1/enrolment-tokens", {
            "uses": 2, "expires_in": "PT1H", "reason": "test"}).json()["secret"]
        for name in ("pc-1", "pc-2"):
            joined = ask("POST", "/v1/computers", {
                "computer": name, "platform": "linux", "modules": ["firewall"]}, token=secret)
            assert joined.status == 201, joined.body
        for i in range(150):
            assert ask("PUT", f"/v1/bookmarks/m{i}", {"position": i}).status < 300
        self.key = ask("GET", "/v1/ledger").json()["key"]

    # -- Cases -----------------------------------------------------------------------------------

    def a_range(self):
        assert self.answers("range", "--from-position", 7, "--to-position", 91) == [*range(7, 91)]

    def a_computer(self):
        found = self.answers("computer", "pc-1")
        assert found and found == self.listed(stream="computer/pc-1")

    def a_rule_update(self):
        found = self.answers("rule_update", "26-002")
        assert len(found) > 1 and found == self.listed(stream="rule-update/26-002")

    def a_stream(self):
        assert self.answers("stream", "bookmark/m7") == self.listed(stream="bookmark/m7")

    def a_filter_over_activity(self):
        found = self.answers("activity", "--type", "bookmark.", "--actor", "token")
        assert len(found) == 150 and found == self.listed(type="bookmark.", actor="token")
        assert self.answers("activity", "--outcome", "refused", "--from-position", 20) == []

    def what_is_taken_is_recorded(self):
        before = len(self.listed(type="evidence."))
        self.create("range", "--to-position", 3)
        assert len(self.listed(type="evidence.")) == before + 1

    def a_repeated_request_gets_the_same_file(self):
        before = len(self.listed(type="evidence."))
        key = {"Idempotency-Key": "once-only"}
        first, again = (self.ledger.ask("POST", "/v1/evidence", {"kind": "range", "to": 5}, key)
                        for _ in range(2))
        assert first.status == again.status == 200 and first.body == again.body
        assert again.headers["idempotency-replayed"] == "true"
        assert len(self.listed(type="evidence.")) == before + 1
        other = self.ledger.ask("POST", "/v1/evidence", {"kind": "range", "to": 6}, key)
        assert other.status == 422, other.body
        self.ledger.stop()
        self.ledger.start()
        gone = self.ledger.ask("POST", "/v1/evidence", {"kind": "range", "to": 5}, key)
        assert gone.status == 409 and gone.json()["code"] == "evidence-not-kept", gone.body

    def a_backup_gives_it_without_a_server(self):
        self.run("backup", "create", "--name", "one")
        backup = self.ledger.data / "backups" / "one"
        bundle = self.create("computer", "pc-1", "--data", backup)
        self.verify(bundle, "--key", self.key)
        assert "Verified" in self.run("log", "verify", "--bundle", self.scratch / "bundle.tar",
                                      "--key", self.key).stdout

    def forgeries_are_refused(self):
        bundle = self.create("stream", "bookmark/m149")
        chance = random.Random(4)
        for _ in range(20):
            flipped = bytearray(bundle)
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
            assert "NOT verified: " in self.verify(bytes(flipped), expect=6)
            self.verify(bundle[:chance.randrange(len(bundle))], expect=6)
        name, _, _ = self.key.split("+", 2)
        with RunningLedger(self.ledger.program) as other:
            key = other.ask("GET", "/v1/ledger").json()["key"]
            assert key.startswith(name)
            told = self.verify(bundle, "--key", key, expect=6)
            assert "not by the key that is trusted" in told, told
            others = other.ask("POST", "/v1/evidence", {"kind": "range"}).body
            self.verify(others, "--key", key)
            self.verify(others, "--key", self.key, expect=6)
        self.verify(bundle, "--key", self.key[:-4], expect=2)
        assert "not whose key signed it is known" in self.verify(bundle, expect=6)
        assert "Compare it" in self.verify(bundle, "--trust-own-key")

    def what_cannot_be_is_said(self):
        to = self.scratch / "none.tar"
        self.run("evidence", "create", "stream", "bookmark/none", "--to", to, expect=3)
        self.run("evidence", "create", "everything", "--to", to, expect=2)
        self.run("evidence", "create", "range", "--to-position", 10 ** 9, "--to", to, expect=2)
        self.run("evidence", "create", "range", "--timestamp", "--to", to, expect=5)
        assert not to.exists()

    def one_event_in_a_file_of_its_own(self):
        """As our own program and the page of Python read it, with the record in it or beside it."""
        file = self.scratch / "m7.tlog-proof"
        position, = self.listed(stream="bookmark/m7")
        self.run("proof", "create", position, "--to", file)
        told = self.run("proof", "verify", file, "--key", self.key).stdout
        assert f"Verified: event {position} is bookmark.set of bookmark/m7" in told, told
        shown = json.loads(
            self.run("proof", "verify", file, "--key", self.key, "-o", "json").stdout)
        assert shown["verified"] and shown["position"] == position, shown
        header, extra, rest = file.read_bytes().split(b"\n", 2)
        record = base64.b64decode(extra.removeprefix(b"extra "))
        index, path, note = verifier.open_receipt(header + b"\n" + rest)
        size, root = verifier.open_checkpoint(note, verifier.Key(self.key))
        leaf = verifier.leaf_hash(record)
        assert verifier.root_from_inclusion(leaf, index, size, path) == root
        (self.scratch / "bare").write_bytes(header + b"\n" + rest)
        (self.scratch / "record").write_bytes(record)
        (self.scratch / "other").write_bytes(record + b"!")
        bare = ("proof", "verify", self.scratch / "bare", "--key", self.key)
        self.run(*bare, "--record", self.scratch / "record")
        for words, reason in ((("--record", self.scratch / "other"), "proof-wrong"),
                              ((), "proof-without-record")):
            refused = self.run(*bare, *words, expect=6)
            assert reason in refused.stderr and "NOT verified" in refused.stdout, refused
        with RunningLedger(self.ledger.program) as other:
            foreign = other.ask("GET", "/v1/ledger").json()["key"]
        self.run("proof", "verify", file, "--key", foreign, expect=6)
        self.run("proof", "verify", file, "--key", "nonsense", expect=2)
        self.run("proof", "verify", self.scratch / "none", "--key", self.key, expect=3)
        self.run("proof", "create", 10 ** 9, "--to", self.scratch / "x", expect=3)
        self.run("proof", "create", "none", "--to", self.scratch / "x", expect=2)

    def a_touched_timestamp_tells_no_other_time(self, bundle, reply, trusted):
        """With checksums that fit. Its signature does not cover all of it, but all that is told."""
        told = self.verify(bundle, *trusted)
        at = bundle.index(reply)
        sums = hashlib.sha256(reply).hexdigest().encode()
        chance = random.Random(6)
        refused = 0
        for _ in range(40):
            changed = bytearray(reply)
            changed[chance.randrange(len(reply))] ^= 1 << chance.randrange(8)
            forged = bundle[:at] + changed + bundle[at + len(reply):]
            file = self.scratch / "touched.tar"
            file.write_bytes(forged.replace(sums, hashlib.sha256(changed).hexdigest().encode()))
            done = subprocess.run([self.program, "evidence", "verify", file, *trusted],
                                  capture_output=True, text=True, check=False)
            assert done.returncode == 6 or (done.returncode == 0 and done.stdout == told), done
            refused += done.returncode == 6
        assert refused > 20, refused

    def an_authority_puts_its_time_under_it(self):
        directory = self.scratch / "authority"
        make_authority(directory)
        Authority.directory = directory
        with http.server.HTTPServer(("127.0.0.1", 0), Authority) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}/tsa"
            self.ledger.stop()
            self.ledger.start("--timestamp-authority", url)
            bundle = self.create("range", "--to-position", 9, "--timestamp")
            server.shutdown()
        told = self.verify(bundle, "--key", self.key, expect=6)
        assert "signature was not checked" in told and "who signed its timestamp" in told, told
        told = self.verify(bundle, "--key", self.key, "--ignore-timestamp")
        assert "signature was not checked" in told and "Verified: " in told, told
        trusted = ("--key", self.key, "--tsa-certificate", directory / "ca.crt")
        assert "saw the checkpoint at 20" in self.verify(bundle, *trusted)
        members = members_of(bundle)
        self.a_touched_timestamp_tells_no_other_time(bundle, members["timestamp.tsr"], trusted)
        for name in ("checkpoint", "timestamp.tsr"):
            (self.scratch / name).write_bytes(members[name])
        subprocess.run(["openssl", "ts", "-verify", "-in", "timestamp.tsr", "-data", "checkpoint",
                        "-CAfile", directory / "ca.crt", "-untrusted", directory / "tsa.crt"],
                       cwd=self.scratch, check=True, capture_output=True)
        shutil.move(directory, self.scratch / "first")
        make_authority(directory)
        told = self.verify(bundle, *trusted, expect=6)
        assert "not signed by an authority that is believed" in told, told
        self.run("evidence", "create", "range", "--timestamp", "--to", self.scratch / "x", expect=8)


def main():
    cases = Cases("evidence")
    with RunningLedger(sys.argv[1]) as ledger:
        evidence = Evidence(ledger, sys.argv[2], ledger.directory.name)
        evidence.prepare()
        for case in (evidence.a_range, evidence.a_computer, evidence.a_rule_update,
                     evidence.a_stream, evidence.a_filter_over_activity,
                     evidence.what_is_taken_is_recorded,
                     evidence.a_repeated_request_gets_the_same_file,
                     evidence.a_backup_gives_it_without_a_server, evidence.forgeries_are_refused,
                     evidence.what_cannot_be_is_said, evidence.one_event_in_a_file_of_its_own,
                     evidence.an_authority_puts_its_time_under_it):
            cases.run(case.__name__.replace("_", " "), case)
    return cases.report(sys.argv[3] if len(sys.argv) > 3 else None)


if __name__ == "__main__":
    sys.exit(main())
