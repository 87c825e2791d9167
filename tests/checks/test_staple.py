"""Stapled OCSP responses."""

from dataclasses import replace

import pytest

from checks.context import Served
from checks.evidence import Certificate, Staple, StapleStatus
from checks.finding import Finding
from checks.staple import findings
from tests.checks.evidence import CA, LEAF, chain, ids, shaking, terms

MUST_STAPLE = replace(LEAF, must_staple=True)
GOOD_STAPLE = Staple(StapleStatus.GOOD)
REVOKED = Staple(StapleStatus.REVOKED, "2026-05-01, keyCompromise")


def stapling(*staples: Staple | None, leaf: Certificate = LEAF) -> list[Finding]:
    shown = chain(leaf, CA)
    handshakes = tuple(replace(shaking(shown), staple=staple) for staple in staples)
    return list(findings(Served(shown, handshakes, tls_1_3_only=True), terms()))


def test_no_staple_and_none_demanded_is_fine() -> None:
    assert stapling(None, None) == []


def test_good_staple_is_fine() -> None:
    assert stapling(GOOD_STAPLE, leaf=MUST_STAPLE) == []


def test_revocation_is_told_with_its_time_and_reason() -> None:
    (finding,) = stapling(REVOKED)
    assert finding.id == "revoked"
    assert finding.message.endswith("says revoked (2026-05-01, keyCompromise)")


def test_revocation_in_one_handshake_is_enough() -> None:
    assert ids(stapling(GOOD_STAPLE, REVOKED)) == ["revoked"]


def test_demanded_staple_that_is_missing_is_found() -> None:
    assert ids(stapling(None, leaf=MUST_STAPLE)) == ["must-staple-missing"]


def test_staple_in_one_of_the_handshakes_is_enough() -> None:
    assert stapling(None, GOOD_STAPLE, leaf=MUST_STAPLE) == []


@pytest.mark.parametrize(
    "status", sorted(set(StapleStatus) - {StapleStatus.GOOD, StapleStatus.REVOKED})
)
def test_useless_staple_is_one_warning_that_says_why(status: StapleStatus) -> None:
    (finding,) = stapling(Staple(status), Staple(status))
    assert finding.id == "staple-invalid"
    assert finding.message.endswith(status.value)
