"""Targets that come from HTTPS and SVCB records (RFC 9460)."""

import pytest

from tests.zones.build import company, doors, reasons, skips, targets, turned, zone
from zones.naming.rules import Rules
from zones.target import SkipReason
from zones.targets import Answers, Unresolved, names_to_resolve

WWW = "www.company.com A 192.0.2.1"
SVC = "svc.company.com A 192.0.2.2"
NOTHING_BUT_SERVICES = Rules(ports_for=lambda *_: ())
OUTSIDE: Answers = {("inside", "svc.example.net"): ("198.51.100.1",)}


def endpoints(*lines: str, answers: Answers | None = None) -> list[str]:
    """Return what comes of the HTTPS and SVCB records of company.com."""
    return doors(targets(company(*lines), answers=answers, rules=NOTHING_BUT_SERVICES))


def reason_for(line: str, *lines: str) -> tuple[SkipReason, str]:
    """Return why the first of the records names no target."""
    [skip] = (each for each in skips(company(line, *lines)) if str(each.record) == line)
    return skip.reason, skip.detail


# ServiceMode


def test_owner_itself_is_the_endpoint_of_a_dot() -> None:
    """RFC 9460 section 2.5.2."""
    assert endpoints("www.company.com HTTPS 1 .", WWW) == ["www.company.com 192.0.2.1:443"]


def test_port_and_target_say_where_to_connect_and_nothing_of_the_name() -> None:
    """RFC 9460 sections 2.3 and 9.4: certificate and SNI are the origin's."""
    held = company('www.company.com HTTPS 1 svc.company.com port="8443"', SVC)
    [target] = targets(held, rules=NOTHING_BUT_SERVICES)
    assert doors([target]) == ["www.company.com 192.0.2.2:8443"]
    assert (target.server_name, target.accepted) == ("www.company.com", ())


def test_owner_with_a_port_prefix_is_about_that_port() -> None:
    """RFC 9460 section 9.1."""
    assert endpoints("_8443._https.www.company.com HTTPS 1 www.company.com", WWW) == [
        "www.company.com 192.0.2.1:8443"
    ]


def test_dot_of_a_prefixed_owner_is_that_owner() -> None:
    line = "_8443._https.www.company.com HTTPS 1 ."
    assert reason_for(line, WWW) == (SkipReason.DANGLING, "_8443._https.www.company.com")


def test_wildcard_owner_is_asked_for_under_its_probe_name() -> None:
    held = company('*.company.com HTTPS 1 . port="8443"', "*.company.com A 192.0.2.9")
    [target] = targets(held, rules=NOTHING_BUT_SERVICES)
    assert doors([target]) == ["*.company.com 192.0.2.9:8443"]
    assert target.server_name.startswith("zonecert-")


@pytest.mark.parametrize(
    ("parameters", "is_tested"),
    [
        ('alpn="h2,h3"', True),
        ('alpn="h3"', True),
        ('alpn="h3" no-default-alpn', False),
        ('alpn="h3,h3-29" no-default-alpn', False),
        ('alpn="h3,h2" no-default-alpn', True),
        ('alpn="foo" no-default-alpn', True),
    ],
)
def test_endpoint_of_quic_alone_is_skipped(parameters: str, *, is_tested: bool) -> None:
    """RFC 9460 section 7.1.2: HTTP/1.1 over TCP is there unless no-default-alpn takes it out."""
    line = f"www.company.com HTTPS 1 . {parameters}"
    assert bool(endpoints(line, WWW)) is is_tested
    if not is_tested:
        assert reason_for(line, WWW)[0] is SkipReason.INCOMPATIBLE


def test_endpoint_that_demands_an_unknown_key_is_skipped() -> None:
    """RFC 9460 section 8."""
    line = 'www.company.com HTTPS 1 . mandatory="key65333" key65333="x"'
    assert reason_for(line, WWW) == (SkipReason.INCOMPATIBLE, "mandatory: key65333")
    assert endpoints('www.company.com HTTPS 1 . mandatory="port" port="444"', WWW)


def test_port_0_is_skipped() -> None:
    assert reason_for('www.company.com HTTPS 1 . port="0"', WWW)[0] is SkipReason.NO_PORT


def test_hints_are_looked_at_beside_the_addresses() -> None:
    """RFC 9460 section 7.3: clients may use them until they have the A and AAAA records."""
    hinted = 'www.company.com HTTPS 1 . ipv4hint="192.0.2.1,192.0.2.7" ipv6hint="2001:db8::7"'
    assert endpoints(hinted, WWW) == [
        "www.company.com 192.0.2.1:443",
        "www.company.com 192.0.2.7:443",
        "www.company.com 2001:db8::7:443",
    ]


@pytest.mark.parametrize(
    "answer", [(), Unresolved("SERVFAIL"), ("198.51.100.1",)], ids=["none", "failed", "some"]
)
def test_hints_of_an_external_name_are_external_and_stand_alone_where_they_must(
    answer: tuple[str, ...] | Unresolved,
) -> None:
    held = company('www.company.com HTTPS 1 svc.example.net ipv4hint="198.51.100.1"')
    [target] = targets(held, answers={("inside", "svc.example.net"): answer})
    assert (target.address, target.external) == ("198.51.100.1", True)


def test_record_in_service_mode_beside_an_alias_does_not_count() -> None:
    """RFC 9460 section 2.4.1."""
    lines = ("www.company.com HTTPS 0 svc.company.com", "www.company.com HTTPS 1 .", WWW, SVC)
    assert endpoints(*lines) == ["www.company.com 192.0.2.2:443"]
    assert reason_for(lines[1], *lines)[0] is SkipReason.BESIDE_ALIAS


def test_record_of_what_a_name_is_an_alias_of_is_the_names_too() -> None:
    """RFC 9460 section 2.4.2: CNAMEs are followed as normal, the origin stays."""
    held = company(
        "a.company.com CNAME www.company.com", 'www.company.com HTTPS 1 . port="444"', WWW
    )
    found = targets(held, rules=NOTHING_BUT_SERVICES)
    assert doors(found) == ["a.company.com 192.0.2.1:444", "www.company.com 192.0.2.1:444"]
    assert found[0].server_name == "a.company.com"
    left_out = Rules(services=frozenset())
    assert doors(targets(held, rules=left_out)) == [
        "a.company.com 192.0.2.1:443",
        "www.company.com 192.0.2.1:443",
    ]


def test_record_with_a_port_prefix_may_be_behind_an_alias() -> None:
    lines = ("_8443._https.www.company.com CNAME svc.company.com", "svc.company.com HTTPS 1 .", SVC)
    assert "www.company.com 192.0.2.2:8443" in endpoints(*lines)


# AliasMode


ALIAS = "company.com HTTPS 0 svc.company.com"


def test_alias_leads_to_the_addresses_of_its_target() -> None:
    """RFC 9460 section 3: the origin's own port, where no further record says another."""
    assert endpoints(ALIAS, SVC) == ["company.com 192.0.2.2:443"]


def test_alias_leads_to_the_endpoints_of_its_target() -> None:
    """RFC 9460 section 2.4.2."""
    lines = (
        'svc.company.com HTTPS 1 h3pool.company.com alpn="h3" no-default-alpn',
        'svc.company.com HTTPS 2 . port="8002"',
        'svc.company.com HTTPS 3 www.company.com alpn="h2"',
    )
    assert endpoints(ALIAS, SVC, WWW, *lines)[:2] == [
        "company.com 192.0.2.1:443",
        "company.com 192.0.2.2:8002",
    ]


def test_alias_to_endpoints_that_nobody_here_can_use_leads_to_the_address() -> None:
    """RFC 9460 section 8: as if there were no such record."""
    only_quic = 'svc.company.com HTTPS 1 . alpn="h3" no-default-alpn'
    assert endpoints(ALIAS, SVC, only_quic) == ["company.com 192.0.2.2:443"]


def test_alias_is_followed_through_cnames_and_further_aliases() -> None:
    lines = (
        ALIAS,
        "svc.company.com CNAME pool.company.com",
        "pool.company.com HTTPS 0 last.company.com",
        'last.company.com HTTPS 1 . port="444"',
        "last.company.com A 192.0.2.4",
    )
    assert endpoints(*lines) == [
        "company.com 192.0.2.4:444",
        "last.company.com 192.0.2.4:444",
        "pool.company.com 192.0.2.4:444",
        "svc.company.com 192.0.2.4:444",
    ]


def test_of_several_further_aliases_the_first_in_order_is_followed() -> None:
    lines = ("svc.company.com HTTPS 0 a.company.com", "svc.company.com HTTPS 0 b.company.com")
    held = company(ALIAS, *lines, "a.company.com A 192.0.2.4", "b.company.com A 192.0.2.5")
    for each in (held, turned(held)):
        found = targets(each, rules=NOTHING_BUT_SERVICES)
        assert [t.address for t in found if t.fqdn == "company.com"] == ["192.0.2.4"]


def test_alias_of_a_prefixed_owner_keeps_its_port() -> None:
    line = "_8443._https.company.com HTTPS 0 svc.company.com"
    assert endpoints(line, SVC) == ["company.com 192.0.2.2:8443"]


def test_alias_that_leaves_the_zones_is_external() -> None:
    held = company("company.com HTTPS 0 svc.example.net")
    assert names_to_resolve([held], Rules()) == {("inside", "svc.example.net")}
    [target] = targets(held, answers=OUTSIDE)
    assert doors([target]) == ["company.com 198.51.100.1:443"]
    assert target.external


def test_alias_is_followed_into_other_zones_of_its_view() -> None:
    other = zone(
        "example.net", 'svc.example.net HTTPS 1 . port="444"', "svc.example.net A 192.0.2.7"
    )
    found = targets(
        company("company.com HTTPS 0 svc.example.net"), other, rules=NOTHING_BUT_SERVICES
    )
    assert doors(found) == ["company.com 192.0.2.7:444", "svc.example.net 192.0.2.7:444"]


def test_alias_does_not_lead_to_records_of_another_type() -> None:
    """RFC 9460 section 2.4.2: an alias applies to its own type only."""
    other = 'svc.company.com SVCB 1 . port="444" alpn="h2"'
    assert endpoints(ALIAS, SVC, other) == ["company.com 192.0.2.2:443"]


def test_alias_to_a_dot_says_that_there_is_no_service() -> None:
    """RFC 9460 section 2.5.1."""
    assert reason_for("company.com HTTPS 0 .")[0] is SkipReason.NO_SERVICE
    further = "svc.company.com HTTPS 0 ."
    assert reason_for(ALIAS, further, SVC)[0] is SkipReason.NO_SERVICE


@pytest.mark.parametrize(
    "lines",
    [
        ("company.com HTTPS 0 company.com",),
        ("company.com HTTPS 0 svc.company.com", "svc.company.com HTTPS 0 company.com"),
        ("company.com HTTPS 0 svc.company.com", "svc.company.com CNAME svc.company.com"),
    ],
)
def test_loop_of_aliases_is_skipped(lines: tuple[str, ...]) -> None:
    found = reasons(skips(company(*lines)))
    assert set(found.values()) == {SkipReason.CNAME_LOOP}
    assert len(found) == len(lines)


# Hints


def test_hints_do_not_stand_in_the_way_of_an_external_names_addresses() -> None:
    """Of those a few are taken, by number, and anything may stand in a hint."""
    held = company('www.company.com HTTPS 1 svc.example.net ipv4hint="192.0.2.1,192.0.2.2"')
    answers = {("inside", "svc.example.net"): ("203.0.113.1", "203.0.113.2")}
    found = targets(held, answers=answers, rules=NOTHING_BUT_SERVICES)
    assert [target.address for target in found] == ["203.0.113.1", "203.0.113.2"]


# Owners, and SVCB


@pytest.mark.parametrize(
    ("owner", "rdtype", "detail"),
    [
        ("_https.company.com", "SVCB", "_https"),
        ("_8443._https.company.com", "SVCB", "_https"),
        ("_8443._foo.company.com", "SVCB", "_foo"),
        ("_8443._foo.company.com", "HTTPS", "_foo"),
        ("_foo.company.com", "HTTPS", "_foo"),
        ("svc.company.com", "SVCB", ""),
    ],
)
def test_scheme_that_is_not_known_is_skipped(owner: str, rdtype: str, detail: str) -> None:
    """RFC 9460 section 9: nobody asks for SVCB records of https."""
    line = f"{owner} {rdtype} 1 svc.company.com"
    assert reason_for(line, SVC) == (SkipReason.UNKNOWN_SERVICE, detail)


def test_origin_with_a_service_label_is_no_host() -> None:
    assert reason_for("a._b.company.com HTTPS 1 .")[0] is SkipReason.SERVICE_LABEL


@pytest.mark.parametrize(
    ("parameters", "ports"),
    [
        ('alpn="dot"', [853]),
        ('alpn="h2,dot,doq"', [443, 853]),
        ('alpn="dot" port="8530"', [8530]),
        ('alpn="h2" key7="/q{?dns}"', [443]),
    ],
)
@pytest.mark.parametrize("owner", ["_dns.ns.company.com", "_9953._dns.ns.company.com"])
def test_encrypted_dns_is_a_service(owner: str, parameters: str, ports: list[int]) -> None:
    """RFC 9461: the port is the protocol's own, and the name that of the DNS server."""
    held = company(f"{owner} SVCB 1 svc.company.com {parameters}", SVC)
    found = targets(held, rules=NOTHING_BUT_SERVICES)
    assert [(target.fqdn, target.port) for target in found] == [
        ("ns.company.com", port) for port in ports
    ]


def test_encrypted_dns_over_quic_alone_is_skipped() -> None:
    line = '_dns.ns.company.com SVCB 1 svc.company.com alpn="doq"'
    assert reason_for(line, SVC) == (SkipReason.INCOMPATIBLE, "doq")


def test_encrypted_dns_says_its_protocols_or_there_is_none() -> None:
    line = "_dns.ns.company.com SVCB 0 svc.company.com"
    assert reason_for(line, SVC) == (SkipReason.INCOMPATIBLE, "no protocol is named")
    further = 'svc.company.com SVCB 1 . alpn="dot"'
    assert endpoints(line, SVC, further) == ["ns.company.com 192.0.2.2:853"]
