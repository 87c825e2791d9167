"""The demo with workers, and what its processes load."""

import json
import os

import pytest

from demo.comparison import differences
from demo.planted import PLANTED
from tests.sessions.session import CSV, Session, play

NATIVE = ("sslyze", "nassl")
PROBE = f"""
import json
import os
import sys
from pathlib import Path

def pytest_unconfigure():
    loaded = [name for name in {NATIVE!r} if name in sys.modules]
    Path(__file__).with_name(f"loaded-{{os.getpid()}}.json").write_text(json.dumps(loaded))
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "probe.py").write_text(PROBE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        return play(folder, "--demo", "-n", "2", "-p", "probe", f"--csv={CSV}")


def test_demo_with_workers_finds_what_is_planted(demo: Session) -> None:
    assert list(differences(demo.seen, PLANTED)) == []
    assert (demo.code, demo.left) == (1, ())


def test_neither_controller_nor_workers_load_what_scans(demo: Session) -> None:
    loaded = [json.loads(path.read_text()) for path in demo.folder.glob("loaded-*.json")]

    assert loaded == [[], [], []]
