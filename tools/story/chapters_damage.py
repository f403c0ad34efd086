"""What a crash, a lost view and a flipped byte do: nothing, nothing, and a finding."""

import json
import shutil
import threading
import urllib.error

from ledger import must, wait_until

WRITERS = 8


def kill(stage) -> None:
    ledger = stage.ledger
    acknowledged, unanswered, stop = [], [], threading.Event()

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            group, key = f"load-{writer}-{number}", f"load-{writer}-{number}-key"
            number += 1
            try:
                done = ledger.post("/v1/groups", {"group": group}, key=key)
                acknowledged.append((done["position"], group))
            except (urllib.error.URLError, OSError, ValueError):
                unanswered.append((group, key))
                return

    writers = [threading.Thread(target=write, args=(each,)) for each in range(WRITERS)]
    for each in writers:
        each.start()
    wait_until("the load is under way", lambda: len(acknowledged) > 400)
    ledger.kill()
    for each in writers:
        each.join()
    stop.set()
    seconds = ledger.start()
    stage.say(f"SIGKILL after {len(acknowledged)} acknowledged commands, {len(unanswered)} without "
              f"an answer; ledgerd answers again after {seconds:.2f} seconds.")
    for position, group in acknowledged:
        event = ledger.get(f"/v1/events/{position}")
        must(event["type"] == "group.created" and event["data"]["group"] == group,
             f"position {position} does not hold group {group}")
    stage.say(f"All {len(acknowledged)} are there, each at the position that was acknowledged.")
    again = [ledger.post("/v1/groups", {"group": group}, key=key) for group, key in unanswered]
    listed = [row["group"] for row in ledger.items("/v1/groups")]
    must(len(listed) == len(set(listed)) == len(acknowledged) + len(again),
         "a group is there twice")
    stage.say(f"The {len(again)} are sent again with their keys: each is there once.")


def rebuild(stage) -> None:
    ledger = stage.ledger
    stage.fleet.stop()
    ledger.stop()
    before = json.loads(ledger.ctl("views", "digests", "--data", ledger.data, "-o", "json"))
    shutil.rmtree(ledger.data / "views")
    told = ledger.ctl("views", "rebuild", "--data", ledger.data, "-o", "jsonl", "-q")
    told = told.splitlines()
    after = [json.loads(line) for line in told if line.startswith("{")]
    must(len(before) > 20 and before == after, "a rebuilt view has another digest")
    rows = sum(each["rows"] for each in after)
    stage.say(f"{len(after)} views with {rows} rows have the digests from before.")
    stage.say(told[-1])
    seconds = ledger.start()
    stage.say(f"ledgerd answers again after {seconds:.2f} seconds.")


def flip(stage) -> None:
    ledger = stage.ledger
    ledger.stop()
    copy = stage.folder / "copy"
    shutil.copytree(ledger.data, copy)
    sound = ledger.ctl("log", "verify", "--data", copy)
    stage.say(next(line for line in sound.splitlines() if line.startswith("Sound")))
    # The largest file holds the records; a bit of its middle is some record's.
    file = max((each for each in (copy / "log").iterdir()), key=lambda each: each.stat().st_size)
    content = bytearray(file.read_bytes())
    at = len(content.rstrip(b"\0")) // 2
    content[at] ^= 1
    file.write_bytes(content)
    found = ledger.ctl("log", "verify", "--data", copy, check=6)
    stage.say(f"One bit of {file.name} flipped, of byte {at}:")
    stage.say("\n".join(line[:160] for line in found.splitlines() if "events/s" not in line))
    must("position" in found, "the position is not named")
