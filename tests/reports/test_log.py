import logging

import pytest

from checks.verdict import Outcome
from reports.log import LogReport, lines
from tests.reports import sample
from tests.reports.session import Session


def test_errors_and_warnings_are_logged_with_their_levels(
    caplog: pytest.LogCaptureFixture,
) -> None:
    findings = tuple(map(sample.finding, ("hostname-mismatch", "expiring", "chain-extra")))

    LogReport().pytest_zonecert_verdict(
        sample.verdict(sample.WRONG, Outcome.ERROR, findings=findings)
    )

    shop = "shop.company.com [2001:db8::7]:8443"
    assert caplog.record_tuples == [
        (
            "zonecert",
            logging.ERROR,
            f"{shop}: hostname-mismatch: the certificate is for other names",
        ),
        (
            "zonecert",
            logging.WARNING,
            f"{shop}: expiring: the certificate expires soon",
        ),
    ]


def test_a_waived_finding_is_not_logged() -> None:
    assert list(lines(sample.verdict(sample.OLD, waived=(sample.waived("expired"),)))) == []


@pytest.mark.parametrize("text", sample.HOSTILE.values(), ids=sample.HOSTILE)
def test_a_line_is_one_printable_line_of_500_characters_at_most(text: str) -> None:
    verdict = sample.verdict(sample.GOOD, findings=(sample.finding("expired", text),))

    ((_, line),) = lines(verdict)

    assert line.isprintable()
    assert len(line) <= 500


def test_a_zones_finding_is_logged_under_the_zone() -> None:
    ((level, line),) = lines(sample.zone_verdict("company.com", sample.finding("zone-failed")))

    assert level == logging.ERROR
    assert line.startswith("zone company.com: zone-failed: ")


def test_each_finding_is_logged_once_whatever_the_number_of_workers(played: Session) -> None:
    logged = played.read("night.log").splitlines()

    assert sum("soon.company.com 192.0.2.6:443: expiring" in line for line in logged) == 1
    assert sum("untrusted-root" in line for line in logged) == len(sample.HOSTILES)


def test_no_failure_repeats_its_findings_as_captured_log(played: Session) -> None:
    assert "Captured log" not in played.output
