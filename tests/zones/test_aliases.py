"""ALIAS records: addresses of another name, given out as one's own (``zones.zone.ALIASES``)."""

import pytest

from tests.zones.build import company, reasons, shown, skips, targets, zone
from zones.target import SkipReason
from zones.targets import Answers, Rules, Unresolved, names_to_resolve

CDN: Answers = {("inside", "cdn.example.net"): ("198.51.100.9", "2001:db8::9")}


def test_an_alias_may_stand_at_the_apex_beside_other_records() -> None:
    at_apex = company("company.com NS ns.invalid", "company.com ALIAS cdn.example.net")

    (v4, v6) = targets(at_apex, answers=CDN)
    assert shown([v4, v6]) == ["company.com 198.51.100.9", "company.com 2001:db8::9"]
    assert v4.external
    assert v4.server_name == "company.com"
    assert [str(ref) for ref in v4.records] == ["company.com ALIAS cdn.example.net"]


def test_an_alias_is_resolved_inside_the_zones_first() -> None:
    inside = company("company.com ALIAS lb.company.com", "lb.company.com A 192.0.2.1")

    assert names_to_resolve([inside], Rules()) == set()
    assert shown(targets(inside)) == ["company.com 192.0.2.1", "lb.company.com 192.0.2.1"]
    assert not targets(inside)[0].external


def test_an_alias_that_leaves_the_zones_is_resolved() -> None:
    outside = company("www.company.com CNAME company.com", "company.com ALIAS-A cdn.example.net")
    assert names_to_resolve([outside], Rules()) == {("inside", "cdn.example.net")}


@pytest.mark.parametrize(
    ("rdtype", "addresses"),
    [
        ("ALIAS", ["198.51.100.9", "2001:db8::9"]),
        ("ALIAS-A", ["198.51.100.9"]),
        ("ALIAS-AAAA", ["2001:db8::9"]),
    ],
)
def test_an_alias_of_one_family_yields_addresses_of_that_family_only(
    rdtype: str, addresses: list[str]
) -> None:
    """Seen through a CNAME too: the name has no others."""
    both = company(
        f"app.company.com {rdtype} cdn.example.net", "www.company.com CNAME app.company.com"
    )
    found = targets(both, answers=CDN)
    expected = [f"{name}.company.com {at}" for name in ("app", "www") for at in addresses]
    assert shown(found) == expected


@pytest.mark.parametrize(
    ("rdtype", "addresses"), [("ALIAS-A", ["192.0.2.1"]), ("ALIAS-AAAA", ["2001:db8::1"])]
)
def test_an_alias_inside_yields_one_family_too(rdtype: str, addresses: list[str]) -> None:
    inside = company(
        f"app.company.com {rdtype} lb.company.com",
        "lb.company.com A 192.0.2.1",
        "lb.company.com AAAA 2001:db8::1",
    )
    found = [target for target in targets(inside) if target.fqdn.startswith("app.")]
    assert [target.address for target in found] == addresses


def test_all_aliases_of_a_name_are_followed_and_its_own_addresses_stay() -> None:
    """Weighted sets, and a plain address beside an alias of the other family."""
    many = company(
        "app.company.com A 192.0.2.7",
        "app.company.com ALIAS-AAAA cdn.example.net",
        "app.company.com ALIAS-AAAA blue.company.com",
        "blue.company.com AAAA 2001:db8::b",
        "www.company.com CNAME app.company.com",
    )
    found = [at for at in shown(targets(many, answers=CDN)) if at.startswith("www.")]
    assert sorted(found) == [
        "www.company.com 192.0.2.7",
        "www.company.com 2001:db8::9",
        "www.company.com 2001:db8::b",
    ]


def test_a_wildcard_may_be_an_alias() -> None:
    wild = company("*.company.com ALIAS cdn.example.net")
    other = zone("other.com", "www.other.com CNAME x.company.com")
    found = shown(targets(wild, other, answers=CDN))
    assert "*.company.com 198.51.100.9" in found
    assert "www.other.com 198.51.100.9" in found


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["a.company.com ALIAS a.company.com"], SkipReason.CNAME_LOOP),
        (
            ["a.company.com ALIAS b.company.com", "b.company.com ALIAS a.company.com"],
            SkipReason.CNAME_LOOP,
        ),
        (["a.company.com ALIAS-AAAA cdn4.example.net"], SkipReason.DANGLING),
        (["a.company.com ALIAS gone.company.com"], SkipReason.DANGLING),
        (
            ["a.company.com ALIAS-A b.company.com", "b.company.com ALIAS-AAAA cdn.example.net"],
            SkipReason.DANGLING,
        ),
        (["a.company.com ALIAS lame.example.net"], SkipReason.UNRESOLVED),
        (["_a.company.com ALIAS cdn.example.net"], SkipReason.SERVICE_LABEL),
    ],
    ids=["itself", "loop", "no such family", "dangling", "families part", "lame", "label"],
)
def test_an_alias_that_leads_nowhere_is_one_skip(lines: list[str], reason: SkipReason) -> None:
    answers: Answers = {
        **CDN,
        ("inside", "cdn4.example.net"): ("198.51.100.4",),
        ("inside", "lame.example.net"): Unresolved("no answer"),
    }
    found = reasons(skips(company(*lines), answers=answers))
    assert found[lines[0]] == reason


def test_an_alias_that_loops_in_part_loses_nothing_else() -> None:
    part = company(
        "a.company.com ALIAS a.company.com",
        "a.company.com ALIAS b.company.com",
        "b.company.com A 192.0.2.1",
    )
    assert shown(targets(part)) == ["a.company.com 192.0.2.1", "b.company.com 192.0.2.1"]


def test_a_great_many_aliases_in_circles_are_followed_once_each() -> None:
    names = [f"n{number}.company.com" for number in range(60)]
    circles = company(*(f"{owner} ALIAS {to}" for owner in names for to in names))
    assert set(reasons(skips(circles)).values()) == {SkipReason.CNAME_LOOP}


def test_a_mail_exchange_may_be_an_alias() -> None:
    mail = company(
        "company.com MX 10 mail.company.com",
        "mail.company.com ALIAS-A lb.company.com",
        "lb.company.com A 192.0.2.25",
        "lb.company.com AAAA 2001:db8::25",
    )
    (found,) = (target for target in targets(mail) if target.port == 25)
    assert (found.fqdn, found.address, found.starttls) == ("mail.company.com", "192.0.2.25", "smtp")
