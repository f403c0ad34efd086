"""Signed notes, tiles and proofs of RFC 6962 checked by the standard library and openssl; nothing
of the ledger's own code is asked."""

import base64
import hashlib
import subprocess
import tempfile
from pathlib import Path

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")  # What stands before a key in DER.


class NotVerified(Exception):
    pass


def decoded(text):
    """Of base64 in its one spelling: the bits that no byte needs are zero."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise NotVerified("base64 in another spelling")
    return raw


def leaf_hash(record):
    return hashlib.sha256(b"\0" + record).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(count):
    """The largest power of two below it."""
    return 1 << (count - 1).bit_length() - 1


def root_of(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    left = split(len(leaves))
    return node_hash(root_of(leaves[:left]), root_of(leaves[left:]))


def root_from_inclusion(leaf, index, size, proof):
    """As RFC 6962 defines the path, by recursion from the root."""
    if index >= size or (size == 1 and proof):
        raise NotVerified("the path has another length than the tree is high")
    if size == 1:
        return leaf
    if not proof:
        raise NotVerified("the path is too short")
    left = split(size)
    if index < left:
        return node_hash(root_from_inclusion(leaf, index, left, proof[:-1]), proof[-1])
    return node_hash(proof[-1], root_from_inclusion(leaf, index - left, size - left, proof[:-1]))


def roots_from_consistency(old_size, size, proof, old_root, whole=True):
    """(old root, new root) that the proof gives, as RFC 6962 defines it."""
    if old_size == size:
        if whole:
            if proof:
                raise NotVerified("the proof is too long")
            return old_root, old_root
        if len(proof) != 1:
            raise NotVerified("the proof has another length")
        return proof[0], proof[0]
    if not proof:
        raise NotVerified("the proof is too short")
    left = split(size)
    if old_size <= left:
        old, new = roots_from_consistency(old_size, left, proof[:-1], old_root, whole)
        return old, node_hash(new, proof[-1])
    old, new = roots_from_consistency(old_size - left, size - left, proof[:-1], old_root, False)
    return node_hash(proof[-1], old), node_hash(proof[-1], new)


class Key:
    """name+id+key, as public tools take it."""

    def __init__(self, text):
        self.name, key_id, key = text.split("+", 2)
        raw = decoded(key)
        if raw[0] != 1 or len(raw) != 33:
            raise NotVerified("no key of Ed25519")
        self.raw = raw[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        if self.id.hex() != key_id:
            raise NotVerified("the key has another id")

    def has_signed(self, text, signature):
        with tempfile.TemporaryDirectory() as scratch:
            key, signed, by = (Path(scratch) / name for name in ("key", "text", "signature"))
            key.write_bytes(ED25519_SPKI + self.raw)
            signed.write_bytes(text)
            by.write_bytes(signature)
            done = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", key,
                 "-rawin", "-in", signed, "-sigfile", by], capture_output=True, check=False)
        return done.returncode == 0


def open_checkpoint(note, key):
    """(size, root) that it says, if the key has signed it."""
    text, signatures = note.rsplit(b"\n\n", 1)
    text += b"\n"
    *lines, end = signatures.decode().split("\n")
    if end:
        raise NotVerified("its last line does not end")
    for line in lines:
        dash, name, signature = line.split(" ")
        raw = decoded(signature)
        if dash == "\u2014" and name == key.name and raw[:4] == key.id:
            if not key.has_signed(text, raw[4:]):
                raise NotVerified("the signature is wrong")
            origin, size, root = text.decode().split("\n")[:3]
            if origin != key.name:
                raise NotVerified("it is of another log")
            return int(size), decoded(root)
    raise NotVerified("it is not signed by this key")


def open_receipt(text):
    """(index, path, checkpoint) of a c2sp.org/tlog-proof@v1."""
    head, note = text.split(b"\n\n", 1)
    lines = head.decode().split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("index "):
        raise NotVerified("no receipt")
    if str(int(lines[1][6:])) != lines[1][6:]:
        raise NotVerified("no number")
    return int(lines[1][6:]), [decoded(line) for line in lines[2:]], note


def records_of(entries):
    """Of a tile of entries: each after its length in two bytes."""
    records = []
    while entries:
        length = int.from_bytes(entries[:2], "big")
        if len(entries) < 2 + length:
            raise NotVerified("the last record is cut off")
        records.append(entries[2:2 + length])
        entries = entries[2 + length:]
    return records
