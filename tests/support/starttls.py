"""Small servers on loopback that begin in the clear, for protocols that no light server speaks."""

import socket
from threading import Event

from demo.listener import Listener
from demo.tls import Site, Terms, server_context

_CHUNK = 4096
_XMPP_TLS = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
_STREAM = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' from='x.test' version='1.0'"
    " xmlns:stream='http://etherx.jabber.org/streams'>"
)


def upgrading(
    site: Site,
    greeting: bytes,
    *answers: bytes,
    delay: float = 0,
    terms: Terms | None = None,
) -> Listener:
    """Return a server that greets after a delay (seconds), and in the end speaks TLS.

    In between it answers whatever it is sent with each of the answers in turn.
    """
    context = server_context(site, terms)

    def serve(connection: socket.socket, stopping: Event) -> None:
        stopping.wait(delay)
        connection.sendall(greeting)
        for answer in answers:
            connection.recv(_CHUNK)
            connection.sendall(answer)
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)

    return Listener(serve)


def smtp(site: Site, delay: float = 0, terms: Terms | None = None) -> Listener:
    """Return a mail exchange (RFC 3207) that greets after a delay (seconds)."""
    answers = b"250-x.test\r\n250 STARTTLS\r\n", b"220 go\r\n"
    return upgrading(site, b"220 x.test ESMTP\r\n", *answers, delay=delay, terms=terms)


def ftp(site: Site) -> Listener:
    """Return an FTP server (RFC 4217)."""
    return upgrading(site, b"220-Welcome\r\n220 ready\r\n", b"234 go\r\n")


def xmpp(site: Site) -> Listener:
    """Return an XMPP server (RFC 6120 section 5.4)."""
    features = f"<stream:features><starttls {_XMPP_TLS}/></stream:features>"
    return upgrading(site, b"", (_STREAM + features).encode(), f"<proceed {_XMPP_TLS}/>".encode())


def rdp(site: Site) -> Listener:
    """Return a terminal server that agrees to TLS (MS-RDPBCGR section 2.2.1.2.1)."""
    return upgrading(site, b"", bytes.fromhex("030000130ed000001234000200080001000000"))


def tarpit(line: bytes, interval: float) -> Listener:
    """Return a server that says that line again and again, at intervals (seconds), and no more."""

    def serve(connection: socket.socket, stopping: Event) -> None:
        while not stopping.wait(interval):
            connection.sendall(line)

    return Listener(serve)


def falls_silent(*answers: bytes) -> Listener:
    """Return a server that says the first at once, each other when it is spoken to, and no more."""

    def serve(connection: socket.socket, stopping: Event) -> None:
        for number, answer in enumerate(answers):
            if number:
                connection.recv(_CHUNK)
            connection.sendall(answer)
        stopping.wait()

    return Listener(serve)
