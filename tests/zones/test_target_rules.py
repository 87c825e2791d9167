import re

import pytest

from tests.zones.build import company, reasons, shown, skips, targets, zone
from zones.target import SkipReason
from zones.targets import Answers, Filter, Rules, Unresolved, names_to_resolve

EXTERNAL = company("shop.company.com CNAME shops.example.net")
TWELVE: Answers = {
    ("inside", "shops.example.net"): tuple(f"198.51.100.{n}" for n in range(12, 0, -1))
}


def test_names_that_leave_the_zones_are_to_be_resolved() -> None:
    held = company(
        "a.company.com CNAME b.company.com",
        "b.company.com CNAME shops.example.net",
        "www.company.com A 192.0.2.1",
    )
    assert names_to_resolve([held], Rules()) == {("inside", "shops.example.net")}


def test_names_of_skipped_owners_are_not_resolved() -> None:
    held = company("_x.company.com CNAME shops.example.net")
    assert names_to_resolve([held], Rules()) == set()


def test_external_targets_are_marked() -> None:
    answers: Answers = {("inside", "shops.example.net"): ("198.51.100.1",)}
    (target,) = targets(EXTERNAL, answers=answers)
    assert target.external
    assert shown([target]) == ["shop.company.com 198.51.100.1"]


def test_at_most_so_many_addresses_of_an_external_name_are_taken() -> None:
    found = targets(EXTERNAL, answers=TWELVE, rules=Rules(external_addresses=3))
    assert [target.address for target in found] == ["198.51.100.1", "198.51.100.2", "198.51.100.3"]
    assert skips(EXTERNAL, answers=TWELVE, rules=Rules(external_addresses=3)) == []


def test_external_targets_can_be_left_out() -> None:
    (skip,) = skips(EXTERNAL, answers=TWELVE, rules=Rules(external_for=lambda *_: "skip"))
    assert (skip.reason, skip.detail) == (SkipReason.EXTERNAL, "leads to shops.example.net")


def test_external_targets_are_left_out_by_address() -> None:
    rules = Rules(external_for=lambda *place: "skip" if place[2].endswith(".1") else "tell")
    assert shown(targets(EXTERNAL, answers=TWELVE, rules=rules)) == [
        "shop.company.com 198.51.100.2"
    ]


@pytest.mark.parametrize(
    ("answers", "reason", "detail"),
    [
        ({}, SkipReason.UNRESOLVED, "shops.example.net: was not looked up"),
        ({("inside", "shops.example.net"): ()}, SkipReason.DANGLING, "shops.example.net"),
        (
            {("inside", "shops.example.net"): Unresolved("SERVFAIL")},
            SkipReason.UNRESOLVED,
            "shops.example.net: SERVFAIL",
        ),
    ],
)
def test_external_names_without_addresses_are_skipped(
    answers: Answers, reason: SkipReason, detail: str
) -> None:
    (skip,) = skips(EXTERNAL, answers=answers)
    assert (skip.reason, skip.detail) == (reason, detail)


def _filtered(include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> Rules:
    patterns = [tuple(map(re.compile, each)) for each in (include, exclude)]
    return Rules(filters={"inside": Filter(*patterns)})


TWO = company("dhcp-1.company.com A 192.0.2.1", "*.company.com A 192.0.2.2")


def test_exclude_leaves_out_what_matches_as_a_whole() -> None:
    assert shown(targets(TWO, rules=_filtered(exclude=(r"dhcp-\d",)))) == shown(targets(TWO))
    (skip,) = skips(TWO, rules=_filtered(exclude=(r"other", r"dhcp-\d\..*")))
    assert (skip.reason, skip.detail) == (SkipReason.FILTERED, r"exclude dhcp-\d\..*")


def test_include_leaves_out_what_does_not_match() -> None:
    (skip,) = skips(TWO, rules=_filtered(include=(r"dhcp.*",)))
    assert (skip.record.owner, skip.detail) == ("*.company.com", "no include matches")


def test_exclude_wins_over_include() -> None:
    assert targets(TWO, rules=_filtered(include=(".*",), exclude=(".*",))) == []


def test_filters_see_the_wildcard_owner_itself() -> None:
    assert shown(targets(TWO, rules=_filtered(include=(r"\*\..*",)))) == ["*.company.com 192.0.2.2"]


def test_filters_count_in_their_own_view_only() -> None:
    held = company("dhcp-1.company.com A 192.0.2.1", view="outside")
    assert len(targets(held, rules=_filtered(exclude=(".*",)))) == 1


def test_a_family_can_be_left_out() -> None:
    held = company(
        "www.company.com A 192.0.2.1",
        "www.company.com AAAA 2001:db8::1",
        "a.company.com CNAME www.company.com",
    )
    rules = Rules(families=("ipv4",))
    assert shown(targets(held, rules=rules)) == [
        "a.company.com 192.0.2.1",
        "www.company.com 192.0.2.1",
    ]
    assert reasons(skips(held, rules=rules)) == {
        "www.company.com AAAA 2001:db8::1": SkipReason.FILTERED
    }


def test_the_same_target_of_two_views_is_one() -> None:
    line = "www.company.com A 192.0.2.1"
    (target,) = targets(company(line), company(line, view="outside"))
    assert target.views == ("inside", "outside")
    assert len(target.records) == 2


def test_the_longest_origin_owns_a_target() -> None:
    line = "www.sub.company.com A 192.0.2.1"
    (target,) = targets(company(line), zone("sub.company.com", line, view="outside"))
    assert target.zone == "sub.company.com"


def test_a_cname_is_resolved_in_its_own_view_first() -> None:
    alias = "a.company.com CNAME www.company.com"
    inside = company(alias, "www.company.com A 10.0.0.1")
    outside = company(alias, "www.company.com A 192.0.2.1", view="outside")
    found = [target for target in targets(inside, outside) if target.fqdn == "a.company.com"]
    assert [(t.address, t.views) for t in found] == [
        ("10.0.0.1", ("inside",)),
        ("192.0.2.1", ("outside",)),
    ]


def test_a_cname_that_its_view_does_not_know_is_resolved_in_the_others() -> None:
    inside = company("a.company.com CNAME www.example.net")
    outside = zone("example.net", "www.example.net A 192.0.2.7", view="outside")
    found = targets(inside, outside)
    assert shown(found)[0] == "a.company.com 192.0.2.7"
    assert not found[0].external


def test_what_another_view_delegates_is_not_looked_up_in_it() -> None:
    inside = company("a.company.com CNAME www.sub.example.net")
    outside = zone("example.net", "sub.example.net NS ns.example.org", view="outside")
    assert names_to_resolve([inside, outside], Rules()) == {("inside", "www.sub.example.net")}


def test_a_name_that_its_own_view_denies_is_dangling_whatever_others_hold() -> None:
    inside = company("a.company.com CNAME www.company.com")
    outside = company("www.company.com A 192.0.2.1", view="outside")
    assert set(reasons(skips(inside, outside)).values()) == {SkipReason.DANGLING}


def test_a_target_that_one_record_names_directly_is_not_external() -> None:
    direct = company("shop.company.com A 198.51.100.1", view="outside")
    answers: Answers = {("inside", "shops.example.net"): ("198.51.100.1",)}
    (target,) = targets(EXTERNAL, direct, answers=answers)
    assert not target.external


MOVED = ("old.company.com DNAME new.example.net", "a.company.com CNAME www.x.old.company.com")


def test_a_cname_to_below_a_dname_leads_to_where_the_dname_does() -> None:
    """RFC 6672 section 2.2."""
    other = zone("example.net", "www.x.new.example.net A 192.0.2.7")
    assert "a.company.com 192.0.2.7" in shown(targets(company(*MOVED), other))
    assert names_to_resolve([company(*MOVED)], Rules()) == {("inside", "www.x.new.example.net")}


def test_a_dname_moves_the_names_below_its_owner_only() -> None:
    held = company(
        "old.company.com DNAME new.example.net",
        "old.company.com A 192.0.2.1",
        "b.company.com CNAME old.company.com",
    )
    assert shown(targets(held)) == ["b.company.com 192.0.2.1", "old.company.com 192.0.2.1"]


def test_the_topmost_dname_counts() -> None:
    held = company(*MOVED, "x.old.company.com DNAME nowhere.example.net")
    assert names_to_resolve([held], Rules()) == {("inside", "www.x.new.example.net")}


def test_a_dname_at_the_apex_moves_the_whole_zone() -> None:
    apex = zone("example.org", "example.org DNAME company.com", "example.org A 192.0.2.9")
    held = company("a.company.com CNAME www.example.org", "www.company.com A 192.0.2.1")
    assert "a.company.com 192.0.2.1" in shown(targets(held, apex))
    root = zone("", "x.test DNAME ", "a.test CNAME b.test.x.test", "b.test A 192.0.2.1")
    assert shown(targets(root)) == ["a.test 192.0.2.1", "b.test 192.0.2.1"]


def test_records_below_a_dname_are_skipped() -> None:
    """No server answers with them (RFC 6672 section 2.4)."""
    (skip, _) = skips(company(*MOVED[:1], "www.old.company.com A 192.0.2.1", MOVED[1]))[::-1]
    assert (skip.reason, skip.detail) == (SkipReason.BELOW_DNAME, "DNAME: old.company.com")


@pytest.mark.parametrize(
    ("dname", "reason"),
    [
        ("old.company.com DNAME x.old.company.com", SkipReason.CNAME_LOOP),
        (f"old.company.com DNAME {'.'.join(['x' * 62] * 4)}", SkipReason.DANGLING),
    ],
)
def test_a_dname_that_leads_nowhere_makes_a_skip(dname: str, reason: SkipReason) -> None:
    """A name that would be too long does not exist (RFC 6672 section 2.2: YXDOMAIN)."""
    (skip,) = skips(company(dname, MOVED[1]))
    assert skip.reason is reason
