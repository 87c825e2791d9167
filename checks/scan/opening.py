"""Connections opened up to where TLS begins."""

from checks.scan.deadline import Deadline
from checks.scan.hello import anonymous_hello, client_hello
from checks.scan.measured import MeasuredSocket
from checks.scan.starttls import begin
from checks.scan.task import Endpoint
from checks.scan.wire import NotStartedError

_HANDSHAKE, _SERVER_HELLO = b"\x16", b"\x02"  # RFC 8446 sections 5.1 and 4


def opened(endpoint: Endpoint, deadline: Deadline) -> MeasuredSocket:
    """Return a connection on which the next byte is the client's first of TLS.

    Raises OSError where there is no connection, NotStartedError where TLS does not begin.
    """
    place = (endpoint.address, endpoint.port)
    connection = MeasuredSocket.connected(place, deadline.remaining)
    try:
        if endpoint.starttls:
            begin(connection, endpoint.starttls, endpoint.server_name, deadline)
    except BaseException:
        connection.close()
        raise
    connection.settimeout(deadline.remaining)
    connection.begin()
    return connection


def first_bytes(endpoint: Endpoint, deadline: Deadline) -> bytes:
    """Return what a ClientHello is answered with first; empty for nothing."""
    return _answer(endpoint, deadline, client_hello())


def is_anonymous(endpoint: Endpoint, deadline: Deadline) -> bool:
    """Tell whether the server shakes hands with who wants no certificate (RFC 5246 A.5)."""
    answer = _answer(endpoint, deadline, anonymous_hello())
    return answer[:1] == _HANDSHAKE and answer[5:6] == _SERVER_HELLO


def _answer(endpoint: Endpoint, deadline: Deadline, hello: bytes) -> bytes:
    try:
        with opened(endpoint, deadline) as connection:
            connection.sendall(hello)
            return connection.recv(256)
    except (OSError, NotStartedError):
        return b""
