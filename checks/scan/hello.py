"""A ClientHello of our own, for a look at the very bytes that a server answers it with."""

import ssl
from contextlib import suppress


def client_hello() -> bytes:
    """Return a ClientHello in one record, without a server name."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    client = context.wrap_bio(incoming, outgoing)
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()
