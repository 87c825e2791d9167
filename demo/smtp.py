"""A mail server on loopback that begins in the clear and goes over to TLS (RFC 3207)."""

import socket
import ssl
from io import RawIOBase
from threading import Event

from demo.listener import Listener
from demo.pki import Credential
from demo.tls import server_context

_GREETING = b"220 demo ESMTP\r\n"
_EXTENSIONS = b"250-demo\r\n250 STARTTLS\r\n"


def smtp_server(credential: Credential, address: str = "127.0.0.1", port: int = 0) -> Listener:
    """Return the server, which takes no mail: it shows its certificate to who asks for TLS.

    Port 0 takes a free one. Raises OSError where the address and port cannot be bound.
    """
    context = server_context(credential)

    def serve(connection: socket.socket, _stopping: Event) -> None:
        connection.sendall(_GREETING)
        # Unbuffered: what follows STARTTLS is TLS, and none of a line's reader.
        with connection.makefile("rb", buffering=0) as lines:
            if _is_asked_for_tls(connection, lines):
                _show(connection, context)

    return Listener(serve, address, port)


def _is_asked_for_tls(connection: socket.socket, lines: RawIOBase) -> bool:
    while line := lines.readline(512):
        match line.upper().split():
            case [b"STARTTLS"]:
                connection.sendall(b"220 go ahead\r\n")
                return True
            case [b"EHLO", _]:
                connection.sendall(_EXTENSIONS)
            case [b"QUIT"]:
                connection.sendall(b"221 bye\r\n")
                return False
            case _:
                connection.sendall(b"530 STARTTLS comes first\r\n")
    return False


def _show(connection: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(connection, server_side=True) as secured:
        secured.recv(1)
