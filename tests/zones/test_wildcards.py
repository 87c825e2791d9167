"""Names that are known to be in use under a wildcard are looked at as well as its probe name."""

import re

from tests.zones.build import company, doors, shown, skips, targets, zone
from zones.naming.rules import Filter, Rules
from zones.target import SkipReason

WILDCARD = "*.company.com A 192.0.2.9"


def listed(*names: str) -> Rules:
    return Rules(wildcard_names=names)


def test_listed_name_is_a_target_at_the_wildcards_addresses() -> None:
    found = targets(company(WILDCARD), rules=listed("shop.company.com"))
    assert [(target.fqdn, target.address, target.server_name) for target in found] == [
        ("*.company.com", "192.0.2.9", "zonecert-e19e8ff384.company.com"),
        ("shop.company.com", "192.0.2.9", "shop.company.com"),
    ]
    assert {target.records for target in found} == {found[0].records}


def test_name_may_be_several_labels_below() -> None:
    """RFC 4592 section 3.3.1."""
    found = targets(company(WILDCARD), rules=listed("a.b.company.com"))
    assert "a.b.company.com 192.0.2.9" in shown(found)


def test_name_that_is_there_itself_is_not_the_wildcards() -> None:
    held = company(WILDCARD, "shop.company.com A 192.0.2.1", "x.lab.company.com A 192.0.2.2")
    found = targets(held, rules=listed("shop.company.com", "lab.company.com", "a.lab.company.com"))
    assert shown(found) == [
        "*.company.com 192.0.2.9",
        "x.lab.company.com 192.0.2.2",
        "shop.company.com 192.0.2.1",
    ]


def test_closest_wildcard_answers_for_the_name() -> None:
    held = company(WILDCARD, "*.lab.company.com A 192.0.2.8")
    found = targets(held, rules=listed("a.lab.company.com"))
    assert "a.lab.company.com 192.0.2.8" in shown(found)
    assert "a.lab.company.com 192.0.2.9" not in shown(found)


def test_name_outside_of_the_zones_makes_no_target() -> None:
    found = targets(company(WILDCARD), rules=listed("shop.example.net"))
    assert shown(found) == ["*.company.com 192.0.2.9"]


def test_name_below_a_delegation_or_a_dname_is_not_the_wildcards() -> None:
    held = company(WILDCARD, "sub.company.com NS ns.x", "old.company.com DNAME new.x")
    found = targets(held, rules=listed("a.sub.company.com", "a.old.company.com"))
    assert shown(found) == ["*.company.com 192.0.2.9"]


def test_what_records_point_at_is_known_to_be_in_use() -> None:
    held = company(
        WILDCARD,
        "alias.company.com CNAME web.company.com",
        "company.com MX 10 mx.company.com",
        "_imaps._tcp.company.com SRV 0 0 993 imap.company.com",
        "none.company.com MX 0 .",
        "_ldaps._tcp.company.com SRV 0 0 0 .",
    )
    assert doors(targets(held)) == [
        "company.com 192.0.2.9:993",
        "*.company.com 192.0.2.9:443",
        "alias.company.com 192.0.2.9:443",
        "imap.company.com 192.0.2.9:443",
        "mx.company.com 192.0.2.9:25 smtp",
        "mx.company.com 192.0.2.9:443",
        "web.company.com 192.0.2.9:443",
    ]


def test_wildcard_that_is_an_alias_counts_too() -> None:
    held = company("*.company.com CNAME www.company.com", "www.company.com A 192.0.2.1")
    found = targets(held, rules=listed("shop.company.com"))
    assert "shop.company.com 192.0.2.1" in shown(found)


def test_https_record_of_the_wildcard_is_about_the_name_too() -> None:
    held = company(WILDCARD, '*.company.com HTTPS 1 . port="8443"')
    found = targets(held, rules=listed("shop.company.com"))
    assert [target.port for target in found if target.fqdn == "shop.company.com"] == [443, 8443]


def test_listed_name_is_looked_for_in_every_view() -> None:
    inside, outside = company(WILDCARD), company("*.company.com A 198.51.100.9", view="outside")
    found = targets(inside, outside, rules=listed("shop.company.com"))
    assert [(t.address, t.views) for t in found if t.fqdn == "shop.company.com"] == [
        ("192.0.2.9", ("inside",)),
        ("198.51.100.9", ("outside",)),
    ]


def test_name_in_a_zone_of_another_view_is_that_wildcards() -> None:
    held = company("alias.company.com CNAME shop.example.net")
    other = zone("example.net", "*.example.net A 192.0.2.7", view="outside")
    found = targets(held, other)
    assert [(t.fqdn, t.views) for t in found if t.fqdn.endswith(".net")] == [
        ("*.example.net", ("outside",)),
        ("shop.example.net", ("outside",)),
    ]


def test_filters_see_the_name_and_the_wildcard_each_by_itself() -> None:
    rules = Rules(
        wildcard_names=("shop.company.com", "lab.company.com"),
        filters={"inside": Filter(exclude=(re.compile(r"\*.*|lab.*"),))},
    )
    assert shown(targets(company(WILDCARD), rules=rules)) == ["shop.company.com 192.0.2.9"]
    assert skips(company(WILDCARD), rules=rules) == []


def test_wildcard_whose_names_are_all_left_out_is_skipped_once() -> None:
    rules = Rules(
        wildcard_names=("shop.company.com",),
        filters={"inside": Filter(exclude=(re.compile(".*"),))},
    )
    [skip] = skips(company(WILDCARD), rules=rules)
    assert (skip.reason, skip.detail) == (SkipReason.FILTERED, "exclude .*")


def test_pointed_at_name_that_is_no_host_is_none_of_the_wildcards() -> None:
    held = company(WILDCARD, "a.company.com CNAME _x.company.com")
    assert shown(targets(held)) == ["*.company.com 192.0.2.9", "a.company.com 192.0.2.9"]
