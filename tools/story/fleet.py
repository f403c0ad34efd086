"""The simulated computers, as a process of their own."""

import signal
import subprocess
from pathlib import Path

KINDS = {"web": 10, "mail": 8, "database": 7}  # As many computers of each; named after its policy.


class Fleet:
    def __init__(self, programs: Path, state: Path):
        self.programs = programs
        self.state = state
        self.process = None

    def start(self, url: str, enrolment_token: str, interval: float = 0.3) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        token = self.state / "enrolment-token"
        token.touch(mode=0o600)
        token.write_text(enrolment_token + "\n")
        log = open(self.state / "fleet-sim.log", "ab")
        kinds = ",".join(f"{name}:{count}" for name, count in KINDS.items())
        self.process = subprocess.Popen(
            [self.programs / "fleet-sim", "--server", url, "--enrolment-token-file", token,
             "--computers", kinds, "--interval", str(interval), "--state", self.state / "tokens"],
            stdout=log, stderr=log)
        log.close()

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.go_on()
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def names() -> list:
    return [f"{kind}-{number:02}"
            for kind, count in KINDS.items() for number in range(1, count + 1)]
