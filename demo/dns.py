"""A small authoritative DNS server on loopback that answers questions and zone transfers."""

import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from threading import Event, Thread
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.zone
from dns.message import Message

from demo.answer import answer, refusal, transfer, zone_of
from demo.listener import Handler, Listener, bound

_ATTEMPTS = 20


class DnsServer:
    """Serves zones over TCP and UDP from when it is made until ``stop``.

    The zones are given as master file text (RFC 1035 section 5) by origin; each may be transferred
    (AXFR, RFC 5936) but those in ``refused``. Port 0 takes a free one. Raises OSError where the
    address and port cannot be bound, dns.exception.DNSException for a text that is no zone.
    """

    def __init__(
        self,
        zones: Mapping[str, str],
        refused: frozenset[str] = frozenset(),
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._zones = [
            dns.zone.from_text(text, name, relativize=False) for name, text in zones.items()
        ]
        self._refused = {dns.name.from_text(origin) for origin in refused}
        self._listener, self._datagrams = _both(self._serve, address, port)
        self._datagrams.setblocking(True)  # noqa: FBT003 - the standard library's own signature
        self.address = address
        self.port = self._listener.port
        self._stopping = Event()
        self._thread = Thread(target=self._serve_datagrams, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, cut what is still connected, and wait for the threads."""
        self._listener.stop()
        self._stopping.set()
        # A datagram to itself ends the wait for the next.
        with socket.socket(self._datagrams.family, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", (self.address, self.port))
        self._thread.join()
        self._datagrams.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def _serve(self, connection: socket.socket, _stopping: Event) -> None:
        while wire := _framed(connection):
            for response in self._responses(wire):
                connection.sendall(response.to_wire(prepend_length=True))

    def _serve_datagrams(self) -> None:
        while not self._stopping.is_set():
            wire, client = self._datagrams.recvfrom(65535)
            for response in self._responses(wire, is_datagram=True):
                with suppress(OSError):
                    self._datagrams.sendto(response.to_wire(), client)

    def _responses(self, wire: bytes, *, is_datagram: bool = False) -> Iterable[Message]:
        query = _parsed(wire)
        if query is None:
            return ()
        question = query.question[0]
        zone = zone_of(self._zones, question.name)
        if question.rdtype != dns.rdatatype.AXFR:
            return (answer(zone, query),)
        if (
            zone is None
            or zone.origin != question.name
            or is_datagram
            or zone.origin in self._refused
        ):
            return (refusal(query),)
        return transfer(zone, query)


def _parsed(wire: bytes) -> Message | None:
    """Return the query; None for what is none, which is not answered."""
    try:
        query = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return None
    return query if query.question and not query.flags & dns.flags.QR else None


def _framed(connection: socket.socket) -> bytes:
    """Return the next message (RFC 1035 section 4.2.2); empty where the client has closed."""
    length = _exactly(connection, 2)
    return _exactly(connection, int.from_bytes(length, "big"))


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            return b""
        data += part
    return data


def _both(handler: Handler, address: str, port: int) -> tuple[Listener, socket.socket]:
    """Return a TCP listener and a UDP socket on one port."""
    for _ in range(_ATTEMPTS):
        listener = Listener(handler, address, port)
        try:
            return listener, bound(socket.SOCK_DGRAM, address, listener.port)
        except OSError:  # The port that was free for TCP is taken for UDP.
            listener.stop()
    raise OSError(f"{address}: no port is free for both TCP and UDP; stop what holds them")
