"""Targets and the roles that speak for them: downloads, the order of a search, odd names."""

from urllib.parse import quote

from registry import case, case_of_each, cases_named
from simulator import Key, in_days


# -- Downloads -----------------------------------------------------------------------------------

@cases_named({"test_client_downloads_expected_file": ("file.txt",),
              "test_client_downloads_expected_file_in_sub_dir": ("path/to/a/file.txt",)})
def downloads(repository, client, path):
    repository.add_file("targets", path, b"what it says")
    repository.publish_all()
    assert client.refresh()
    assert client.files() == []
    assert client.download(path)
    assert client.files() == [b"what it says"]


@case
def test_repository_substitutes_target_file(repository, client):
    for path in ("one", "two"):
        repository.add_file("targets", path, path.encode())
    repository.publish_all()
    assert client.download("one")
    repository.files.update(one=b"evil", two=b"evil")
    client.download("one")
    assert client.files() == [b"one"]
    assert not client.download("two")
    assert client.files() == [b"one"]


@case
def test_multiple_changes_to_target(repository, client):
    for i in range(3):
        repository.add_file("targets", "file", b"good %d" % i)
        repository.publish_all()
        assert client.download("file")
        assert client.files() == [b"good %d" % i]
        repository.files["file"] = b"evil %d" % i
        repository.publish_all()
        client.download("file")
        assert client.files() == [b"good %d" % i]


@case
def test_download_stops_at_the_first_failure(repository, client):
    for path in ("one", "two"):
        repository.add_file("targets", path, path.encode())
    repository.publish_all()
    assert not client.download("one", "unknown", "two")
    assert client.files() == [b"one"]
    assert client.download("one", "two")
    assert client.files() == [b"one", b"two"]


# -- The order of a search -----------------------------------------------------------------------

# Who delegates to whom, in order, and who is asked for a name that nobody has.
GRAPHS = {
    "basic-delegation": (["targets A"], "A"),
    "single-level-delegations": (["targets A", "targets B"], "AB"),
    "two-level-delegations": (["targets A", "targets B", "B C"], "ABC"),
    "two-level-test-DFS-order-of-traversal": (
        ["targets A", "targets B", "A C", "A D"], "ACDB"),
    "three-level-delegation-test-DFS-order-of-traversal": (
        ["targets A", "targets B", "A C", "C D"], "ACDB"),
    "two-level-terminating-ignores-all-but-roles-descendants": (
        ["targets A", "targets B", "A C terminating", "A D"], "AC"),
    "three-level-terminating-ignores-all-but-roles-descendants": (
        ["targets A", "targets B", "A C terminating", "C D"], "ACD"),
    "two-level-ignores-all-branches-not-matching-paths": (
        ["targets A *.py", "targets B", "A C"], "B"),
    "three-level-ignores-all-branches-not-matching-paths": (
        ["targets A", "targets B", "A C *.py", "C D"], "AB"),
    "cyclic-graph": (["targets A", "targets B", "B C", "C D", "D B"], "ABCD"),
    "two-roles-delegating-to-a-third": (["targets A", "targets B", "B C", "A C"], "ACB"),
    "two-roles-delegating-to-a-third-different-paths": (
        ["targets A", "targets B", "B C", "A C *.py"], "ABC"),
}


def build(repository, delegations):
    """Of "parent role [terminating | paths...]"; each role has one key, whoever trusts it."""
    keys = {}
    for parent, role, *more in map(str.split, delegations):
        terminating = more == ["terminating"]
        repository.delegate(parent, role, ["*"] if terminating or not more else more,
                            keys.setdefault(role, Key()), terminating)
    return keys


def asked(repository):
    """Roles that were asked for after those of the top."""
    return [role for role, _ in repository.requests[4:]]


@case_of_each(GRAPHS)
def test_graph_traversal(repository, client, delegations, order):
    roles = build(repository, delegations)
    repository.publish_all(*roles)
    assert not client.download("missing")
    assert asked(repository) == list(order), repository.requests


TREE = ["targets A *.doc *.md", "targets B releases/*/*", "B C releases/x/*",
        "B D releases/y/*.zip"]
FILES = {"targetfile": "targets", "README.md": "A", "releases/x/x_v1": "C",
         "releases/y/y_v1.zip": "D", "releases/z/z_v1.zip": "D"}


@case_of_each({
    "no delegations": ("targetfile", True, ""),
    "targetpath matches wildcard": ("README.md", True, "A"),
    "targetpath with separators x": ("releases/x/x_v1", True, "BC"),
    "targetpath with separators y": ("releases/y/y_v1.zip", True, "BD"),
    "targetpath is not delegated by all roles in the chain": (
        "releases/z/z_v1.zip", False, "B")})
def test_targetfile_search(repository, client, path, is_found, order):
    roles = build(repository, TREE)
    for each, role in FILES.items():
        repository.add_file(role, each, each.encode())
    repository.publish_all(*roles)
    assert client.download(path) == is_found
    assert client.files() == ([path.encode()] if is_found else [])
    assert asked(repository) == list(order), repository.requests


@case
def test_cached_role_is_verified_against_current_delegator(repository, client):
    """A signed C as A knows it; B, who speaks for the other name, trusts another key for C."""
    build(repository, ["targets A a-*", "targets B b-*", "A C"])
    repository.delegate("B", "C", key=Key())
    repository.signers["C"].pop()  # Nobody signs by that one.
    for path in ("a-one", "b-two"):
        repository.add_file("C", path, path.encode())
    repository.publish_all("A", "B", "C")
    assert not client.download("a-one", "b-two")
    assert client.files() == [b"a-one"]
    assert not client.download("b-two")
    assert client.files() == [b"a-one"]


# -- Expiry of delegated roles -------------------------------------------------------------------

def delegated(repository, days):
    repository.delegate("targets", "delegated", ["path/*"], expires=in_days(days))
    for name in ("first", "second"):
        repository.add_file("delegated", f"path/{name}", name.encode())
    repository.publish_all("delegated")


@case
def test_delegated_targets_expired(repository, client):
    delegated(repository, -1)
    assert client.refresh()
    assert not client.download("path/first")
    assert client.files() == []
    assert "delegated" not in client.trusted()


@case
def test_expired_local_delegated_targets(repository, client):
    delegated(repository, 7)
    assert client.download("path/first")
    assert not client.download("path/second", days=18)
    assert client.files() == [b"first"]


@case
def test_expired_local_delegated_targets_updates(repository, client):
    delegated(repository, 7)
    assert client.download("path/first")
    repository.delegated["expires"] = in_days(21)
    repository.publish("delegated", "snapshot", "timestamp")
    assert client.download("path/second", days=18)
    assert client.files() == [b"first", b"second"]


# -- Names ---------------------------------------------------------------------------------------

@case_of_each(("?", "#", "/delegatedrole", "../delegatedrole"))
def test_unusual_role_name(repository, client, role):
    repository.delegate("targets", role)
    repository.publish_all(role)
    assert not client.download("missing")
    assert (quote(role, ""), 1) in repository.requests, repository.requests
    inside = [file for file in client.metadata.rglob("*") if file.is_file()]
    everywhere = [file for file in client.metadata.parent.rglob("*.json")]
    assert len(inside) == 5 and len(everywhere) == 6, everywhere


@case_of_each(("?", "#", "a b", "../../escaped", "/rooted", "..", "%2e%2e/x"))
def test_unusual_target_name(repository, client, name):
    """Comes or does not, but nowhere else than where targets go."""
    repository.add_file("targets", name, b"odd")
    repository.publish_all()
    client.download(name)
    outside = [file for file in client.got.parent.rglob("*")
               if file.is_file() and file.read_bytes() == b"odd"]
    assert all(client.got in file.parents for file in outside), outside
