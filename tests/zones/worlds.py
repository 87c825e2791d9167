"""Any zones, as hypothesis makes them: records of every type, most of which lead somewhere."""

from ipaddress import ip_network

from hypothesis import settings
from hypothesis import strategies as st

from tests.zones.build import zone
from zones.naming.answer import Aliased, Answer, Answers, Unresolved
from zones.naming.ownership import Ownership
from zones.naming.rules import Rules
from zones.reading.rdata import SERVICE_TYPES
from zones.targets import names_to_resolve
from zones.zone import ALIASES, Zone

World = tuple[list[Zone], Answers, Rules]
"""Zones, how the names that leave them are resolved, and the rules."""

for_any_world = settings(
    max_examples=200, deadline=None, database=None, derandomize=True, print_blob=False
)
"""The same ones in every run."""

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
    **dict.fromkeys(ALIASES, _name),
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
    deny=st.sampled_from(
        ((), (), tuple(map(ip_network, ("192.0.2.2/31", "198.51.100.1/32", "2001:db8::/126"))))
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
def worlds(draw: st.DrawFn) -> World:
    """Zones, answers for all names that leave them, and rules."""
    zones, rules = draw(_zones()), draw(_rules)
    names = sorted(names_to_resolve(zones, rules))
    answers: Answers = {name: draw(_answer) for name in names}
    return zones, answers, rules
