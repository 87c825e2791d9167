import errno
import random
import resource
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from threading import Event

import dns.message
import dns.rcode
import pytest

from demo.listener import Listener
from tests.support import bad_transfers as bad
from tests.support import dns_server as odd
from tests.support.bind import bind, primary_file
from tests.support.primary import Primary
from zones.axfr import AxfrSource
from zones.endpoint import Endpoint
from zones.source import ZoneFailure
from zones.transfer.connection import connect_failure
from zones.transfer.servers import AxfrError
from zones.zone import Record, Zone

COMPANY = primary_file(
    r"""
@         A     192.0.2.1
WWW       A     192.0.2.2
www       300 AAAA 2001:DB8:0:0::2
relative  CNAME WWW
absolute  CNAME Shop.Example.NET.
*.lab     A     192.0.2.3
a\032b    A     192.0.2.4
a_b       A     192.0.2.5
xn--bcher-kva A 192.0.2.6
sub       NS    ns.sub
ns.sub    A     192.0.2.53
mail      MX    10 www
moved     DNAME New.Example.NET.
deep.text TXT   "only text"
""",
    serial=2026070101,
)


def source(server: str, *zones: str, **keys: object) -> AxfrSource:
    """Return a source of those zones, else of company.com."""
    return AxfrSource.model_validate(
        {"name": "inside", "server": server, "zones": zones or ("company.com",), **keys}
    )


def zone_of(server: str, **keys: object) -> Zone:
    return source(server, **keys).zone("company.com")


def error_of(server: str, **keys: object) -> AxfrError:
    """Return why the zone could not be had; there is no half zone either."""
    (failure,) = source(server, **keys).collect()
    assert isinstance(failure, ZoneFailure)
    assert (failure.origin, failure.view, failure.server) == ("company.com", "inside", server)
    assert isinstance(failure.error, AxfrError)
    assert failure.error.what.startswith(f"zone company.com: server {server} ")
    assert str(failure.error) == f"{failure.error.what}; {failure.error.remedy}"
    assert failure.error.remedy
    return failure.error


@pytest.fixture(scope="module")
def server() -> Iterator[Primary]:
    many = "\n".join(f"h{n} A 10.1.{n >> 8}.{n & 255}" for n in range(20_000))
    zones = {
        "company.com": COMPANY,
        "large.example": primary_file(many),
        ".": primary_file("ns.invalid. A 192.0.2.53"),
    }
    with bind(zones) as running:
        yield running


@pytest.fixture(scope="module")
def company(server: Primary) -> Zone:
    return zone_of(server.server)


def test_a_complete_transfer_yields_the_records_that_name_addresses_and_services(
    company: Zone,
) -> None:
    """Lower-case, absolute, canonical; other types are left out."""
    assert set(company.records) == {
        Record(r"a\032b.company.com", "A", "192.0.2.4", 3600),
        Record("a_b.company.com", "A", "192.0.2.5", 3600),
        Record("absolute.company.com", "CNAME", "shop.example.net", 3600),
        Record("company.com", "A", "192.0.2.1", 3600),
        Record("company.com", "NS", "ns.invalid", 3600),
        Record("*.lab.company.com", "A", "192.0.2.3", 3600),
        Record("mail.company.com", "MX", "10 www.company.com", 3600),
        Record("moved.company.com", "DNAME", "new.example.net", 3600),
        Record("ns.sub.company.com", "A", "192.0.2.53", 3600),
        Record("relative.company.com", "CNAME", "www.company.com", 3600),
        Record("sub.company.com", "NS", "ns.sub.company.com", 3600),
        Record("www.company.com", "A", "192.0.2.2", 3600),
        Record("www.company.com", "AAAA", "2001:db8::2", 300),
        Record("xn--bcher-kva.company.com", "A", "192.0.2.6", 3600),
    }
    assert list(company.records) == sorted(company.records)


def test_a_zone_says_where_it_is_from(company: Zone, server: Primary) -> None:
    assert (company.origin, company.serial, company.view) == ("company.com", 2026070101, "inside")
    assert company.server == server.server
    assert company.transferred_at.tzinfo is UTC
    assert not company.authenticated


def test_names_with_other_records_only_are_known_to_exist(company: Zone) -> None:
    assert company.other_owners == ("deep.text.company.com",)


def test_a_zone_of_twenty_thousand_records_is_complete(server: Primary) -> None:
    zone = source(server.server, "large.example").zone("large.example")
    assert sum(record.rdtype == "A" for record in zone.records) == 20_000
    assert len({record.rdata for record in zone.records}) == 20_001


def test_the_root_zone_can_be_transferred(server: Primary) -> None:
    (zone,) = source(server.server, ".").collect()
    assert isinstance(zone, Zone)
    assert zone.origin == ""
    assert zone.records == (
        Record("", "NS", "ns.invalid", 3600),
        Record("ns.invalid", "A", "192.0.2.53", 3600),
    )


def test_a_server_can_be_named(server: Primary) -> None:
    """A host name is looked up; the address that answered is what the zone shows."""
    assert zone_of(f"localhost:{server.port}").server == server.server


def test_one_zone_that_fails_does_not_hide_the_others(server: Primary) -> None:
    results = list(
        source(server.server, "company.com", "nowhere.example", "large.example").collect()
    )
    assert [type(result) for result in results] == [Zone, ZoneFailure, Zone]
    assert [result.origin for result in results] == [
        "company.com",
        "nowhere.example",
        "large.example",
    ]


def test_a_zone_that_the_server_does_not_have_is_not_authoritative(server: Primary) -> None:
    (failure,) = source(server.server, "nowhere.example").collect()
    assert isinstance(failure, ZoneFailure)
    assert failure.error.what.endswith("is not authoritative for the zone (NOTAUTH)")


def test_a_transfer_that_is_not_allowed_is_refused() -> None:
    with bind({"company.com": COMPANY}, allow_transfer="none") as server:
        error = error_of(server.server)
    assert error.what.endswith("refuses the zone transfer (REFUSED)")
    assert "allow-transfer" in error.remedy


def test_a_zone_that_did_not_load_cannot_be_served() -> None:
    with bind({"company.com": "not a zone\n", "other.example": primary_file("")}) as server:
        error = error_of(server.server)
    assert "(SERVFAIL)" in error.what
    assert "log" in error.remedy


def test_a_transfer_over_ipv6_is_complete(company: Zone) -> None:
    with bind({"company.com": COMPANY}, address="::1") as server:
        zone = zone_of(server.server)
    assert zone.server == server.server == f"[::1]:{server.port}"
    assert zone.records == company.records


def test_the_odd_server_can_also_behave() -> None:
    with odd.tcp_server(odd.complete) as server:
        zone = zone_of(server)
    assert zone.records == (Record("www.company.com", "A", "192.0.2.1", 3600),)
    assert zone.serial == 7


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (dns.rcode.REFUSED, "refuses the zone transfer (REFUSED)"),
        (dns.rcode.NOTAUTH, "is not authoritative for the zone (NOTAUTH)"),
        (dns.rcode.NXDOMAIN, "does not know the zone (NXDOMAIN)"),
        (dns.rcode.SERVFAIL, "cannot serve the zone (SERVFAIL)"),
        (dns.rcode.NOTIMP, "answers NOTIMP to AXFR"),
    ],
)
def test_an_error_code_is_told_by_its_name(code: dns.rcode.Rcode, cause: str) -> None:
    with odd.tcp_server(odd.rcode(code)) as server:
        assert error_of(server).what.endswith(cause)


BEHAVIOURS = {
    "garbage": (odd.garbage, "sent a message with another id than the query's"),
    "too-short": (odd.too_short, "sent a message that is too short for DNS"),
    "unparsable": (odd.unparsable, "sent a message that cannot be parsed"),
    "wrong-id": (odd.wrong_id, "sent a message with another id than the query's"),
    "echo": (odd.echo, "sent a message that is not an answer to the query"),
    "wrong-question": (odd.wrong_question, "sent what is not a zone (wrong question name)"),
    "no-soa": (odd.no_soa, "sent what is not a zone ("),
    "empty": (odd.empty_answer, "sent what is not a zone ("),
    "after-soa": (odd.after_final_soa, "sent what is not a zone (answers after final SOA)"),
    "soa-alone": (bad.soa_alone_twice, "sent nothing but the zone's SOA record"),
    "truncated": (bad.truncated, "sent a message that is truncated, as it says itself (TC)"),
    "soa-below-the-apex": (
        odd.replay(lambda query: [odd.apex(query), f"sub.{odd.apex(query)}"]),
        "sent what is not a zone (an SOA record below the apex)",
    ),
    "another-serial": (
        odd.replay(
            lambda query: [odd.apex(query), odd.host(query)],
            lambda query: [odd.apex(query).replace(" 7 ", " 8 ")],
        ),
        "changed the zone while it sent it",
    ),
    "outside": (
        odd.replay(
            lambda query: [odd.apex(query), "www.company.net. 60 IN A 192.0.2.1", odd.apex(query)]
        ),
        "sent a record of www.company.net, which lies outside of the zone",
    ),
    "outside-by-a-letter": (
        odd.replay(lambda query: [odd.apex(query), f"x{odd.host(query)[4:]}", odd.apex(query)]),
        "sent a record of xcompany.com, which lies outside of the zone",
    ),
    "no-answer": (odd.replay(), "closed the connection without an answer"),
    "cut": (odd.cut_midway, "closed the connection midway"),
    "cut-in-a-message": (odd.cut_in_a_message, "closed the connection midway"),
    "reset": (odd.reset, "closed the connection midway"),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_an_odd_server_is_an_error_and_never_half_a_zone(name: str) -> None:
    behaviour, cause = BEHAVIOURS[name]
    with odd.tcp_server(behaviour) as server:
        assert f"{server} {cause}" in error_of(server).what


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (odd.silent, "sent no answer: over after 1 s"),
        (odd.stall, "stalled midway: over after 1 s"),
        (odd.drip, "stalled midway: over after 1 s"),
    ],
)
def test_a_transfer_ends_at_its_deadline(behaviour: odd.Behaviour, cause: str) -> None:
    with odd.tcp_server(behaviour) as server:
        error = error_of(server, transfer_timeout=1)
    assert error.what.endswith(cause)
    assert "transfer_timeout" in error.remedy


def test_a_transfer_of_too_many_records_is_given_up() -> None:
    with odd.tcp_server(odd.endless) as server:
        error = error_of(server, max_records=1000)
    assert error.what.endswith("sent more than 1000 records")
    assert "max_records" in error.remedy


def test_a_transfer_of_too_many_bytes_is_given_up() -> None:
    with odd.tcp_server(odd.endless) as server:
        error = error_of(server, max_bytes=20_000)
    assert error.what.endswith("sent more than 20000 bytes")
    assert "max_bytes" in error.remedy


def test_what_compression_makes_small_counts_as_it_is_written_out() -> None:
    """Of 20 octets each, a million records of names of a thousand characters are a gigabyte."""
    with odd.tcp_server(bad.long_names) as server:
        error = error_of(server, max_bytes=20_000)
        assert isinstance(zone_of(server), Zone)
    assert error.what.endswith("sent names and data that are more than 20000 bytes written out")
    assert "max_bytes" in error.remedy


def test_a_transfer_of_one_message_is_held_to_the_limits_too() -> None:
    with odd.tcp_server(odd.complete) as server:
        assert error_of(server, max_records=2).what.endswith("sent more than 2 records")


def test_a_port_where_nothing_listens_refuses_the_connection() -> None:
    with odd.tcp_server(odd.complete) as server:
        pass
    assert error_of(server).what.endswith("refuses the connection")


def test_a_server_that_does_not_let_us_in_times_out() -> None:
    with odd.unanswering_port() as server:
        error = error_of(server, transfer_timeout=0.4)
    assert error.what.endswith("does not answer (timed out connecting)")


def test_a_server_that_resets_every_connection_is_an_error() -> None:
    """Whether the reset comes before the first look at the connection or after it."""
    with Listener(_abort) as server:
        failures = [error_of(f"{server.address}:{server.port}") for _ in range(200)]
    assert {failure.what.rpartition(" server ")[2].partition(" ")[2] for failure in failures} <= {
        "closed the connection without an answer",
        "cannot be connected to (Connection reset by peer)",
    }


def _abort(connection: socket.socket, _stopping: Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def _no_descriptor_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as probe:
        lowest = probe.fileno()
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_socket_that_cannot_be_had_is_an_error_of_that_zone() -> None:
    with odd.tcp_server(odd.complete) as server, _no_descriptor_left():
        error = error_of(server)
    assert error.what.endswith("cannot be connected to (Too many open files)")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "is an unknown host"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "there is no route to it"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "there is no route to it"),
        (OSError(errno.EACCES, "Permission denied"), "cannot be connected to (Permission denied)"),
    ],
)
def test_errors_of_connecting_are_told_in_words(error: OSError, cause: str) -> None:
    failure = connect_failure(error)
    assert cause in failure.cause
    assert failure.remedy


def test_a_host_name_that_no_resolver_takes_is_an_unknown_host() -> None:
    """Too long a name fails before anything is asked."""
    for host in (".".join(["x" * 63] * 5), "x" * 64):
        broken = source("127.0.0.1").model_copy(update={"server": (Endpoint(host),)})
        with pytest.raises(AxfrError, match="is an unknown host"):
            broken.zone("company.com")


def _flipped(wire: bytes, dice: random.Random) -> bytes:
    """Return the message with some bytes behind the id changed."""
    damaged = bytearray(wire)
    for _ in range(dice.randrange(1, 4)):
        damaged[dice.randrange(4, len(damaged))] = dice.randrange(256)
    return bytes(damaged)


def test_a_damaged_message_yields_a_zone_or_an_axfr_error() -> None:
    """Whatever bytes come, nothing else gets out."""
    dice = random.Random(5936)
    records = (
        "{0} 60 IN MX 10 mail.{0}",
        '{0} 60 IN TXT "text"',
        "www.{0} 60 IN CNAME {0}",
        "{0} 60 IN AAAA 2001:db8::1",
        "{0} 60 IN SVCB 1 . alpn=h2 ipv4hint=192.0.2.1",
        "{0} 60 IN LOC 52 22 23 N 4 53 32 E -2m",
    )

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        lines = [line.format(query.question[0].name) for line in records]
        whole = odd.framed(odd.answer(query, [odd.apex(query), *lines, odd.apex(query)]))
        client.sendall(whole[:2] + _flipped(whole[2:], dice))

    with odd.tcp_server(behave) as server:
        results = [next(iter(source(server).collect())) for _ in range(300)]
    assert {type(result) for result in results} == {Zone, ZoneFailure}
