"""A server of a protocol that begins in the clear: what it says is the input.

The first byte chooses the protocol, two NULs end what comes in one piece. Whatever comes, TLS may
begin, or there is a reason of bounded length why it does not.
"""

import socket
from typing import cast

from checks.evidence import HandshakeFailure
from checks.scan.deadline import Deadline, Watchdog
from checks.scan.diagnosis import diagnose
from checks.scan.starttls import DIALOGUES, begin
from checks.scan.wire import NotStartedError
from checks.text import LIMIT

PROTOCOLS = tuple(DIALOGUES)


class Unwatched(Watchdog):
    """Watches nothing: nothing waits here."""

    def __init__(self) -> None:
        """Start no thread."""

    def guard(self, deadline: Deadline) -> None:
        """See ``Watchdog.guard``."""


class Scripted:
    """A connection whose other end says what the input says, piece by piece, and hangs up."""

    def __init__(self, said: bytes) -> None:
        self._pieces = [piece for piece in said.split(b"\0\0") if piece][::-1]

    def settimeout(self, _seconds: float) -> None:
        """Wait for nothing."""

    def sendall(self, _data: bytes) -> None:
        """Hear nothing."""

    def getsockname(self) -> tuple[str, int]:
        """Return an address."""
        return "192.0.2.1", 40000

    def recv(self, count: int) -> bytes:
        """Return the next piece; none at the end."""
        if not self._pieces:
            return b""
        piece = self._pieces.pop()
        if piece[count:]:
            self._pieces.append(piece[count:])
        return piece[:count]


UNWATCHED = Unwatched()


def hold(data: bytes) -> None:
    """Hold the dialogue of a protocol with the server that the input is."""
    if not data:
        return
    protocol = PROTOCOLS[data[0] % len(PROTOCOLS)]
    connection = cast(socket.socket, Scripted(data[1:]))
    try:
        begin(connection, protocol, "www.company.test", Deadline(60, UNWATCHED))
    except NotStartedError as error:
        require_told(diagnose([error.declined], None))


def require_told(failure: HandshakeFailure) -> None:
    """Hold the reason: there is one, and it has an end."""
    assert failure.reason
    assert len(failure.reason) <= LIMIT
