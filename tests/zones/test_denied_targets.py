"""An address in a denied network never becomes a target, whatever leads to it."""

from ipaddress import ip_network

import pytest
from hypothesis import given

from tests.zones.build import company, shown, skips, targets
from tests.zones.worlds import World, for_any_world, worlds
from zones.naming.answer import Aliased, Answer, Answers
from zones.naming.denial import DEFAULT, Denial
from zones.naming.rules import Rules
from zones.target import SkipReason
from zones.targets import derive

DENYING = Rules(deny=DEFAULT)
METADATA = "169.254.169.254"
IN_ZONE = f"x.company.com A {METADATA}"
OUTSIDE = ("inside", "host.example.net")


@pytest.mark.parametrize(
    "line",
    [
        "y.company.com CNAME x.company.com",
        "y.company.com ALIAS x.company.com",
        "company.com MX 10 x.company.com",
        "_imaps._tcp.company.com SRV 0 0 993 x.company.com",
        "_443._tcp.x.company.com TLSA 3 1 1 " + "ab" * 32,
        "y.company.com HTTPS 0 x.company.com",
        "y.company.com HTTPS 1 x.company.com",
        '_dns.y.company.com SVCB 1 x.company.com alpn="dot"',
        "y.company.com CNAME host.example.net",
        "company.com MX 10 host.example.net",
        f'y.company.com HTTPS 1 host.example.com ipv4hint="{METADATA}"',
        f"*.company.com A {METADATA}",
    ],
)
def test_a_record_that_leads_into_a_denied_network_is_skipped(line: str) -> None:
    """Also where a resolver says so of a name outside: that is how names are rebound."""
    answers: Answers = {OUTSIDE: (METADATA,)}

    found = skips(company(IN_ZONE, line), answers=answers, rules=DENYING)

    assert targets(company(IN_ZONE, line), answers=answers, rules=DENYING) == []
    assert {str(skip.record) for skip in found} == {IN_ZONE, line}
    assert {(skip.reason, skip.detail, skip.denied_by) for skip in found} == {
        (SkipReason.DENIED, METADATA, "169.254.0.0/16")
    }


def test_the_reason_names_the_network() -> None:
    (skip,) = skips(company("www.company.com AAAA ::ffff:10.1.2.3"), rules=_denying("10.0.0.0/8"))

    assert skip.why == "leads into a denied network (10.0.0.0/8)"


def test_without_a_deny_list_every_address_is_looked_at() -> None:
    assert shown(targets(company(IN_ZONE))) == [f"x.company.com {METADATA}"]


def test_of_several_addresses_those_that_are_not_denied_are_looked_at() -> None:
    """And what the record leads to besides is told."""
    held = company("y.company.com CNAME host.example.net")
    answers: Answers = {OUTSIDE: ("::1", "192.0.2.7", METADATA)}

    (found,) = targets(held, answers=answers, rules=DENYING)

    assert (found.address, skips(held, answers=answers, rules=DENYING)) == ("192.0.2.7", [])
    assert found.barred == (f"{METADATA} (169.254.0.0/16)", "::1 (::1/128)")


def test_of_very_many_denied_addresses_some_are_told() -> None:
    """Each of a name's targets holds them, so that a zone could fill the memory with both."""
    addresses = tuple(f"{net}.{n}" for net in ("192.0.2", "127.0.0") for n in range(200))
    held = company("y.company.com CNAME host.example.net")
    rules = Rules(deny=DEFAULT, external_addresses=1000)

    found = targets(held, answers={OUTSIDE: addresses}, rules=rules)

    assert (len(found), {len(target.barred) for target in found}) == (200, {4})


@pytest.mark.parametrize("answer", [(METADATA, "192.0.2.7"), Aliased((METADATA, "192.0.2.7"), ())])
def test_a_denied_address_takes_no_place_of_an_external_one(answer: Answer) -> None:
    rules = Rules(deny=DEFAULT, external_addresses=1)
    held = company("y.company.com CNAME host.example.net")

    assert shown(targets(held, answers={OUTSIDE: answer}, rules=rules)) == [
        "y.company.com 192.0.2.7"
    ]


def test_what_is_denied_is_told_even_where_the_rest_is_left_out_as_external() -> None:
    rules = Rules(deny=DEFAULT, external_for=lambda *_: "skip")
    held = company("y.company.com CNAME host.example.net")

    (skip,) = skips(held, answers={OUTSIDE: (METADATA, "192.0.2.7")}, rules=rules)

    assert (skip.reason, skip.detail) == (SkipReason.DENIED, METADATA)


def test_an_address_of_a_family_that_is_not_looked_at_is_left_out_as_such() -> None:
    rules = Rules(deny=DEFAULT, families=("ipv4",))

    (skip,) = skips(company("x.company.com AAAA ::1"), rules=rules)

    assert skip.reason is SkipReason.FILTERED


def test_a_name_server_is_looked_at_like_any_other_host() -> None:
    """Zones say 192.0.2.53 answered the transfer: that makes it no exception."""
    held = company("ns.company.com A 192.0.2.53")

    assert held.server == "192.0.2.53:53"
    assert shown(targets(held, rules=DENYING)) == ["ns.company.com 192.0.2.53"]


@for_any_world
@given(worlds())
def test_no_target_of_any_world_is_in_a_denied_network(world: World) -> None:
    zones, answers, rules = world
    denial = Denial(rules.deny)

    found, skipped = derive(zones, answers, rules)

    assert {denial.network_of(target.address) for target in found} <= {""}
    assert all(
        denial.network_of(skip.detail) == skip.denied_by
        for skip in skipped
        if skip.reason is SkipReason.DENIED
    )


def _denying(*networks: str) -> Rules:
    return Rules(deny=tuple(map(ip_network, networks)))
