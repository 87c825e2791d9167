"""A whole run on the hostile world: each target told truly and in time, and nobody else harmed."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.comparison import differences
from demo.hostile import world
from demo.hostile.planted import ORIGIN, PLANTED
from tests.sessions.memory import Peaks, watched
from tests.sessions.session import REPORTS, Session, finish, play, start
from tests.sessions.world import write

SCANNER, GROWTH = 150, 50
"""Megabytes that a scanner process may take, and that the first process may grow by."""
NO_HOSTS = 12
"""Records whose owner is no host, or that lead nowhere."""


@dataclass(frozen=True)
class HostileRun:
    session: Session
    peaks: Peaks


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> HostileRun:
    folder: Path = tmp_path_factory.mktemp("hostile")
    with world.start() as hostile:
        process = start(folder, write(folder, hostile.compliance), *REPORTS)
        with watched(process.pid) as peaks:
            session = finish(folder, process)
    return HostileRun(session, peaks)


def test_each_target_is_told_by_its_true_reason(run: HostileRun) -> None:
    """The bystanders among them, whose verdict is that of a world without all the others."""
    assert list(differences(run.session.seen, PLANTED)) == []


def test_there_is_exactly_one_test_for_each_target(run: HostileRun) -> None:
    targets = [case for case in run.session.cases() if ORIGIN in case.get("name", "")]
    assert {(row["fqdn"], row["ip_address"]) for row in run.session.rows} == set(PLANTED)
    assert (run.session.code, run.session.left) == (1, ())
    assert len(targets) == len(PLANTED)


def test_no_record_of_the_zone_is_lost(run: HostileRun) -> None:
    """What is no host, or leads nowhere, is accounted for with its reason."""
    assert all(row["class"] for row in run.session.coverage)
    assert len(run.session.coverage) == len(PLANTED) + NO_HOSTS


@pytest.mark.skipif(sys.platform != "linux", reason="read in /proc")
def test_no_hostile_endpoint_costs_memory(run: HostileRun) -> None:
    assert len(run.peaks.scanners) >= 3
    assert max(run.peaks.scanners) <= SCANNER
    assert 0 <= run.peaks.growth <= GROWTH


def test_the_option_names_the_world_and_takes_no_path(tmp_path: Path) -> None:
    """``--demo checks/`` is the demo and a path, whatever follows the option."""
    session = play(tmp_path, "--demo=hostile", "checks/test_zones.py", "--collect-only", "-q")
    assert session.code == 0
    assert f"test_zone[{ORIGIN}]" in session.output
    assert "test_certificate" not in session.output
