"""What holds for any zones: sums, order, uniqueness."""

import random
from collections import Counter
from dataclasses import replace
from ipaddress import ip_network
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zones.build import company, zone
from zones.answer import Aliased, Answer, Answers, Unresolved
from zones.ownership import Ownership
from zones.rdata import SERVICE_TYPES
from zones.rules import Rules
from zones.targets import (
    NAMING_TYPES,
    derive,
    names_to_resolve,
    references,
)
from zones.zone import Zone


def test_neighbours_are_on_different_addresses() -> None:
    lines = [f"h{number}.company.com A 192.0.2.{number % 5}" for number in range(100)]
    found, _ = derive([company(*lines)], {}, Rules())
    assert all(one.address != other.address for one, other in pairwise(found))


def test_a_busy_address_is_spread_over_the_run() -> None:
    """Half of the targets are on one address: every other one is."""
    busy = [f"busy{number}.company.com A 192.0.2.1" for number in range(20)]
    rest = [f"rest{number}.company.com A 198.51.100.{number}" for number in range(20)]
    found, _ = derive([company(*busy, *rest)], {}, Rules())
    assert {target.address for target in found[::2]} == {"192.0.2.1"}


def test_nothing_comes_of_nothing() -> None:
    assert derive([], {}, Rules()) == ((), ())


_LABELS = ("a", "mx", "", "*", "b.c", "_s", r"x\032y", "sub")
_ORIGINS = ("company.com", "company.com", "sub.company.com", "example.net")
_SRV_OWNERS = ("_imaps._tcp.", "_imap._tcp.", "_ldap._tcp.", "_sip._udp.", "_foo._tcp.", "")
_TLSA_OWNERS = ("_25._tcp.", "_143._tcp.", "_443._tcp.", "_0._tcp.", "_443._udp.", "*._tcp.")
_PREFIXES = {
    "SRV": _SRV_OWNERS,
    "TLSA": _TLSA_OWNERS,
    "TXT": ("_mta-sts.",),
    "HTTPS": ("", "", "_8443._https.", "_foo."),
    "SVCB": ("_dns.", "_dns.", "_foo.", ""),
}
_PARAMETERS = (
    *("", ' port="8443"', ' port="0"', ' alpn="h2,dot"', ' alpn="h3" no-default-alpn'),
    *(' ipv4hint="192.0.2.3"', ' mandatory="key65333" key65333="x"'),
)
_MALFORMED = r"\# 1 00"


def _below(origin: str) -> st.SearchStrategy[str]:
    return st.sampled_from(_LABELS).map(lambda label: f"{label}.{origin}".strip("."))


_name = st.sampled_from((*_ORIGINS, "else.where")).flatmap(_below)
_or_root = st.one_of(_name, _name, _name, st.just("."))
_port = st.sampled_from((0, 143, 443, 993))
_binding = st.one_of(
    st.builds("0 {}".format, _or_root),
    st.builds("1 {}{}".format, st.one_of(_name, st.just(".")), st.sampled_from(_PARAMETERS)),
)
_RDATA: dict[str, st.SearchStrategy[str]] = {
    "A": st.integers(1, 4).map("192.0.2.{}".format),
    "AAAA": st.integers(1, 4).map("2001:db8::{}".format),
    "CNAME": _name,
    "DNAME": _name,
    "NS": _name,
    "MX": st.builds("10 {}".format, _or_root),
    "SRV": st.builds("0 0 {} {}".format, _port, _or_root),
    "TLSA": st.just(f"3 1 1 {'ab' * 32}"),
    "TXT": st.just('"v=STSv1; id=1;"'),
    "HTTPS": _binding,
    "SVCB": _binding,
}
_RDTYPES = ("A", "A", "A", "MX", "MX", "SRV", "SRV", "HTTPS", "HTTPS", "TLSA", *_RDATA)


@st.composite
def _lines(draw: st.DrawFn, origin: str) -> str:
    rdtype = draw(st.sampled_from(_RDTYPES))
    prefix = draw(st.sampled_from(_PREFIXES.get(rdtype, ("",))))
    rdata = draw(_RDATA[rdtype])
    if rdtype in SERVICE_TYPES and draw(st.integers(0, 9)) == 9:
        rdata = _MALFORMED
    return f"{prefix}{draw(_below(origin))} {rdtype} {rdata}"


def _hosts(origin: str) -> tuple[str, ...]:
    return (f"a.{origin} A 192.0.2.1", f"mx.{origin} A 192.0.2.2")


@st.composite
def _zones(draw: st.DrawFn) -> list[Zone]:
    """Some of a few zones in two views, with any records, and hosts for them to lead to."""
    places = st.tuples(st.sampled_from(_ORIGINS), st.sampled_from(("inside", "outside")))
    return [
        zone(origin, *_hosts(origin), *draw(st.sets(_lines(origin), max_size=20)), view=view)
        for origin, view in draw(st.lists(places, unique=True, max_size=4))
    ]


_rules = st.builds(
    Rules,
    families=st.sampled_from((("ipv4", "ipv6"), ("ipv4", "ipv6"), ("ipv4",))),
    ports_for=st.sampled_from((lambda *_: (25, 143, 443), lambda *_: (443,), lambda *_: ())),
    external_for=st.sampled_from((lambda *_: "test", lambda *_: "skip")),
    external_addresses=st.just(1),
    ownership=st.sampled_from(
        (
            Ownership(),
            Ownership(),
            Ownership(owned=(ip_network("192.0.2.2/31"),)),
            Ownership(owned=(ip_network("198.51.100.0/24"),), third_party=("*.where", "a.*")),
        )
    ),
    services=st.sampled_from((SERVICE_TYPES, SERVICE_TYPES, frozenset({"MX"}))),
    wildcard_names=st.sampled_from(((), ("shop.company.com", "b.sub.company.com"))),
)
_ANSWERS: tuple[Answer, ...] = (
    (),
    ("198.51.100.1", "2001:db8::9"),
    Aliased(("198.51.100.1",), ("a.net",)),
    Unresolved("SERVFAIL"),
)
_answer: st.SearchStrategy[Answer] = st.sampled_from(_ANSWERS)


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[list[Zone], Answers, Rules]:
    zones, rules = draw(_zones()), draw(_rules)
    names = sorted(names_to_resolve(zones, rules))
    answers: Answers = {name: draw(_answer) for name in names}
    return zones, answers, rules


World = tuple[list[Zone], Answers, Rules]
for_any_world = settings(
    max_examples=200, deadline=None, database=None, derandomize=True, print_blob=False
)


@for_any_world
@given(_worlds())
def test_every_record_ends_as_targets_or_as_one_skip(world: World) -> None:
    zones, answers, rules = world
    found, skipped = derive(zones, answers, rules)
    records = {ref for held in zones for ref in references(held)}
    named = {ref for target in found for ref in target.records}
    counted = Counter(skip.record for skip in skipped)

    assert named | counted.keys() == records
    assert not named & counted.keys()
    assert set(counted.values()) <= {1}
    assert {ref.rdtype for ref in records} <= NAMING_TYPES


@for_any_world
@given(_worlds())
def test_nothing_is_tested_twice(world: World) -> None:
    found, _ = derive(*world)
    places = Counter((target.fqdn, target.address, target.port) for target in found)

    assert set(places.values()) <= {1}
    assert len({target.id for target in found}) == len(found)


@for_any_world
@given(_worlds(), st.randoms(use_true_random=False))
def test_the_order_of_zones_and_records_does_not_matter(world: World, dice: random.Random) -> None:
    zones, answers, rules = world
    mixed = [
        replace(held, records=tuple(dice.sample(held.records, len(held.records))))
        for held in dice.sample(zones, len(zones))
    ]

    assert derive(mixed, answers, rules) == derive(zones, answers, rules)
    assert names_to_resolve(mixed, rules) == names_to_resolve(zones, rules)


@for_any_world
@given(_worlds())
def test_every_name_that_leaves_the_zones_is_looked_up(world: World) -> None:
    _, skipped = derive(*world)

    assert not [skip for skip in skipped if skip.detail.endswith("was not looked up")]


@for_any_world
@given(_worlds())
def test_every_target_can_be_connected_to_and_asked_for(world: World) -> None:
    found, _ = derive(*world)

    for target in found:
        assert 1 <= target.port <= 65535
        assert target.records
        assert "*" not in target.server_name
        assert "_" not in {label[:1] for label in target.server_name.split(".")}
