"""A moment at which the connections of one target are cut."""

import socket
import threading
from collections import deque
from contextlib import suppress
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from sslyze.connection_helpers.tls_connection import SslConnection

from checks.scan.measured import MeasuredSocket

_CUTS_EVERY = 0.1
"""Seconds."""


class Watchdog:
    """Cuts the connections of deadlines whose time has come; one thread for all of a process."""

    def __init__(self) -> None:
        self._guarded: deque[Deadline] = deque()
        """In the order of their ends, since all have as long; those that are over as well."""
        self._arrived = threading.Condition()
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def guard(self, deadline: "Deadline") -> None:
        """Cut the deadline's connection when its time has come."""
        with self._arrived:
            self._guarded.append(deadline)
            if len(self._guarded) == 1:
                self._arrived.notify()

    def _run(self) -> None:
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._guarded)
                first = self._guarded[0]
            # Not for each by itself: those that have ended well leave in batches.
            sleep(max(_CUTS_EVERY, first.cut_at - monotonic()))
            while self._guarded and self._guarded[0].cut_at <= monotonic():
                self._guarded.popleft().cut()


class Deadline:
    """A moment after which the connection that is watched is cut.

    SSLyze's time-out is for each read: a server that drips a byte a second outlives it.
    """

    def __init__(self, seconds: float, watchdog: Watchdog) -> None:
        self.seconds = seconds
        """From its beginning to its end."""
        self._end = monotonic() + seconds
        # A little later than the reads' own time-out, so that silence is told from dripping.
        self.cut_at = self._end + min(0.5, seconds / 10)
        """On the monotonic clock."""
        self._watched: SslConnection | None = None
        watchdog.guard(self)

    @property
    def remaining(self) -> float:
        """Seconds; never less than a moment, since a time-out of 0 means none."""
        return max(0.01, self._end - monotonic())

    @property
    def is_over(self) -> bool:
        """Whether there is no use in opening another connection."""
        return monotonic() >= self._end

    @property
    def has_heard(self) -> bool:
        """Whether anything of TLS came over the connection that is watched."""
        opened = self._watched and self._watched.ssl_client.get_underlying_socket()
        return isinstance(opened, MeasuredSocket) and opened.heard > 0

    def watch(self, connection: SslConnection) -> None:
        """Have this connection, instead of the one before, cut when the time has come."""
        self._watched = connection

    def cut(self) -> None:
        """Have what reads from the connection, if anything still does, end."""
        opened = self._watched and self._watched.ssl_client.get_underlying_socket()
        if opened:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._watched = None
