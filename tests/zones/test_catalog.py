"""Which zones a catalog zone lists, and what becomes of them (RFC 9432)."""

import socket
from collections.abc import Iterator

import dns.message
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from tests.support import dns_server as odd
from tests.support.bind import bind, primary_file
from tests.support.configuration import SOURCE, faults
from tests.support.knot import knot
from tests.zones.build import NOON, zone
from zones.axfr import AxfrSource
from zones.catalog import CatalogError, as_catalog
from zones.inventory import take_inventory
from zones.source import ZoneFailure
from zones.targets import Rules
from zones.transfer.servers import AxfrError
from zones.zone import Zone

VERSION = 'version.catalog.example TXT "2"'
COMPANY = "a1.zones.catalog.example PTR company.com"
INTERNAL = "b2.zones.catalog.example PTR internal.lan"


def listed(*lines: str, origin: str = "catalog.example") -> tuple[str, ...]:
    return as_catalog(zone(origin, *lines)).members


def test_members_are_what_the_nodes_below_zones_point_at() -> None:
    """Section 4.1."""
    assert listed(VERSION, INTERNAL, COMPANY) == ("company.com", "internal.lan")


def test_catalog_and_member_may_be_the_root() -> None:
    assert listed('version TXT "2"', "a.zones PTR ", origin="") == ("",)


@pytest.mark.parametrize(
    "line",
    [
        "catalog.example NS invalid",
        'group.a1.zones.catalog.example TXT "nodnssec"',
        "coo.a1.zones.catalog.example PTR other.example",
        "coo.a1.zones.catalog.example PTR catalog2.example",
        'colour.ext.a1.zones.catalog.example TXT "red"',
        'ext.catalog.example TXT "3"',
        "deep.er.zones.catalog.example PTR other.example",
        "zones.catalog.example PTR other.example",
        "catalog.example PTR other.example",
        "a1.catalog.example PTR other.example",
        "a1.zones.other.example PTR other.example",
        r"a\.b.zones.catalog.example.org PTR other.example",
        'c3.zones.catalog.example TXT "a node without a PTR record is no member"',
        'version.a1.zones.catalog.example TXT "1"',
        'a.version.catalog.example TXT "1"',
        "version.catalog.example PTR other.example",
    ],
)
def test_what_means_nothing_to_an_audit_is_ignored(line: str) -> None:
    """Sections 3 and 4.2: records and properties that a consumer does not understand."""
    assert listed(VERSION, COMPANY, line) == ("company.com",)


def test_label_of_a_member_may_be_any() -> None:
    assert listed(VERSION, r"a\.b.zones.catalog.example PTR company.com") == ("company.com",)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((COMPANY,), "is no catalog: it has no TXT record at version.catalog.example"),
        (('version.catalog.example TXT "1"',), 'version.catalog.example is "1", and not "2"'),
        (('version.catalog.example TXT "2" ""',), "is of an unknown schema"),
        (('version.catalog.example TXT "02"',), "is of an unknown schema"),
        ((VERSION, 'version.catalog.example TXT "1"'), "it has 2 TXT records at version.catalog"),
        (
            (VERSION, COMPANY, "a1.zones.catalog.example PTR internal.lan"),
            "is broken: it has 2 PTR records at a1.zones.catalog.example",
        ),
        (
            (VERSION, COMPANY, "c3.zones.catalog.example PTR company.com"),
            "a1.zones.catalog.example and c3.zones.catalog.example list company.com both",
        ),
        ((VERSION,), "lists no zone"),
    ],
)
def test_broken_catalog_is_not_processed_at_all(lines: tuple[str, ...], words: str) -> None:
    """Sections 4.1, 4.2.1 and 5.1; and without members there is nothing to look at."""
    with pytest.raises(CatalogError) as caught:
        listed(*lines)

    assert caught.value.what.startswith("catalog zone catalog.example from 192.0.2.53:53 ")
    assert words in caught.value.what
    assert caught.value.remedy


CATALOG = primary_file(
    """
version        TXT "2"
a1.zones       PTR Company.COM.
group.a1.zones TXT "nodnssec"
b2.zones       PTR internal.lan.
"""
)
ZONES = {
    "catalog.example": CATALOG,
    "company.com": primary_file("www A 192.0.2.1"),
    "internal.lan": primary_file("www A 192.0.2.2"),
    "other.example": primary_file("www A 192.0.2.3"),
}


def results(server: str, *zones: str, catalog: str = "catalog.example") -> list[Zone | ZoneFailure]:
    return list(source(server, *zones, catalog=catalog).collect())


def source(server: str, *zones: str, catalog: str = "catalog.example") -> AxfrSource:
    table = {"name": "inside", "server": server, "zones": zones, "catalog": catalog}
    return AxfrSource.model_validate(table)


def origins(found: list[Zone | ZoneFailure]) -> list[str]:
    return [each.origin + ("" if isinstance(each, Zone) else " failed") for each in found]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with bind(ZONES) as running:
        yield running.server


def test_every_member_is_transferred(server: str) -> None:
    found = results(server)

    assert origins(found) == ["catalog.example", "company.com", "internal.lan"]
    assert [len(each.records) for each in found if isinstance(each, Zone)] == [0, 2, 2]


def test_catalog_itself_is_told_with_what_it_lists(server: str) -> None:
    [told, *_] = take_inventory([source(server)], Rules(), NOON).zones

    assert (told.origin, told.serial, told.server) == ("catalog.example", 1, server)
    assert told.members == ("company.com", "internal.lan")
    assert told.record_count == 0


def test_catalog_stands_beside_zones_that_are_named(server: str) -> None:
    assert origins(results(server, "other.example")) == [
        "other.example",
        "catalog.example",
        "company.com",
        "internal.lan",
    ]


def test_member_that_is_named_as_well_is_transferred_once(server: str) -> None:
    """Section 5.2: the zone that was there first stays."""
    assert origins(results(server, "internal.lan")) == [
        "internal.lan",
        "catalog.example",
        "company.com",
    ]


def test_knot_lists_what_it_has_and_a_new_member_needs_no_change_of_ours() -> None:
    """A catalog that the server generates of its zones."""
    options = {"catalog.example": "catalog-role: generate"}
    for count in (2, 3):
        zones = dict(list(ZONES.items())[1 : count + 1])
        member = "catalog-role: member\ncatalog-zone: catalog.example."
        of_all = options | dict.fromkeys(zones, member)
        with knot({**zones, "catalog.example": ""}, options=of_all) as running:
            assert all(running.serves(origin) for origin in of_all)
            assert origins(results(running.server)) == ["catalog.example", *sorted(zones)]


def test_member_that_fails_is_a_failure_of_its_own() -> None:
    zones = {name: text for name, text in ZONES.items() if name != "company.com"}
    with bind(zones) as running:
        found = results(running.server)

    assert origins(found) == ["catalog.example", "company.com failed", "internal.lan"]


def test_catalog_that_cannot_be_transferred_makes_the_run_incomplete(server: str) -> None:
    taken = take_inventory([source(server, "other.example", catalog="gone.example")], Rules(), NOON)

    assert [(each.origin, bool(each.error)) for each in taken.zones] == [
        ("other.example", False),
        ("gone.example", True),
    ]
    assert "(NOTAUTH)" in taken.zones[1].error
    assert len(taken.targets) == 1


def test_zone_that_is_no_catalog_is_told_so_and_the_named_zones_stay(server: str) -> None:
    found = results(server, "other.example", catalog="company.com")

    assert origins(found) == ["other.example", "company.com failed"]
    assert isinstance(found[1], ZoneFailure)
    assert isinstance(found[1].error, CatalogError)
    assert found[1].server == server


def test_member_that_cannot_be_read_does_not_vanish() -> None:
    """Rdata that is no name: the zone that it stands for would be missing."""

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        origin = query.question[0].name
        version = f'version.{origin} 0 IN TXT "2"'
        response = odd.answer(query, [odd.apex(query), version, odd.apex(query)])
        rdata = dns.rdata.GenericRdata(dns.rdataclass.IN, dns.rdatatype.PTR, b"\x05abc")
        name = dns.name.from_text("a1.zones", origin)
        response.answer.insert(1, dns.rrset.from_rdata(name, 0, rdata))
        client.sendall(odd.framed(response))

    with odd.tcp_server(behave) as running:
        [failure] = results(running)

    assert isinstance(failure, ZoneFailure)
    assert "the PTR record at a1.zones.catalog.example cannot be read" in failure.error.what


def test_half_a_catalog_is_none() -> None:
    with odd.tcp_server(odd.cut_midway) as running:
        [failure] = results(running)

    assert isinstance(failure, ZoneFailure)
    assert isinstance(failure.error, AxfrError)
    assert "closed the connection midway" in failure.error.what


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"zones": []}, "names no zone; write zones, or catalog, or both"),
        ({"catalog": ""}, "a zone has a name; the root zone is written as '.'"),
        ({"catalog": "Company.COM."}, "names company.com in zones and as catalog; leave one"),
    ],
)
def test_source_that_names_nothing_or_the_same_twice_is_refused(
    keys: dict[str, object], words: str
) -> None:
    [fault] = faults(source=[SOURCE | keys])

    assert words in fault
