"""A ledgerd that starts from a snapshot of its world is the one that folds its whole log.

    restart.py LEDGERD [RESULTS_XML]
"""

import random
import shutil
import sys
import threading
import uuid

from cases import Cases
from running_ledger import RunningLedger


class Restart:
    def __init__(self, ledger):
        self.ledger = ledger
        self.acknowledged = {}  # The key of a request -> its policy and the position it was given.

    @property
    def snapshots(self):
        return sorted((self.ledger.data / "snapshots").glob("world-*"))

    def told(self):
        return self.ledger.log.read_text(encoding="utf-8")

    def started(self):
        """Starts; what it told about it."""
        before = len(self.told())
        self.ledger.start()
        return self.told()[before:]

    def create(self, connection, policy):
        key = str(uuid.uuid4())
        connection.request("POST", "/v1/policies", body=f'{{"policy": "{policy}"}}', headers={
            "Authorization": f"Bearer {self.ledger.admin}", "Idempotency-Key": key,
            "Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
        assert response.status == 201, body
        self.acknowledged[key] = (policy, response.headers["Ledger-Position"])

    def create_some(self, prefix, count):
        connection = self.ledger.connect()
        for number in range(count):
            self.create(connection, f"{prefix}-{number}")
        connection.close()

    def check_acknowledged(self):
        """Each is there; the same request gets the same answer, another of its name a refusal."""
        policies = set()
        token = ""
        while True:
            page = self.ledger.ask("GET", f"/v1/policies?page_size=1000{token}").json()
            policies |= {item["policy"] for item in page["items"]}
            if not page.get("next_page_token"):
                break
            token = f"&page_token={page['next_page_token']}"
        missing = {policy for policy, _ in self.acknowledged.values()} - policies
        assert not missing, f"acknowledged and gone: {missing}"
        for key in random.sample(sorted(self.acknowledged), 5):
            policy, position = self.acknowledged[key]
            again = self.ledger.ask("POST", "/v1/policies", body={"policy": policy},
                                    headers={"Idempotency-Key": key})
            assert again.status == 201, again.body
            assert again.headers["ledger-position"] == position, again.headers
            other = self.ledger.ask("POST", "/v1/policies", body={"policy": policy},
                                    headers={"Idempotency-Key": str(uuid.uuid4())})
            assert other.status == 409, other.body

    def plan(self):
        """What a decision on the world of now would bring about."""
        answer = self.ledger.ask("POST", "/v1/policies/kept-0:planAssignRules",
                                 body={"modules": ["firewall"]})
        assert answer.status == 201, answer.body
        return answer.json()["digest"]

    # -- Cases -----------------------------------------------------------------------------------

    def is_written_when_it_stops(self):
        self.create_some("kept", 50)
        self.ledger.stop()
        assert len(self.snapshots) == 1, self.snapshots
        told = self.started()
        size = self.snapshots[0].name.removeprefix("world-")
        assert f"starting from the world of the first {size} events" in told, told
        self.check_acknowledged()

    def loses_nothing_when_it_is_killed(self):
        for round_number in range(3):
            connection = self.ledger.connect()
            enough = threading.Event()

            def load(connection=connection, enough=enough, number=round_number):
                try:
                    for i in range(100_000):
                        self.create(connection, f"killed-{number}-{i}")
                        if i == 100:
                            enough.set()
                except Exception:  # It is killed in the middle of a request.
                    pass

            loading = threading.Thread(target=load)
            loading.start()
            assert enough.wait(60), self.ledger.told()
            self.ledger.kill()
            loading.join()
            connection.close()
            told = self.started()
            assert "starting from the world of" in told, told
            self.check_acknowledged()
        assert len(self.acknowledged) > 300

    def decides_as_it_does_without(self):
        with_snapshot = self.plan()
        self.ledger.kill()
        shutil.rmtree(self.ledger.data / "snapshots")
        told = self.started()
        assert "starting from the world of" not in told, told
        assert self.plan() == with_snapshot
        self.check_acknowledged()
        self.ledger.stop()
        assert len(self.snapshots) == 1, "it is made anew"
        self.started()

    def is_passed_over_when_it_is_damaged(self):
        self.create_some("more", 10)
        self.ledger.stop()
        assert len(self.snapshots) == 2, self.snapshots
        newest = max(self.snapshots, key=lambda path: int(path.name.removeprefix("world-")))
        older = next(path for path in self.snapshots if path != newest)
        sound = bytearray(newest.read_bytes())
        sound[random.randrange(len(sound))] ^= 1 << random.randrange(8)
        newest.write_bytes(sound)
        told = self.started()
        assert f"{newest} " in told and "it is passed over" in told, told
        assert f"the first {older.name.removeprefix('world-')} events" in told, told
        self.check_acknowledged()

    def is_not_in_a_backup(self):
        asked = self.ledger.ask("POST", "/v1/log:backup", body={"name": "one"})
        assert asked.status == 202, asked.body
        operation = asked.headers["location"]
        self.ledger.wait_until("the backup", lambda: self.ledger.ask(
            "GET", operation).json()["state"] == "succeeded")
        backup = self.ledger.data / "backups" / "one"
        assert (backup / "log").is_dir() and not (backup / "snapshots").exists()


def main():
    cases = Cases("restart")
    with RunningLedger(sys.argv[1]) as ledger:
        restart = Restart(ledger)
        for case in (restart.is_written_when_it_stops, restart.loses_nothing_when_it_is_killed,
                     restart.decides_as_it_does_without, restart.is_passed_over_when_it_is_damaged,
                     restart.is_not_in_a_backup):
            cases.run(f"a snapshot {case.__name__.replace('_', ' ')}", case)
    return cases.report(sys.argv[2] if len(sys.argv) > 2 else None)


if __name__ == "__main__":
    sys.exit(main())
