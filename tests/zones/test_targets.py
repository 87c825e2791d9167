from itertools import pairwise

import pytest

from tests.zones.build import company, reasons, shown, skips, targets, turned, zone
from zones.target import RecordRef, SkipReason
from zones.targets import Rules, names_to_resolve
from zones.zone import Zone


def test_each_address_record_is_a_target() -> None:
    held = company("www.company.com A 192.0.2.1", "www.company.com AAAA 2001:db8::1")
    assert shown(targets(held)) == ["www.company.com 192.0.2.1", "www.company.com 2001:db8::1"]


def test_a_target_says_where_it_came_from() -> None:
    (target,) = targets(company("www.company.com A 192.0.2.1"))
    assert target.records == (
        RecordRef("inside", "company.com", "www.company.com", "A", "192.0.2.1"),
    )
    assert (target.zone, target.views, target.external) == ("company.com", ("inside",), False)
    assert target.server_name == "www.company.com"


def test_the_apex_is_a_target() -> None:
    held = company("company.com A 192.0.2.1", "company.com NS ns.elsewhere.net")
    assert shown(targets(held)) == ["company.com 192.0.2.1"]


def test_name_server_records_are_no_targets() -> None:
    held = company("company.com NS ns.company.com", "ns.company.com A 192.0.2.53")
    assert shown(targets(held)) == ["ns.company.com 192.0.2.53"]


def test_every_port_of_the_policy_is_a_target() -> None:
    rules = Rules(ports_for=lambda *_: (443, 8443))
    found = targets(company("www.company.com A 192.0.2.1"), rules=rules)
    assert [target.port for target in found] == [443, 8443]


def test_ports_are_asked_for_by_zone_fqdn_address_and_view() -> None:
    asked = []

    def ports_for(*place: str) -> tuple[int, ...]:
        asked.append(place)
        return (443,)

    targets(company("www.company.com A 192.0.2.1"), rules=Rules(ports_for=ports_for))
    assert asked == [("company.com", "www.company.com", "192.0.2.1", "inside")]


def test_a_record_without_ports_is_skipped() -> None:
    held = company("www.company.com A 192.0.2.1")
    (skip,) = skips(held, rules=Rules(ports_for=lambda *_: ()))
    assert (skip.reason, skip.detail) == (SkipReason.FILTERED, "no ports")


@pytest.mark.parametrize(
    "owner", ["a_b.company.com", "xn--bcher-kva.company.com", "x" * 63 + ".company.com"]
)
def test_underscores_inside_labels_and_long_labels_are_targets(owner: str) -> None:
    assert shown(targets(company(f"{owner} A 192.0.2.1"))) == [f"{owner} 192.0.2.1"]


@pytest.mark.parametrize(
    "owner", ["_dmarc.company.com", "a._tcp.company.com", "*._tcp.company.com"]
)
def test_a_label_that_starts_with_an_underscore_is_skipped(owner: str) -> None:
    (skip,) = skips(company(f"{owner} A 192.0.2.1"))
    assert skip.reason is SkipReason.SERVICE_LABEL


@pytest.mark.parametrize(
    "owner",
    [
        r"a\032b.company.com",
        r"a\.b.company.com",
        "<script>.company.com",
        "a.*.company.com",
        r"\195\188.company.com",
    ],
)
def test_names_that_are_no_server_names_are_skipped(owner: str) -> None:
    (skip,) = skips(company(f"{owner} A 192.0.2.1"))
    assert skip.reason is SkipReason.NOT_A_HOST_NAME


@pytest.mark.parametrize(("origin", "owner"), [("", ""), ("", "*"), ("4", "192.0.2.4")])
def test_the_root_and_names_like_addresses_are_no_server_names(origin: str, owner: str) -> None:
    """RFC 6066 section 3: literal addresses are not permitted."""
    (skip,) = skips(zone(origin, f"{owner} A 192.0.2.1"))
    assert skip.reason is SkipReason.NOT_A_HOST_NAME


def test_an_escaped_dot_does_not_start_a_label() -> None:
    r"""``sub\.x`` is one label: a delegation of ``x`` is not above it."""
    held = company(r"sub\.x.company.com A 192.0.2.1", "x.company.com NS ns.example.net")
    (skip,) = skips(held)
    assert skip.reason is SkipReason.NOT_A_HOST_NAME


def test_a_wildcard_owner_is_a_target_under_a_stable_probe_name() -> None:
    (target,) = targets(company("*.company.com A 192.0.2.1"))
    assert target.fqdn == "*.company.com"
    assert target.server_name == "zonecert-e19e8ff384.company.com"


def test_a_wildcard_whose_probe_name_would_be_too_long_is_skipped() -> None:
    owner = "*." + ".".join(["x" * 59] * 4) + ".company.com"
    (skip,) = skips(company(f"{owner} A 192.0.2.1"))
    assert len(owner) < 254
    assert skip.reason is SkipReason.NOT_A_HOST_NAME


def test_a_wildcard_cname_is_a_target() -> None:
    held = company("*.company.com CNAME www.company.com", "www.company.com A 192.0.2.1")
    assert shown(targets(held)) == ["*.company.com 192.0.2.1", "www.company.com 192.0.2.1"]


WILDCARD = ("*.company.com A 192.0.2.9", "alias.company.com CNAME a.b.company.com")


def test_a_cname_to_a_name_that_only_a_wildcard_covers_gets_its_addresses() -> None:
    """RFC 4592 section 3.3.1."""
    assert "alias.company.com 192.0.2.9" in shown(targets(company(*WILDCARD)))


@pytest.mark.parametrize("closer", ["b.company.com A 192.0.2.2", "x.b.company.com A 192.0.2.2"])
def test_an_existing_closest_encloser_blocks_the_wildcard_above_it(closer: str) -> None:
    """Also an empty non-terminal exists (RFC 4592 section 2.2.2)."""
    held = company(*WILDCARD, closer)
    assert reasons(skips(held)) == {"alias.company.com CNAME a.b.company.com": SkipReason.DANGLING}


def test_a_name_with_records_of_other_types_only_blocks_the_wildcard() -> None:
    held = company(*WILDCARD, others=("_acme-challenge.a.b.company.com",))
    (skip,) = skips(held)
    assert (skip.reason, skip.detail) == (SkipReason.DANGLING, "a.b.company.com")


def test_the_closest_wildcard_answers() -> None:
    held = company(*WILDCARD, "*.b.company.com A 192.0.2.8")
    assert "alias.company.com 192.0.2.8" in shown(targets(held))


def test_a_wildcard_cname_is_followed_for_the_names_that_it_covers() -> None:
    held = company(
        "alias.company.com CNAME any.lab.company.com",
        "*.lab.company.com CNAME www.company.com",
        "www.company.com A 192.0.2.1",
    )
    assert "alias.company.com 192.0.2.1" in shown(targets(held))


def test_a_wildcard_in_the_root_zone_answers() -> None:
    held = zone("", "* A 192.0.2.1", "a.b CNAME any.thing")
    assert shown(targets(held)) == ["a.b 192.0.2.1"]


def test_a_cname_has_the_addresses_of_its_target() -> None:
    held = company(
        "alias.company.com CNAME www.company.com",
        "www.company.com A 192.0.2.1",
        "www.company.com AAAA 2001:db8::1",
    )
    found = [target for target in targets(held) if target.fqdn == "alias.company.com"]
    assert shown(found) == ["alias.company.com 192.0.2.1", "alias.company.com 2001:db8::1"]
    assert not any(target.external for target in found)
    assert {target.records[0].rdtype for target in found} == {"CNAME"}


def test_a_cname_is_followed_into_other_zones_of_its_view() -> None:
    other = zone("example.net", "www.example.net A 192.0.2.7")
    found = targets(company("alias.company.com CNAME www.example.net"), other)
    assert shown(found) == ["alias.company.com 192.0.2.7", "www.example.net 192.0.2.7"]
    assert not found[0].external


def test_the_target_of_a_cname_may_have_any_name() -> None:
    held = company("www.company.com CNAME _x.company.com", "_x.company.com A 192.0.2.1")
    assert shown(targets(held)) == ["www.company.com 192.0.2.1"]


def _chain(links: int) -> Zone:
    names = [f"n{number}.company.com" for number in range(links + 1)]
    lines = [f"{owner} CNAME {target}" for owner, target in pairwise(names)]
    return company(*lines, f"{names[-1]} A 192.0.2.1")


def test_a_chain_of_sixteen_links_is_followed() -> None:
    assert skips(_chain(16)) == []


def test_a_chain_of_more_than_sixteen_links_is_skipped() -> None:
    assert reasons(skips(_chain(17))) == {
        "n0.company.com CNAME n1.company.com": SkipReason.CNAME_LOOP
    }


@pytest.mark.parametrize(
    "lines",
    [
        ("a.company.com CNAME a.company.com",),
        ("a.company.com CNAME b.company.com", "b.company.com CNAME a.company.com"),
    ],
)
def test_a_loop_is_skipped(lines: tuple[str, ...]) -> None:
    assert {skip.reason for skip in skips(company(*lines))} == {SkipReason.CNAME_LOOP}


def test_a_cname_to_a_name_that_does_not_exist_is_dangling() -> None:
    (skip,) = skips(company("old.company.com CNAME gone.company.com"))
    assert (skip.reason, skip.detail) == (SkipReason.DANGLING, "gone.company.com")


def test_a_name_with_addresses_and_a_cname_answers_with_its_addresses() -> None:
    """RFC 1034 section 3.6.2 forbids it; a broken zone still has all its records accounted for."""
    held = company(
        "a.company.com CNAME b.company.com",
        "b.company.com A 192.0.2.1",
        "b.company.com CNAME gone.company.com",
    )
    assert shown(targets(held)) == ["a.company.com 192.0.2.1", "b.company.com 192.0.2.1"]
    assert list(reasons(skips(held))) == ["b.company.com CNAME gone.company.com"]


def test_of_two_aliases_at_a_name_the_first_in_order_counts() -> None:
    """RFC 1034 section 3.6.2 forbids them; a broken zone must still give the same every night."""
    held = company(
        "www.company.com CNAME a.company.com",
        "www.company.com CNAME b.company.com",
        "x.company.com CNAME www.company.com",
        "a.company.com A 192.0.2.1",
        "b.company.com A 192.0.2.2",
    )
    for each in (held, turned(held)):
        assert "x.company.com 192.0.2.1" in shown(targets(each))
        assert "x.company.com 192.0.2.2" not in shown(targets(each))


PARENT = company(
    "sub.company.com NS ns.sub.company.com",
    "sub.company.com A 192.0.2.5",
    "ns.sub.company.com A 192.0.2.53",
)
CHILD = zone("sub.company.com", "ns.sub.company.com A 192.0.2.53", "sub.company.com A 192.0.2.6")


def test_addresses_at_and_below_a_delegation_are_glue() -> None:
    assert set(reasons(skips(PARENT)).values()) == {SkipReason.BELOW_DELEGATION}
    assert [skip.detail for skip in skips(PARENT)] == ["delegated: sub.company.com"] * 2
    assert targets(PARENT) == []


def test_a_transferred_child_makes_targets_of_its_own() -> None:
    assert shown(targets(PARENT, CHILD)) == [
        "sub.company.com 192.0.2.6",
        "ns.sub.company.com 192.0.2.53",
    ]
    assert len(skips(PARENT, CHILD)) == 2
    assert {target.records[0].zone for target in targets(PARENT, CHILD)} == {"sub.company.com"}


def test_a_cname_below_a_delegation_that_nobody_transfers_is_external() -> None:
    held = company("a.company.com CNAME www.sub.company.com", "sub.company.com NS ns.example.net")
    assert names_to_resolve([held], Rules()) == {("inside", "www.sub.company.com")}


def test_a_cname_below_a_delegation_is_followed_into_the_transferred_child() -> None:
    parent = company("a.company.com CNAME sub.company.com", "sub.company.com NS ns.example.net")
    assert "a.company.com 192.0.2.6" in shown(targets(parent, CHILD))
