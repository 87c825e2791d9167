"""A report that cannot be written is told in one line, and no other report pays for it."""

import csv
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from reports.rows import COLUMNS
from tests.reports import sample
from tests.reports.session import CONFTEST, Session, play
from tests.support.small_disk import on_a_full_disk

FILES = {
    "--csv": "a.csv",
    "--coverage-csv": "coverage.csv",
    "--junitxml": "a.xml",
    "--html": "a.html",
    "--log-file": "a.log",
}
SELF_CONTAINED = "--self-contained-html"
VANISHING = """
import shutil

def pytest_runtest_logfinish():
    shutil.rmtree("out", ignore_errors=True)
"""
BLOCKED = """
from pathlib import Path

def pytest_runtest_logfinish():
    if Path("out").is_dir():
        Path("out").rename("gone")
        Path("out").write_text("no folder")
"""


def play_all(folder: Path, conftest: str) -> Session:
    """Write every report to the folder ``out``."""
    (folder / "out").mkdir()
    options = [f"{option}=out/{file}" for option, file in FILES.items()]
    return play(folder, *options, SELF_CONTAINED, conftest=CONFTEST + conftest)


def told(session: Session) -> set[str]:
    """Return the options of which a line in the summary says that something is wrong."""
    return set(re.findall(r"^-+ (--[a-z-]+)=.+: ", session.output, re.MULTILINE))


def is_whole(option: str, path: Path) -> bool:
    """Tell whether a report is there and well-formed; of some, with a result of each target."""
    text = path.read_bytes().decode()
    addresses = {target.address for target in sample.TARGETS}
    match option:
        case "--csv":
            return {row[0] for row in csv.reader(text.splitlines())} >= addresses
        case "--junitxml":
            return len(list(ET.fromstring(text).iter("testcase"))) == len(sample.VERDICTS)
        case "--html":
            return text.rstrip().endswith("</html>")
        case _:
            return text.endswith("\n")


@pytest.mark.parametrize("option", FILES)
@pytest.mark.parametrize("place", ["file/out/a", "folder"])
def test_a_place_where_no_file_can_be_is_a_usage_error_before_anything_is_tested(
    tmp_path: Path, option: str, place: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    session = play(tmp_path, f"{option}={place}")

    assert session.code == pytest.ExitCode.USAGE_ERROR
    assert session.output.startswith(f"ERROR: {option}")
    assert len(session.output.splitlines()) <= 2


@pytest.mark.parametrize(
    ("first", "second"), [("--csv", "--coverage-csv"), ("--junitxml", "--html")]
)
def test_two_reports_with_one_file_are_a_usage_error(
    tmp_path: Path, first: str, second: str
) -> None:
    (tmp_path / "here").mkdir()
    session = play(tmp_path, f"{first}=out", f"{second}=here/../out")

    assert session.code == pytest.ExitCode.USAGE_ERROR
    assert re.search(rf"(?:{first}|{second})=.*out: that is the file of --", session.output)


@pytest.mark.parametrize("option", FILES)
def test_a_full_disk_costs_the_report_that_is_on_it_and_no_other(
    tmp_path: Path, option: str
) -> None:
    full = on_a_full_disk(tmp_path / "full")
    elsewhere = {other: f"{other[2:]}.out" for other in FILES if other != option}
    given = [f"{other}={file}" for other, file in elsewhere.items()]
    session = play(tmp_path, f"{option}=full/a", *given, SELF_CONTAINED, prefix=full)

    assert session.code == pytest.ExitCode.INTERNAL_ERROR
    assert told(session) == {option}
    assert f"{option}={tmp_path / 'full' / 'a'}: No space left on device" in session.output
    assert "Traceback" not in session.output
    assert "= zonecert =" in session.output
    assert all(is_whole(other, tmp_path / file) for other, file in elsewhere.items())


def test_of_a_file_that_has_grown_on_a_full_disk_no_row_is_cut_off(tmp_path: Path) -> None:
    full = on_a_full_disk(tmp_path / "full")
    play(tmp_path, "--csv=full/a.csv", prefix=full)

    text = (tmp_path / "full.kept" / "a.csv").read_bytes().decode()
    assert text == "" or text.endswith("\r\n")
    assert {len(row) for row in csv.reader(text.splitlines())} <= {len(COLUMNS)}
    assert not (tmp_path / "full.kept" / "a.csv.new").exists()


def test_a_folder_that_vanishes_is_made_again_for_what_is_written_at_the_end(
    tmp_path: Path,
) -> None:
    session = play_all(tmp_path, VANISHING)

    written = {option: file for option, file in FILES.items() if option != "--log-file"}
    assert all(is_whole(option, tmp_path / "out" / file) for option, file in written.items())
    # The log was written as it came, to a file that nobody can open any more.
    assert told(session) == {"--log-file"}
    assert session.code == pytest.ExitCode.INTERNAL_ERROR


def test_a_folder_that_became_a_file_is_told_for_each_report(tmp_path: Path) -> None:
    session = play_all(tmp_path, BLOCKED)

    assert session.code == pytest.ExitCode.INTERNAL_ERROR
    assert told(session) == set(FILES)
    assert "Traceback" not in session.output
    assert "= zonecert =" in session.output
