"""What a zone's author can make of few records: work and memory grow as the records do."""

import tracemalloc
from collections.abc import Callable
from cProfile import Profile

import pytest

from tests.zones.build import company, shown, targets, zone
from zones.naming.lookup import MAX_LINKS, MOST_BEHIND
from zones.naming.zone_data import ZoneData
from zones.targets import Rules, derive, names_to_resolve
from zones.zone import Zone

FEW, MANY = 40, 160
"""Records of the two zones whose work is compared."""
SLACK = 1.25
"""Sorting grows a little faster than what is sorted, and not all that is done depends on it."""


def at(number: int) -> str:
    return f"10.0.{number >> 8}.{number & 255}"


def of(count: int, line: str) -> list[str]:
    """Return so many records, with the number and the next one for ``{0}`` and ``{1}``."""
    return [line.format(number, number + 1, at(number)) for number in range(count)]


HOST = "www.company.com A 192.0.2.1"
LINES: dict[str, Callable[[int], list[str]]] = {
    "names on one address": lambda n: of(n, "h{0}.company.com A 192.0.2.1"),
    "addresses of one name": lambda n: [
        *of(n, "www.company.com A {2}"),
        "to.company.com CNAME www.company.com",
    ],
    "one long chain": lambda n: of(n, "x{0}.company.com CNAME x{1}.company.com"),
    "chains of ten": lambda n: [
        *of(n, "c{0}.company.com A {2}"),
        *(
            f"x{number}-{link}.company.com CNAME "
            + (f"x{number}-{link + 1}.company.com" if link < 9 else f"c{number}.company.com")
            for number in range(n)
            for link in range(10)
        ),
    ],
    "aliases of one name": lambda n: [HOST, *of(n, "x{0}.company.com CNAME www.company.com")],
    "exchanges": lambda n: [
        *of(n, "company.com MX 10 m{0}.company.com"),
        *of(n, "m{0}.company.com A {2}"),
        *of(n, '_mta-sts.company.com TXT "v=STSv1; id={0};"'),
    ],
    "domains of one exchange": lambda n: [
        HOST,
        *of(n, "d{0}.company.com MX 10 www.company.com"),
        *of(n, "_25._tcp.www.company.com TLSA 3 1 1 {0:064x}"),
    ],
    "service records of one service": lambda n: [
        *of(n, "_imaps._tcp.company.com SRV 0 0 993 m{0}.company.com"),
        *of(n, "m{0}.company.com A {2}"),
    ],
    "bindings in a circle": lambda n: of(n, "s{0}.company.com HTTPS 0 s{1}.company.com"),
    "bindings at one name": lambda n: [HOST, *of(n, 'www.company.com HTTPS {1} . port="{1}"')],
    "bindings that lead to many": lambda n: [
        HOST,
        *of(n, "s{0}.company.com HTTPS 0 www.company.com"),
        *of(n, 'www.company.com HTTPS {1} . port="{1}"'),
    ],
    "bindings that lead to many in alias mode": lambda n: [
        *of(n, "s{0}.company.com HTTPS 0 www.company.com"),
        *of(n, "www.company.com HTTPS 0 x{0}.company.com"),
    ],
    "aliases of one name with many records": lambda n: [
        *of(n, "x{0}.company.com CNAME www.company.com"),
        *of(n, 'www.company.com HTTPS {1} gone.company.com port="0"'),
        *of(n, "www.company.com TLSA 3 1 1 {0:064x}"),
    ],
    "parting ways": lambda n: [
        *of(n, "www.company.com ALIAS x{0}.company.com"),
        *of(n, "x{0}.company.com ALIAS x{1}.company.com"),
    ],
    "wildcards": lambda n: [
        *of(n, "*.w{0}.company.com A {2}"),
        *of(n, "company.com MX 10 m.w{0}.company.com"),
    ],
    "delegations": lambda n: [
        *of(n, "s{0}.company.com NS ns.s{0}.company.com"),
        *of(n, "ns.s{0}.company.com A {2}"),
    ],
    "redirections": lambda n: [
        *of(n, "d{0}.company.com DNAME d{1}.company.com"),
        *of(n, "w{0}.company.com CNAME x.d{0}.company.com"),
    ],
    "names outside": lambda n: of(n, "x{0}.company.com CNAME y{0}.example.net"),
}


def work(zones: list[Zone]) -> int:
    """Return how many calls, and steps of generators, it takes to derive the zones' targets."""
    with Profile() as profile:
        names_to_resolve(zones, Rules())
        derive(zones, {}, Rules())
    return sum(each.callcount for each in profile.getstats())


def grows_as_they_do(few: list[Zone], many: list[Zone]) -> bool:
    # What is kept of rdata that was read before shall count for neither.
    derive(many, {}, Rules())
    return work(many) <= MANY / FEW * SLACK * work(few)


@pytest.mark.parametrize("name", LINES)
def test_work_grows_as_the_records_do(name: str) -> None:
    few, many = ([company(*LINES[name](count))] for count in (FEW, MANY))

    assert grows_as_they_do(few, many)


def test_work_grows_as_zones_do_that_lead_to_each_other() -> None:
    def zones(count: int) -> list[Zone]:
        return [
            zone(
                f"z{n}.test", f"a.z{n}.test CNAME a.z{(n + 1) % count}.test", f"z{n}.test A {at(n)}"
            )
            for n in range(count)
        ]

    assert grows_as_they_do(zones(FEW), zones(MANY))


def test_of_the_records_behind_an_alias_the_first_count() -> None:
    """All of them do at the name that they stand at."""
    ports = [
        f'www.company.com HTTPS {n:03} . port="{n}"' for n in range(100, 100 + 2 * MOST_BEHIND)
    ]
    found = targets(company(HOST, "to.company.com CNAME www.company.com", *ports))

    by_name = [each.fqdn for each in found if each.port != 443]
    assert by_name.count("to.company.com") == MOST_BEHIND
    assert by_name.count("www.company.com") == 2 * MOST_BEHIND


def test_alias_records_may_follow_on_each_other_as_often_as_cnames() -> None:
    links = [f"x{n:02}.company.com ALIAS x{n + 1:02}.company.com" for n in range(MAX_LINKS + 2)]
    found = targets(company(*links, f"x{MAX_LINKS + 2}.company.com A 192.0.2.1"))

    assert len(found) == MAX_LINKS + 1
    assert "x02.company.com 192.0.2.1" in shown(found)


def test_names_above_deep_owners_are_found_and_take_no_memory() -> None:
    """Each of these owners has a hundred empty non-terminals of its own above it."""
    owners = ["a." * 100 + f"h{number}.company.com" for number in range(1000)]
    held = company(*(f"{owner} A 192.0.2.1" for owner in owners), "*.company.com A 192.0.2.2")
    tracemalloc.start()
    try:
        data = ZoneData(held)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 2_000_000
    assert data.addresses("a.a.h7.company.com") == ()
    assert data.addresses("b.a.h7.company.com") == ()
    assert data.addresses("h1000.company.com") == ("192.0.2.2",)


def test_an_escaped_dot_makes_no_name_above() -> None:
    data = ZoneData(company(r"a\.b.company.com A 192.0.2.1", "*.company.com A 192.0.2.2"))

    assert data.addresses("b.company.com") == ("192.0.2.2",)
