"""Servers that say what no TLS client hopes for, or nothing: handlers for ``demo.listener``."""

import socket
import struct
from threading import Event

from demo.listener import Handler

CHUNK = 65536
HELLO_REQUEST = bytes.fromhex("160303000400000000")
"""Asks a client of TLS 1.2 to begin anew (RFC 5246 section 7.4.1.1)."""
WARNING = bytes.fromhex("1503030002015a")
"""The alert user_canceled, which ends nothing (RFC 5246 section 7.2)."""
EMPTY = bytes.fromhex("1603030000")
"""A record of the handshake with nothing in it."""
_ENDLESS_HANDSHAKE = bytes.fromhex("16030340000200fffc0303")
"""A record of 16 KiB that begins a ServerHello as long (RFC 8446 sections 5.1 and 4)."""
_ABORT = struct.pack("ii", 1, 0)
_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Length: 47\r\nConnection: close\r\n\r\n"
    b"The plain HTTP request was sent to an HTTP port"
)


def silent(connection: socket.socket, stopping: Event) -> None:
    """Never say a word."""
    # Silence lasts until the client or the listener ends it.
    connection.settimeout(None)
    while not stopping.is_set() and connection.recv(CHUNK):
        pass


def drip(interval: float) -> Handler:
    """Begin a ServerHello and send a byte of it each interval (seconds)."""

    def serve(connection: socket.socket, stopping: Event) -> None:
        connection.sendall(_ENDLESS_HANDSHAKE)
        while not stopping.wait(interval):
            connection.sendall(b"\0")

    return serve


def reset(connection: socket.socket, _stopping: Event) -> None:
    """Reset the connection at the client's first byte."""
    connection.recv(1)
    abort(connection)


def abort(connection: socket.socket) -> None:
    """Have the connection reset where it would be closed."""
    # RFC 9293 section 3.6: closing without lingering aborts the connection.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)


def answering(answer: bytes) -> Handler:
    """Answer with these bytes whatever is asked."""

    def serve(connection: socket.socket, _stopping: Event) -> None:
        connection.recv(CHUNK)
        connection.sendall(answer)

    return serve


def greeting(banner: bytes) -> Handler:
    """Speak first, and then no more."""

    def serve(connection: socket.socket, stopping: Event) -> None:
        connection.sendall(banner)
        silent(connection, stopping)

    return serve


def repeating(record: bytes) -> Handler:
    """Send one record again and again, as fast as it is taken."""
    many = record * (CHUNK // len(record))

    def serve(connection: socket.socket, stopping: Event) -> None:
        connection.recv(CHUNK)
        while not stopping.is_set():
            connection.sendall(many)

    return serve


garbage = answering(bytes(range(255, 127, -1)) * 8)
"""Bytes of no protocol."""
http = answering(_HTTP)
"""HTTP in the clear."""
ssh = greeting(b"SSH-2.0-OpenSSH_9.2\r\n")
"""As SSH greets (RFC 4253 section 4.2)."""
smtp = greeting(b"220 mail.example.test ESMTP\r\n")
"""As SMTP greets (RFC 5321 section 4.2)."""
