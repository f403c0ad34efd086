"""ledger-publish: every verb, its refusals, and whether a client takes what it made.

    publish.py LEDGER_PUBLISH RESULTS.xml
"""

import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from cases import Cases  # noqa: E402
from published_site import PASSPHRASE, PublishedSite  # noqa: E402


def check(site, where=None, expected=0):
    done = site.run("check", where or site.repository)
    assert done.returncode == expected, f"{done.returncode} {done.stdout} {done.stderr}"
    return done.stdout + done.stderr


def keeps_keys_secret(site):
    for key in ("root-1", "root-3", "targets-2", "rules-1", "patterns-1"):
        path = site.keys / f"{key}.pem"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "BEGIN ENCRYPTED PRIVATE KEY" in path.read_text()
        opened = subprocess.run(["openssl", "pkey", "-in", path, "-passin",
                                 f"pass:{PASSPHRASE}", "-noout"], check=False)
        assert opened.returncode == 0
    for key in ("snapshot", "timestamp"):
        path = site.keys / "online" / f"{key}.pem"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((site.keys / "online").stat().st_mode) == 0o700
    assert "repository-exists" in site.publish("init", expected=1)


def publishes_only_what_is_signed(site):
    site.add_rules("26-001")
    site.add_pattern("1.0", "one")
    staged = site.publish("staged")
    assert "rules/26-001.json" in staged and "patterns/virus/linux/1.0/virus.hdb" in staged
    assert not list(site.repository.rglob("*26-001*"))
    assert "listed     0" in check(site)
    site.publish("sign")
    assert "listed     2" in check(site)
    assert site.publish("staged") == ""
    assert "nothing-staged" in site.publish("sign", expected=1)
    assert "listed     2" in check(site, site.url)


def refuses_bad_content(site):
    site.add_rules("26-001", "--sign")
    file = site.folder / "26-001.json"
    file.write_text(file.read_text().replace("firewall", "fire"), encoding="utf-8")
    assert "rule-update-malformed" in site.publish("add", "rules", file, expected=1)
    file.write_text(file.read_text().replace('"fire"', '"intrusion_prevention"'), encoding="utf-8")
    assert "target-exists" in site.publish("add", "rules", file, expected=1)
    assert "file-unknown" in site.publish("add", "rules", site.folder / "none", expected=1)
    pattern = ["add", "pattern", "--component", "virus", file]
    assert "pattern-version-invalid" in site.publish(*pattern, "--version", "../1", expected=1)
    assert "time-invalid" in site.publish(*pattern, "--version", "1", "--released-at", "now",
                                          expected=1)
    assert "target-unknown" in site.publish("retire", "rules/26-009.json", expected=1)
    nowhere = site.run("-r", site.folder / "none", "renew", "timestamp")
    assert nowhere.returncode == 1 and "file-unknown" in nowhere.stderr
    site.add_pattern("1.0", "one", "--sign")
    other = site.folder / "other.hdb"
    other.write_text("two", encoding="utf-8")
    assert "pattern-exists" in site.publish(
        "add", "pattern", "--component", "virus", "--platform", "linux", "--version", "1.0", other,
        expected=1)


def stages_nothing_that_cannot_be_signed(site):
    """It would hold up everything else that waits."""
    odd = site.folder / "we ird?#.hdb"
    odd.write_text("x", encoding="utf-8")
    pattern = ["add", "pattern", "--component", "virus", "--platform", "linux", "--version", "1.0"]
    assert "target-path" in site.publish(*pattern, odd, expected=1)
    files = [site.folder / name for name in ("one.hdb", "two.hdb")]
    for file in files:
        file.write_text(file.name, encoding="utf-8")
    site.publish(*pattern, files[0])
    assert "pattern-exists" in site.publish(*pattern, files[1], expected=1)
    site.publish("sign")
    for _ in range(2):
        site.publish("retire", "patterns/virus/linux/1.0/one.hdb")
    site.publish("sign")
    assert "0 targets" in check(site)


def needs_its_keys(site):
    site.add_rules("26-001")
    # No terminal is there to ask at.
    assert "passphrase-missing" in site.publish("sign", passphrase=False, expected=1)
    site.passphrase.write_text("wrong\n", encoding="utf-8")
    assert "passphrase-wrong" in site.publish("sign", expected=1)
    site.passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
    away = site.folder / "away.pem"
    (site.keys / "rules-1.pem").rename(away)
    assert "keys-missing" in site.publish("sign", expected=1)
    away.rename(site.keys / "rules-1.pem")
    site.publish("sign")
    # Two of three are enough.
    (site.keys / "root-3.pem").rename(away)
    site.publish("renew", "root")
    (site.keys / "root-2.pem").rename(site.folder / "away-too.pem")
    assert "keys-missing" in site.publish("renew", "root", expected=1)
    assert "root       version 2" in check(site)


def renews_the_timestamp_by_itself(site):
    options = ["-r", site.repository, "-k", site.keys]
    with subprocess.Popen([site.program, *options, "renew", "timestamp", "--every", "1s"],
                          stdout=subprocess.PIPE, text=True) as process:
        for _ in range(6):
            assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    said = check(site)
    assert "snapshot   version 1" in said and "timestamp  version 1," not in said
    assert "role-offline" in site.publish("renew", "targets", "--every", "1h", expected=1)
    assert "role-unknown" in site.publish("renew", "other", expected=1)
    # The snapshot is renewed when it is about to end.
    later = ["faketime", "-f", "+5d"]
    with subprocess.Popen([*later, site.program, *options, "renew", "timestamp", "--every", "9h"],
                          stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert "snapshot" in process.stdout.readline()
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def rotates_each_key(site):
    site.add_rules("26-001", "--sign")
    first = (site.keys / "root-2.pub").read_text()
    for key in ("root-2", "targets-1", "timestamp", "snapshot", "rules", "patterns-1", "root"):
        site.publish("rotate", key)
        said = check(site)
        assert "listed     1" in said, key
    assert (site.keys / "root-2.pub").read_text() != first
    assert not list(site.keys.rglob("*.new*"))
    assert len(list((site.keys / "retired").glob("root-*.pem"))) == 4
    site.add_rules("26-002", "--sign")
    assert "listed     2" in check(site)
    assert "role-unknown" in site.publish("rotate", "other-1", expected=1)
    assert "key-unknown" in site.publish("rotate", "root-9", expected=1)


def retires(site):
    site.add_rules("26-001", "--sign")
    site.publish("retire", "rules/26-001.json", "--sign")
    assert "listed     0" in check(site)
    assert list(site.repository.rglob("*26-001*"))  # For those with older metadata.


def check_finds_what_is_wrong(site):
    site.add_pattern("1.0", "one", "--sign")
    target = next(site.repository.rglob("*virus.hdb"))
    target.write_text("evil", encoding="utf-8")
    assert "check-failed" in check(site, expected=1)
    target.unlink()
    assert "check-failed" in check(site, expected=1)
    target.write_text("one", encoding="utf-8")
    check(site)
    later = site.run("check", site.repository, before=("faketime", "-f", "+2d"))
    assert later.returncode == 1 and "tuf-expired" in later.stderr
    soon = site.run("check", site.repository, before=("faketime", "-f", "+20h"))
    assert soon.returncode == 0 and soon.stdout.count("renew it soon") == 1
    other = site.run("check", site.repository, "--root", "0" * 64)
    assert other.returncode == 1 and "root-unknown" in other.stderr


def is_published_once_at_a_time(site):
    site.add_rules("26-001")
    with subprocess.Popen(["flock", site.repository, "sleep", "30"],
                          start_new_session=True) as lock:
        deadline = time.monotonic() + 10
        while "repository-busy" not in site.run(
                "-r", site.repository, "-k", site.keys, "renew", "timestamp").stderr:
            assert time.monotonic() < deadline
        os.killpg(lock.pid, signal.SIGTERM)
    site.publish("sign")


def main():
    program, results = sys.argv[1], sys.argv[2]
    cases = Cases("publish")

    def run(case):
        with tempfile.TemporaryDirectory() as folder:
            site = PublishedSite(program, pathlib.Path(folder))
            cases.run(case.__name__.replace("_", " "), lambda: case(site))
            site.close()

    for case in (keeps_keys_secret, publishes_only_what_is_signed, refuses_bad_content,
                 stages_nothing_that_cannot_be_signed,
                 needs_its_keys, renews_the_timestamp_by_itself, rotates_each_key, retires,
                 check_finds_what_is_wrong, is_published_once_at_a_time):
        run(case)
    return cases.report(results)


if __name__ == "__main__":
    sys.exit(main())
