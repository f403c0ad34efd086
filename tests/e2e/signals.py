"""Programs that a signal ends while they wait for somebody who never answers."""

import socket
import threading
import time


class Silent:
    """Takes connections, and never says a word. Use as a context."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.came = threading.Event()
        self.kept = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        try:
            while True:
                self.kept.append(self.listener.accept())
                self.came.set()
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        for connection, _ in self.kept:
            connection.close()


def ends_soon(process):
    """By SIGTERM, well, within the two seconds that are promised and one for a busy machine."""
    begin = time.monotonic()
    process.terminate()
    status = process.wait(timeout=60)
    took = time.monotonic() - begin
    assert status == 0 and took < 3, (status, took)
