"""DNS messages over a stream (RFC 1035 section 4.2.2), until a deadline and within caps."""

import socket
import ssl
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from zones.transfer.failure import TransferFailure

LOG = "look at the server's log for the transfer, and at middleboxes between here and it"
_MORE_BYTES = "raise max_bytes if the zone is that large"
_LOG_OR_TLS = f"{LOG}; so ends a question in the clear to a port for TLS (set tls)"
_LOG_OR_CLIENT = (
    f"{LOG}; so ends a client whose certificate (tls.cert_file) is missed or not trusted"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one transfer may take."""

    seconds: float
    """From connecting to the last byte."""
    records: int
    """Of all types."""
    octets: int
    """As sent, and again as written out, where no name is compressed."""


DEFAULT = Limits(seconds=60, records=1_000_000, octets=256 * 1024 * 1024)


class Stream:
    """Messages with their two-byte length, in the clear or over TLS."""

    def __init__(self, connection: socket.socket, deadline: float, limits: Limits) -> None:
        self._connection = connection
        self._deadline = deadline
        self._limits = limits
        self._octets = 0

    @property
    def began(self) -> bool:
        """Whether anything has come at all."""
        return self._octets > 0

    @property
    def cut_off(self) -> TransferFailure:
        """Why there is no more, if the connection has ended."""
        if self.began:
            return TransferFailure("closed the connection midway", LOG)
        over_tls = isinstance(self._connection, ssl.SSLSocket)
        return TransferFailure(
            "closed the connection without an answer", _LOG_OR_CLIENT if over_tls else _LOG_OR_TLS
        )

    def send(self, wire: bytes) -> None:
        """Send a message; raises OSError."""
        self._connection.settimeout(self._remaining())
        self._connection.sendall(struct.pack("!H", len(wire)) + wire)

    def messages(self) -> Iterator[bytes]:
        """Yield what the server sends; ends by an exception only, as nothing marks the end.

        Raises OSError, of which TimeoutError is the deadline, and TransferFailure.
        """
        while True:
            (length,) = struct.unpack("!H", self._exactly(2))
            yield self._exactly(length)

    def check(self, records: int, characters: int) -> None:
        """Raise TransferFailure where the transfer has outgrown its limits.

        ``characters`` are those of what is kept, which may be many times what was sent.
        """
        if records > self._limits.records:
            raise TransferFailure(
                f"sent more than {self._limits.records} records",
                "raise max_records if the zone is that large",
            )
        if self._octets > self._limits.octets:
            raise TransferFailure(f"sent more than {self._limits.octets} bytes", _MORE_BYTES)
        if characters > self._limits.octets:
            what = f"sent names and data that are more than {self._limits.octets} bytes written out"
            raise TransferFailure(what, _MORE_BYTES)

    def _exactly(self, count: int) -> bytes:
        parts = []
        while count > 0:
            # Of a TLS connection too this bounds the whole call, not each piece of a record.
            self._connection.settimeout(self._remaining())
            part = self._connection.recv(count)
            if not part:
                raise self.cut_off
            parts.append(part)
            count -= len(part)
            self._octets += len(part)
        return b"".join(parts)

    def _remaining(self) -> float:
        remaining = self._deadline - monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining
