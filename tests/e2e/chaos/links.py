"""TCP links between the parts of a site, each of which can be told to misbehave."""

import asyncio
import random
import socket
import struct
import threading

PIECE = 16384
SLOW_PIECE, SLOW_SECONDS = 2048, 0.1

# What a link does while it is broken, to its connections and to new ones:
#   cut       they are reset
#   held      nothing passes, and all of it when the link is whole again
#   half_open nothing passes, and they are reset when the link is whole again
#   slow      a few bytes at a time
#   reset     each is reset somewhere in mid-answer
#   truncated each answer ends too early, as if it were whole
#   corrupt   one byte of each answer is another
FAULTS = ("cut", "held", "half_open", "slow", "reset", "truncated", "corrupt")


class Link:
    """From a port of its own to the port of a part, which may be away."""

    def __init__(self, name, target, seed):
        self.name, self.target = name, target
        self.dice = random.Random(seed)
        self.port = None
        self.fault = None
        self.whole = asyncio.Event()
        self.whole.set()
        self.connections = set()

    async def serve(self):
        server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    def change(self, fault):
        if "cut" in (fault, self.fault) or self.fault == "half_open":
            for writer in list(self.connections):
                reset(writer)
        self.fault = fault
        if fault in ("held", "half_open"):
            self.whole.clear()
        else:
            self.whole.set()

    async def accept(self, reader, writer):
        self.connections.add(writer)
        beyond = None
        try:
            if self.fault == "cut":
                return reset(writer)
            await self.whole.wait()
            back, beyond = await asyncio.open_connection("127.0.0.1", self.target)
            await asyncio.gather(self.pass_on(reader, beyond),
                                 self.pass_on(back, writer, self.place_of_fault()))
        except OSError:
            reset(writer)
        finally:
            self.connections.discard(writer)
            for each in (writer, beyond):
                if each:
                    each.close()

    def place_of_fault(self):
        """After how many bytes of the answer: handshakes, heads and bodies alike."""
        return int(2 ** self.dice.uniform(3, 18))

    async def pass_on(self, reader, writer, place=None):
        passed = 0
        while piece := await reader.read(SLOW_PIECE if self.fault == "slow" else PIECE):
            await self.whole.wait()
            if self.fault == "slow":
                await asyncio.sleep(SLOW_SECONDS)
            if place is not None and passed <= place < passed + len(piece):
                piece = self.spoilt(piece, place - passed, writer)
                if piece is None:
                    return
            passed += len(piece)
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    def spoilt(self, piece, at, writer):
        """`piece` with what the fault does to its byte `at`; None: the connection is at its end."""
        if self.fault == "corrupt":
            return piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1:]
        if self.fault == "truncated":
            writer.write(piece[:at])
            writer.close()
            return None
        if self.fault == "reset":
            reset(writer)
            return None
        return piece


def reset(writer):
    """RST, without what is still on its way."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Network:
    """All links, on one thread. Use as a context."""

    def __init__(self, seed):
        self.seed = seed
        self.links = {}
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda *_: None)  # Peers go as they like.
        self.thread = threading.Thread(target=self.loop.run_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def link(self, name, target):
        """The port by which `target` is reached over the link of this name."""
        if name not in self.links:
            self.links[name] = self.on_loop(self.made(name, target))
        return self.links[name].port

    async def made(self, name, target):
        link = Link(name, target, f"{self.seed}/{name}")
        await link.serve()
        return link

    def change(self, name, fault):
        async def change():
            self.links[name].change(fault)
        self.on_loop(change())

    def on_loop(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=60)
