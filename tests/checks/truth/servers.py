"""Servers that only few cases need; each yields its port and ends with its block."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain, repeat
from threading import Event, Thread

from demo.listener import Listener, bound
from demo.pki import Authority, Credential, pem
from demo.tls import Site, TlsServer, server_context
from tests.checks.truth.case import Speaks
from tests.checks.truth.pki import NOW
from tests.support import starttls, tls_servers

ADDRESS = "127.0.0.1"


@contextmanager
def demanding_a_client_certificate(site: Site | None, speaks: Speaks) -> Iterator[int]:
    """Serve the site to nobody who has no certificate of his own."""
    client_ca = pem(Authority.root("Client Root", NOW).certificate)
    terms = replace(speaks.terms, client_ca=client_ca)
    with TlsServer(site or (), ADDRESS, terms=terms) as server:
        yield server.port


@contextmanager
def balancing(site: Site | None, speaks: Speaks) -> Iterator[int]:
    """Serve the first handshake with the first credential, and all others with the second."""
    assert isinstance(site, tuple)
    first, second = (server_context(credential, speaks.terms) for credential in site)
    contexts = chain([first], repeat(second))

    def serve(connection: socket.socket, _stopping: Event) -> None:
        # Who connects only to see whether anything answers is no handshake.
        if connection.recv(1, socket.MSG_PEEK):
            with next(contexts).wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)

    with Listener(serve, ADDRESS) as listener:
        yield listener.port


@contextmanager
def speaking_http(_site: Site | None, _speaks: Speaks) -> Iterator[int]:
    """Answer in HTTP."""
    with tls_servers.http(ADDRESS) as listener:
        yield listener.port


@contextmanager
def speaking_smtp(site: Site | None, speaks: Speaks) -> Iterator[int]:
    """Serve the site after STARTTLS; without a site offer none."""
    if site is None:
        with starttls.falls_silent(b"220 x\r\n", b"250 x\r\n") as listener:
            yield listener.port
        return
    with starttls.smtp(site, terms=speaks.terms) as listener:
        yield listener.port


@contextmanager
def closed(_site: Site | None, _speaks: Speaks) -> Iterator[int]:
    """Keep a port on which nothing listens."""
    with bound(socket.SOCK_STREAM, ADDRESS, 0) as kept:
        yield kept.getsockname()[1]


@contextmanager
def refusing_after_a_handshake(site: Site | None, speaks: Speaks) -> Iterator[int]:
    """Serve one handshake, and take no connection after it."""
    assert isinstance(site, Credential)
    context = server_context(site, speaks.terms)
    listening = socket.create_server((ADDRESS, 0))
    place = listening.getsockname()

    def serve() -> None:
        with listening, suppress(OSError):
            # Who connects only to see whether anything answers is no handshake.
            while not (connection := listening.accept()[0]).recv(1, socket.MSG_PEEK):
                connection.close()
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield place[1]
    finally:
        # If nobody came it waits still.
        with suppress(OSError), socket.create_connection(place, timeout=1) as last:
            last.sendall(b"\0")
        thread.join()


@contextmanager
def answering_once(_site: Site | None, _speaks: Speaks) -> Iterator[int]:
    """Take one connection, and none after it."""
    listening = socket.create_server((ADDRESS, 0))
    place = listening.getsockname()

    def serve() -> None:
        with listening:
            listening.accept()[0].close()

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield place[1]
    finally:
        # If nobody came it waits still.
        with suppress(OSError):
            socket.create_connection(place, timeout=1).close()
        thread.join()
