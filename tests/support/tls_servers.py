"""Servers on loopback that do not do what a TLS client hopes for; each ends with its block."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest

from demo.hostile import handshakes, words
from demo.listener import Handler, Listener
from demo.pki import Credential, pem
from demo.tls import server_context
from tests.support.program import accepts, find_program, free_port, run

_ATTEMPTS = 5


def silent(address: str = "127.0.0.1") -> Listener:
    """Return a server that accepts connections and never says a word."""
    return Listener(words.silent, address)


def drip(interval: float = 0.05, address: str = "127.0.0.1") -> Listener:
    """Return a server that begins a ServerHello and sends a byte of it each interval (seconds)."""
    return Listener(words.drip(interval), address)


def reset(address: str = "127.0.0.1") -> Listener:
    """Return a server that resets every connection at the client's first byte."""
    return Listener(words.reset, address)


def garbage(address: str = "127.0.0.1") -> Listener:
    """Return a server that answers with bytes of no protocol."""
    return Listener(words.garbage, address)


def http(address: str = "127.0.0.1") -> Listener:
    """Return a server that speaks HTTP in the clear."""
    return Listener(words.http, address)


def ssh(address: str = "127.0.0.1") -> Listener:
    """Return a server that greets like SSH (RFC 4253 section 4.2)."""
    return Listener(words.ssh, address)


def smtp(address: str = "127.0.0.1") -> Listener:
    """Return a server that greets like SMTP (RFC 5321 section 4.2)."""
    return Listener(words.smtp, address)


def closes_after_server_hello(credential: Credential, address: str = "127.0.0.1") -> Listener:
    """Return a server that sends its first record, the ServerHello, and closes."""
    return Listener(handshakes.closing_after_server_hello(server_context(credential)), address)


def good_once(credential: Credential, then: Handler, address: str = "127.0.0.1") -> Listener:
    """Return a server that completes one handshake, and does as told with every other client."""
    context = server_context(credential)
    has_begun = Event()

    def serve(connection: socket.socket, stopping: Event) -> None:
        # Who connects only to see whether anything answers is no handshake.
        if not connection.recv(1, socket.MSG_PEEK):
            return
        if has_begun.is_set():
            then(connection, stopping)
            return
        has_begun.set()
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

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
