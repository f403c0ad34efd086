"""A manager behind an air gap, which bundles feed: what it takes, and what it refuses.

    island.py LEDGERD LEDGERCTL LEDGER_PUBLISH [RESULTS_XML]
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from cases import Cases
from published_site import PublishedSite
from running_ledger import RunningLedger


class Island:
    """A ledgerd whose source cannot be reached, beside one that made the bundles."""

    def __init__(self, ledgerctl, mainland, ledger, site, folder):
        self.ledgerctl = ledgerctl
        self.mainland = mainland
        self.ledger = ledger
        self.site = site
        self.folder = folder
        for at, url in ((mainland, site.url), (ledger, "http://127.0.0.1:9")):
            answer = at.ask("PUT", "/v1/sources/vendor", {
                "url": url, "enabled": True, "trust_root": site.trust_root})
            assert answer.status == 200, answer.body
        site.add_rules("26-001")
        site.add_pattern("1.0", "one", released_at="2026-01-01T00:00:00Z")
        self.first = self.made("first.tar", 2)
        site.add_pattern("1.1", "two", released_at="2026-01-02T00:00:00Z")
        self.second = self.made("second.tar", 3, "--since", self.first)

    def made(self, name, version, *more):
        """A bundle of what the source has now."""
        self.site.publish("sign")
        before = len(events(self.mainland, "source.checked"))
        self.mainland.ask("POST", "/v1/sources/vendor:download", {})
        self.mainland.wait_until(
            "the check", lambda: len(events(self.mainland, "source.checked")) > before)
        assert events(self.mainland, "source.checked")[0]["data"]["metadata_version"] == version
        file = self.folder / name
        self.run(self.mainland, "create", "--source", "vendor", "--out", file, *more)
        return file

    def run(self, ledger, *arguments, expect=0):
        done = subprocess.run(
            [self.ledgerctl, "bundle", *map(str, arguments)], capture_output=True, text=True,
            timeout=60, check=False, stdin=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder),
                 "LEDGER_SERVER": ledger.url,
                 "LEDGER_TOKEN_FILE": str(ledger.data / "admin-token")})
        assert done.returncode == expect, f"{done.returncode}: {done.stdout} {done.stderr}"
        return done.stdout + done.stderr

    def take(self, file, *more, expect=0):
        return self.run(self.ledger, "import", file, *more, expect=expect)

    def sent(self, bytes_, source="vendor"):
        """The operation that became of bytes which no ledgerctl looked at before."""
        answer = self.ledger.ask("POST", f"/v1/sources/{source}:importBundle", bytes_,
                                 headers={"Content-Type": "application/x-tar"})
        assert answer.status == 202, answer.body
        name = answer.json()["operation"]
        return self.ledger.wait_until("it ends", lambda: next(
            (each for each in [self.ledger.ask("GET", f"/v1/operations/{name}").json()]
             if each["done"]), None))

    def is_untouched_by(self, bytes_, code):
        before = self.size()
        operation = self.sent(bytes_)
        assert operation["code"] == code, operation
        assert "/incoming/" not in operation["detail"], operation
        (refused,) = events(self.ledger, "bundle.refused", before)
        assert refused["data"]["digest"] == hashlib.sha256(bytes_).hexdigest()
        assert refused["data"]["detail"] == operation["detail"] and refused["outcome"] == "failed"
        assert not events(self.ledger, "bundle.imported", before)
        assert not events(self.ledger, "source.checked", before)

    def size(self):
        return self.ledger.ask("GET", "/v1/ledger").json()["size"]


def events(ledger, kind, since=0):
    answer = ledger.ask("GET", f"/v1/events?type={kind}&page_size=100")
    assert answer.status == 200, answer.body
    return [each for each in answer.json()["items"] if each["position"] >= since]


def refuses_a_gap(island):
    island.is_untouched_by(island.second.read_bytes(), "bundle-gap")
    assert "bundles before" in island.take(island.second, expect=1)


def refuses_what_was_cut_off_or_changed(island):
    good = island.first.read_bytes()
    island.is_untouched_by(good[:-700], "tar-malformed")
    at = good.index(b"one", good.index(hashlib.sha256(b"one").hexdigest().encode()))
    island.is_untouched_by(good[:at] + b"evi" + good[at + 3:], "bundle-not-authentic")
    island.is_untouched_by(b"no tar at all", "tar-malformed")
    assert "not a whole bundle" in island.take(island.folder / "passphrase", expect=2)


def refuses_another_repository(island):
    with tempfile.TemporaryDirectory() as folder:
        other = PublishedSite(island.site.program, Path(folder))
        file = Path(folder) / "other.tar"
        answer = island.mainland.ask("PUT", "/v1/sources/other", {
            "url": other.url, "enabled": True, "trust_root": other.trust_root})
        assert answer.status == 200, answer.body
        island.mainland.ask("POST", "/v1/sources/other:download", {})
        island.mainland.wait_until("the check", lambda: not island.mainland.ask(
            "GET", "/v1/sources/other").json()["checking"])
        island.run(island.mainland, "create", "--source", "other", "--out", file)
        island.is_untouched_by(file.read_bytes(), "bundle-foreign")
        assert "bundle-foreign" in island.take(file, "--source", "vendor", expect=6)
        assert "no source" in island.take(file, expect=3)
        other.close()


def takes_what_a_check_would_have_brought(island):
    ledger = island.ledger
    before = island.size()
    told = island.take(island.first, "--reason", "by courier", "--ticket", "CHG-7")
    assert "version 2 of vendor was taken" in told, told
    (taken,) = events(ledger, "bundle.imported", before)
    assert taken["data"] == {
        "digest": hashlib.sha256(island.first.read_bytes()).hexdigest(),
        "bytes": island.first.stat().st_size, "metadata_version": 2, "already_newer": False}
    assert taken["reason"] == "by courier" and taken["ticket"] == "CHG-7"
    assert taken["actor"]["id"] == "first-admin", taken["actor"]
    (imported,) = events(ledger, "rule_update.imported", before)
    assert imported["data"]["origin"] == "bundle" and imported["data"]["update"] == "26-001"
    (released,) = events(ledger, "pattern.released", before)
    (checked,) = events(ledger, "source.checked", before)
    (applied,) = events(ledger, "rule_update.applied", before)
    assert checked["data"]["rule_updates"] == ["26-001"] and checked["data"]["patterns"] == 1
    assert applied["causation"] == imported["position"]
    for event in (imported, released, checked):
        assert event["causation"] == taken["position"], event
    served = ledger.ask("GET", "/repository/vendor/metadata/timestamp.json")
    with tarfile.open(island.first) as bundle:
        assert served.body == bundle.extractfile("metadata/timestamp.json").read()


def goes_on_from_there(island):
    before = island.size()
    island.take(island.second)
    (released,) = events(island.ledger, "pattern.released", before)
    assert released["data"]["version"] == "1.1"
    assert len(events(island.ledger, "source.checked", before)) == 1


def does_nothing_for_what_is_older(island):
    before = island.size()
    for file in (island.first, island.second):
        assert "nothing to do" in island.take(file)
    assert [each["data"]["already_newer"] for each in
            events(island.ledger, "bundle.imported", before)] == [True, True]
    assert island.size() == before + 2


def still_knows_that_the_source_is_away(island):
    before = island.size()
    island.ledger.ask("POST", "/v1/sources/vendor:check", {})
    island.ledger.wait_until(
        "the check", lambda: events(island.ledger, "source.check_failed", before))
    assert events(island.ledger, "source.unreachable")
    island.site.add_pattern("1.2", "three", released_at="2026-01-03T00:00:00Z")
    island.take(island.made("third.tar", 4))
    assert island.ledger.ask("GET", "/v1/sources/vendor").json()["unreachable_since"]
    assert not events(island.ledger, "source.reachable")


def is_fed_again_after_a_restart(island):
    island.ledger.kill()
    (island.ledger.data / "incoming").mkdir(exist_ok=True)
    (island.ledger.data / "incoming" / "body-left").write_bytes(b"x")
    island.ledger.start()
    assert not (island.ledger.data / "incoming").exists()
    island.site.add_rules("26-002")
    assert "version 5" in island.take(island.made("fourth.tar", 5))
    assert not list((island.ledger.data / "incoming").iterdir())


def main():
    ledgerd, ledgerctl, publish, *results = sys.argv[1:]
    cases = Cases("island")
    with tempfile.TemporaryDirectory(prefix="ledger-island-") as folder, \
            RunningLedger(ledgerd) as mainland, RunningLedger(ledgerd) as ledger:
        site = PublishedSite(publish, Path(folder))
        island = Island(ledgerctl, mainland, ledger, site, Path(folder))
        for case in (refuses_a_gap, refuses_what_was_cut_off_or_changed,
                     refuses_another_repository, takes_what_a_check_would_have_brought,
                     goes_on_from_there, does_nothing_for_what_is_older,
                     still_knows_that_the_source_is_away, is_fed_again_after_a_restart):
            cases.run(case.__name__.replace("_", " "), lambda: case(island))
        site.close()
    return cases.report(*results)


if __name__ == "__main__":
    sys.exit(main())
