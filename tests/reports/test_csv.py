import csv
from pathlib import Path

import pytest

from reports.rows import COLUMNS, FIRST_COLUMNS
from tests.reports import sample
from tests.reports.session import CONFTEST, Session, play

KILLED = """
import os
import pytest
from tests.reports import sample

@pytest.mark.parametrize("verdict", [*sample.VERDICTS[5:1:-1], None])
def test_certificate(verdict):
    if verdict is None:
        os._exit(9)
"""


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_file_has_the_same_bytes_with_and_without_workers(
    plain: Session, distributed: Session
) -> None:
    assert plain.read("night.csv") == distributed.read("night.csv")


def test_every_target_and_every_finding_of_a_zone_has_its_rows(played: Session) -> None:
    found = _read(played.folder / "night.csv")

    assert tuple(found[0]) == COLUMNS
    assert {row["ip_address"] for row in found} == {"", *(t.address for t in sample.TARGETS)}
    assert [row["finding_id"] for row in found if not row["ip_address"]] == ["zone-failed"]
    # One row a target, but two for the one with two findings; and the zone's.
    assert len(found) == len(sample.TARGETS) + 2


def test_rows_are_sorted_by_name_from_the_root_then_address(played: Session) -> None:
    names = [row["fqdn"] for row in _read(played.folder / "night.csv")]

    friendly = [name for name in names if name.split(".")[0].isalpha() and name[0] != "A"]
    assert friendly == [
        "closed.company.com",
        "legacy.company.com",
        "lost.company.com",
        "shop.company.com",
        "shop.company.com",
        "silent.company.com",
        "soon.company.com",
        "www.company.com",
    ]


def test_no_row_holds_a_control_character_or_a_raw_line_end(played: Session) -> None:
    lines = played.read("night.csv").split("\r\n")

    assert lines[-1] == ""
    assert all(line.isprintable() for line in lines)
    assert len(lines) == len(sample.TARGETS) + 2 + 2


def test_no_cell_is_a_formula(played: Session) -> None:
    cells = {cell for row in _read(played.folder / "night.csv") for cell in row.values()}

    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\uff1d"))]
    assert "'=HYPERLINK(1)" in cells


def test_the_summary_tells_where_the_file_is(played: Session) -> None:
    assert f"generated csv file: {played.folder / 'night.csv'}" in played.output


def test_findings_only_writes_the_ancestors_file(tmp_path: Path) -> None:
    play(tmp_path, "--csv=a.csv", "--csv-findings-only", "-k", "company.com-192.0.2.6 or shop")

    found = _read(tmp_path / "a.csv")

    assert tuple(found[0]) == FIRST_COLUMNS
    assert [(row["fqdn"], row["status"]) for row in found] == [
        ("shop.company.com", "error"),
        ("soon.company.com", "warning"),
    ]


def test_a_run_without_rows_leaves_a_file_with_its_head_only(tmp_path: Path) -> None:
    play(tmp_path, "--csv=a.csv", "--csv-findings-only", "-k", "www")

    assert (tmp_path / "a.csv").read_bytes() == b"ip_address,port,fqdn,status,message\r\n"


def test_a_killed_run_leaves_the_rows_that_it_knew(tmp_path: Path) -> None:
    session = play(tmp_path, "--csv=a.csv", tests=KILLED)

    assert session.code == 9
    names = [row["fqdn"].partition(".")[0] for row in _read(tmp_path / "a.csv")]
    assert names == ["closed", "legacy", "shop", "shop", "www"]


def test_nothing_is_left_beside_the_file(played: Session) -> None:
    assert [path.name for path in played.folder.glob("night.csv*")] == ["night.csv"]


def test_the_file_behind_a_symbolic_link_is_replaced_not_the_link(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "latest.csv").symlink_to(tmp_path / "out" / "a.csv")

    play(tmp_path, "--csv=latest.csv", "-k", "www")

    assert (tmp_path / "latest.csv").is_symlink()
    assert len(_read(tmp_path / "out" / "a.csv")) == 1


@pytest.mark.parametrize("option", ["--collect-only", "--version"])
def test_a_run_that_tests_nothing_leaves_the_last_file_be(tmp_path: Path, option: str) -> None:
    (tmp_path / "a.csv").write_text("last night's")

    play(tmp_path, "--csv=a.csv", option)

    assert (tmp_path / "a.csv").read_text() == "last night's"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--csv=nowhere/a.csv",), "there is no folder"),
        (("--csv=checks",), "that is no ordinary file; name another"),
        (("--csv=/dev/null",), "that is no ordinary file; name another"),
        (("--csv-findings-only",), "no file is written; add --csv=FILE"),
    ],
)
def test_a_file_that_cannot_be_is_a_usage_error(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    session = play(tmp_path, *options)

    assert session.code == pytest.ExitCode.USAGE_ERROR
    assert words in session.output
    assert "Traceback" not in session.output


FULL = """
import resource

SOFT, HARD = resource.getrlimit(resource.RLIMIT_FSIZE)

def pytest_collection_finish():
    # From now on no file may grow beyond a few rows, as on a disk that is full.
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, HARD))

def pytest_unconfigure():
    # What measures coverage writes its file after this.
    resource.setrlimit(resource.RLIMIT_FSIZE, (SOFT, HARD))
"""


def test_a_full_disk_ends_no_run_and_is_told(tmp_path: Path) -> None:
    session = play(tmp_path, "--csv=a.csv", conftest=CONFTEST + FULL)

    assert session.code == 3
    assert "the file is not complete" in session.output
    assert "Traceback" not in session.output
    assert "INTERNALERROR" not in session.output
    assert not list(tmp_path.glob("a.csv.new"))
