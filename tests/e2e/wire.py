"""A network of this process's own with an address that is not loopback, and what is said on it."""

import ctypes
import fcntl
import os
import socket
import struct
import sys
import threading

ADDRESS = "192.0.2.1"  # For documentation: nobody's.
ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4  # What lo sends; it comes in once more.
SOL_PACKET, PACKET_STATISTICS = 263, 6
SO_RCVBUFFORCE = 33
SIOCSIFADDR, SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8916, 0x8913, 0x8914, 1
CLONE_NEWNET = 0x40000000


def enter_own_network():
    """False: this process may not. It, its children and nobody else are on it."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        print(f"no network of its own: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14s", b"lo", 0, b"")
        flags = struct.unpack("16sh14s", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14s", b"lo", flags | IFF_UP, b""))
        # A second address of the same interface.
        fcntl.ioctl(control, SIOCSIFADDR, struct.pack(
            "16sHH4s8s", b"lo:1", socket.AF_INET, 0, socket.inet_aton(ADDRESS), b""))
    return True


class Capture:
    """Everything that is sent while it is open. Use as a context; then `flows` has the bytes of
    each direction of each connection by (from port, to port)."""

    def __enter__(self):
        self.packets = []
        self.flows = {}
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 28)
        self.socket.bind(("lo", 0))
        self.socket.settimeout(0.2)
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.take)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        statistics = self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        self.dropped = struct.unpack("II", statistics)[1]
        self.socket.close()
        self.assemble()

    def take(self):
        while True:
            try:
                packet, (_, _, kind, *_) = self.socket.recvfrom(1 << 17)
            except TimeoutError:
                if self.ending.is_set():
                    return
                continue
            if kind == PACKET_OUTGOING:
                self.packets.append(packet)

    def assemble(self):
        pieces = {}
        for packet in self.packets:
            found = segment(packet)
            if found:
                ports, sequence, data = found
                pieces.setdefault(ports, {}).setdefault(sequence, data)
        for ports, by_sequence in pieces.items():
            # Connections of the same ports follow one another; each begins at a number of its own.
            self.flows[ports] = b"".join(by_sequence.values())


def segment(packet):
    """((from port, to port), sequence number, data) of one of TCP over IPv4 that has data."""
    ip = packet[14:]
    if packet[12:14] != b"\x08\x00" or ip[9] != socket.IPPROTO_TCP:
        return None
    tcp = ip[(ip[0] & 15) * 4:int.from_bytes(ip[2:4], "big")]
    data = tcp[(tcp[12] >> 4) * 4:]
    if not data:
        return None
    return struct.unpack(">HH", tcp[:4]), int.from_bytes(tcp[4:8], "big"), data
