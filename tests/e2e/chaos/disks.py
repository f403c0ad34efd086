"""File systems in memory that are full when a test says so, whatever lies on them."""

import os
import subprocess
from pathlib import Path

ROOMY = "8g"  # More than anybody wants to keep free; memory is taken for what is written only.


class Disk:
    """`path` on a file system of its own; use as a context."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self):
        self.path.mkdir(parents=True, exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", f"size={ROOMY}", "chaos", self.path)
        return self

    def __exit__(self, *_):
        run("umount", "--lazy", self.path)

    def fill(self) -> None:
        """Not a byte is left. What frees some meanwhile may be written over."""
        while True:
            now = os.statvfs(self.path)
            used = (now.f_blocks - now.f_bfree) * now.f_frsize
            try:
                return run("mount", "-o", f"remount,size={used}", self.path)
            except subprocess.CalledProcessError:
                pass  # Somebody wrote just now.

    def free(self) -> None:
        run("mount", "-o", f"remount,size={ROOMY}", self.path)


def run(*command) -> None:
    subprocess.run(command, check=True, capture_output=True)
