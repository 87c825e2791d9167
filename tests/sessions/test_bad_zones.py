"""A zone that was not had whole is never green, however it went wrong, in whole runs."""

import csv
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from reports.facts import INCOMPLETE
from tests.sessions.session import CSV, REPORTS, Session, play
from tests.sessions.way import Ground, Way
from tests.sessions.ways import WAYS
from tests.sessions.world import World, write

GOOD = {"include": [r"(www|pool)\.demo\.test"]}
GOOD_ROWS = {
    ("www.demo.test", "127.0.0.11"): "ok",
    ("pool.demo.test", "127.0.0.13"): "ok",
    ("pool.demo.test", "127.0.0.14"): "error",
}
AT_LEAST = 81
"""Ways that have to be tried, as SECURITY.md says."""


def zone_of(name: str) -> str:
    """Return the zone that goes wrong in that way."""
    return WAYS[name].failing or f"{name}.test"


def sources(ground: Ground, ways: Mapping[str, Way]) -> list[dict[str, Any]]:
    """Return a source for each way, its server up."""
    return [
        {"name": name, "type": "axfr", **way.source(ground, f"{name}.test")}
        for name, way in ways.items()
    ]


def run(folder: Path, document: dict[str, Any], ways: Mapping[str, Way], *options: str) -> Session:
    """Run pytest to its end on the document's sources and one for each way."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        ground = Ground(stack, folder)
        document["source"] += sources(ground, ways)
        for name, value in ground.environment.items():
            patch.setenv(name, value)
        return play(folder, write(folder, document), *options)


def failed_in_csv(session: Session) -> dict[tuple[str, str], str]:
    """Return what the CSV tells of zones that failed, by zone and source."""
    with (session.folder / CSV).open(encoding="utf-8", newline="") as lines:
        return {
            (row["fqdn"] or ".", row["view"]): row["message"]
            for row in csv.DictReader(lines)
            if row["finding_id"] == "zone-failed" and row["status"] == "error"
        }


def failed_in_junit(session: Session) -> dict[tuple[str, str], str]:
    """Return what the JUnit report tells of them."""
    failures = {
        (case.get("classname", ""), case.get("name", "")): failure.text or ""
        for case in session.cases()
        for failure in case.iter("failure")
    }
    return {
        (zone, name.removeprefix("zone transfer (").rstrip(")")): text
        for (zone, name), text in failures.items()
        if name.startswith("zone transfer")
    }


def failed_in_coverage(session: Session) -> dict[tuple[str, str], str]:
    """Return what the coverage file tells of them."""
    return {
        (row["zone"], row["view"]): row["detail"]
        for row in session.coverage
        if row["class"] == "zone failed"
    }


def untold(found: Mapping[tuple[str, str], str]) -> list[str]:
    """Return the ways of which the report does not say what it has to."""
    return [
        name for name, way in WAYS.items() if way.told not in found.get((zone_of(name), name), "")
    ]


def test_no_way_of_going_wrong_is_green_or_hides_the_zone_that_is_well(
    world: World, tmp_path: Path
) -> None:
    """One run of all of them: each is told by its cause in every report, and nothing half."""
    assert len(WAYS) >= AT_LEAST
    ended = run(tmp_path, world.document(GOOD), WAYS, *REPORTS)

    assert (ended.code, ended.left) == (6, ())
    assert INCOMPLETE in ended.output
    reports = (failed_in_csv, failed_in_junit, failed_in_coverage)
    assert {report.__name__: untold(report(ended)) for report in reports} == {
        report.__name__: [] for report in reports
    }
    assert [name for name, way in WAYS.items() if way.told not in ended.output] == []
    assert [name for name in WAYS if zone_of(name) not in ended.page()] == []
    assert {(row["fqdn"], row["ip_address"]): row["status"] for row in ended.rows} == GOOD_ROWS
    tested = [row["zone"] for row in ended.coverage if row["class"] != "zone failed"]
    assert {*tested} - {"catalog-of-a-refused-zone.test"} == {"demo.test"}


@pytest.mark.parametrize("name", ["cut-between-messages", "soa-alone-twice", "catalog-of-nothing"])
def test_a_run_of_such_a_zone_alone_is_not_green(name: str, world: World, tmp_path: Path) -> None:
    alone = world.document({}) | {"source": []}
    ended = run(tmp_path, alone, {name: WAYS[name]}, f"--csv={tmp_path / CSV}")

    assert ended.code == 6
    assert WAYS[name].told in failed_in_csv(ended)[zone_of(name), name]
    assert ended.rows == []
    assert f"test_zone[{zone_of(name)}]" in ended.output


@pytest.mark.parametrize("text", ['{"format": "zonecert zones", "version": 2, ', '{"a": 1}'])
def test_a_file_of_zones_that_is_cut_or_something_else_ends_with_4(
    text: str, world: World, tmp_path: Path
) -> None:
    path = tmp_path / "zones.json"
    path.write_text(text)
    option = write(tmp_path, world.document(GOOD))
    ended = play(tmp_path, option, f"--from-zones-json={path}", f"--csv={tmp_path / CSV}")

    assert ended.code == 4
    assert f"--from-zones-json={path}: " in ended.output
    assert not (tmp_path / CSV).exists()
