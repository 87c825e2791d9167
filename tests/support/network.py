"""Networks of their own for programs (network_namespaces(7)), and what is sent there, counted."""

import selectors
import socket
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Thread

from tests.support.program import find_program, lacking

_ALL = 0x0003
"""Every protocol: ETH_P_ALL of packet(7)."""
_STATISTICS = (263, 6)
"""SOL_PACKET and PACKET_STATISTICS, which the standard library does not have."""
_HEADER = 40
"""Bytes of a packet up to where both versions of IP have told the destination."""


def isolating() -> list[str]:
    """Return the words before a command that run it as root of a network without interfaces.

    Where neither root nor a user namespace may have one, the test is skipped, and in CI fails.
    """
    find_program("ip", "iproute2")
    unshare = find_program("unshare", "util-linux")
    for options in (["--net"], ["--net", "--user", "--map-root-user"]):
        words = [unshare, *options]
        if not subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
            return words
    raise lacking("no network namespace may be had here, as root or in a user namespace")


def reach_everything(address: str, other: str, *served: str) -> None:
    """Make every address of both versions of IP this host's, of a network without interfaces.

    So all that is sent anywhere goes by loopback, where it can be counted, and is refused at once
    unless something listens there. What is sent comes from these two addresses, one of each.
    Unlike an IPv4 address, an IPv6 one can be listened at only if it is among ``served``.
    """
    served_at = (f"-6 address add {each}/128 dev lo nodad" for each in served)
    for words in (
        "link set lo up",
        f"address add {address}/32 dev lo",
        f"-6 address add {other}/128 dev lo nodad",
        *served_at,
        f"route add local default dev lo src {address}",
        f"-6 route add local default dev lo src {other}",
    ):
        subprocess.run([find_program("ip", "iproute2"), *words.split()], check=True)


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count packets by destination while the block lasts, on all interfaces; root may do so.

    The counts are whole after the block, which fails where the kernel had to drop any.
    """
    found: Counter[str] = Counter()
    ended, end = socket.socketpair()
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL)) as heard:
        heard.setblocking(False)
        reader = Thread(target=_count, args=(heard, ended, found))
        reader.start()
        try:
            yield found
        finally:
            end.close()
            reader.join()
            ended.close()
        _, dropped = struct.unpack("II", heard.getsockopt(*_STATISTICS, 8))
    assert not dropped


def _count(heard: socket.socket, ended: socket.socket, found: Counter[str]) -> None:
    """Count until the end, and what has been heard by then."""
    with selectors.DefaultSelector() as selector:
        selector.register(heard, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if heard in ready:
                packet, (_, _, direction, *_) = heard.recvfrom(_HEADER)
                # Loopback shows each twice, on its way out and on its way in.
                if direction == socket.PACKET_OUTGOING:
                    found[_destination(packet)] += 1
            elif ended in ready:
                return


def _destination(packet: bytes) -> str:
    """Return where it goes (RFC 791 section 3.1, RFC 8200 section 3)."""
    is_ipv4 = packet[0] >> 4 == 4
    return str(ip_address(packet[16:20] if is_ipv4 else packet[24:40]))
