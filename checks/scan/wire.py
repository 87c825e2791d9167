"""One connection before TLS begins: bounded reads, and a true word for each way to end."""

import re
import socket

from checks.scan.deadline import Deadline
from checks.scan.diagnosis import Declined, Ending, is_tls, protocol_of
from checks.scan.hello import client_hello
from zones.cut import cut

DIALOGUE = "STARTTLS dialogue"
_CHUNK = 4096
_MOST = 16384
"""Bytes that a server may say before TLS begins: greetings are shorter, tarpits are not."""
PATIENCE = 0.75
"""Share of the time left that a greeting may take: the rest is for finding out why none came."""
_SHOWN = 200
"""Bytes of a line that are kept: more than any keyword, and enough for a reason."""


class NotStartedError(Exception):
    """TLS was not begun: the server declined, or said something else."""

    def __init__(self, ending: Ending, words: str = "") -> None:
        super().__init__(words)
        self.declined = Declined(ending, words)


class Wire:
    """What a dialogue reads from and writes to; every read ends with the deadline.

    All methods raise NotStartedError, and none of the socket's own errors.
    """

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._unread = b""
        self._heard = 0

    @property
    def own_address(self) -> str:
        """The address of this end, in text form."""
        address: str = self._connection.getsockname()[0]
        return address

    def send(self, data: bytes) -> None:
        """Send all of the bytes."""
        self._connection.settimeout(self._deadline.remaining)
        try:
            self._connection.sendall(data)
        except TimeoutError:
            raise NotStartedError(Ending.DRIPPING) from None
        except OSError:
            raise NotStartedError(Ending.RESET, DIALOGUE) from None

    def greeted(self, beginning: bytes, protocol: str) -> None:
        """Wait for a server that has to speak first; see ``answered``.

        One that says nothing is offered TLS, which may be what it waits for.
        """
        try:
            self._hear(self._deadline.remaining * PATIENCE)
        except NotStartedError as error:
            if error.declined.ending is not Ending.SILENT:
                raise
            self._offer_tls(beginning, protocol)
        self.answered(beginning, protocol)

    def _offer_tls(self, beginning: bytes, protocol: str) -> None:
        try:
            self.send(client_hello())
            self.answered(beginning, protocol)
        except NotStartedError as error:
            if error.declined.ending in {Ending.CUT, Ending.RESET}:
                # To a ClientHello; of its own accord it said nothing.
                raise NotStartedError(Ending.SILENT) from None
            raise
        # After a ClientHello no dialogue can be held: the greeting came too late.
        raise NotStartedError(Ending.DRIPPING)

    def answered(self, beginning: bytes, protocol: str) -> None:
        """Wait for the first bytes; they have to match what the protocol begins with."""
        if not self._unread:
            self._hear(self._deadline.remaining)
        if re.match(beginning, self._unread, re.IGNORECASE):
            return
        if is_tls(self._unread):
            raise NotStartedError(Ending.TLS_AT_ONCE)
        spoken = protocol_of(self._unread)
        raise NotStartedError(Ending.PLAIN, f"it speaks {spoken}, where {protocol} was expected")

    def line(self) -> str:
        """Return the next line without its end; what is no UTF-8 is escaped, the rest cut off."""
        return cut(self.until(rb"\n").decode("utf-8", "backslashreplace").rstrip(), _SHOWN)

    def until(self, pattern: bytes) -> bytes:
        """Return what comes, up to the end of the first match."""
        while not (found := re.search(pattern, self._unread, re.DOTALL)):
            self._hear(self._deadline.remaining)
        return self._taken(found.end())

    def exactly(self, count: int) -> bytes:
        """Return so many bytes."""
        if count > _MOST:
            raise NotStartedError(Ending.ENDLESS)
        while len(self._unread) < count:
            self._hear(self._deadline.remaining)
        return self._taken(count)

    def _taken(self, count: int) -> bytes:
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken

    def _hear(self, seconds: float) -> None:
        if self._heard >= _MOST:
            raise NotStartedError(Ending.ENDLESS)
        if self._heard and self._deadline.is_over:
            raise NotStartedError(Ending.DRIPPING)
        self._connection.settimeout(seconds)
        try:
            heard = self._connection.recv(_CHUNK)
        except TimeoutError:
            raise NotStartedError(Ending.DRIPPING if self._heard else Ending.SILENT) from None
        except OSError:
            raise NotStartedError(Ending.RESET, DIALOGUE) from None
        if not heard:
            raise NotStartedError(Ending.CUT, DIALOGUE)
        self._heard += len(heard)
        self._unread += heard
