"""Whether anything answers TCP."""

import resource
import socket

import pytest

from checks.evidence import Reach
from checks.reach import reach
from tests.support.dns_server import unanswering_port
from tests.support.program import free_port


def test_a_listener_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert reach("127.0.0.1", server.getsockname()[1], 5) is Reach.ANSWERED


def test_an_ipv6_listener_answers() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        assert reach("::1", server.getsockname()[1], 5) is Reach.ANSWERED


def test_a_port_where_nothing_listens_refuses() -> None:
    assert reach("127.0.0.1", free_port(), 5) is Reach.REFUSED


def test_a_port_that_lets_nobody_in_gives_no_answer() -> None:
    with unanswering_port() as place:
        assert reach("127.0.0.1", int(place.rpartition(":")[2]), 0.2) is Reach.SILENT


def test_an_address_that_this_host_knows_no_way_to_has_no_route() -> None:
    # TCP to the broadcast address is turned down before anything is sent.
    assert reach("255.255.255.255", 443, 5) is Reach.NO_ROUTE


def test_a_fault_of_this_host_is_raised() -> None:
    """Being out of file descriptors says nothing of the target."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(OSError, match=r"(?i)too many open files"):
            reach("127.0.0.1", 1, 5)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
