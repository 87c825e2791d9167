"""Nothing leaves for an address that is denied, nor for any that no target has: packets counted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sessions import isolated
from tests.sessions.session import ROOT, Session, environment
from tests.support.network import isolating

_PATIENCE = 300

Counts = dict[str, dict[str, int]]
"""Packets by run and destination."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both runs, once for all tests."""
    made = tmp_path_factory.mktemp("isolated")
    ended = subprocess.run(
        [*isolating(), sys.executable, "-m", "tests.sessions.isolated", str(made)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return made


@pytest.fixture
def counts(folder: Path) -> Counts:
    found: Counts = json.loads((folder / isolated.COUNTS).read_text())
    return found


def test_packets_go_to_the_name_server_and_to_targets_and_nowhere_else(counts: Counts) -> None:
    assert set(counts[isolated.DENIED]) == {isolated.NAME_SERVER, *isolated.WEB}


def test_without_a_deny_list_the_counter_sees_each_of_those_addresses(counts: Counts) -> None:
    """Lest it count nothing for want of looking."""
    assert set(counts[isolated.LIFTED]) == {
        *(isolated.NAME_SERVER, *isolated.WEB, isolated.BESIDE),
        *isolated.LED_TO.values(),
    }


def test_every_denied_record_is_told_with_its_network(folder: Path) -> None:
    session = Session(folder / isolated.DENIED, 0, "")
    filtered = [row for row in session.coverage if row["class"] == "filtered"]

    assert len(filtered) == len(isolated.LED_TO) + len(isolated.UNSENDABLE)
    assert {row["detail"].split()[0] for row in filtered} == {"deny"}


def test_a_record_that_names_the_name_server_is_looked_at_like_any_other(folder: Path) -> None:
    session = Session(folder / isolated.DENIED, 0, "")
    found = {(row["fqdn"], row["ip_address"]): row["finding_id"] for row in session.rows}

    assert found == {
        ("ns.demo.test", isolated.NAME_SERVER): "hostname-mismatch",
        **{("www.demo.test", address): "" for address in isolated.WEB},
        ("mixed.demo.test", isolated.WEB[0]): "hostname-mismatch",
    }
