"""A ClientHello of our own, for a look at the very bytes that a server answers it with."""

import ssl
from contextlib import suppress


def client_hello() -> bytes:
    """Return a ClientHello in one record, without a server name."""
    return _of(_context())


def anonymous_hello() -> bytes:
    """Return one that offers nothing but cipher suites without certificates."""
    context = _context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    # Security level 0: OpenSSL offers them at no other.
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return _of(context)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _of(context: ssl.SSLContext) -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing)
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()
