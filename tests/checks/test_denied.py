"""The second lock of the deny list: no target is denied, and one that were would not be scanned."""

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from checks.scan.task import Endpoint
from checks.scan.work import HandshakeWork
from checks.scanners import Limits, Scanners
from zones.naming.denial import Denial, DeniedError
from zones.target import Target

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listen, and never wait for a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def connections(listener: socket.socket) -> int:
    """Return whether one has come; the kernel takes them before anybody accepts them."""
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return 0
    return 1


def test_scanners_do_not_even_ask_whether_a_denied_address_answers(listener: socket.socket) -> None:
    address, port = listener.getsockname()
    target = Target("www.x.test", address, port, "www.x.test", "x.test", ("inside",), False, ())
    limits = Limits(deny=LOOPBACK, deadline=5)

    with closing(Scanners([], datetime.now(UTC), limits)) as scanners:
        with pytest.raises(DeniedError, match=r"127\.0\.0\.1 is in a denied network"):
            scanners.scan(target)
        with pytest.raises(DeniedError):
            scanners.count_answering([(address, port)], 1)

    assert connections(listener) == 0


def test_a_scanner_process_refuses_a_denied_address_by_itself(listener: socket.socket) -> None:
    address, port = listener.getsockname()
    endpoint = Endpoint(address, port, "www.x.test")

    with pytest.raises(DeniedError):
        HandshakeWork(5, Denial(LOOPBACK))(endpoint)

    assert connections(listener) == 0


def test_what_counts_connections_sees_one(listener: socket.socket) -> None:
    socket.create_connection(listener.getsockname()).close()

    assert connections(listener) == 1
