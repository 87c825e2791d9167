"""Servers that begin a handshake as they should and go on as nobody should: handlers.

What TLS 1.2 says before ChangeCipherSpec is in the clear: it can be cut, split and rewritten on its
way (RFC 5246 section 7.4).
"""

import re
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from threading import Event, Lock
from time import monotonic

from demo.hostile.words import CHUNK, abort
from demo.listener import Handler

_HANDSHAKE, _CERTIFICATE = 22, 11
_LONGEST = 16384
_OFFERS_TLS_1_3 = re.compile(rb"\x00\x2b\x00.[\x02-\x20](..){0,8}?\x03\x04", re.DOTALL)
"""The extension supported_versions with TLS 1.3 in it (RFC 8446 section 4.2.1)."""


def closing_after_server_hello(context: ssl.SSLContext) -> Handler:
    """Send the first record, the ServerHello, and close."""

    def serve(connection: socket.socket, _stopping: Event) -> None:
        connection.sendall(_first_record(_first_flight(context, connection)))

    return serve


def resetting_after_server_hello(context: ssl.SSLContext) -> Handler:
    """Send the first record, the ServerHello, and reset the connection."""

    def serve(connection: socket.socket, _stopping: Event) -> None:
        connection.sendall(_first_record(_first_flight(context, connection)))
        abort(connection)

    return serve


def showing(context: ssl.SSLContext, *certificates: bytes) -> Handler:
    """Show these bytes as the certificates (RFC 5246 section 7.4.2), and then nothing.

    The context is of TLS 1.2 and of keys that the client asks for.
    """
    entries = b"".join(len(one).to_bytes(3) + one for one in certificates)
    body = len(entries).to_bytes(3) + entries
    message = bytes([_CERTIFICATE]) + len(body).to_bytes(3) + body

    def serve(connection: socket.socket, _stopping: Event) -> None:
        first = _first_record(_first_flight(context, connection))
        connection.sendall(first)
        if first[:1] == bytes([_HANDSHAKE]):
            for at in range(0, len(message), _LONGEST):
                connection.sendall(_record(message[at : at + _LONGEST]))
            connection.recv(CHUNK)

    return serve


def fragmenting(context: ssl.SSLContext) -> Handler:
    """Send each byte of a good handshake in a record of its own (RFC 5246 section 6.2.1)."""

    def serve(connection: socket.socket, _stopping: Event) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = context.wrap_bio(incoming, outgoing, server_side=True)
        while data := connection.recv(CHUNK):
            incoming.write(data)
            with suppress(ssl.SSLWantReadError):
                session.do_handshake()
            connection.sendall(_fragmented(outgoing.read()))

    return serve


def by_version(modern: ssl.SSLContext, older: ssl.SSLContext) -> Handler:
    """Serve who offers TLS 1.3 with one context, and everybody else with the other."""

    def serve(connection: socket.socket, _stopping: Event) -> None:
        hello = connection.recv(CHUNK, socket.MSG_PEEK)
        _shake_hands(connection, modern if offers_tls_1_3(hello) else older)

    return serve


def offers_tls_1_3(hello: bytes) -> bool:
    """Tell whether a ClientHello offers TLS 1.3."""
    return _OFFERS_TLS_1_3.search(hello) is not None


def every_other(context: ssl.SSLContext) -> Handler:
    """Reset every second connection."""
    turn = count()

    def serve(connection: socket.socket, _stopping: Event) -> None:
        if next(turn) % 2:
            abort(connection)
        else:
            _shake_hands(connection, context)

    return serve


def rate_limited(context: ssl.SSLContext, burst: int, seconds: float) -> Handler:
    """Take so many connections in so many seconds, and reset all others."""
    taken: deque[float] = deque(maxlen=burst)
    lock = Lock()

    def has_room() -> bool:
        with lock:
            if len(taken) == burst and monotonic() - taken[0] < seconds:
                return False
            taken.append(monotonic())
            return True

    def serve(connection: socket.socket, _stopping: Event) -> None:
        if has_room():
            _shake_hands(connection, context)
        else:
            abort(connection)

    return serve


def talking_on(context: ssl.SSLContext) -> Handler:
    """Complete the handshake and send data without end."""

    def serve(connection: socket.socket, stopping: Event) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            while not stopping.is_set():
                secured.sendall(bytes(CHUNK))

    return serve


def serving(context: ssl.SSLContext) -> Handler:
    """Complete each handshake, as a server should."""

    def serve(connection: socket.socket, _stopping: Event) -> None:
        _shake_hands(connection, context)

    return serve


def anonymous_context() -> ssl.SSLContext:
    """Return a context of cipher suites without certificates (RFC 5246 appendix A.5)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context


def _shake_hands(connection: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(connection, server_side=True) as secured:
        secured.recv(1)


def _first_flight(context: ssl.SSLContext, connection: socket.socket) -> bytes:
    """Return what the context answers to a ClientHello: its first flight, or an alert."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(connection.recv(CHUNK))
    with suppress(ssl.SSLError):
        session.do_handshake()
    return outgoing.read()


def _first_record(flight: bytes) -> bytes:
    return next((whole for whole, _ in _records(flight)), b"")


def _fragmented(flight: bytes) -> bytes:
    parts: list[bytes] = []
    is_clear = True
    for whole, content in _records(flight):
        # What follows another kind of record, ChangeCipherSpec, is encrypted.
        is_clear = is_clear and whole[0] == _HANDSHAKE
        parts += map(_record, _bytes(content)) if is_clear else [whole]
    return b"".join(parts)


def _bytes(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each record whole, and its content (RFC 5246 section 6.2.1)."""
    while data:
        end = 5 + int.from_bytes(data[3:5])
        yield data[:end], data[5:end]
        data = data[end:]


def _record(content: bytes) -> bytes:
    return bytes([_HANDSHAKE, 3, 3]) + len(content).to_bytes(2) + content
