#!/usr/bin/env python3
"""The whole of Update Ledger's main job, told step by step on real rule updates, each step checked.

    tools/story/story.py --programs build/release/bin --content build/content

Works in a temporary directory. Exit status: 0 every step was checked, 1 one did not hold.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # A source tree stays as it was checked out.

import chapters_damage  # noqa: E402
import chapters_travel  # noqa: E402
import chapters_updates  # noqa: E402
import seed  # noqa: E402
from fleet import Fleet  # noqa: E402
from ledger import Ledger, StoryError  # noqa: E402

LEDGER = [
    ("A ledger is made", chapters_updates.start),
    ("Four rule updates are imported", chapters_updates.import_four),
    ("The first is applied, and policies assign its rules", chapters_updates.apply_first),
    ("25 computers join and take the rules up", chapters_updates.take_up),
    ("The other three are applied", chapters_updates.apply_rest),
    ("A computer falls silent: an alert rises, and ends", chapters_updates.silence),
    ("A bad update is applied", chapters_updates.apply_bad),
    ("The rollback is planned, shown and applied with a hold", chapters_updates.roll_back),
    ("The check that would undo it is held back", chapters_updates.held_back),
    ("The fleet before the rollback, beside now", chapters_updates.as_of),
    ("ledgerd is killed in mid-load", chapters_damage.kill),
    ("The views are deleted and rebuilt", chapters_damage.rebuild),
    ("One byte of the record is flipped in a copy", chapters_damage.flip),
]


PARTS = {"ledger": LEDGER, "travel": chapters_travel.CHAPTERS}


class Stage:
    """What the chapters share."""

    def __init__(self, programs: Path, content: Path, folder: Path):
        self.programs = programs
        self.content = content / "updates"
        self.patterns_content = content / "patterns"
        self.updates = seed.updates_in(self.content)
        self.folder = folder
        self.site = None
        self.ledger = Ledger(programs, folder / "data")
        self.fleet = Fleet(programs, folder / "fleet")

    def say(self, line: str) -> None:
        for each in line.rstrip().splitlines():
            print("    " + each, flush=True)


def show_logs(folder: Path) -> None:
    for log in sorted(folder.rglob("*.log")):
        # Not those of RocksDB, nor who asked nginx.
        if log.parent.name in ("log", "views") or log.name == "nginx-access.log":
            continue
        words = log.read_text(errors="replace").splitlines()
        if words:
            print("\n".join([f"The end of {log.name}:", *words[-8:]]), file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--content", type=Path, required=True)
    parser.add_argument("--part", choices=PARTS, help="one part only: of one ledger with simulated "
                        "computers, or of a site with a source, relays and agents")
    options = parser.parse_args()
    chapters = PARTS[options.part] if options.part else [each for part in PARTS.values()
                                                         for each in part]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="update-ledger-") as folder:
        stage = Stage(options.programs.resolve(), options.content.resolve(), Path(folder))
        try:
            for number, (title, chapter) in enumerate(chapters, 1):
                seconds = time.monotonic() - began
                print(f"[{seconds:5.1f}s] {number:2}/{len(chapters)} {title}", flush=True)
                chapter(stage)
        except (StoryError, OSError, KeyError) as failure:
            print(f"\nThis step failed: {failure or repr(failure)}", file=sys.stderr)
            show_logs(Path(folder))
            return 1
        finally:
            stage.fleet.stop()
            if stage.site:
                stage.site.stop()
            if stage.ledger.process and stage.ledger.process.poll() is None:
                stage.ledger.kill()
    print(f"\nEvery step was checked: {len(chapters)} of {len(chapters)}, "
          f"in {time.monotonic() - began:.0f} seconds.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
