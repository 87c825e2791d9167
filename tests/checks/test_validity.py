"""Dates of the leaf and of its issuers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from checks.evidence import NOT_READ, Certificate
from checks.finding import Severity
from checks.policy import Expiry, Policy
from checks.validity import findings
from tests.checks.evidence import (
    CA,
    CROSS,
    GOOD,
    LEAF,
    NAMES,
    NOW,
    OTHER_ROOT,
    ROOT,
    chain,
    found_on,
    refusing,
    served,
    terms,
    trusting,
)


def lasting(begin: timedelta, end: timedelta) -> Certificate:
    return replace(LEAF, not_before=NOW + begin, not_after=NOW + end)


def day(days: float) -> timedelta:
    return timedelta(days)


def test_leaf_in_its_validity_has_no_finding() -> None:
    assert found_on(GOOD) == []


def test_expired_leaf_is_one_finding_with_its_date() -> None:
    leaf = lasting(day(-90), timedelta(seconds=-1))
    (finding,) = findings(served(chain(leaf, CA)), terms())
    assert finding.id == "expired"
    assert finding.message == "certificate has expired (2026-06-01T11:59:59Z)"
    assert found_on(chain(leaf, CA)) == ["expired"]


def test_leaf_is_valid_through_its_last_second() -> None:
    assert "expired" not in found_on(chain(lasting(day(-90), day(0)), CA))


def test_leaf_is_valid_from_its_first_second() -> None:
    assert found_on(chain(lasting(day(0), day(90)), CA)) == []


def test_leaf_that_has_not_begun_is_one_finding() -> None:
    leaf = lasting(timedelta(seconds=1), day(90))
    (finding,) = findings(served(chain(leaf, CA)), terms())
    assert finding.id == "not-yet-valid"
    assert finding.message == "certificate is not valid before 2026-06-01T12:00:01Z"


def test_moments_are_told_in_utc_whatever_their_offset() -> None:
    zone = timezone(timedelta(hours=5))
    leaf = replace(LEAF, not_after=datetime(2026, 1, 1, 5, tzinfo=zone))
    (finding,) = findings(served(chain(leaf, CA)), terms())
    assert "(2026-01-01T00:00:00Z)" in finding.message


def test_leaf_whose_dates_cross_is_expired() -> None:
    assert found_on(chain(lasting(day(1), day(-1)), CA)) == ["expired"]


@pytest.mark.parametrize(
    ("lifetime", "left", "expected"),
    [
        (90, 19, []),
        (90, 18, []),
        (90, 17, [Severity.WARNING]),
        (90, 6.4, [Severity.WARNING]),
        (90, 6.2, [Severity.ERROR]),
        (365, 31, []),
        (365, 29, [Severity.WARNING]),
        (45, 10, []),
        (45, 8, [Severity.WARNING]),
        (6, 1.3, []),
        (6, 1.1, [Severity.WARNING]),
    ],
)
def test_expiring_is_the_smaller_of_days_and_share_of_the_lifetime(
    lifetime: float, left: float, expected: list[Severity]
) -> None:
    leaf = lasting(day(left - lifetime), day(left))
    assert [f.severity for f in findings(served(chain(leaf, CA)), terms())] == expected


def test_absolute_threshold_is_possible() -> None:
    policy = Policy(expiry=Expiry(days=50, lifetime_share=1, critical_share=0))
    leaf = lasting(day(-40), day(49))
    (finding,) = findings(served(chain(leaf, CA)), terms(policy))
    assert (finding.id, finding.severity) == ("expiring", Severity.WARNING)


def test_expiring_says_the_subject_and_the_time_and_no_days_left() -> None:
    leaf = lasting(day(-80), day(10))
    (finding,) = findings(served(chain(leaf, CA)), terms())
    assert finding.message == 'certificate "CN=www" expiring at 2026-06-11T12:00:00Z'
    later = replace(terms(), judged_at=NOW + timedelta(hours=5))
    (again,) = findings(served(chain(leaf, CA)), later)
    assert again == finding


def test_leaf_without_a_subject_is_told_by_its_serial() -> None:
    leaf = replace(lasting(day(-80), day(10)), subject="")
    (finding,) = findings(served(chain(leaf, CA)), terms())
    assert "serial 1A2B" in finding.message


def test_dates_that_cannot_be_read_are_not_judged() -> None:
    leaf = replace(LEAF, not_after=NOT_READ, unreadable="notAfter: year 99999999")
    assert found_on(chain(leaf, CA)) == ["certificate-unreadable"]


def test_readable_certificate_of_1970_has_expired() -> None:
    leaf = replace(LEAF, not_after=datetime(1970, 1, 1, tzinfo=UTC))
    assert found_on(chain(leaf, CA)) == ["expired"]


def test_issuer_that_ends_before_the_leaf_is_a_warning() -> None:
    short = replace(CA, not_after=LEAF.not_after - timedelta(1))
    (finding,) = findings(served(chain(LEAF, short)), terms())
    assert (finding.id, finding.severity) == ("issuer-expiring", Severity.WARNING)
    assert finding.certificate is not None
    assert finding.certificate.position == 1


def test_anchor_that_ends_before_the_leaf_is_none_of_our_business() -> None:
    old_root = replace(ROOT, not_after=LEAF.not_after - timedelta(1))
    stores = trusting((LEAF, CA, old_root))
    assert found_on(chain(LEAF, CA, stores=stores)) == []


def test_same_short_issuer_on_two_paths_is_one_finding() -> None:
    short = replace(CA, not_after=LEAF.not_after - timedelta(1))
    stores = (
        *trusting((LEAF, short, ROOT), NAMES[:1]),
        *trusting((LEAF, short, CROSS, OTHER_ROOT), NAMES[1:]),
    )
    assert found_on(chain(LEAF, short, CROSS, stores=stores)) == ["issuer-expiring"]


def test_expired_intermediate_is_one_finding_for_all_stores() -> None:
    old = replace(CA, not_after=NOW - timedelta(1))
    bad = chain(LEAF, old, stores=refusing(10, 1, old))
    (finding,) = findings(served(bad), terms())
    assert finding.message == (
        'intermediate "CN=CA" has expired (2026-05-31T12:00:00Z) and no other path is valid'
    )
    assert finding.stores_refusing == NAMES
    assert found_on(bad) == ["issuer-expired"]


def test_expired_root_is_called_a_root() -> None:
    old = replace(ROOT, not_after=NOW - timedelta(1))
    bad = chain(LEAF, CA, old, stores=refusing(10, 2, old))
    (finding,) = findings(served(bad), terms())
    assert finding.message.startswith('root "CN=Root" has expired')
