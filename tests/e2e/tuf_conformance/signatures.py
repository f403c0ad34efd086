"""Keys, thresholds and signatures: who may say what, and how roots hand that on."""

from registry import case, case_of_each
from simulator import Key


@case
def test_snapshot_does_not_meet_threshold(repository, client):
    repository.set_keys("snapshot", [Key() for _ in range(3)], threshold=3)
    repository.publish_all("root")
    assert client.refresh()
    repository.signers["snapshot"].pop()
    repository.publish_all()
    assert not client.refresh()
    assert client.trusted()["snapshot"] == 2


@case
def test_snapshot_has_too_few_keys(repository, client):
    repository.set_keys("snapshot", [Key() for _ in range(5)], threshold=6)
    repository.publish_all("root")
    assert not client.refresh()
    assert client.trusted() == {"root": 2, "timestamp": 2}


@case
def test_root_has_keys_but_not_snapshot(repository, client):
    """Keys that root lists, and that did not sign."""
    keys = [Key() for _ in range(5)]
    repository.set_keys("snapshot", keys, threshold=5, signers=keys[:3])
    repository.publish_all("root")
    assert not client.refresh()
    assert client.trusted() == {"root": 2, "timestamp": 2}


@case
def test_duplicate_keys(repository, client):
    key = Key()
    repository.set_keys("snapshot", [key] * 9, threshold=6, signers=[key] * 9)
    repository.publish_all("root")
    assert not client.refresh()
    assert "snapshot" not in client.trusted()


@case
def test_duplicate_sig_keyids(repository, client):
    repository.change("snapshot", lambda it: it["signatures"].append(it["signatures"][0]))
    assert not client.refresh()
    assert "snapshot" not in client.trusted()


@case_of_each(("rsa", "ecdsa", "ed25519"))
def test_keytype_and_scheme(repository, client, kind):
    key = repository.add_key("root", Key(kind))
    repository.root["roles"]["root"]["threshold"] = 2
    repository.publish("root")
    assert client.refresh()
    assert client.trusted()["root"] == 2
    repository.publish("root")
    forged = key.sign(b"something else")

    def forge(document):
        for each in document["signatures"]:
            if each["keyid"] == key.id:
                each["sig"] = forged
    repository.change("root", forge)
    assert not client.refresh()
    assert client.trusted()["root"] == 2


@case_of_each({"plausible": ("ab" * 64,), "empty": ("",)})
def test_invalid_sig_in_valid_metadata(repository, client, sig):
    repository.add_key("timestamp")
    repository.publish("root", "timestamp")
    repository.change("timestamp", lambda it: it["signatures"][0].update(sig=sig))
    assert client.refresh()
    assert client.trusted()["timestamp"] == 2


# Versions of root: the numbers of its keys, its threshold, who signs, and whether that holds.
GOOD, BAD = True, False
FIVE, OTHER_FIVE = (0, 1, 2, 3, 4), (5, 6, 7, 8, 9)
ONE_ROTATED = (0, 1, 3, 4, 5)
ROOTS = {
    "1-of-1-key-rotation": [((1,), 1, (1,)), ((2,), 1, (2, 1)), ((2,), 1, (2,))],
    "1-of-1-key-rotation-unused-signatures": [
        ((1,), 1, (3, 1, 4)), ((2,), 1, (3, 2, 1, 4)), ((2,), 1, (3, 2, 4))],
    "3-of-5-sign-with-different-keycombos": [
        (FIVE, 3, (0, 2, 4)), (FIVE, 3, (0, 4, 1)), (FIVE, 3, (0, 1, 3)), (FIVE, 3, (2, 3, 4))],
    "3-of-5-one-key-rotated": [(FIVE, 3, (0, 2, 4)), (ONE_ROTATED, 3, (0, 4, 1))],
    "3-of-5-one-key-rotated-with-intermediate-step": [
        (FIVE, 3, (0, 2, 4)), (ONE_ROTATED, 3, (0, 2, 4, 5)), (ONE_ROTATED, 3, (0, 4, 5))],
    "3-of-5-all-keys-rotated-with-intermediate-step": [
        (FIVE, 3, (0, 2, 4)), (OTHER_FIVE, 3, (0, 2, 4, 5, 6, 7)), (OTHER_FIVE, 3, (5, 6, 7))],
    "1-of-3-threshold-increase-to-2-of-3": [((1, 2, 3), 1, (1,)), ((1, 2, 3), 2, (1, 2))],
    "2-of-3-threshold-decrease-to-1-of-3": [
        ((1, 2, 3), 2, (1, 2)), ((1, 2, 3), 1, (1, 2)), ((1, 2, 3), 1, (1,))],
    "1-of-2-threshold-increase-to-2-of-2": [((1,), 1, (1,)), ((1, 2), 2, (1, 2))],
    "1-of-1-key-rotation-fail-not-signed-with-old-key": [
        ((1,), 1, (1,)), ((2,), 1, (2, 3, 4), BAD)],
    "1-of-1-key-rotation-fail-not-signed-with-new-key": [
        ((1,), 1, (1,)), ((2,), 1, (1, 3, 4), BAD)],
    "3-of-5-one-key-rotate-fails-not-signed-with-3-new-keys": [
        (FIVE, 3, (0, 2, 4)), (ONE_ROTATED, 3, (0, 2, 4), BAD)],
    "3-of-5-one-key-rotate-fails-not-signed-with-3-old-keys": [
        (FIVE, 3, (0, 2, 4)), (ONE_ROTATED, 3, (0, 4, 5), BAD)],
    "1-of-3-threshold-bump-to-2-of-3-fails-new-threshold-not-reached": [
        ((1, 2, 3), 1, (1,)), ((1, 2, 3), 2, (2,), BAD)],
    "2-of-3-threshold-decrease-to-1-of-3-fails-old-threshold-not-reached": [
        ((1, 2, 3), 2, (1, 2)), ((1, 2, 3), 1, (1,), BAD)],
}


@case_of_each({name: (roots,) for name, roots in ROOTS.items()})
def test_root_rotation(repository, client, roots):
    keys = [Key() for _ in range(10)]
    repository.root["version"] = 0
    del repository.served["root"]
    for listed, threshold, signing, *_ in roots:
        repository.root["version"] += 1
        repository.set_keys("root", [keys[i] for i in listed], threshold,
                            [keys[i] for i in signing])
        repository.publish("root", bump=False)
    served = list(repository.served["root"].values())
    assert client.init(served[0])
    good = roots[-1][3:] != (BAD,)
    assert client.refresh() == good
    assert client.kept("root") == served[-1 if good else -2]


OTHERS = {
    "1-of-1-key-rotation": ((2,), 1, (2,), GOOD),
    "1-of-1-key-rotation-unused-signatures": ((1,), 1, (3, 1, 4), GOOD),
    "1-of-1-key-rotation-fail-not-signed-with-new-key": ((2,), 1, (1, 3, 4), BAD),
    "3-of-5-one-key-signature-wrong-not-signed-with-3-expected-keys": (
        ONE_ROTATED, 3, (0, 2, 4), BAD),
    "2-of-5-one-key-signature-missing-threshold-not-reached": (ONE_ROTATED, 3, (0, 4), BAD),
    "3-of-5-sign-first-combo": (FIVE, 3, (0, 2, 4), GOOD),
    "3-of-5-sign-second-combo": (FIVE, 3, (0, 4, 1), GOOD),
    "3-of-5-sign-third-combo": (FIVE, 3, (0, 1, 3), GOOD),
    "3-of-5-sign-fourth-combo": (FIVE, 3, (1, 2, 3), GOOD),
    "3-of-5-sign-fifth-combo": (FIVE, 3, (2, 3, 4), GOOD),
}


@case_of_each(OTHERS)
def test_non_root_rotations(repository, client, listed, threshold, signing, good):
    """Of each role below root in turn."""
    keys = [Key() for _ in range(6)]
    for role in ("timestamp", "snapshot", "targets"):
        repository.set_keys(role, [keys[i] for i in listed], threshold,
                            [keys[i] for i in signing])
        repository.publish_all("root")
        assert client.refresh() == good, role
        if good:
            assert client.kept(role) == repository.bytes(role), role
