"""A worker that dies costs at most the target that kills every worker; what is left is named."""

import os
from collections import Counter
from pathlib import Path

import pytest

from demo.planted import ORIGIN
from reports.facts import INCOMPLETE
from reports.tally import NOT_RUN
from tests.sessions.session import CSV, REPORTS, Session
from tests.sessions.world import EXPECTED, World

DYING = ("-p", "tests.sessions.dying")
DEADLY = ("mail", "partner")


def test_run_that_loses_all_its_workers_ends_with_6(world: World, tmp_path: Path) -> None:
    dying = (*DYING, "--max-worker-restart=0")
    ended = world.run(tmp_path, f"--csv={CSV}", "-n", "2", *dying)

    assert ended.code == 6
    assert {(row["status"], row["message"]) for row in ended.rows} == {("unreachable", NOT_RUN)}
    assert ended.seen.keys() == EXPECTED.keys()
    assert "the run ended before the tests of: " in ended.output
    assert INCOMPLETE in ended.output
    assert ended.left == ()


@pytest.fixture(scope="module")
def outlived(world: World, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Return a run in which some targets kill every worker, and one kills the first only.

    Five workers die; pytest-xdist by itself would have ended the run of a single one after four.
    """
    folder = tmp_path_factory.mktemp("dying")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEADLY", rf"\[({'|'.join(DEADLY)})\.")
        patch.setenv("DEADLY_ONCE", f"{folder}{os.path.pathsep}[www.")
        return world.run(folder, *REPORTS, *DYING, "-n", "1")


def test_target_that_kills_two_workers_is_an_error_and_the_run_goes_on(outlived: Session) -> None:
    broken = {row["fqdn"] for row in outlived.rows if row["finding_id"] == "scanner-broke"}

    assert broken == {f"{name}.{ORIGIN}" for name in DEADLY}
    assert outlived.code == 1


def test_all_other_verdicts_are_those_of_a_run_that_lost_no_worker(
    plain: Session, outlived: Session
) -> None:
    def unharmed(session: Session) -> list[dict[str, str]]:
        return [row for row in session.rows if row["fqdn"].partition(".")[0] not in DEADLY]

    assert unharmed(outlived) == unharmed(plain)


def test_every_target_has_one_result_whoever_died(plain: Session, outlived: Session) -> None:
    names = Counter((case.get("classname"), case.get("name")) for case in outlived.cases())

    assert set(names.values()) == {1}
    assert len(names) == len(plain.cases())
    assert outlived.page().count("scanner-broke") >= len(DEADLY)
