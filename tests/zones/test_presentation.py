"""Records that programs tell as text."""

import pytest

from zones.name import parse_name
from zones.reading.collector import Collector
from zones.reading.presentation import keep_alias_text, keep_cnames, keep_text, note_text

HUGE = ("1e400", "99999999999")


@pytest.fixture
def collector() -> Collector:
    return Collector(parse_name("company.com"))


def lines(collector: Collector) -> list[str]:
    return [f"{each.owner} {each.rdtype} {each.rdata} {each.ttl}" for each in collector.records()]


def test_names_are_absolute_with_a_trailing_dot_or_without(collector: Collector) -> None:
    keep_text(collector, "WWW.company.com", "CNAME", 60, ["shop.example.net"])
    keep_text(collector, "mail.company.com.", "MX", 60, ["10 MX.example.net."])
    keep_alias_text(collector, "company.com", "ALIAS", 60, "CDN.example.net")

    assert lines(collector) == [
        "company.com ALIAS cdn.example.net 60",
        "mail.company.com MX 10 mx.example.net 60",
        "www.company.com CNAME shop.example.net 60",
    ]
    assert collector.count == 3


@pytest.mark.parametrize("owner", ["other.com", "mycompany.com", "a..company.com", "com"])
def test_an_owner_outside_of_the_zone_is_an_error(collector: Collector, owner: str) -> None:
    with pytest.raises(ValueError, match=f"{owner}.* is (outside of the zone|no domain name)"):
        keep_text(collector, owner, "TXT", 60, ["x"])


def test_a_value_that_cannot_be_read_hides_no_zone_but_one_of_hosts(collector: Collector) -> None:
    keep_text(collector, "a.company.com", "CAA", 60, ["?"])
    keep_text(collector, "b.company.com", "TLSA", 60, ["?"])
    keep_text(collector, "c.company.com", "PROVIDERS", 60, ["?"])
    keep_text(collector, "c.company.com", "LOC", 60, [f"0 N 0 E {size}m" for size in HUGE])
    note_text(collector, "d.company.com")
    with pytest.raises(ValueError, match=r"^e\.company\.com A \?: "):
        keep_text(collector, "e.company.com", "A", 60, ["?"])

    assert lines(collector) == [r"b.company.com TLSA \# 1 3f 60"]
    assert collector.other_owners() == ("a.company.com", "c.company.com", "d.company.com")


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([], []),
        (["a.net"], ["www.company.com CNAME a.net 60"]),
        (["b.net", "a.net"], ["www.company.com ALIAS a.net 60", "www.company.com ALIAS b.net 60"]),
    ],
    ids=["none", "one", "several"],
)
def test_several_targets_of_a_cname_are_aliases(
    collector: Collector, targets: list[str], expected: list[str]
) -> None:
    keep_cnames(collector, "www.company.com", 60, targets)
    assert lines(collector) == expected
