"""What a ledger proves, checked by programs that share no line with it: a page of Python, and Go's
own implementation of signed notes and transparency logs.

    proofs.py LEDGERD [RESULTS_XML]
"""

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import proof_verifier as verifier
from cases import Cases
from running_ledger import RunningLedger

RECORDS = 600  # Two full tiles and a partial one.
GO_PATH = Path("/usr/share/gocode")


def refused(check, *arguments):
    try:
        check(*arguments)
    except (verifier.NotVerified, ValueError, UnicodeDecodeError):
        return
    raise AssertionError(f"{check.__name__} took what is not so")


class Proofs:
    def __init__(self, ledger):
        self.ledger = ledger
        self.key = None
        self.size = 0
        self.root = b""
        self.leaves = []

    def get(self, path, **headers):
        answer = self.ledger.ask("GET", "/v1/" + path, headers=headers)
        assert answer.status == 200, f"{path}: {answer.status} {answer.body}"
        return answer

    def prepare(self):
        for i in range(RECORDS // 2):
            for method, body in (("PUT", {"position": 0}), ("DELETE", None)):
                done = self.ledger.ask(method, f"/v1/bookmarks/b{i}", body)
                assert done.status < 300, done.body
        self.key = verifier.Key(self.get("ledger").json()["key"])

    # -- Cases -----------------------------------------------------------------------------------

    def the_checkpoint_is_signed(self):
        note = self.get("log/checkpoint").body
        self.size, self.root = verifier.open_checkpoint(note, self.key)
        assert self.size > RECORDS, self.size
        for at in (0, len(self.key.name) + 1, len(note) - 10):
            forged = bytearray(note)
            forged[at] ^= 1
            refused(verifier.open_checkpoint, bytes(forged), self.key)

    def records_and_tiles_give_its_root(self):
        for tile in range(0, self.size, 256):
            width = min(256, self.size - tile)
            name = f"{tile // 256:03}" + (f".p/{width}" if width < 256 else "")
            leaves = [verifier.leaf_hash(record) for record in
                      verifier.records_of(self.get(f"log/tile/entries/{name}").body)]
            assert b"".join(leaves) == self.get(f"log/tile/0/{name}").body, name
            self.leaves += leaves
        assert verifier.root_of(self.leaves) == self.root
        above = self.get(f"log/tile/1/000.p/{self.size // 256}").body
        assert above == b"".join(verifier.root_of(self.leaves[at:at + 256])
                                 for at in range(0, self.size - 255, 256))

    def each_receipt_stands_alone(self):
        for at in [*range(0, self.size, 37), 255, 256, self.size - 1]:
            index, path, note = verifier.open_receipt(
                self.get(f"events/{at}/proof", Accept="text/plain").body)
            size, root = verifier.open_checkpoint(note, self.key)
            leaf = self.leaves[at]
            assert index == at
            assert verifier.root_from_inclusion(leaf, index, size, path) == root
            path[-1] = bytes(32)
            assert verifier.root_from_inclusion(leaf, index, size, path) != root

    def a_receipt_that_was_touched_is_refused(self):
        at = self.size // 2
        receipt = self.get(f"events/{at}/proof", Accept="text/plain").body
        chance = random.Random(int(os.environ.get("TEST_SEED", 5)))

        def check(text):
            index, path, note = verifier.open_receipt(text)
            size, root = verifier.open_checkpoint(note, self.key)
            if verifier.root_from_inclusion(self.leaves[at], index, size, path) != root:
                raise verifier.NotVerified("it does not lead to the root")

        check(receipt)
        for _ in range(100):
            changed = bytearray(receipt)
            changed[chance.randrange(len(receipt))] ^= 1 << chance.randrange(7)
            refused(check, bytes(changed))
            refused(check, receipt[:chance.randrange(len(receipt) - 1)])
        with RunningLedger(self.ledger.program) as other:
            theirs = other.ask("GET", "/v1/log/checkpoint").body
        refused(check, receipt.split(b"\n\n", 1)[0] + b"\n\n" + theirs)

    def any_size_continues_any_smaller_one(self):
        sizes = sorted({*range(0, self.size, 61), 1, 255, 256, 257, 511, 512, 513, self.size})
        roots = {size: verifier.root_of(self.leaves[:size]) for size in sizes}
        for old in sizes:
            for new in sizes:
                if old > new:
                    continue
                said = self.get(f"log/consistency?from={old}&to={new}").json()
                path = [bytes.fromhex(each) for each in said["hashes"]]
                assert bytes.fromhex(said["from_root"]) == roots[old], (old, new)
                assert bytes.fromhex(said["to_root"]) == roots[new], (old, new)
                if old == 0:
                    assert not path
                    continue
                assert verifier.roots_from_consistency(old, new, path, roots[old]) == (
                    roots[old], roots[new]), (old, new)

    def what_is_beyond_the_log_is_refused(self):
        for path, status in ((f"log/consistency?from=1&to={self.size + 10_000}", 400),
                             ("log/consistency?from=9&to=8", 400),
                             (f"events/{self.size + 10_000}/proof", 404),
                             ("log/tile/entries/999", 404), ("log/tile/0/0", 404),
                             ("log/tile/0/000.p/256", 404), ("log/tile/9/000", 404)):
            answer = self.ledger.ask("GET", "/v1/" + path)
            assert answer.status == status, f"{path}: {answer.status}"

    def keys_are_listed(self):
        listed = self.get("log/keys").json()["items"]
        assert [each["key_id"] for each in listed] == [self.key.id.hex()], listed

    def keys_change_and_the_old_one_speaks_for_the_new(self):
        ask = self.ledger.ask
        before = self.key
        started = ask("POST", "/v1/log:rotateKey", {"reason": "yearly"})
        assert started.status == 202, started.body
        done = self.ledger.wait_until("the new key", lambda: (
            lambda seen: seen if seen["done"] else None)(
                ask("GET", started.headers["location"]).json()))
        assert done["state"] == "succeeded", done
        self.key = verifier.Key(done["result"]["key"])
        assert self.key.raw != before.raw and done["result"]["retired"] == before.id.hex()
        events = [self.newest(kind) for kind in ("signing_key.introduced", "signing_key.retired")]
        assert [each["data"]["key_id"] for each in events] == [self.key.id.hex(), before.id.hex()]
        # Whoever trusts the old key reads in a head that it signed who comes next.
        note = self.get(f"log/keys/{before.id.hex()}/checkpoint").body
        size, _ = verifier.open_checkpoint(note, before)
        assert size > events[0]["position"]
        refused(verifier.open_checkpoint, note, self.key)
        newest = self.get("log/checkpoint").body
        refused(verifier.open_checkpoint, newest, before)
        self.size, self.root = verifier.open_checkpoint(newest, self.key)
        keys = self.get("log/keys").json()["items"]
        listed = {each["key_id"]: each["retired_at"] for each in keys}
        assert listed[before.id.hex()] and not listed[self.key.id.hex()], listed
        assert verifier.Key(self.get("ledger").json()["key"]).raw == self.key.raw

    def newest(self, kind):
        return self.get(f"events?type={kind}&page_size=1").json()["items"][0]

    def it_starts_with_the_new_key(self):
        for end in (self.ledger.kill, self.ledger.stop):
            end()
            assert not (self.ledger.data / "signing-key-next.pem").exists()
            self.ledger.start()
            self.size, self.root = verifier.open_checkpoint(self.get("log/checkpoint").body,
                                                            self.key)
        assert len(self.get("log/keys").json()["items"]) == 2

    def a_change_that_was_cut_off_is_finished(self):
        """Killed between the new key's first head and the renaming of its file."""
        data = self.ledger.data
        self.ledger.stop()
        key = data / "signing-key.pem"
        key.rename(data / "signing-key-next.pem")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
        self.ledger.start()
        assert not (data / "signing-key-next.pem").exists()
        self.size, self.root = verifier.open_checkpoint(self.get("log/checkpoint").body, self.key)

    def go_agrees(self):
        with tempfile.TemporaryDirectory() as scratch:
            program = Path(scratch) / "go_verifier"
            subprocess.run(
                ["go", "build", "-o", program, "./tests/e2e/go_verifier"], check=True,
                env={**os.environ, "GO111MODULE": "off", "GOPATH": str(GO_PATH),
                     "GOCACHE": str(Path(scratch) / "cache")})
            key = self.get("ledger").json()["key"]
            done = subprocess.run([program, self.ledger.url, self.ledger.admin, key],
                                  capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert f"verified by Go: {self.size} records" in done.stdout, done.stdout
            name, key_id, raw = key.split("+", 2)
            for other in (f"x{name}+{key_id}+{raw}", f"{name}+{key_id[::-1]}+{raw}"):
                done = subprocess.run([program, self.ledger.url, self.ledger.admin, other],
                                      capture_output=True, text=True, check=False)
                assert done.returncode == 6, done


def main():
    cases = Cases("proofs")
    with RunningLedger(sys.argv[1]) as ledger:
        proofs = Proofs(ledger)
        proofs.prepare()
        for case in (proofs.the_checkpoint_is_signed, proofs.records_and_tiles_give_its_root,
                     proofs.each_receipt_stands_alone,
                     proofs.a_receipt_that_was_touched_is_refused,
                     proofs.any_size_continues_any_smaller_one,
                     proofs.what_is_beyond_the_log_is_refused, proofs.keys_are_listed,
                     proofs.keys_change_and_the_old_one_speaks_for_the_new,
                     proofs.it_starts_with_the_new_key,
                     proofs.a_change_that_was_cut_off_is_finished, proofs.go_agrees):
            cases.run(case.__name__.replace("_", " "), case)
    return cases.report(sys.argv[2] if len(sys.argv) > 2 else None)


if __name__ == "__main__":
    sys.exit(main())
