"""A TCP listener on loopback that gives each connection a thread of its own."""

import selectors
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from threading import Event, Lock, Thread, current_thread
from typing import Self

Handler = Callable[[socket.socket, Event], None]
"""Serves one connection, which is closed after it; the event is set when the listener stops. It may
let OSError out: clients go away when they like."""

_PATIENCE = 10.0
"""Seconds that a connection may be idle, and that each thread is waited for at the end."""


class Listener:
    """Accepts connections from when it is made until ``stop`` or the end of the ``with`` block.

    Port 0 takes a free one. Raises OSError where the address and port cannot be bound.
    """

    def __init__(self, handler: Handler, address: str = "127.0.0.1", port: int = 0) -> None:
        self._handler = handler
        self._socket = bound(socket.SOCK_STREAM, address, port)
        self._socket.listen(128)
        self.address = address
        self.port: int = self._socket.getsockname()[1]
        self._stopping = Event()
        self._waker, self._woken = socket.socketpair()
        self._lock = Lock()
        self._open: dict[Thread, socket.socket] = {}
        self._acceptor = Thread(target=self._accept_all, daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """Stop accepting, cut what is still connected, and wait for the threads."""
        self._stopping.set()
        self._waker.close()
        self._acceptor.join(_PATIENCE)
        with self._lock:
            threads = tuple(self._open)
            for connection in self._open.values():
                # It may be gone already.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(_PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def _accept_all(self) -> None:
        with self._socket, self._woken, selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._stopping.is_set():
                selector.select()
                self._accept()

    def _accept(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except OSError:  # Woken to stop, or the client has gone again.
            return
        connection.settimeout(_PATIENCE)
        thread = Thread(target=self._serve, args=(connection,), daemon=True)
        with self._lock:
            # A handler that speaks TLS detaches its socket: the duplicate can still be cut.
            self._open[thread] = connection.dup()
        thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with closing(connection), suppress(OSError):
                self._handler(connection, self._stopping)
        finally:
            with self._lock:
                self._open.pop(current_thread()).close()


def bound(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    """Return a socket that does not block, bound to the address (IPv4 or IPv6) and port.

    Raises OSError where that cannot be had.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setblocking(False)  # noqa: FBT003 - the standard library's own signature
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    return made
