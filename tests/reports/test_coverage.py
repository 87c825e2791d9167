"""``--coverage-csv`` in whole sessions."""

import csv
from pathlib import Path

import pytest

from reports.ledger import COLUMNS
from tests.reports import sample
from tests.reports.session import CONFTEST, Session, play
from tests.reports.test_csv import FULL
from tests.reports.test_terminal import PLANNED


def _classes(session: Session) -> dict[str, str]:
    with (session.folder / "c.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    return {row["owner"].partition(".")[0]: row["class"] for row in rows}


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_every_record_has_a_row(tmp_path: Path, workers: str) -> None:
    session = play(tmp_path, "--coverage-csv=c.csv", workers)

    found = _classes(session)

    # One of the zone that failed besides.
    assert len(found) == len(sample.TARGETS) + len(sample.SKIPS) + 1
    assert {name: found[name] for name in ("www", "shop", "legacy", "closed", "silent")} == {
        "www": "tested",
        "shop": "tested",
        "legacy": "tested",
        "closed": "nothing listens",
        "silent": "not verified",
    }
    assert f"generated coverage file: {tmp_path / 'c.csv'}" in session.output
    assert [path.name for path in tmp_path.glob("c.csv*")] == ["c.csv"]


@pytest.mark.parametrize("options", [("-k", "www"), ("-x",)], ids=["-k", "-x"])
def test_records_whose_tests_did_not_run_are_told(tmp_path: Path, options: tuple[str, ...]) -> None:
    found = _classes(play(tmp_path, "--coverage-csv=c.csv", *options))

    assert found["silent"] == "not run"
    assert found["dhcp-1"] == "filtered"


def test_a_dry_run_writes_what_would_be_tested(tmp_path: Path) -> None:
    options = ("--coverage-csv=c.csv", "--collect-only", "-q", "-k", "www")

    found = _classes(play(tmp_path, *options, tests=PLANNED))

    assert (found["www"], found["shop"]) == ("to be tested", "not run")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--coverage-csv=nowhere/c.csv", "--coverage-csv="),
        ("--coverage-csv=checks", "that is no ordinary file; name another"),
    ],
)
def test_a_file_that_cannot_be_is_a_usage_error(tmp_path: Path, option: str, words: str) -> None:
    session = play(tmp_path, option)

    assert session.code == pytest.ExitCode.USAGE_ERROR
    assert words in session.output


def test_a_full_disk_ends_no_run_and_leaves_the_last_file_be(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("last night's")

    session = play(tmp_path, "--coverage-csv=c.csv", conftest=CONFTEST + FULL)

    assert session.code == pytest.ExitCode.INTERNAL_ERROR
    assert "--coverage-csv=" in session.output
    assert (tmp_path / "c.csv").read_text() == "last night's"
    assert "INTERNALERROR" not in session.output
