#!/usr/bin/env python3
"""Any part of a whole site is killed, stopped, cut off or filled up at any time, its source lies,
and people go on working; then all is healed, and everything that was promised must hold.

    tests/e2e/chaos/chaos.py --programs build/release/bin --content build/content --seed 7 \\
        --seconds 60 --rounds 20

Prints what it is about to do; the same seed does it again. Exit status: 0 all held, 1 it did not.
"""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # A source tree stays as it was checked out.
ROOT = Path(__file__).resolve().parents[3]
sys.path[1:1] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tools" / "story")]

import oracles  # noqa: E402
from chaos_site import ChaosSite  # noqa: E402
from disks import Disk  # noqa: E402
from ledger import StoryError  # noqa: E402
from links import Network  # noqa: E402
from nemesis import DISKS, Nemesis, schedule  # noqa: E402
from story import show_logs  # noqa: E402
from workload import People, Writer, settle  # noqa: E402


def hold_out(site: ChaosSite, options, seed: int, disks: dict) -> str:
    """One round; what came of it in a line."""
    people = People(site)
    steps = schedule(seed, options.seconds, sorted(people.deeds()), bool(disks))
    print(f"seed {seed}, {options.seconds:g} seconds"
          + ("" if disks else ", no full disks: not as root"), *steps, sep="\n", flush=True)
    site.set_up()
    oracles.everybody_is_current(site, settle(people))
    with oracles.Watch(site) as watch:
        with Writer(site) as writer:
            Nemesis(site, people, disks).play(steps)
        healed = time.monotonic()
        oracles.everybody_is_current(site, settle(people))
        healed = time.monotonic() - healed
    if watch.wrong:
        raise StoryError("; ".join(watch.wrong))
    oracles.writes_are_there_once(site, writer)
    oracles.nobody_went_back_uninstructed(site, watch)
    oracles.heads_are_of_one_log(site, watch)
    oracles.record_is_sound_and_views_follow_from_it(site)
    return (f"{len(steps)} steps, {watch.looks} looks, {len(writer.acknowledged)} writes "
            f"acknowledged, {len(watch.went_back)} rollbacks, {people.releases} releases; all "
            f"current {healed:.1f} s after it was whole")


def play(options, seed: int) -> bool:
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ledger-chaos-")))
        network = stack.enter_context(Network(seed))
        site = ChaosSite(options.programs.resolve(), options.content.resolve() / "updates", folder,
                         network)
        disks = {} if os.geteuid() != 0 else {
            part: stack.enter_context(Disk(site.directory(part))) for part in DISKS}
        stack.callback(site.stop_at_once)
        try:
            told = hold_out(site, options, seed, disks)
        except Exception as failure:  # Whatever it is, this seed has failed.
            print(f"\nFAILED seed {seed}: {failure!r}", flush=True)
            show_logs(folder)
            if options.keep:
                site.keep(options.keep / f"seed-{seed}")
            return False
    print(f"seed {seed}: {told}; {time.monotonic() - began:.0f} s in all", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--content", type=Path, required=True, help="of tools/content")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, default=30, help="of faults, in each round")
    parser.add_argument("--rounds", type=int, default=1, help="each with the next seed")
    parser.add_argument("--keep", type=Path, help="where the site of a failed round goes")
    options = parser.parse_args()
    held = [play(options, options.seed + number) for number in range(options.rounds)]
    print(f"{sum(held)} of {len(held)} rounds held")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
