"""A moment at which the connections of one target are cut."""

import socket
import threading
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Self

from sslyze.connection_helpers.tls_connection import SslConnection


class Deadline:
    """Cuts the connection that is watched when its time has come.

    SSLyze's time-out is for each read: a server that drips a byte a second outlives it.
    """

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self._watched: SslConnection | None = None
        # A little later than the reads' own time-out, so that silence is told from dripping.
        self._timer = threading.Timer(seconds + min(0.5, seconds / 10), self._cut)
        self._timer.daemon = True

    @property
    def remaining(self) -> float:
        """Seconds; never less than a moment, since a time-out of 0 means none."""
        return max(0.01, self._end - monotonic())

    @property
    def is_over(self) -> bool:
        """Whether there is no use in opening another connection."""
        return monotonic() >= self._end

    def watch(self, connection: SslConnection) -> None:
        """Have this connection, instead of the one before, cut when the time has come."""
        self._watched = connection

    def _cut(self) -> None:
        opened = self._watched and self._watched.ssl_client.get_underlying_socket()
        if opened:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
