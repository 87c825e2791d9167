"""Whose a target is."""

import json
from dataclasses import replace
from typing import Any

import pytest

from checks.owner import Owner, claimed
from checks.verdict import Outcome, Subject, SubjectKind, Verdict

TARGET = Subject(
    SubjectKind.TARGET,
    "www.company.test-192.0.2.1-443",
    "www.company.test",
    "company.test",
    "192.0.2.1",
    443,
)
ZONE = Subject(SubjectKind.ZONE, "company.test", "company.test", "company.test")
RUN = Subject(SubjectKind.RUN, "inventory", "inventory")


def whose(subject: Subject, *tables: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return team and tags under tables as JSON has them."""
    owners = [Owner.model_validate_json(json.dumps(table)) for table in tables]
    found = claimed(Verdict(subject, Outcome.OK), owners).subject
    return found.team, found.tags


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"name": "Company.TEST."},
        {"fqdn": r"www\..*"},
        {"networks": ["192.0.2.0/24", "2001:db8::/32"]},
        {"name": "company.test", "fqdn": ".*", "networks": ["192.0.2.1/32"]},
    ],
    ids=["all", "zone", "name", "network", "all three"],
)
def test_a_target_is_known_by_zone_name_and_network(place: dict[str, Any]) -> None:
    assert whose(TARGET, place | {"team": "web", "scope": ["pci"]}) == ("web", ("pci",))


@pytest.mark.parametrize(
    "place",
    [
        {"name": "other.test"},
        {"fqdn": "www"},
        {"networks": ["198.51.100.0/24"]},
        {"name": "company.test", "fqdn": "shop.*"},
    ],
    ids=["zone", "part of the name", "network", "one of two"],
)
def test_what_a_table_leaves_out_is_nobodys(place: dict[str, Any]) -> None:
    assert whose(TARGET, place | {"team": "web"}) == ("", ())


def test_the_later_table_wins_key_by_key() -> None:
    """As of ``[[zone]]`` tables."""
    general, special = {"team": "web", "scope": ["iso"]}, {"fqdn": "www.*", "team": "payments"}

    assert whose(TARGET, general, special) == ("payments", ("iso",))
    assert whose(TARGET, special, general) == ("web", ("iso",))


def test_a_scope_takes_the_place_of_the_one_before() -> None:
    iso, pci, none = ({"scope": tags} for tags in (["iso"], ["pci", "a", "pci"], []))

    assert whose(TARGET, iso, pci) == ("", ("a", "pci"))
    assert whose(TARGET, iso, none) == ("", ())


def test_a_zone_is_its_owners_only_as_a_whole() -> None:
    of_names = ({"fqdn": ".*", "team": "a"}, {"networks": ["::/0", "0.0.0.0/0"], "team": "b"})

    assert whose(ZONE, {"name": "company.test", "team": "dns"}, *of_names) == ("dns", ())


def test_the_run_as_a_whole_is_nobodys() -> None:
    assert whose(RUN, {"team": "web"}) == ("", ())


def test_nothing_else_of_the_verdict_changes() -> None:
    verdict = Verdict(TARGET, Outcome.ERROR, fails=True, remarks=("r",))
    owned = claimed(verdict, [Owner(team="web")])

    assert replace(owned, subject=TARGET) == verdict
    assert claimed(verdict, []) is verdict
