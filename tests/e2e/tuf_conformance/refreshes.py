"""What a refresh asks for, keeps, and refuses: requests, bytes, versions, expiry, rollbacks."""

import json

from registry import case, case_of_each, cases_named
from simulator import TOP, Key, in_days

FRESH = [("root", 2), ("timestamp", None), ("snapshot", 1), ("targets", 1)]


def keeps_what_is_served(repository, client):
    for role in TOP:
        assert client.kept(role) == repository.bytes(role), role


# -- A refresh in order --------------------------------------------------------------------------

@case
def test_basic_refresh_requests(repository, client):
    assert client.refresh()
    assert repository.requests == FRESH, repository.requests


@case
def test_basic_refresh_trusted_data(repository, client):
    assert client.refresh()
    keeps_what_is_served(repository, client)


@case
def test_implicit_refresh(repository, client):
    assert not client.download("nothing of that name")
    assert repository.requests == FRESH, repository.requests
    keeps_what_is_served(repository, client)


@case
def test_metadata_bytes_match(repository, client):
    repository.served["timestamp"][None] += b" \n "
    assert client.refresh()
    keeps_what_is_served(repository, client)


@case
def test_custom_fields(repository, client):
    assert client.refresh()
    repository.root["custom"] = {"of": ["somebody", 1, True, None]}
    repository.root["roles"]["root"]["custom"] = "value"
    repository.add_key("root", Key(extra={"a": 1, "b": 2}))
    repository.publish("root")
    assert client.refresh()
    assert client.trusted()["root"] == 2


@case
def test_deprecated_keyid_hash_algorithms(repository, client):
    repository.set_keys("snapshot", [Key(keyid_hash_algorithms=["md5"])])
    repository.publish("root", "snapshot", "timestamp")
    assert client.refresh()
    assert client.trusted()["snapshot"] == 2


@case
def test_basic_metadata_hash_support(repository, client):
    repository.lists_hashes = True
    repository.publish_all()
    assert client.refresh()
    repository.publish("targets")
    repository.snapshot["meta"]["targets.json"]["hashes"]["sha256"] = "4" * 64
    repository.publish("snapshot", "timestamp")
    assert not client.refresh()
    trusted = client.trusted()
    assert (trusted["snapshot"], trusted["targets"]) == (3, 2), trusted


# -- A root to begin with ------------------------------------------------------------------------

def begin_with(repository, client, edit):
    """Whether anything comes of a root that was edited."""
    root = json.loads(repository.bytes("root"))
    edit(root)
    for file in client.metadata.iterdir():
        file.unlink()
    client.init(json.dumps(root).encode())
    assert not client.refresh()
    assert repository.requests == [], repository.requests


@case
def test_invalid_initial_root(repository, client):
    begin_with(repository, client, lambda root: root["signed"].pop("version"))


@case
def test_unsigned_initial_root(repository, client):
    begin_with(repository, client, lambda root: root["signatures"][0].update(sig="30" * 71))


# -- Metadata that is missing, or another than it should be --------------------------------------

@case_of_each({
    "root": ({"root": 1},),
    "timestamp": ({"root": 2},),
    "snapshot": ({"root": 2, "timestamp": 2},),
    "targets": ({"root": 2, "timestamp": 2, "snapshot": 2},)})
def test_unsigned_metadata(repository, client, trusted):
    role = next(each for each in TOP if trusted.get(each) != 2)
    repository.signers[role] = [Key()]
    repository.publish_all("root")
    assert not client.refresh()
    assert client.trusted() == trusted, client.trusted()


@case_of_each({
    "root": ("root", {"root": 1}),
    "snapshot": ("snapshot", {"root": 2, "timestamp": 2}),
    "targets": ("targets", {"root": 2, "timestamp": 2, "snapshot": 2})})
def test_url_and_metadata_version_mismatch(repository, client, role, trusted):
    for each in ("root", "targets", "snapshot", "timestamp"):
        if each != role:
            repository.publish(each)
            continue
        repository.parts[role]["version"] = 2
        repository.note(role)
        repository.parts[role]["version"] = 3
        repository.serve(role, repository.signed(role), 2)
    assert not client.refresh()
    assert client.trusted() == trusted, client.trusted()


@case
def test_timestamp_content_changes(repository, client):
    assert client.refresh()
    before = client.kept("timestamp")
    repository.timestamp["meta"]["snapshot.json"]["version"] = 100
    repository.publish("timestamp", bump=False)
    assert client.refresh()
    assert repository.requests[-1] == ("timestamp", None)
    assert client.kept("timestamp") == before


@case
def test_timestamp_404(repository, client):
    assert client.refresh()
    del repository.served["timestamp"]
    assert not client.refresh()
    assert repository.requests[-1] == ("timestamp", None)


@case
def test_snapshot_404(repository, client):
    assert client.refresh()
    repository.timestamp["meta"]["snapshot.json"]["version"] = 2
    repository.publish("timestamp")
    assert not client.refresh()
    assert repository.requests[-1] == ("snapshot", 2)
    assert client.trusted() == {"root": 1, "timestamp": 2, "snapshot": 1, "targets": 1}


@case
def test_targets_404(repository, client):
    assert client.refresh()
    repository.snapshot["meta"]["targets.json"]["version"] = 2
    repository.publish("snapshot", "timestamp")
    assert not client.refresh()
    assert repository.requests[-1] == ("targets", 2)
    assert client.trusted() == {"root": 1, "timestamp": 2, "snapshot": 2, "targets": 1}


@case
def test_incorrect_metadata_type(repository, client):
    """A snapshot that would do as a timestamp, but for what it says it is."""
    repository.add_key("snapshot", repository.signers["timestamp"][0])
    repository.parts["snapshot"]["meta"] = {"snapshot.json": {"version": 1}}
    repository.publish("root", "snapshot")
    repository.served["timestamp"][None] = repository.served["snapshot"].pop(2)
    assert not client.refresh()
    assert client.trusted() == {"root": 2}


# -- Rollback ------------------------------------------------------------------------------------

@case
def test_simple_snapshot_rollback(repository, client):
    repository.publish("snapshot", "timestamp")
    assert client.refresh()
    repository.served["snapshot"][2] = repository.served["snapshot"][1]
    assert client.refresh()
    assert client.trusted()["snapshot"] == 2
    assert repository.requests[-1] == ("timestamp", None)


@case
def test_new_timestamp_version_rollback(repository, client):
    repository.publish("timestamp")
    assert client.refresh()
    repository.timestamp["version"] = 1
    repository.publish("timestamp", bump=False)
    assert not client.refresh()
    assert client.trusted()["timestamp"] == 2
    assert repository.requests[-1] == ("timestamp", None)


@case_of_each({"basic": (False,), "with hashes": (True,)})
def test_snapshot_rollback(repository, client, lists_hashes):
    repository.lists_hashes = lists_hashes
    repository.publish("snapshot", "timestamp")
    assert client.refresh()
    repository.snapshot["version"] = 1
    repository.note("snapshot")
    repository.publish("timestamp")
    assert not client.refresh()
    trusted = client.trusted()
    assert (trusted["timestamp"], trusted["snapshot"]) == (2, 2), trusted
    assert repository.requests[-1] == ("timestamp", None)


@case_of_each({"basic": (False,), "with hashes": (True,)})
def test_targets_rollback(repository, client, lists_hashes):
    repository.lists_hashes = lists_hashes
    repository.publish("targets")
    repository.publish_all()
    assert client.refresh()
    repository.targets["version"] = 1
    repository.publish("targets", bump=False)
    repository.publish("snapshot", "timestamp")
    assert not client.refresh()
    trusted = client.trusted()
    assert trusted["targets"] == 3 and trusted["snapshot"] == 2, trusted


@case
def test_new_snapshot_version_mismatch(repository, client):
    repository.snapshot["version"] = 2
    repository.serve("snapshot", repository.signed("snapshot"), 1)
    assert not client.refresh()
    assert client.trusted() == {"root": 1, "timestamp": 1}
    assert repository.requests[-1] == ("snapshot", 1)


# -- Recovery from a fast forward ----------------------------------------------------------------

def fast_forward(repository, client, role):
    repository.parts[role]["version"] = 99_998
    repository.publish(*{"targets": TOP[:0:-1], "snapshot": ("snapshot", "timestamp"),
                         "timestamp": ("timestamp",)}[role])
    assert client.refresh()
    assert client.trusted()[role] == 99_999


def recover(repository, client, role, *rotated):
    for each in rotated:
        repository.rotate(each)
    repository.publish("root")
    repository.parts[role]["version"] = 1
    repository.publish(role, bump=False)
    above = TOP[TOP.index("timestamp"):TOP.index(role)]
    repository.publish(*reversed(above))
    assert client.refresh()
    assert client.trusted()[role] == 1


@case
def test_new_targets_fast_forward_recovery(repository, client):
    fast_forward(repository, client, "targets")
    recover(repository, client, "targets", "snapshot")


@case
def test_new_snapshot_fast_forward_recovery(repository, client):
    fast_forward(repository, client, "snapshot")
    recover(repository, client, "snapshot", "snapshot", "timestamp")


@case
def test_new_timestamp_fast_forward_recovery(repository, client):
    fast_forward(repository, client, "timestamp")
    recover(repository, client, "timestamp", "timestamp")


# -- Expiry --------------------------------------------------------------------------------------

@case
def test_root_expired(repository, client):
    assert client.refresh()
    repository.root["expires"] = in_days(-1)
    repository.publish_all("root")
    assert not client.refresh()
    assert client.trusted() == {"root": 2, "timestamp": 1, "snapshot": 1, "targets": 1}


@cases_named({"test_timestamp_expired": ("timestamp", 1, 1),
              "test_snapshot_expired": ("snapshot", 2, 1),
              "test_targets_expired": ("targets", 2, 2)})
def what_is_expired_stays_out(repository, client, role, timestamp, snapshot):
    assert client.refresh()
    repository.parts[role]["expires"] = in_days(-5)
    repository.publish_all()
    assert not client.refresh()
    assert client.trusted() == {"root": 1, "timestamp": timestamp, "snapshot": snapshot,
                                "targets": 1}, client.trusted()


@case
def test_expired_metadata(repository, client):
    """What ended here is still what newer metadata is compared with."""
    repository.timestamp["expires"] = in_days(7)
    repository.publish("timestamp")
    assert client.refresh()
    repository.timestamp["expires"] = in_days(21)
    repository.publish_all()
    assert client.refresh(days=18)
    assert client.trusted() == {"root": 1, "timestamp": 3, "snapshot": 2, "targets": 2}


@case
def test_expired_local_timestamp_rollback(repository, client):
    repository.timestamp["expires"] = in_days(7)
    repository.publish("timestamp")
    assert client.refresh()
    repository.timestamp.update(version=1, expires=in_days(21))
    repository.publish("timestamp", bump=False)
    assert not client.refresh(days=18)
    assert client.trusted()["timestamp"] == 2


@case
def test_faketime(repository, client):
    assert client.refresh(days=29)
    assert not client.refresh(days=31)
