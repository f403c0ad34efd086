#!/usr/bin/env python3
"""Runs a whole site with real content until it is interrupted.

    tools/story/run.py --programs build/release/bin --content build/content --data build/run

A source behind nginx, a manager, four relays and eight agents. The directory is kept: the next run
goes on where this one ended.
"""

import argparse
import contextlib
import fcntl
import signal
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True  # A source tree stays as it was checked out.

import seed  # noqa: E402
from chapters_travel import AGENTS, ISLAND, RELAYS, create_relay_groups  # noqa: E402
from ledger import StoryError, wait_until  # noqa: E402
from whole_site import Process, Site, releases_in  # noqa: E402

THINGS_TO_TRY = """
  the source     {source}, published by ledger-publish from {folder}/source
  the manager    {url}, and {manager} for machines
  relays         {relays}
  agents         {agents}; what they installed is in {folder}/machines/NAME/installed

Things to try, in another terminal:

  export PATH={programs}:$PATH LEDGER_SERVER={url} LEDGER_TOKEN_FILE={token}
  ledgerctl status
  ledgerctl relays list
  ledgerctl computers list
  ledgerctl updates apply {newer} --reason 'Try it' --dry-run
  ledgerctl updates rollback {older} --reason 'Try it'
  ledgerctl events tail
  ledgerctl computers show web-1 --as-of -PT1M
  cat {folder}/machines/web-1/installed/patterns/current/*

The next release of the patterns, from the publisher to every agent:

  ledger-publish -r {folder}/source/repository -k {folder}/source/keys \\
    --passphrase-file {folder}/source/passphrase add pattern --component virus --platform linux \\
    --version {pattern[version]} --product '{pattern[product]}' --sign {content}/{pattern[file]}
  ledgerctl source download vendor

Ctrl-C ends it; what was recorded stays in {folder}.
"""


@contextlib.contextmanager
def claimed(folder: Path):
    """Nobody else runs a site in this folder meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "run.lock", "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoryError(f"another ./run goes on in {folder}; end that one, or choose another "
                             "directory and port by LEDGER_DATA and LEDGER_PORT") from None
        yield


def publish(site: Site, content: Path) -> list:
    """All rule updates and the first release of the patterns; the releases that are left."""
    releases = releases_in(content / "patterns")
    if not site.source.repository.exists():
        site.source.make()
        site.source.add_rules(*[path for _, path, _ in seed.updates_in(content / "updates")[:5]])
        site.source.add_patterns(content / "patterns", releases[0])
        print(f"published 5 rule updates and {len(releases[0])} patterns", flush=True)
    site.source.publish("renew", "timestamp")
    site.source.start()
    return releases[1:]


def fill(site: Site, content: Path) -> None:
    """A new ledger gets a source, policies and rules; an old one keeps what it has."""
    ledger = site.ledger
    if not ledger.items("/v1/sources"):
        # What is applied when is left to whoever tries things out.
        ledger.put("/v1/settings/auto_apply_rule_updates", {"value": "false"})
        ledger.put("/v1/settings/heartbeat_interval", {"value": "PT5S"})
        site.configure_source()
    checked = site.check_source()
    if checked["type"] != "source.checked":
        raise StoryError(f"the check failed: {checked['data']['detail']}")
    print(f"checked: metadata {checked['data']['metadata_version']}, "
          f"{len(checked['data']['rule_updates'])} new rule updates", flush=True)
    create_relay_groups(ledger)
    if ledger.items("/v1/policies"):
        return
    updates = seed.updates_in(content / "updates")
    seed.planned(ledger, f"/v1/rule-updates/{updates[3][0]}:planApply", {"reason": "First rules"})
    seed.create_policies(ledger)
    seed.assign_rules(ledger)


def is_done(site: Site) -> bool:
    connected = [name for name, (group, _) in AGENTS.items() if group != ISLAND]
    return all(site.computer(name)["status"] == "up_to_date" for name in connected)


def stay(site: Site, folder: Path, content: Path) -> None:
    """Starts all of it, and stays until it is interrupted or a program ends."""
    publisher = None
    try:
        left = publish(site, content)
        seconds = site.ledger.start()
        print(f"ledgerd answers at {site.ledger.url} after {seconds:.2f} seconds", flush=True)
        fill(site, content)
        publisher = Process(folder / "publisher.log", site.programs / "ledger-publish", "-r",
                            site.source.repository, "-k", site.source.folder / "keys", "renew",
                            "timestamp", "--every", "1h")
        site.start_machines(RELAYS, AGENTS)
        print(f"{len(RELAYS)} relays and {len(AGENTS)} agents have joined", flush=True)
        wait_until("every connected agent is up to date", lambda: is_done(site), 120)
        print("every connected agent is up to date", flush=True)
        updates = seed.updates_in(content / "updates")
        print(THINGS_TO_TRY.format(
            source=site.source.url, url=site.ledger.url, manager=site.manager, folder=folder,
            relays=" ".join(RELAYS), agents=" ".join(AGENTS), programs=site.programs,
            token=site.ledger.token_file, newer=updates[4][0], older=updates[2][0],
            content=content / "patterns", pattern=left[0][1]), flush=True)
        running = [site.source.server, publisher, *site.machines.values()]
        while site.ledger.process.poll() is None and all(each.is_running() for each in running):
            time.sleep(0.5)
        raise StoryError(f"a program ended by itself; see the logs in {folder}")
    except (KeyboardInterrupt, SystemExit):
        print("\nending ...", flush=True)
    finally:
        if publisher:
            publisher.stop()
        site.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--content", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8470)
    options = parser.parse_args()
    folder = options.data.resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with claimed(folder):
            site = Site(options.programs.resolve(), folder, options.port)
            stay(site, folder, options.content.resolve())
        return 0
    except (StoryError, OSError) as failure:
        print(f"./run failed: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
