from collections.abc import Iterator

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import pytest

from tests.support.bind import bind, primary_file
from tests.support.dns_server import answer, udp_server
from zones.endpoint import Endpoint, parse_address_endpoint
from zones.naming.answer import Aliased, Answer, Unresolved
from zones.resolver import _resolver, _words, resolve

SHOPS = primary_file(
    """
both  A     192.0.2.1
both  A     192.0.2.2
both  AAAA  2001:db8::1
four  A     192.0.2.4
text  TXT   "no addresses"
alias CNAME both
away  CNAME both.example.org.
stray CNAME nowhere.example.org.
"""
)


@pytest.fixture(scope="module")
def nameserver() -> Iterator[Endpoint]:
    org = primary_file("both A 192.0.2.9")
    with bind({"example.net": SHOPS, "example.org": org}) as server:
        yield Endpoint(server.address, server.port)


def answered(name: str, server: Endpoint, lifetime: float = 5.0) -> Answer:
    asked = {("inside", name)}
    return resolve(asked, {"inside": (server,)}, lifetime=lifetime)["inside", name]


def addresses(name: str, server: Endpoint, lifetime: float = 5.0) -> tuple[str, ...] | Unresolved:
    answer = answered(name, server, lifetime)
    return answer.addresses if isinstance(answer, Aliased) else answer


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("both.example.net", {"192.0.2.1", "192.0.2.2", "2001:db8::1"}),
        ("four.example.net", {"192.0.2.4"}),
        ("alias.example.net", {"192.0.2.1", "192.0.2.2", "2001:db8::1"}),
        ("away.example.net", {"192.0.2.9"}),
        ("text.example.net", set()),
        ("gone.example.net", set()),
        ("stray.example.net", set()),
    ],
)
def test_names_have_the_addresses_of_both_families(
    name: str, found: set[str], nameserver: Endpoint
) -> None:
    result = addresses(name, nameserver)
    assert not isinstance(result, Unresolved)
    assert set(result) == found
    assert len(result) == len(found)


def test_names_on_the_way_are_told(nameserver: Endpoint) -> None:
    """One of them may be a third party's."""
    assert answered("away.example.net", nameserver) == Aliased(
        ("192.0.2.9",), ("both.example.org",)
    )
    assert answered("four.example.net", nameserver) == ("192.0.2.4",)


def test_each_view_asks_its_own_name_servers(nameserver: Endpoint) -> None:
    def other(query: dns.message.Message) -> dns.message.Message:
        line = f"{query.question[0].name} 60 IN A 198.51.100.1"
        return answer(query, [line] if query.question[0].rdtype == dns.rdatatype.A else [])

    names = {("inside", "four.example.net"), ("outside", "four.example.net")}
    with udp_server(other) as server:
        asked = {"inside": (nameserver,), "outside": (parse_address_endpoint(server),)}
        assert resolve(names, asked) == {
            ("inside", "four.example.net"): ("192.0.2.4",),
            ("outside", "four.example.net"): ("198.51.100.1",),
        }


def test_a_name_server_that_does_not_recurse_is_asked_link_by_link() -> None:
    def link(query: dns.message.Message) -> dns.message.Message:
        name = query.question[0].name.to_text()
        if name != "end.example.net.":
            return answer(query, [f"{name} 60 IN CNAME end.example.net."])
        is_a = query.question[0].rdtype == dns.rdatatype.A
        return answer(query, [f"{name} 60 IN A 192.0.2.1"] if is_a else [])

    with udp_server(link) as server:
        assert addresses("www.example.net", parse_address_endpoint(server)) == ("192.0.2.1",)


def test_a_chain_without_end_is_unresolved() -> None:
    def longer(query: dns.message.Message) -> dns.message.Message:
        name = query.question[0].name.to_text()
        return answer(query, [f"{name} 60 IN CNAME x.{name}"])

    with udp_server(longer) as server:
        result = addresses("example.net", parse_address_endpoint(server))
    assert result == Unresolved("A: a CNAME chain of more than 16 links")


def test_a_silent_name_server_is_unresolved() -> None:
    with udp_server(lambda _: None) as server:
        result = addresses("www.example.net", parse_address_endpoint(server), lifetime=0.3)
    assert result == Unresolved("A: no answer from the name servers in time")


def _servfail(query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.SERVFAIL)
    return response


def test_names_whose_turn_does_not_come_in_time_are_unresolved() -> None:
    """Of a zone that leads to any number of names whose servers never answer."""
    names = {("inside", f"h{number}.example.net") for number in range(100)}
    with udp_server(lambda _: None) as server:
        nameservers = {"inside": (parse_address_endpoint(server),)}
        found = resolve(names, nameservers, lifetime=0.3, altogether=0.2)

    whys = [each.why for each in found.values() if isinstance(each, Unresolved)]
    assert len(whys) == len(names)
    assert whys.count("was not asked: those before it took 0.2 s") >= 100 - 16


def test_a_name_server_that_fails_is_unresolved() -> None:
    with udp_server(_servfail) as server:
        result = addresses("www.example.net", parse_address_endpoint(server))
    assert result == Unresolved("A: every name server failed or refused")


def _has_no_ipv6(query: dns.message.Message) -> dns.message.Message:
    if query.question[0].rdtype == dns.rdatatype.AAAA:
        return _servfail(query)
    return answer(query, [f"{query.question[0].name} 60 IN A 192.0.2.1"])


def test_addresses_of_one_family_are_not_taken_for_all_where_the_other_fails() -> None:
    with udp_server(_has_no_ipv6) as server:
        result = addresses("www.example.net", parse_address_endpoint(server))
    assert result == Unresolved("AAAA: every name server failed or refused")


def test_a_family_that_is_left_out_is_not_asked_for() -> None:
    asked = ("inside", "www.example.net")
    with udp_server(_has_no_ipv6) as server:
        found = resolve({asked}, {"inside": (parse_address_endpoint(server),)}, ["ipv4"])
    assert found == {asked: ("192.0.2.1",)}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (dns.resolver.NoResolverConfiguration, "the system has no name servers configured"),
        (dns.name.BadEscape, "BadEscape"),
    ],
)
def test_every_error_has_words(error: type[dns.exception.DNSException], words: str) -> None:
    assert _words(error()).startswith(words)


def test_nothing_is_asked_for_no_names() -> None:
    assert resolve(set(), {}) == {}


def test_configured_name_servers_are_the_only_ones() -> None:
    resolver = _resolver((Endpoint("192.0.2.53", 5353), Endpoint("::1")))
    assert [str(server) for server in resolver.nameservers] == [
        "Do53:192.0.2.53@5353",
        "Do53:::1@53",
    ]
