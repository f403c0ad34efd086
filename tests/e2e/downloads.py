"""Many downloads of one file at once, by one thread that keeps nothing of them. Also as a program,
for figures that ./check has no time for:

    downloads.py LEDGER_RELAY LEDGER_PUBLISH [COUNT [MEGABYTES [tls]]]
"""

import selectors
import socket
import ssl
import subprocess
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
    def __init__(self, address, path, context=None):
        self.socket = socket.create_connection(address)
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname=address[0])
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n"
                            .encode())
        self.socket.setblocking(False)
        self.head = b""
        self.bytes = 0

    def take(self, buffer):
        """Whether there is more to come."""
        size = self.receive(buffer)
        while size:
            self.note(buffer, size)
            # What TLS has decrypted already wakes nobody.
            size = self.receive(buffer) if isinstance(self.socket, ssl.SSLSocket) else None
        if size == 0:
            self.socket.close()
            return False
        return True

    def receive(self, buffer):
        """How many bytes; 0 at the end, None for now."""
        try:
            return self.socket.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        except ssl.SSLEOFError:  # The length was said before; no goodbye follows.
            return 0

    def note(self, buffer, size):
        if self.bytes or b"\r\n\r\n" in self.head:
            self.bytes += size
        else:
            self.head += bytes(buffer[:size])
            if b"\r\n\r\n" in self.head:
                self.bytes = len(self.head) - self.head.index(b"\r\n\r\n") - 4


def download_all(url, path, count, context=None):
    parts = urlsplit(url)
    began = time.monotonic()
    downloads = [Download((parts.hostname, parts.port), path, context) for _ in range(count)]
    buffer = memoryview(bytearray(1 << 20))
    with selectors.DefaultSelector() as waiting:
        for each in downloads:
            waiting.register(each.socket, selectors.EVENT_READ, each)
        while waiting.get_map():
            for key, _ in waiting.select():
                if not key.data.take(buffer):
                    waiting.unregister(key.fileobj)
    return Downloaded([each.bytes for each in downloads], time.monotonic() - began)


def make_identity(directory):
    """An authority, and a machine of it that the relay serves as and the client comes as."""
    directory.mkdir(parents=True)
    run = lambda *words: subprocess.run(["openssl", *words], check=True, cwd=directory,
                                        capture_output=True)
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", "ca.key", "-out", "authority.pem", "-subj", "/CN=authority", "-days", "1")
    run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "key.pem")
    run("req", "-new", "-key", "key.pem", "-subj", "/CN=relay-1", "-out", "request.pem")
    (directory / "more").write_text("subjectAltName=IP:127.0.0.1\n", encoding="ascii")
    run("x509", "-req", "-in", "request.pem", "-CA", "authority.pem", "-CAkey", "ca.key",
        "-CAcreateserial", "-out", "certificate.pem", "-days", "1", "-extfile", "more")
    context = ssl.create_default_context(cafile=directory / "authority.pem")
    context.load_cert_chain(directory / "certificate.pem", directory / "key.pem")
    return context


def main():
    from relays import Publisher, Relays, resident  # It uses this module too.
    program, publish = sys.argv[1:3]
    count, megabytes = (int(each) for each in (sys.argv[3:5] + ["500", "50"][len(sys.argv) - 3:]))
    tls = sys.argv[5:] == ["tls"]
    with tempfile.TemporaryDirectory(prefix="ledger-downloads-") as scratch:
        publisher = Publisher(publish, scratch)
        relays = Relays(program, publisher, scratch)
        try:
            path = publisher.add("1.0", bytes(megabytes * 1_000_000))
            context = make_identity(relays.top.state / "identity") if tls else None
            relays.top.start(*(["--log-level", "info"] if tls else []))
            while "version 2 from" not in relays.top.log():
                time.sleep(0.1)
            before, _ = resident(relays.top.process)
            got = download_all(relays.top.url, f"/repository/vendor/{path}", count, context)
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
