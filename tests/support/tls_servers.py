"""Servers on loopback that do not do what a TLS client hopes for; each ends with its block."""

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest

from demo.listener import Listener
from demo.pki import Credential, pem
from demo.tls import server_context
from tests.support.program import accepts, find_program, free_port, run

_ATTEMPTS = 5
_CHUNK = 65536
_ENDLESS_HANDSHAKE = bytes.fromhex("16030340000200fffc0303")
"""A record of 16 KiB that begins a ServerHello as long (RFC 8446 sections 5.1 and 4)."""


def silent(address: str = "127.0.0.1") -> Listener:
    """Return a server that accepts connections and never says a word."""
    return Listener(_drain, address)


def drip(interval: float = 0.05, address: str = "127.0.0.1") -> Listener:
    """Return a server that begins a ServerHello and sends a byte of it each interval (seconds)."""

    def serve(connection: socket.socket, stopping: Event) -> None:
        connection.sendall(_ENDLESS_HANDSHAKE)
        while not stopping.wait(interval):
            connection.sendall(b"\0")

    return Listener(serve, address)


def reset(address: str = "127.0.0.1") -> Listener:
    """Return a server that resets every connection at the client's first byte."""

    def serve(connection: socket.socket, _stopping: Event) -> None:
        connection.recv(1)
        # RFC 9293 section 3.6: closing without lingering aborts the connection.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return Listener(serve, address)


def garbage(address: str = "127.0.0.1") -> Listener:
    """Return a server that answers with bytes of no protocol."""
    return _answering(bytes(range(255, 127, -1)) * 8, address)


def http(address: str = "127.0.0.1") -> Listener:
    """Return a server that speaks HTTP in the clear."""
    text = "The plain HTTP request was sent to an HTTP port\n"
    head = f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
    return _answering((head + text).encode(), address)


def ssh(address: str = "127.0.0.1") -> Listener:
    """Return a server that greets like SSH (RFC 4253 section 4.2)."""
    return _greeting(b"SSH-2.0-OpenSSH_9.2\r\n", address)


def smtp(address: str = "127.0.0.1") -> Listener:
    """Return a server that greets like SMTP (RFC 5321 section 4.2)."""
    return _greeting(b"220 mail.example.test ESMTP\r\n", address)


def closes_after_server_hello(credential: Credential, address: str = "127.0.0.1") -> Listener:
    """Return a server that sends its first record, the ServerHello, and closes."""
    context = server_context(credential)

    def serve(connection: socket.socket, _stopping: Event) -> None:
        flight = _first_flight(context, connection.recv(_CHUNK))
        length = int.from_bytes(flight[3:5], "big")
        connection.sendall(flight[: 5 + length])

    return Listener(serve, address)


@contextmanager
def stapling(
    credential: Credential, response: bytes, address: str = "127.0.0.1", *options: str
) -> Iterator[int]:
    """Run ``openssl s_server`` with an OCSP response to staple, and yield its port.

    The response is in DER form; empty: none is stapled. The options are s_server's
    own. Skips the test where openssl is not installed, and fails it there in CI.
    """
    program = find_program("openssl", "openssl")
    with TemporaryDirectory(prefix="zonecert-openssl-") as name:
        files = _written(Path(name), credential, response)
        for _ in range(_ATTEMPTS):
            port = free_port(address)
            shown = f"[{address}]" if ":" in address else address
            command = [program, "s_server", "-www", "-accept", f"{shown}:{port}", *files, *options]
            with run(command) as process:
                if accepts(process, (address, port)):
                    yield port
                    return
    pytest.fail(f"openssl s_server did not start: {command}")


def _written(folder: Path, credential: Credential, response: bytes) -> list[str]:
    leaf, key = folder / "leaf.pem", folder / "key.pem"
    leaf.write_text(pem(credential.certificate))
    key.write_text(credential.key_pem)
    options = ["-cert", str(leaf), "-key", str(key)]
    if response:
        status = folder / "response.der"
        status.write_bytes(response)
        options += ["-status_file", str(status)]
    if credential.chain:
        chain = folder / "chain.pem"
        chain.write_text(pem(*credential.chain))
        options += ["-cert_chain", str(chain)]
    return options


def _greeting(banner: bytes, address: str) -> Listener:
    def serve(connection: socket.socket, stopping: Event) -> None:
        connection.sendall(banner)
        _drain(connection, stopping)

    return Listener(serve, address)


def _answering(answer: bytes, address: str) -> Listener:
    def serve(connection: socket.socket, _stopping: Event) -> None:
        connection.recv(_CHUNK)
        connection.sendall(answer)

    return Listener(serve, address)


def _drain(connection: socket.socket, stopping: Event) -> None:
    # Silence lasts until the client or the test ends it.
    connection.settimeout(None)
    while not stopping.is_set() and connection.recv(_CHUNK):
        pass


def _first_flight(context: ssl.SSLContext, hello: bytes) -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(hello)
    with pytest.raises(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()
