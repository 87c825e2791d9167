import csv
from pathlib import Path

import pytest

from checks.verdict import Outcome, SubjectKind
from reports.broken import broken
from reports.tally import NOT_RUN
from tests.reports import sample
from tests.reports.session import Session, play

TEARDOWN = """
import pytest
from tests.reports import sample

@pytest.fixture
def broken():
    yield
    raise RuntimeError("at the end")

@pytest.mark.parametrize("verdict", sample.VERDICTS[2:3], ids=lambda verdict: verdict.subject.id)
def test_certificate(verdict, broken):
    pass
"""
NO_RUN = """
import pytest
from reports import PLUGINS
pytest_plugins = PLUGINS
"""
NODE = "checks/test_certificates.py::test_certificate"


def _rows(path: Path) -> dict[str, tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        found = [(row["fqdn"], row["status"], row["finding_id"]) for row in csv.DictReader(file)]
    assert len(found) == len({name for name, _, _ in found})
    return {name: (status, finding_id) for name, status, finding_id in found}


def test_a_crashed_worker_and_a_broken_fixture_have_rows_too(crashed: Session) -> None:
    assert crashed.code == 1
    assert _rows(crashed.folder / "a.csv") == {
        "www.company.com": ("ok", ""),
        "legacy.company.com": ("waived", "expired"),
        "shop.company.com": ("error", "scanner-broke"),
        "silent.company.com": ("error", "scanner-broke"),
    }


def test_whose_a_test_that_broke_is_is_known_all_the_same(crashed: Session) -> None:
    with (crashed.folder / "a.csv").open(encoding="utf-8", newline="") as file:
        owners = {row["fqdn"]: (row["team"], row["scope"]) for row in csv.DictReader(file)}

    assert owners["shop.company.com"] == ("sales", "pci")
    assert owners["silent.company.com"] == ("", "")


@pytest.mark.parametrize("workers", [(), ("-n1",)], ids=["plain", "one worker"])
def test_what_a_run_that_was_ended_did_not_come_to_is_named(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    session = play(tmp_path, "--csv=a.csv", "-x", "--junitxml=a.xml", *workers)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        named = {row["ip_address"]: row["message"] == NOT_RUN for row in csv.DictReader(file)}

    assert set(named) >= {target.address for target in sample.TARGETS}
    assert set(named.values()) == {False, True}
    assert "the run ended before the tests of: " in session.output


def test_an_error_after_the_verdict_does_not_make_a_second_one(tmp_path: Path) -> None:
    session = play(tmp_path, "--csv=a.csv", tests=TEARDOWN)

    assert "1 passed, 1 error" in session.output
    assert _rows(tmp_path / "a.csv") == {"www.company.com": ("ok", "")}


def test_a_session_that_has_no_run_reports_nothing(tmp_path: Path) -> None:
    """Such as one that a usage error ends before anything is known."""
    options = ("--csv=a.csv", "--junitxml=a.xml", "--html=a.html", "--collect-only")

    session = play(tmp_path, *options, conftest=NO_RUN)

    assert session.code == 0
    assert "zonecert" not in session.output.replace("zonecert-", "")
    assert not (tmp_path / "a.csv").exists()


def test_a_test_that_broke_is_told_by_its_target() -> None:
    taken = sample.inventory(sample.GOOD, sample.OLD)

    verdict = broken(f"{NODE}[{sample.OLD.id}]", "Traceback:\nRuntimeError: \x1b[2J", taken)

    assert verdict is not None
    assert verdict.subject.fqdn == "legacy.company.com"
    assert (verdict.outcome, verdict.fails) == (Outcome.ERROR, True)
    (finding,) = verdict.findings
    assert (finding.id, finding.observed) == ("scanner-broke", "RuntimeError: \\x1b[2J")
    assert "RuntimeError" not in finding.message


def test_a_zones_test_that_broke_is_told_by_its_zone() -> None:
    verdict = broken("checks/test_zones.py::test_zone[lost.company.com]", "", sample.inventory())

    assert verdict is not None
    assert (verdict.subject.kind, verdict.subject.zone) == (SubjectKind.ZONE, "lost.company.com")


@pytest.mark.parametrize("test", ["test_inventory", "test_certificate[gone.company.com-::1-443]"])
def test_a_test_of_no_known_target_is_told_by_its_name(test: str) -> None:
    verdict = broken(f"checks/test_x.py::{test}", "", sample.inventory())

    assert verdict is not None
    assert verdict.subject.kind is SubjectKind.RUN
    assert verdict.subject.fqdn in test


def test_a_broken_test_outside_the_compliance_tests_is_not_ours() -> None:
    assert broken(f"mine/test_x.py::test[{sample.GOOD.id}]", "", sample.inventory()) is None
