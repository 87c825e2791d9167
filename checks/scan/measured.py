"""A socket that knows how much it has heard, and does not listen for ever."""

import socket
from typing import Self

_MOST = 512 * 1024
"""Bytes of one handshake: clients of OpenSSL take 100 KiB of certificates, and little else."""


class FloodedError(Exception):
    """The server sends more than any handshake has; each read is soon done, and none times out."""


class MeasuredSocket(socket.socket):
    """A TCP connection that raises FloodedError where its server talks without end."""

    heard = 0
    """Bytes received since ``begin``."""

    @classmethod
    def connected(cls, place: tuple[str, int], timeout: float) -> Self:
        """Return a connection; raises OSError where there is none."""
        opened = socket.create_connection(place, timeout)
        made = cls(opened.family, opened.type, opened.proto, opened.detach())
        made.settimeout(timeout)
        return made

    def begin(self) -> None:
        """Count from here on: what comes now is TLS."""
        self.heard = 0

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """See ``socket.socket.recv``."""
        data = super().recv(size, flags)
        self.heard += len(data)
        if self.heard > _MOST:
            raise FloodedError
        return data
