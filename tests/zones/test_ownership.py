"""Who is external: what sharpens what the zones say of it."""

from ipaddress import ip_network
from typing import Literal

import pytest

from tests.zones.build import company, skips, targets, zone
from zones.naming.answer import Aliased, Answers
from zones.naming.ownership import Ownership
from zones.naming.rules import Rules
from zones.target import SkipReason
from zones.zone import Zone

NETWORKS = tuple(map(ip_network, ("10.0.0.0/8", "2001:db8::/32")))
OWNED = Ownership(owned=NETWORKS)
CDN = Ownership(third_party=("*.cloudfront.net", "cdn.company.com"))
DIRECT = company("www.company.com A 10.0.0.1", "blog.company.com A 198.51.100.1")
AWAY = company("shop.company.com CNAME shops.example.net")


def external(
    *zones: Zone, ownership: Ownership, answers: Answers | None = None
) -> dict[tuple[str, str], bool]:
    """Return whether each target is external, by fqdn and address."""
    found = targets(*zones, answers=answers, rules=Rules(ownership=ownership))
    return {(target.fqdn, target.address): target.external for target in found}


def test_without_either_key_the_zones_alone_decide() -> None:
    answers: Answers = {("inside", "shops.example.net"): ("10.0.0.2",)}

    assert external(DIRECT, AWAY, ownership=Ownership(), answers=answers) == {
        ("www.company.com", "10.0.0.1"): False,
        ("blog.company.com", "198.51.100.1"): False,
        ("shop.company.com", "10.0.0.2"): True,
    }


def test_an_address_that_is_owned_is_ours_even_where_the_cname_left_the_zones() -> None:
    answers: Answers = {("inside", "shops.example.net"): ("10.0.0.2", "2001:db8::2")}

    assert external(AWAY, ownership=OWNED, answers=answers) == {
        ("shop.company.com", "10.0.0.2"): False,
        ("shop.company.com", "2001:db8::2"): False,
    }


def test_an_address_that_is_not_owned_is_external_even_by_a_plain_address_record() -> None:
    assert external(DIRECT, ownership=OWNED) == {
        ("www.company.com", "10.0.0.1"): False,
        ("blog.company.com", "198.51.100.1"): True,
    }


def test_each_address_of_a_name_is_weighed_by_itself() -> None:
    """And only those that are external count for ``external_addresses``."""
    found = ("198.51.100.3", "10.0.0.2", "198.51.100.2", "10.0.0.1", "198.51.100.1", "10.0.0.3")

    assert external(AWAY, ownership=OWNED, answers={("inside", "shops.example.net"): found}) == {
        ("shop.company.com", "10.0.0.1"): False,
        ("shop.company.com", "10.0.0.2"): False,
        ("shop.company.com", "10.0.0.3"): False,
        ("shop.company.com", "198.51.100.1"): True,
        ("shop.company.com", "198.51.100.2"): True,
    }


def test_an_alias_through_a_third_party_makes_its_own_addresses_external_only() -> None:
    """ALIAS records part the way, and what one of them leads to says nothing of the others."""
    parted = company(
        "company.com ALIAS front.company.com",
        "company.com ALIAS lb.company.com",
        "front.company.com ALIAS cdn.company.com",
        "cdn.company.com CNAME edge.company.com",
        "edge.company.com A 198.51.100.1",
        "lb.company.com A 10.0.0.1",
    )

    found = external(parted, ownership=CDN)
    assert found["company.com", "198.51.100.1"]
    assert not found["company.com", "10.0.0.1"]


@pytest.mark.parametrize(
    "lines",
    [
        ("www.company.com CNAME d1.cloudfront.net",),
        ("www.company.com CNAME x.company.com", "x.company.com CNAME a.b.cloudfront.net"),
        ("www.company.com CNAME cdn.company.com", "cdn.company.com A 10.0.0.1"),
        ("company.com MX 10 mx.cloudfront.net",),
        ("_xmpp-client._tcp.company.com SRV 0 5 5222 im.cloudfront.net",),
        ("www.company.com HTTPS 1 d1.cloudfront.net alpn=h2",),
    ],
    ids=["end", "end of a chain", "on the way", "MX", "SRV", "HTTPS"],
)
def test_what_is_reached_by_way_of_a_third_partys_name_is_external(lines: tuple[str, ...]) -> None:
    """Wherever it is: addresses of one's own may be rented out to it."""
    names = ("d1.cloudfront.net", "a.b.cloudfront.net", "mx.cloudfront.net", "im.cloudfront.net")
    both = Ownership(NETWORKS, CDN.third_party)
    answers: Answers = {("inside", name): ("10.0.0.1",) for name in names}

    assert set(external(company(*lines), ownership=both, answers=answers).values()) == {True}


def test_a_third_partys_name_outside_of_the_zones_may_be_anywhere_on_the_way() -> None:
    """The resolver followed these CNAMEs, and no zone tells of them."""
    names = ("d1.cloudfront.net", "edge.example.org")
    answers: Answers = {("inside", "shops.example.net"): Aliased(("10.0.0.2",), names)}
    both = Ownership(NETWORKS, CDN.third_party)

    assert set(external(AWAY, ownership=both, answers=answers).values()) == {True}
    assert set(external(AWAY, ownership=OWNED, answers=answers).values()) == {False}


def test_an_owner_that_is_itself_a_third_partys_name_is_external() -> None:
    held = company("cdn.company.com A 192.0.2.1", "cdn2.company.com A 192.0.2.1")

    assert external(held, ownership=CDN) == {
        ("cdn.company.com", "192.0.2.1"): True,
        ("cdn2.company.com", "192.0.2.1"): False,
    }


def test_a_wildcard_of_names_has_to_match_the_whole_name() -> None:
    held = company(
        "a.company.com CNAME cloudfront.net",
        "b.company.com CNAME d1.cloudfront.net.company.com",
        "d1.cloudfront.net.company.com A 192.0.2.2",
    )
    net = zone("cloudfront.net", "cloudfront.net A 192.0.2.1")

    assert set(external(held, net, ownership=CDN).values()) == {False}


def test_what_is_external_may_be_left_out_by_network() -> None:
    """Policies are asked of each address, as of all that is external."""
    rules = Rules(ownership=OWNED, external_for=lambda *place: _skip(place[2]))
    held = company("blog.company.com A 198.51.100.1", "old.company.com A 203.0.113.1")

    [skip] = skips(DIRECT, held, rules=rules)

    assert (str(skip.record), skip.reason, skip.detail) == (
        "old.company.com A 203.0.113.1",
        SkipReason.EXTERNAL,
        "203.0.113.1 is not owned",
    )


def _skip(address: str) -> Literal["test", "skip"]:
    return "skip" if address.startswith("203.") else "test"


@pytest.mark.parametrize(
    ("ownership", "why"),
    [
        (Ownership(), "leads to shops.example.net"),
        (OWNED, "198.51.100.1 is not owned"),
        (Ownership(third_party=("*.net",)), "shops.example.net is a third party's"),
    ],
    ids=["zones", "owned", "third_party"],
)
def test_what_is_left_out_says_by_which_rule(ownership: Ownership, why: str) -> None:
    rules = Rules(ownership=ownership, external_for=lambda *_: "skip")
    answers: Answers = {("inside", "shops.example.net"): ("198.51.100.1", "198.51.100.9")}

    [skip] = skips(AWAY, answers=answers, rules=rules)

    assert (skip.reason, skip.detail) == (SkipReason.EXTERNAL, why)
