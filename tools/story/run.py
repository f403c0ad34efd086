#!/usr/bin/env python3
"""Runs a ledger with real content and simulated computers until it is interrupted.

    tools/story/run.py --programs build/release/bin --content build/content/updates --data build/run

The directory is kept: the next run goes on where this one ended.
"""

import argparse
import signal
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True  # A source tree stays as it was checked out.

import seed  # noqa: E402
from fleet import Fleet, names  # noqa: E402
from ledger import Ledger, StoryError, wait_until  # noqa: E402

THINGS_TO_TRY = """
Things to try, in another terminal:

  export LEDGER_SERVER={url} LEDGER_TOKEN_FILE={token}
  {programs}/ledgerctl status
  {programs}/ledgerctl updates list
  {programs}/ledgerctl computers list --filter 'policy = "web"'
  {programs}/ledgerctl updates apply {newer} --reason 'Try it' --dry-run
  {programs}/ledgerctl updates rollback {older} --reason 'Try it'
  {programs}/ledgerctl events tail
  {programs}/ledgerctl computers show web-01 --as-of -PT1M
  curl -H "Authorization: Bearer $(cat {token})" {url}/v1/overview

Ctrl-C ends it; what was recorded stays in {data}.
"""


def fill(ledger: Ledger, content: Path) -> None:
    """A new ledger gets policies, five updates and their rules; an old one keeps what it has."""
    if not ledger.items("/v1/rule-updates"):
        # What is applied when is left to whoever tries things out.
        ledger.put("/v1/settings/auto_apply_rule_updates", {"value": "false"})
        ledger.put("/v1/settings/heartbeat_interval", {"value": "PT10S"})
    updates = seed.updates_in(content)
    known = {row["update"] for row in ledger.items("/v1/rule-updates")}
    for name, path, facts in updates[:5]:
        if name not in known:
            seed.import_update(ledger, path, "The regular update")
            print(f"imported {name}, {facts['rules']} rules: {facts['title']}", flush=True)
    if ledger.items("/v1/policies"):
        return
    seed.planned(ledger, f"/v1/rule-updates/{updates[3][0]}:planApply", {"reason": "First rules"})
    seed.create_policies(ledger)
    seed.assign_rules(ledger)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--content", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8470)
    options = parser.parse_args()
    folder = options.data.resolve()
    ledger = Ledger(options.programs.resolve(), folder / "data", options.port)
    fleet = Fleet(ledger.programs, folder / "fleet")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        seconds = ledger.start()
        print(f"ledgerd answers at {ledger.url} after {seconds:.2f} seconds", flush=True)
        fill(ledger, options.content)
        fleet.start(ledger.url, seed.enrolment_token(ledger, len(names())), interval=5)
        wait_until("the computers join", lambda: len(ledger.items("/v1/computers")) == len(names()))
        for row in ledger.items("/v1/computers"):
            if not row["policy"]:
                ledger.post(f"/v1/computers/{row['computer']}:assignPolicy",
                            {"policy": row["computer"].split("-")[0]})
        print(f"{len(names())} simulated computers report every 5 seconds", flush=True)
        updates = seed.updates_in(options.content)
        print(THINGS_TO_TRY.format(
            url=ledger.url, token=ledger.token_file, programs=ledger.programs,
            newer=updates[4][0], older=updates[2][0], data=folder), flush=True)
        while ledger.process.poll() is None and fleet.process.poll() is None:
            time.sleep(0.5)
        raise StoryError(f"a program ended by itself; see the logs in {folder}")
    except (KeyboardInterrupt, SystemExit):
        print("\nending ...", flush=True)
        return 0
    except (StoryError, OSError) as failure:
        print(f"./run failed: {failure}", file=sys.stderr)
        return 1
    finally:
        fleet.stop()
        ledger.stop()


if __name__ == "__main__":
    sys.exit(main())
