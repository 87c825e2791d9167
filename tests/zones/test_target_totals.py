import random
from collections import Counter
from itertools import pairwise

import pytest

from tests.zones.build import company, zone
from zones.targets import Rules, Unresolved, derive, names_to_resolve, references
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


def test_the_order_does_not_depend_on_the_order_of_zones_and_records() -> None:
    zones = _random_world(random.Random(7))
    mixed = [Zone(z.origin, 1, z.records[::-1], z.view, z.server, z.transferred_at) for z in zones]
    assert derive(zones, {}, Rules()) == derive(mixed[::-1], {}, Rules())


def test_nothing_comes_of_nothing() -> None:
    assert derive([], {}, Rules()) == ((), ())


_LABELS = ("a", "b", "*", "_s", "x y", "sub", "a.b", "")
_ORIGINS = ("company.com", "sub.company.com", "a.sub.company.com", "example.net")


def _random_name(dice: random.Random) -> str:
    return f"{dice.choice(_LABELS)}.{dice.choice((*_ORIGINS, 'else.where'))}".strip(".")


def _random_record(dice: random.Random, origin: str) -> str:
    owner = f"{dice.choice(_LABELS)}.{origin}".strip(".").replace(" ", r"\032")
    match dice.choice(("A", "AAAA", "CNAME", "CNAME", "NS", "DNAME")):
        case "A":
            return f"{owner} A 192.0.2.{dice.randrange(4)}"
        case "AAAA":
            return f"{owner} AAAA 2001:db8::{dice.randrange(1, 4)}"
        case rdtype:
            return f"{owner} {rdtype} {_random_name(dice)}"


def _random_world(dice: random.Random) -> list[Zone]:
    places = [(origin, view) for origin in _ORIGINS for view in ("inside", "outside")]
    return [
        zone(origin, *{_random_record(dice, origin) for _ in range(dice.randrange(12))}, view=view)
        for origin, view in dice.sample(places, dice.randrange(1, 6))
    ]


@pytest.mark.parametrize("seed", range(150))
def test_totals_add_up_and_targets_are_unique(seed: int) -> None:
    """Every A, AAAA and CNAME record is at least one target's, or exactly one skip's."""
    dice = random.Random(seed)
    zones = _random_world(dice)
    rules = Rules(families=dice.choice((("ipv4", "ipv6"), ("ipv4",))), external_addresses=1)
    names = names_to_resolve(zones, rules)
    answers = {
        name: dice.choice(((), ("198.51.100.1", "2001:db8::9"), Unresolved("SERVFAIL")))
        for name in sorted(names)
    }
    found, skipped = derive(zones, answers, rules)
    records = {ref for held in zones for ref in references(held)}
    named = {ref for target in found for ref in target.records}
    counted = Counter(skip.record for skip in skipped)
    assert named | counted.keys() == records
    assert not named & counted.keys()
    assert set(counted.values()) <= {1}
    assert len({(t.fqdn, t.address, t.port) for t in found}) == len(found)
    assert not any(skip.detail.endswith("was not looked up") for skip in skipped)
