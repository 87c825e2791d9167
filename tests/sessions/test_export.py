"""Zones exported on the one host that may transfer, and looked at from another."""

import subprocess
import sys
from pathlib import Path

from demo.planted import ORIGIN
from tests.sessions.session import CSV, ROOT, Session, environment, play
from tests.sessions.world import EXPECTED, World, write


def test_run_from_an_export_finds_what_a_run_of_its_own_does(
    world: World, plain: Session, tmp_path: Path
) -> None:
    file = tmp_path / "zones.json"
    command = [sys.executable, "-m", "zones", "export", f"--server={world.server}"]
    exported = subprocess.run(
        [*command, f"--zone={ORIGIN}", str(file)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (exported.returncode, exported.stderr) == (0, "")

    compliance = write(tmp_path / "from-file", world.document({}))
    world.transfers.clear()
    run = play(tmp_path / "from-file", compliance, f"--from-zones-json={file}", f"--csv={CSV}")

    assert (run.code, run.rows) == (plain.code, plain.rows)
    assert run.seen == EXPECTED
    assert world.transfers == []
