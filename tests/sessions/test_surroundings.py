"""What the host does to a run changes no verdict."""

import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.sessions.session import REPORTS, Session
from tests.sessions.world import World
from tests.support.program import find_program

YEAR = timedelta(days=365)
YEARS_BEFORE_1970 = -timedelta(days=365 * 67)


@pytest.fixture(scope="module")
def wall_clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the library that shifts the wall clock."""
    library = tmp_path_factory.mktemp("clock") / "wall_clock.so"
    source = Path(__file__).with_name("wall_clock.c")
    compiler = find_program("gcc", "gcc libc6-dev")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def told(session: Session, label: str) -> datetime:
    """Return a time of which the summary tells."""
    found = re.search(rf"^{label}: (\S+)$", session.output, re.MULTILINE)
    assert found
    return datetime.fromisoformat(found[1])


@pytest.mark.parametrize("jump", [YEAR, -YEAR], ids=["a year on", "a year back"])
def test_clock_that_jumps_changes_no_verdict_and_no_duration(
    world: World,
    plain: Session,
    wall_clock: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    jump: timedelta,
) -> None:
    monkeypatch.setenv("LD_PRELOAD", str(wall_clock))
    monkeypatch.setenv("CLOCK_SHIFT", str(tmp_path / "shift"))
    monkeypatch.setenv("CLOCK_JUMP", str(int(jump.total_seconds())))
    ended = world.run(tmp_path, *REPORTS, "-p", "tests.sessions.jumping")

    assert (tmp_path / "shift").exists()
    assert (ended.code, ended.rows) == (plain.code, plain.rows)
    assert timedelta() <= told(ended, "ended") - told(ended, "started") < timedelta(hours=1)


def test_clock_that_is_wrong_from_the_start_is_what_is_judged_by(
    world: World, wall_clock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sets the clock of the host is trusted; before 1970 nothing is valid yet."""
    monkeypatch.setenv("LD_PRELOAD", str(wall_clock))
    monkeypatch.setenv("CLOCK_SHIFT", str(tmp_path / "shift"))
    (tmp_path / "shift").write_text(str(int(YEARS_BEFORE_1970.total_seconds())))
    ended = world.run(tmp_path, *REPORTS, include=["(www|closed).*"])

    assert told(ended, "judged at").year < 1970
    assert {row["finding_id"] for row in ended.rows} == {"", "not-yet-valid"}
    assert ended.code == 1


def test_few_descriptors_and_no_folder_for_temporary_files_change_no_verdict(
    world: World, plain: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    ended = world.run(tmp_path / "run", "-p", "tests.sessions.short", *REPORTS)

    assert (ended.code, ended.rows, ended.left) == (plain.code, plain.rows, ())


def test_threads_that_cannot_be_started_are_an_error_of_each_target(
    world: World, plain: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THREADS", "8")
    ended = world.run(tmp_path, "-p", "tests.sessions.short", *REPORTS)

    broken = {row["fqdn"] for row in ended.rows if row["finding_id"] == "scanner-broke"}
    assert {row["fqdn"] for row in ended.rows} == {row["fqdn"] for row in plain.rows}
    assert broken
    assert "the scanner broke: can't start new thread" in ended.output
    assert len(ended.cases()) == len(plain.cases())
    assert ended.code == 1
