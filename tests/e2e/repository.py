"""A source that is a repository of TUF: what a check brings, tells and refuses.

    repository.py LEDGERD LEDGER_PUBLISH RESULTS.xml
"""

import hashlib
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from cases import Cases  # noqa: E402
from published_site import PublishedSite  # noqa: E402
from running_ledger import RunningLedger  # noqa: E402


class Subscriber:
    """A ledgerd that has the site as its source."""

    def __init__(self, ledger, site):
        self.ledger = ledger
        self.site = site
        self.configure(url=site.url)

    def configure(self, url, alternative="", trust_root=None):
        shown = self.ledger.ask("GET", "/v1/sources/vendor")
        headers = {"If-Match": shown.headers["etag"]} if shown.status == 200 else {}
        answer = self.ledger.ask("PUT", "/v1/sources/vendor", {
            "url": url, "alternative_url": alternative, "enabled": True,
            "trust_root": trust_root or self.site.trust_root}, headers=headers)
        assert answer.status == 200, answer.body

    def events(self, kind):
        answer = self.ledger.ask("GET", f"/v1/events?type={kind}&page_size=100")
        assert answer.status == 200, answer.body
        return answer.json()["items"]

    def ask(self, action):
        answer = self.ledger.ask("POST", f"/v1/sources/vendor:{action}", {})
        assert answer.status == 200, answer.body
        self.ledger.wait_until("the check ends", lambda: not self.ledger.ask(
            "GET", "/v1/sources/vendor").json()["checking"])

    def download(self, expected="source.checked"):
        """The last event of this kind, which there was not before."""
        before = len(self.events(expected))
        self.ask("download")
        found = self.events(expected)
        assert len(found) == before + 1, (expected, self.events("source.check_failed"))
        return found[-1]


def brings_what_is_new(vendor):
    site = vendor.site
    site.add_rules("26-001")
    site.add_pattern("1.0", "one", released_at="2026-01-01T00:00:00Z")
    site.publish("sign")
    checked = vendor.download()
    assert checked["data"]["metadata_version"] == 2
    assert checked["data"]["rule_updates"] == ["26-001"]
    assert checked["data"]["patterns"] == 1
    (released,) = vendor.events("pattern.released")
    assert released["data"]["component"] == "virus"
    assert released["data"]["digest"] == hashlib.sha256(b"one").hexdigest()
    assert released["data"]["source"] == "vendor"
    (imported,) = vendor.events("rule_update.imported")
    assert imported["data"]["metadata_version"] == 2
    finished = vendor.events("download.finished")
    assert {each["data"]["target"] for each in finished} == {
        "rules/26-001.json", "patterns/virus/linux/1.0/virus.hdb"}
    # Each step says what caused it.
    asked = vendor.events("source.check_requested")[0]["position"]
    for event in (checked, released, imported, *finished):
        assert event["causation"] == asked, event
    # Nothing new: one event.
    vendor.download()
    assert len(vendor.events("download")) == 4
    assert vendor.ledger.ask("GET", "/v1/rule-updates/26-001").status == 200


def looks_without_fetching(vendor):
    vendor.site.add_rules("26-001", "--sign")
    vendor.ask("check")
    (checked,) = vendor.events("source.checked")
    assert checked["data"]["rule_updates"] == ["26-001"]
    assert not vendor.events("download") and not vendor.events("rule_update.imported")
    vendor.download()
    assert vendor.events("rule_update.imported")


def keeps_its_copy_over_restarts(vendor):
    site, ledger = vendor.site, vendor.ledger
    site.add_pattern("1.0", "one", "--sign")
    vendor.download()
    digest = hashlib.sha256(b"one").hexdigest()
    stored = ledger.data / "content" / digest[:2] / digest[2:]
    assert stored.read_bytes() == b"one"
    copy = next((ledger.data / "sources" / "vendor").rglob("served/current")) / "timestamp.json"
    served = copy.read_bytes()
    assert served == (site.repository / "metadata" / "timestamp.json").read_bytes()
    for end in (ledger.stop, ledger.kill):
        end()
        ledger.start()
        assert stored.read_bytes() == b"one"
        assert copy.read_bytes() == served
    vendor.download()
    assert len(vendor.events("download.finished")) == 1


def mends_what_its_disk_damages(vendor):
    vendor.site.add_pattern("1.0", "sound bytes", "--sign")
    vendor.download()
    digest = hashlib.sha256(b"sound bytes").hexdigest()
    stored = vendor.ledger.data / "content" / digest[:2] / digest[2:]
    stored.write_bytes(b"sound bytEs")
    vendor.download()
    (told,) = vendor.events("content.verification_failed")
    assert told["data"]["observer"] == "manager", told
    assert told["data"]["target"] == "patterns/virus/linux/1.0/virus.hdb", told
    assert "damaged on the manager's disk" in told["data"]["detail"], told
    assert stored.read_bytes() == b"sound bytes"
    # While it did not run: it notices by itself, and has a check fetch it.
    vendor.ledger.kill()
    stored.write_bytes(b"sound")
    vendor.ledger.start()
    vendor.ledger.wait_until("it came again", lambda: stored.read_bytes() == b"sound bytes")
    assert len(vendor.events("content.verification_failed")) == 2
    vendor.ledger.wait_until("the check ends", lambda: len(vendor.events("source.checked")) == 3)


def follows_rotations(vendor):
    site = vendor.site
    vendor.download()
    site.publish("rotate", "root-1")
    site.publish("rotate", "timestamp")
    vendor.download()
    advanced = vendor.events("trust_root.advanced")
    assert [each["data"]["version"] for each in advanced] == [3, 2]
    root = (site.repository / "metadata" / "3.root.json").read_bytes()
    assert advanced[0]["data"]["digest"] == hashlib.sha256(root).hexdigest()


def refuses_what_is_not_authentic(vendor):
    site = vendor.site
    site.add_pattern("1.0", "one", "--sign")
    vendor.download()
    site.add_rules("26-001", "--sign")
    target = next(site.repository.rglob("*26-001.json"))
    good = target.read_bytes()
    target.write_bytes(good.replace(b"firewall", b"firewalk"))
    failed = vendor.download("source.check_failed")
    assert failed["data"]["cause"] == "verification_failed"
    (told,) = vendor.events("content.verification_failed")
    assert told["data"]["target"] == "rules/26-001.json" and told["data"]["role"] == "rules"
    assert told["data"]["observer"] == "manager"
    assert vendor.events("download.failed")
    assert not vendor.events("rule_update.imported")
    alerts = vendor.ledger.wait_until("the alert", lambda: vendor.events("alert.raised"))
    assert alerts[0]["data"]["type"] == "content_verification_failed"
    target.write_bytes(good)
    vendor.download()
    assert vendor.events("rule_update.imported")
    vendor.ledger.wait_until("the alert ends", lambda: vendor.events("alert.ended"))


def refuses_another_root(vendor):
    vendor.configure(vendor.site.url, trust_root="0" * 64)
    failed = vendor.download("source.check_failed")
    assert failed["data"]["cause"] == "verification_failed", failed
    assert vendor.events("content.verification_failed")[0]["data"]["role"] == "root"


def asks_the_alternative(vendor):
    vendor.configure("http://127.0.0.1:9", alternative=vendor.site.repository.as_uri())
    vendor.site.add_rules("26-001", "--sign")
    assert vendor.download()["data"]["rule_updates"] == ["26-001"]


def tells_when_nobody_answers(vendor):
    vendor.configure("http://127.0.0.1:9")
    failed = vendor.download("source.check_failed")
    assert failed["data"]["cause"] == "connection_refused"
    assert vendor.events("source.unreachable")


def retires_patterns(vendor):
    site = vendor.site
    site.add_pattern("1.0", "one", released_at="2026-01-01T00:00:00Z")
    site.add_pattern("1.1", "two", released_at="2026-01-02T00:00:00Z")
    site.publish("sign")
    vendor.download()
    site.publish("retire", "patterns/virus/linux/1.0/virus.hdb", "--sign")
    vendor.download()
    (retired,) = vendor.events("pattern.retired")
    assert retired["data"]["version"] == "1.0"
    # Its bytes go at once, and that is told.
    (pruned,) = vendor.ledger.wait_until("they go", lambda: vendor.events("content.pruned"))
    digest = hashlib.sha256(b"one").hexdigest()
    assert pruned["data"] == {"digest": digest, "bytes": 3, "cause": "retention"}
    assert pruned["causation"] == retired["position"]
    assert not (vendor.ledger.data / "content" / digest[:2] / digest[2:]).exists()


def says_after_a_restart_what_is_gone(vendor):
    """As if the process had ended when it had removed the bytes, and said nothing yet."""
    ledger = vendor.ledger
    for version, day in (("1.0", 1), ("1.1", 2)):
        released = ledger.ask("POST", "/v1/patterns", {
            "component": "virus", "product": "Virus Pattern", "platform": "linux",
            "version": version, "released_at": f"2026-01-0{day}T00:00:00Z",
            "digest": f"{day}" * 64, "bytes": 1000, "source": "vendor"})
        assert released.status == 201, released.body
    retired = ledger.ask("POST", "/v1/patterns/virus/linux:retire", {"version": "1.0"})
    assert retired.status == 200, retired.body
    for _ in range(2):
        ledger.stop()
        ledger.start()
        (pruned,) = ledger.wait_until("it is told", lambda: vendor.events("content.pruned"))
        assert pruned["data"] == {"digest": "1" * 64, "bytes": 1000, "cause": "retention"}


def prunes_what_no_source_brought(vendor):
    """Only its bytes say that it was here: they go when that is recorded, not before."""
    ledger = vendor.ledger
    digest = hashlib.sha256(b"by hand").hexdigest()
    stored = ledger.data / "content" / digest[:2] / digest[2:]
    for version, day in (("1.0", 1), ("1.1", 2)):
        released = ledger.ask("POST", "/v1/patterns", {
            "component": "virus", "product": "Virus Pattern", "platform": "linux",
            "version": version, "released_at": f"2026-01-0{day}T00:00:00Z",
            "digest": digest if day == 1 else "2" * 64, "bytes": 7})
        assert released.status == 201, released.body
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(b"by hand")
    retired = ledger.ask("POST", "/v1/patterns/virus/linux:retire", {"version": "1.0"})
    assert retired.status == 200, retired.body
    (pruned,) = ledger.wait_until("it is told", lambda: vendor.events("content.pruned"))
    assert pruned["data"] == {"digest": digest, "bytes": 7, "cause": "retention"}
    ledger.wait_until("they go", lambda: not stored.exists())


def begin_to_download(vendor):
    """A check that has half of its only file; its operation, as it is shown then."""
    answer = vendor.ledger.ask("POST", "/v1/sources/vendor:download", {})
    position = answer.json()["events"][0]["position"]
    event = vendor.ledger.ask("GET", f"/v1/events/{position}?min_position={position}").json()
    check = event["data"]["check"]

    def half():
        answer = vendor.ledger.ask("GET", f"/v1/operations/{check}")
        shown = answer.json() if answer.status == 200 else {"progress": {"file_done": 0}}
        done = shown["progress"]["file_done"]
        return done and done == shown["progress"]["file_total"] // 2 and shown
    return vendor.ledger.wait_until("half of it", half)


def ended(vendor, check):
    def done():
        shown = vendor.ledger.ask("GET", f"/v1/operations/{check}").json()
        return shown.get("done") and shown
    return vendor.ledger.wait_until("the check ends", done)


def shows_how_far_a_download_is_and_can_be_cancelled(vendor):
    text = "p" * 1_000_000
    vendor.site.add_pattern("1.0", text, "--sign")
    held = vendor.site.hold_targets()
    shown = begin_to_download(vendor)
    progress = shown["progress"]
    assert shown["state"] == "running" and shown["kind"] == "check_source", shown
    assert shown["started_by"] == "token:first-admin", shown
    assert progress["phase"] == "downloading" and progress["unit"] == "bytes", progress
    assert progress["total"] == progress["file_total"] == len(text), progress
    assert progress["done"] == progress["file_done"] == len(text) // 2, progress
    assert progress["file"] == "patterns/virus/linux/1.0/virus.hdb", progress
    found = vendor.ledger.ask("GET", "/v1/operations?filter=subject%20%3D%20%22source/vendor%22")
    assert [each["operation"] for each in found.json()["items"]] == [shown["operation"]]
    name = shown["operation"]
    assert vendor.ledger.ask("POST", f"/v1/operations/{name}:cancel", {}).status == 200
    assert ended(vendor, name)["state"] == "cancelled"
    (failed,) = vendor.ledger.wait_until("it is told", lambda: vendor.events("source.check_failed"))
    assert failed["data"]["detail"] == "It was cancelled by token:first-admin.", failed
    assert not vendor.events("source.unreachable")
    # The next one goes on from there.
    held.goes_on.set()
    vendor.download()
    assert held.begun == [0, len(text) // 2], held.begun
    assert vendor.events("pattern.released")


def goes_on_after_a_kill(vendor):
    text = "p" * 1_000_000
    vendor.site.add_pattern("1.0", text, "--sign")
    held = vendor.site.hold_targets()
    name = begin_to_download(vendor)["operation"]
    vendor.ledger.kill()
    held.goes_on.set()
    vendor.ledger.start()
    shown = ended(vendor, name)
    assert shown["state"] == "succeeded" and shown["result"]["patterns"] == 1, shown
    assert held.begun == [0, len(text) // 2], held.begun


def tells_a_frozen_source(vendor):
    """What it serves ended three days ago, and nobody signs it again."""
    site, ledger = vendor.site, vendor.ledger
    vendor.download()
    ledger.stop()
    site.publish("renew", "timestamp", before=("faketime", "-f", "-3d"))
    ledger.start()
    failed = vendor.download("source.check_failed")
    assert failed["data"]["cause"] == "metadata_expired", failed
    site.publish("renew", "timestamp")
    vendor.download()


def main():
    ledgerd, publish, results = sys.argv[1:4]
    cases = Cases("repository")
    for case in (brings_what_is_new, looks_without_fetching, keeps_its_copy_over_restarts,
                 mends_what_its_disk_damages, follows_rotations,
                 refuses_what_is_not_authentic, refuses_another_root,
                 asks_the_alternative, tells_when_nobody_answers, retires_patterns,
                 says_after_a_restart_what_is_gone, prunes_what_no_source_brought,
                 shows_how_far_a_download_is_and_can_be_cancelled, goes_on_after_a_kill,
                 tells_a_frozen_source):
        with tempfile.TemporaryDirectory() as folder, RunningLedger(ledgerd) as ledger:
            site = PublishedSite(publish, pathlib.Path(folder))
            cases.run(case.__name__.replace("_", " "), lambda: case(Subscriber(ledger, site)))
            site.close()
    return cases.report(results)


if __name__ == "__main__":
    sys.exit(main())
