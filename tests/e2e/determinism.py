"""One log, folded under different circumstances, comes to the same rows to the byte: the digests of
all views agree whatever the locale, the time zone, the processors, the addresses and the hash seed
of the libraries, and whichever build folds it.

    determinism.py LEDGERD LEDGERCTL [RESULTS_XML]

LEDGERCTL_OTHER_BUILD names the ledgerctl of another compiler or other options, which is then
compared too.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from cases import Cases
from contract_story import document
from running_ledger import RunningLedger

CIRCUMSTANCES = {
    "as it is": ({}, []),
    "another locale": ({"LC_ALL": "C.UTF-8", "LANG": "tr_TR.UTF-8", "LANGUAGE": "tr"}, []),
    "a time zone ahead": ({"TZ": "Pacific/Kiritimati"}, []),
    "a time zone behind, with summer time": ({"TZ": "America/New_York"}, []),
    "one processor": ({}, ["taskset", "-c", "0"]),
    "fixed addresses": ({}, ["setarch", "--addr-no-randomize"]),
    "memory filled before use": ({"MALLOC_PERTURB_": "165", "MALLOC_ARENA_MAX": "1"}, []),
    "no environment": ({"PATH": None, "HOME": None}, []),
}


class Determinism:
    def __init__(self, ledgerd, ledgerctl, scratch):
        self.ledgerd = ledgerd
        self.ledgerctl = ledgerctl
        self.scratch = Path(scratch)
        self.live = None
        self.made = None

    def history(self):
        """Rules, policies, computers that report, refusals, time that passes."""
        with RunningLedger(self.ledgerd, self.scratch / "data") as ledger:
            def post(path, body, *statuses, method="POST"):
                answer = ledger.ask(method, path, {**body, "reason": "Grüße, İstanbul"},
                                    {"Idempotency-Key": str(uuid.uuid4())})
                assert answer.status in statuses, answer.body
                return answer.json()

            for i, name in enumerate(("26-001", "26-002"), 1):
                answer = ledger.ask(
                    "POST", "/v1/rule-updates:import?reason=test", json.dumps(document(name, i)),
                    {"Content-Type": "application/json", "Idempotency-Key": f"import-{i}"})
                assert answer.status in (200, 201, 202), answer.body
            for number in range(40):
                post("/v1/policies", {"policy": f"p{number}", "description": "ıİ ß"}, 201)
                post("/v1/groups", {"group": f"g{number}"}, 201)
            post("/v1/policies", {"policy": "p1", "description": "twice"}, 409, 422)
            size = ledger.ask("GET", "/v1/ledger").json()["size"]
            assert size > 80, size
            ledger.stop()
        self.live = self.digests(["views", "digests"], self.ledgerctl, {}, [])
        assert sum(each["rows"] for each in self.live) > 80, self.live

    def digests(self, verb, program, environment, before):
        copy = self.scratch / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.scratch / "data", copy)
        if verb == ["views", "rebuild"]:
            shutil.rmtree(copy / "views")
        merged = {**os.environ, **environment}
        done = subprocess.run(
            [*before, str(program), *verb, "--data", str(copy), "-o", "json", "-q"],
            env={name: value for name, value in merged.items() if value is not None},
            capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def folded_anew(self, environment, before, program=None):
        told = self.digests(["views", "rebuild"], program or self.ledgerctl, environment, before)
        differing = [(now["view"], then, now) for then, now in zip(self.live, told)
                     if then != now]
        assert told == self.live, differing

    def made_of_it(self, environment, before):
        """A report and a bundle of evidence, to the byte."""
        merged = {**os.environ, **environment}
        page, bundle = self.scratch / "page.html", self.scratch / "bundle.tar"
        for words in (["report", "changes", "--from", "1", "--to", "80", "--out", page],
                      ["evidence", "create", "range", "--to", bundle]):
            subprocess.run(
                [*before, self.ledgerctl, *words, "--data", self.scratch / "data", "-q"],
                env={name: value for name, value in merged.items() if value is not None},
                check=True, timeout=120)
        made = (page.read_bytes(), bundle.read_bytes())
        self.made = self.made or made
        assert made == self.made and all(made)

    def golden_logs(self, environment, before, program=None):
        """Every golden log comes to the digests that were recorded when it was made."""
        merged = {**os.environ, **environment}
        for directory in sorted(Path("tests/golden").glob("log-*")):
            then = [json.loads(line) for line in (directory / "digests").read_text().splitlines()]
            done = subprocess.run(
                [*before, str(program or self.ledgerctl), "replay", "digests", "--records",
                 str(directory / "records"), "--every", str(then[0]["folded"]), "-o", "jsonl"],
                env={name: value for name, value in merged.items() if value is not None},
                capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 0, done.stderr
            now = [json.loads(line) for line in done.stdout.splitlines()]
            assert [mark["root"] for mark in now] == [mark["root"] for mark in then], directory
            for mark, recorded in zip(now, then):
                views = {view["view"]: view for view in mark["views"]}
                for view in recorded["views"]:
                    assert views[view["view"]] == view, (directory, mark["folded"], view)

    def by_another_build(self):
        other = os.environ["LEDGERCTL_OTHER_BUILD"]
        self.folded_anew({}, [], other)
        self.golden_logs({}, [], other)
        for directory in sorted(Path("tests/golden").glob("log-*")):
            done = subprocess.run([self.ledgerctl, "replay", "--compare", self.ledgerctl, other,
                                   "--records", directory / "records"],
                                  capture_output=True, text=True, timeout=300, check=False)
            assert done.returncode == 0, done.stdout + done.stderr


def main():
    ledgerd, ledgerctl = sys.argv[1:3]
    cases = Cases("determinism")
    with tempfile.TemporaryDirectory() as scratch:
        determinism = Determinism(ledgerd, ledgerctl, scratch)
        cases.run("determinism: a history", determinism.history)
        for name, (environment, before) in CIRCUMSTANCES.items():
            if before and not shutil.which(before[0]):
                continue
            cases.run(f"determinism: folded anew, {name}",
                      lambda e=environment, b=before: determinism.folded_anew(e, b))
            cases.run(f"determinism: a report and evidence, {name}",
                      lambda e=environment, b=before: determinism.made_of_it(e, b))
            cases.run(f"determinism: golden logs, {name}",
                      lambda e=environment, b=before: determinism.golden_logs(e, b))
        if "LEDGERCTL_OTHER_BUILD" in os.environ:
            cases.run("determinism: folded by another build", determinism.by_another_build)
    return cases.report(sys.argv[3] if len(sys.argv) > 3 else None)


if __name__ == "__main__":
    sys.exit(main())
