"""Many downloads of one file at once, by one thread that keeps nothing of them. Also as a program,
for figures that ./check has no time for:

    downloads.py LEDGER_RELAY LEDGER_PUBLISH [COUNT [MEGABYTES]]
"""

import selectors
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Downloaded:
    bytes: list
    seconds: float


class Download:
    def __init__(self, address, path):
        self.socket = socket.create_connection(address)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n"
                            .encode())
        self.socket.setblocking(False)
        self.head = b""
        self.bytes = 0

    def take(self, buffer):
        """Whether there is more to come."""
        try:
            size = self.socket.recv_into(buffer)
        except BlockingIOError:
            return True
        if size == 0:
            self.socket.close()
            return False
        if self.bytes or b"\r\n\r\n" in self.head:
            self.bytes += size
        else:
            self.head += bytes(buffer[:size])
            if b"\r\n\r\n" in self.head:
                self.bytes = len(self.head) - self.head.index(b"\r\n\r\n") - 4
        return True


def download_all(url, path, count, look=None):
    """`look` is called now and then meanwhile."""
    parts = urlsplit(url)
    began = time.monotonic()
    downloads = [Download((parts.hostname, parts.port), path) for _ in range(count)]
    buffer = memoryview(bytearray(1 << 20))
    with selectors.DefaultSelector() as waiting:
        for each in downloads:
            waiting.register(each.socket, selectors.EVENT_READ, each)
        while waiting.get_map():
            for key, _ in waiting.select():
                if not key.data.take(buffer):
                    waiting.unregister(key.fileobj)
            if look:
                look()
    return Downloaded([each.bytes for each in downloads], time.monotonic() - began)


def main():
    from relays import Publisher, Relays, resident  # It uses this module too.
    program, publish = sys.argv[1:3]
    count, megabytes = (int(each) for each in (sys.argv[3:] + ["500", "50"][len(sys.argv) - 3:]))
    with tempfile.TemporaryDirectory(prefix="ledger-downloads-") as scratch:
        publisher = Publisher(publish, scratch)
        relays = Relays(program, publisher, scratch)
        try:
            path = publisher.add("1.0", bytes(megabytes * 1_000_000))
            relays.top.start()
            while relays.top.ask(path)[0] != 200:
                time.sleep(0.1)
            before, _ = resident(relays.top.process)
            got = download_all(relays.top.url, f"/repository/vendor/{path}", count)
            after, most = resident(relays.top.process)
        finally:
            relays.end()
    whole = sum(each == megabytes * 1_000_000 for each in got.bytes)
    print(f"{whole} of {count} whole, {megabytes} MB each, {got.seconds:.1f} s, "
          f"{sum(got.bytes) / got.seconds / 1e6:.0f} MB/s; resident MB: before {before / 1e6:.1f}, "
          f"at most {most / 1e6:.1f}, after {after / 1e6:.1f}")
    return 0 if whole == count else 1


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    sys.exit(main())
