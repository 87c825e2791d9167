"""What holds for any zones: sums, order, uniqueness."""

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zones.build import company
from tests.zones.worlds import World, for_any_world, worlds
from zones.naming.rules import Rules
from zones.targets import NAMING_TYPES, TooManyTargetsError, derive, names_to_resolve, references


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


ADDRESSES = [f"www.company.com A 192.0.2.{number}" for number in range(10)]


@pytest.mark.parametrize(
    "lines",
    [
        [f"a{number}.company.com CNAME www.company.com" for number in range(10)],
        [f"_imaps._tcp.company.com SRV 0 0 {port} www.company.com" for port in range(1, 11)],
        [
            "_imaps._tcp.a.company.com CNAME _imaps._tcp.company.com",
            *(f"_imaps._tcp.company.com SRV 0 0 {port} www.company.com" for port in range(1, 11)),
        ],
    ],
    ids=["aliases", "ports", "ports behind an alias"],
)
def test_records_that_multiply_without_bound_are_told(lines: list[str]) -> None:
    held = company(*lines, *ADDRESSES)
    assert derive([held], {}, Rules())[0]
    with pytest.raises(TooManyTargetsError, match=r"more than 99 targets, most of them in company"):
        derive([held], {}, Rules(max_targets=99))


@for_any_world
@given(worlds())
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
@given(worlds())
def test_nothing_is_tested_twice(world: World) -> None:
    found, _ = derive(*world)
    places = Counter((target.fqdn, target.address, target.port) for target in found)

    assert set(places.values()) <= {1}
    assert len({target.id for target in found}) == len(found)


@for_any_world
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_zones_and_records_does_not_matter(world: World, dice: random.Random) -> None:
    zones, answers, rules = world
    mixed = [
        replace(held, records=tuple(dice.sample(held.records, len(held.records))))
        for held in dice.sample(zones, len(zones))
    ]

    assert derive(mixed, answers, rules) == derive(zones, answers, rules)
    assert names_to_resolve(mixed, rules) == names_to_resolve(zones, rules)


@for_any_world
@given(worlds())
def test_every_name_that_leaves_the_zones_is_looked_up(world: World) -> None:
    _, skipped = derive(*world)

    assert not [skip for skip in skipped if skip.detail.endswith("was not looked up")]


@for_any_world
@given(worlds())
def test_every_target_can_be_connected_to_and_asked_for(world: World) -> None:
    found, _ = derive(*world)

    for target in found:
        assert 1 <= target.port <= 65535
        assert target.records
        assert "*" not in target.server_name
        assert "_" not in {label[:1] for label in target.server_name.split(".")}
