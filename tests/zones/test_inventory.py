import re
from collections.abc import Iterator
from dataclasses import dataclass

import dns.message
import dns.rdatatype
import pytest
from pydantic import TypeAdapter

from tests.support.bind import bind, primary_file
from tests.support.dns_server import answer, udp_server
from tests.zones.build import NOON, company, zone
from zones.axfr import AxfrSource
from zones.endpoint import Endpoint, parse_address_endpoint
from zones.inventory import Inventory, ZoneResult, take_inventory, zone_ids
from zones.source import ZoneFailure, ZoneSource, ZoneSourceError
from zones.target import RecordRef, Skipped, SkipReason, Target
from zones.targets import Filter, Rules
from zones.zone import Zone


@dataclass(frozen=True)
class Shelf:
    """A source of zones that are at hand."""

    name: str
    results: tuple[Zone | ZoneFailure, ...]
    include: tuple[re.Pattern[str], ...] = ()
    exclude: tuple[re.Pattern[str], ...] = ()
    nameservers: tuple[Endpoint, ...] = ()

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        yield from self.results


FAILURE = ZoneFailure(
    "sub.company.com", "outside", "192.0.2.53:53", ZoneSourceError("zone sub: gone", "look for it")
)


def take(*sources: ZoneSource) -> Inventory:
    return take_inventory(sources, Rules(), NOON)


def test_a_zone_is_told_with_its_serial_and_totals() -> None:
    held = company(
        "www.company.com A 192.0.2.1", "_x.company.com A 192.0.2.2", "company.com NS ns.x"
    )
    assert take(Shelf("inside", (held,))).zones == (
        ZoneResult(
            "company.com", "inside", "192.0.2.53:53", serial=1, record_count=2, transferred_at=NOON
        ),
    )


def test_totals_add_up() -> None:
    held = company("www.company.com A 192.0.2.1", "_x.company.com A 192.0.2.2")
    taken = take(Shelf("inside", (held,)))
    assert [str(target) for target in taken.targets] == ["www.company.com 192.0.2.1:443"]
    assert [skip.reason for skip in taken.skips] == [SkipReason.SERVICE_LABEL]
    assert taken.judged_at == NOON


def test_a_zone_that_failed_is_told_beside_the_others() -> None:
    held = company("www.company.com A 192.0.2.1")
    taken = take(Shelf("outside", (FAILURE,)), Shelf("inside", (held,)))
    failed, complete = taken.zones
    assert (failed.origin, failed.serial) == ("sub.company.com", None)
    assert (failed.error, failed.remedy) == ("zone sub: gone", "look for it")
    assert complete.error == ""
    assert len(taken.targets) == 1


@dataclass(frozen=True)
class Torn(Shelf):
    """A source that breaks off."""

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        yield from self.results
        raise ZoneSourceError("source torn: the list of zones broke off", "look at its log")


def test_a_source_that_breaks_off_keeps_what_it_had_and_the_other_sources() -> None:
    line = "www.company.com A 192.0.2.1"
    taken = take(Torn("torn", (company(line, view="torn"),)), Shelf("inside", (company(line),)))
    assert [(each.view, each.origin, each.error) for each in taken.zones] == [
        ("torn", "company.com", ""),
        ("torn", "", "source torn: the list of zones broke off"),
        ("inside", "company.com", ""),
    ]
    assert [target.views for target in taken.targets] == [("inside", "torn")]


def test_delegated_children_that_no_source_transfers_are_uncovered() -> None:
    """A nested delegation is the child's business, and a child that failed is told as a failure."""
    held = company(
        "lab.company.com NS ns.x",
        "deep.lab.company.com NS ns.x",
        "sub.company.com NS ns.x",
        "own.company.com NS ns.x",
        "company.com NS ns.x",
    )
    child = zone("own.company.com", view="outside")
    taken = take(Shelf("inside", (held,)), Shelf("outside", (child, FAILURE)))
    assert [each.uncovered for each in taken.zones] == [("lab.company.com",), (), ()]


def test_the_same_zone_of_two_views_is_two_results() -> None:
    line = "www.company.com A 192.0.2.1"
    inside, outside = company(line), company(line, view="outside")
    taken = take(Shelf("inside", (inside,)), Shelf("outside", (outside,)))
    assert [result.record_count for result in taken.zones] == [1, 1]
    assert [target.views for target in taken.targets] == [("inside", "outside")]


def test_the_filters_of_a_source_are_its_own() -> None:
    line = "dhcp.company.com A 192.0.2.1"
    sources = (
        Shelf("inside", (company(line),), exclude=(re.compile("dhcp.*"),)),
        Shelf("outside", (company(line, view="outside"),), include=(re.compile("dhcp.*"),)),
    )
    everything_out = Rules(filters={"outside": Filter(exclude=(re.compile(".*"),))})
    taken = take_inventory(sources, everything_out, NOON)
    assert [target.views for target in taken.targets] == [("outside",)]
    assert [skip.record.view for skip in taken.skips] == ["inside"]


def test_no_sources_make_an_empty_inventory() -> None:
    assert take() == Inventory((), (), (), NOON)


def test_only_families_that_are_looked_at_have_to_be_resolved() -> None:
    """AAAA of this name gets no answer, and nobody wants one."""

    def half(query: dns.message.Message) -> dns.message.Message | None:
        is_a = query.question[0].rdtype == dns.rdatatype.A
        return answer(query, ["shops.example.net. 60 IN A 198.51.100.1"]) if is_a else None

    held = company("shop.company.com CNAME shops.example.net")
    with udp_server(half) as server:
        shelf = Shelf("inside", (held,), nameservers=(parse_address_endpoint(server),))
        taken = take_inventory([shelf], Rules(families=("ipv4",)), NOON)
    assert [str(target) for target in taken.targets] == ["shop.company.com 198.51.100.1:443"]


def test_zones_come_from_servers_and_names_that_leave_them_are_resolved() -> None:
    """Two real servers: one holds the zone, the other what its CNAMEs lead to."""
    held = primary_file(
        "www A 192.0.2.1\nshop CNAME shops.example.net.\nold CNAME gone.example.net."
    )
    elsewhere = primary_file("shops A 198.51.100.1")
    with bind({"company.com": held}) as primary, bind({"example.net": elsewhere}) as other:
        keys = {"name": "inside", "server": primary.server, "zones": ("company.com",)}
        source = AxfrSource.model_validate({**keys, "nameservers": (other.server,)})
        taken = take(source)
    assert sorted((str(target), target.external) for target in taken.targets) == [
        ("shop.company.com 198.51.100.1:443", True),
        ("www.company.com 192.0.2.1:443", False),
    ]
    (skip,) = taken.skips
    assert (skip.reason, skip.detail) == (SkipReason.DANGLING, "gone.example.net")


@pytest.mark.parametrize(
    ("places", "ids"),
    [
        ([("company.com", "inside")], ["company.com"]),
        ([("", "inside")], ["."]),
        (
            [("company.com", "inside"), ("example.net", "inside"), ("company.com", "outside")],
            ["company.com:inside", "example.net", "company.com:outside"],
        ),
        (
            [("a:b", "x"), ("a", "b"), ("a", "c"), (r"a\032b", "x")],
            ["a%3Ab", "a:b", "a:c", "a%5C032b"],
        ),
    ],
)
def test_zone_ids_are_printable_and_unique(places: list[tuple[str, str]], ids: list[str]) -> None:
    assert zone_ids([ZoneResult(origin, view, "s:53") for origin, view in places]) == ids


def _large_inventory() -> Inventory:
    refs = [
        RecordRef(
            "inside",
            "company.com",
            f"h{number}.company.com",
            "A",
            f"10.0.{number >> 8}.{number & 255}",
        )
        for number in range(20_000)
    ]
    found = tuple(
        Target(ref.owner, ref.rdata, 443, ref.owner, ref.zone, ("inside",), False, (ref,))
        for ref in refs
    )
    skips = tuple(
        Skipped(ref, reason, "why") for ref, reason in zip(refs, SkipReason, strict=False)
    )
    zones = (
        ZoneResult(
            "company.com", "inside", "[::1]:53", 7, 20_000, NOON, uncovered=("a.company.com",)
        ),
        ZoneResult("", "outside", "x:53", error="gone", remedy="look"),
    )
    return Inventory(zones, found, skips, NOON)


def test_an_inventory_survives_its_wire_form() -> None:
    adapter = TypeAdapter(Inventory)
    whole = _large_inventory()
    read = adapter.validate_json(adapter.dump_json(whole))
    assert read == whole
    assert isinstance(read.targets[0].records[0], RecordRef)
    assert read.judged_at.utcoffset() == NOON.utcoffset()
