"""A run whose workers all die has not looked at all that it should have."""

from pathlib import Path

from reports.facts import INCOMPLETE
from tests.sessions.session import CSV
from tests.sessions.world import World


def test_run_that_loses_all_its_workers_ends_with_6(world: World, tmp_path: Path) -> None:
    dying = ("-p", "tests.sessions.dying", "--max-worker-restart=0")
    ended = world.run(tmp_path, f"--csv={CSV}", "-n", "2", *dying)

    assert ended.code == 6
    assert {row["finding_id"] for row in ended.rows} == {"scanner-broke"}
    assert "not run" in ended.output
    assert INCOMPLETE in ended.output
    assert ended.left == ()
