import socket
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.xfr
import dns.zone
import pytest

from demo.dns import DnsServer

SOA = "@ 300 SOA ns.example. hostmaster.example. 7 3600 900 604800 300\n@ 300 NS ns.example.\n"
ZONE = (
    SOA
    + """
www        300 A     192.0.2.1
www        300 A     192.0.2.2
www        300 AAAA  2001:db8::1
api        300 CNAME www
away       300 CNAME www.example.
loop       300 CNAME loop
*.apps     300 A     192.0.2.3
one.apps   300 AAAA  2001:db8::2
"""
)
CHILD = SOA + "host 300 A 192.0.2.9\n"
MANY = SOA + "".join(f"host-{number} 300 A 192.0.2.1\n" for number in range(500))


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    zones = {"example.test": ZONE, "sub.example.test": CHILD, "many.test": MANY}
    with DnsServer({**zones, "secret.test": SOA}, refused=frozenset({"secret.test"})) as running:
        yield running


def ask(server: DnsServer, name: str, rdtype: str = "A") -> dns.message.Message:
    """Return the answer over UDP, which must be the one over TCP."""
    query = dns.message.make_query(name, rdtype)
    over_udp = dns.query.udp(query, server.address, port=server.port, timeout=10)
    over_tcp = dns.query.tcp(query, server.address, port=server.port, timeout=10)
    assert over_udp == over_tcp
    assert over_udp.answer == over_tcp.answer
    return over_udp


def values(message: dns.message.Message) -> list[str]:
    return sorted(str(rdata) for rrset in message.answer for rdata in rrset)


def transferred(server: DnsServer, origin: str) -> dns.zone.Zone:
    zone = dns.zone.Zone(origin, relativize=False)
    dns.query.inbound_xfr(server.address, zone, port=server.port, timeout=10)
    return zone


@pytest.mark.parametrize(
    ("origin", "text"), [("example.test", ZONE), ("many.test", MANY), ("sub.example.test", CHILD)]
)
def test_transfer_gives_the_zone(server: DnsServer, origin: str, text: str) -> None:
    assert transferred(server, origin) == dns.zone.from_text(text, origin, relativize=False)


@pytest.mark.parametrize("origin", ["secret.test", "unknown.test", "www.example.test"])
def test_transfer_of_a_zone_marked_so_or_not_there_is_refused(
    server: DnsServer, origin: str
) -> None:
    with pytest.raises(dns.xfr.TransferError) as refused:
        transferred(server, origin)
    assert refused.value.rcode == dns.rcode.REFUSED


def test_transfer_over_udp_is_refused(server: DnsServer) -> None:
    query = dns.message.make_query("example.test", "AXFR")
    response = dns.query.udp(query, server.address, port=server.port, timeout=10)
    assert response.rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize(
    ("name", "rdtype", "wanted"),
    [
        ("www.example.test", "A", ["192.0.2.1", "192.0.2.2"]),
        ("www.example.test", "AAAA", ["2001:db8::1"]),
        ("api.example.test", "A", ["192.0.2.1", "192.0.2.2", "www.example.test."]),
        ("api.example.test", "CNAME", ["www.example.test."]),
        ("away.example.test", "A", ["www.example."]),
        ("x.y.apps.example.test", "A", ["192.0.2.3"]),
        ("host.sub.example.test", "A", ["192.0.2.9"]),
        ("example.test", "NS", ["ns.example."]),
    ],
)
def test_question_is_answered_with_authority(
    server: DnsServer, name: str, rdtype: str, wanted: list[str]
) -> None:
    response = ask(server, name, rdtype)
    assert values(response) == wanted
    assert response.flags & dns.flags.AA


@pytest.mark.parametrize(
    ("name", "rcode"),
    [
        ("nobody.example.test", dns.rcode.NXDOMAIN),
        ("one.apps.example.test", dns.rcode.NOERROR),
        ("apps.example.test", dns.rcode.NOERROR),
        ("below.one.apps.example.test", dns.rcode.NXDOMAIN),
        ("example.com", dns.rcode.REFUSED),
    ],
)
def test_name_without_an_answer_gets_none(
    server: DnsServer, name: str, rcode: dns.rcode.Rcode
) -> None:
    """An existing name, also one that only has names below it, blocks the wildcard (RFC 4592)."""
    response = ask(server, name)
    assert not response.answer
    assert response.rcode() == rcode


def test_loop_of_cnames_ends(server: DnsServer) -> None:
    assert set(values(ask(server, "loop.example.test"))) == {"loop.example.test."}


def test_what_is_no_query_is_not_answered(server: DnsServer) -> None:
    answer = dns.message.make_query("www.example.test", "A")
    answer.flags |= dns.flags.QR
    for wire in (b"\x00", answer.to_wire()):
        with socket.create_connection((server.address, server.port), timeout=10) as connection:
            connection.sendall(len(wire).to_bytes(2, "big") + wire)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b""
    assert values(ask(server, "www.example.test", "AAAA")) == ["2001:db8::1"]
