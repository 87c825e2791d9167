"""Four shards of one run, merged, are what one machine writes."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from demo.planted import ORIGIN
from tests.sessions.session import (
    COVERAGE,
    CSV,
    JUNIT,
    ROOT,
    Session,
    environment,
    finish,
    play,
    start,
)
from tests.sessions.world import EXPECTED, World, write
from tests.support.program import free_port
from zones.shard import Shard

COUNT = 4
MERGED_CSV, MERGED_JUNIT = "merged.csv", "merged.xml"
WHEN = {"zonecert started", "zonecert ended"}
"""Properties that no two runs have alike."""


@dataclass(frozen=True)
class Night:
    """One run on one machine, and the same on four."""

    options: tuple[str, ...]
    """Of each run but the export."""
    exported: Session
    whole: Session
    shards: tuple[Session, ...]
    transfers: tuple[str, ...]
    """Zones that the primary was asked for by all of them."""

    @property
    def parts(self) -> list[Path]:
        return [shard.folder / name for shard in self.shards for name in (CSV, JUNIT)]

    def merge(self, folder: Path, *parts: Path) -> "subprocess.CompletedProcess[str]":
        """Merge these files, or else those of all shards, into the folder."""
        compliance, zones = (option.partition("=")[2] for option in self.options[:2])
        return subprocess.run(
            [
                *(sys.executable, "-m", "reports", "merge", f"--compliance={compliance}"),
                *(f"--zones={zones}", f"--csv={folder / MERGED_CSV}"),
                f"--junitxml={folder / MERGED_JUNIT}",
                f"--coverage-csv={folder / COVERAGE}",
                *map(str, parts or self.parts),
            ],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture(autouse=True, scope="module")
def _no_ci() -> Iterator[None]:
    """Keep out what the CI that runs these tests says of its own jobs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI_NODE_INDEX", raising=False)
        patch.delenv("CI_NODE_TOTAL", raising=False)
        yield


@pytest.fixture(scope="module")
def night(world: World, tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("night")
    zones = folder / "zones.json"
    compliance = write(folder, world.document({}))
    world.transfers.clear()
    exported = play(folder, compliance, "--collect-only", "-q", f"--export-zones={zones}")
    judged_at = datetime.now(UTC).isoformat()
    options = (compliance, f"--from-zones-json={zones}", f"--judged-at={judged_at}")
    reports = (f"--csv={CSV}", f"--junitxml={JUNIT}")
    folders = [folder / str(number) for number in range(1, COUNT + 1)]
    running = [start(each, *options, *reports, f"--shard={each.name}/{COUNT}") for each in folders]
    shards = tuple(finish(each, shard) for each, shard in zip(folders, running, strict=True))
    coverage = f"--coverage-csv={folder / 'whole' / COVERAGE}"
    whole = play(folder / "whole", *options, *reports, coverage)
    return Night(options, exported, whole, shards, tuple(world.transfers))


@pytest.fixture(scope="module")
def merged(night: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("merged")
    done = night.merge(folder)

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"merge: {len(EXPECTED)} of {len(EXPECTED)} targets in ")
    return folder


def suite(file: Path) -> ET.Element:
    found = ET.parse(file).getroot().find("testsuite")
    assert found is not None
    return found


def case(element: ET.Element) -> tuple[str, ...]:
    """Return a testcase as text, without how long it took."""
    children = [(each.tag, each.get("message"), each.text) for each in element]
    return (str(element.get("classname")), str(element.get("name")), str(children))


def facts(file: Path) -> list[tuple[str | None, str | None]]:
    found = [(each.get("name"), each.get("value")) for each in suite(file).iter("property")]
    return [(name, value) for name, value in found if name not in WHEN]


def lines_of(error: str, kind: str) -> list[str]:
    return [line for line in error.splitlines() if line.startswith(f"merge: {kind}: ")]


def test_zones_are_transferred_once_for_all(night: Night) -> None:
    assert night.exported.code == 0
    assert night.transfers == (ORIGIN,)
    assert [shard.left for shard in night.shards] == [()] * COUNT


def test_every_shard_has_whole_addresses(night: Night) -> None:
    owners = {
        (row["ip_address"], at) for at, shard in enumerate(night.shards) for row in shard.rows
    }

    assert len(owners) == len({address for address, _ in owners})
    assert len({at for _, at in owners}) > 1


def test_first_shard_alone_tests_the_zones_and_the_inventory(night: Night) -> None:
    names = [[case.get("name") for case in shard.cases()] for shard in night.shards]

    assert ["inventory" in each for each in names] == [True, False, False, False]
    assert ["zone transfer (demo)" in each for each in names] == [True, False, False, False]


def test_shard_says_that_it_is_one(night: Night) -> None:
    second = night.shards[1]

    assert f"{len(EXPECTED)} targets (shard 2/{COUNT} of them)" in second.output
    assert f"shard: 2/{COUNT}; targets of the other shards count as not run" in second.output
    assert "UNACCOUNTED" not in second.output


def test_merged_csv_has_the_bytes_of_one_machine(night: Night, merged: Path) -> None:
    assert (merged / MERGED_CSV).read_bytes() == (night.whole.folder / CSV).read_bytes()


def test_merged_coverage_has_the_bytes_of_one_machine(night: Night, merged: Path) -> None:
    assert (merged / COVERAGE).read_bytes() == (night.whole.folder / COVERAGE).read_bytes()


def test_shard_counts_records_of_the_others_as_not_run(night: Night, tmp_path: Path) -> None:
    options = (f"--coverage-csv={tmp_path / COVERAGE}", f"--shard=1/{COUNT}")
    shard = play(tmp_path, *night.options, *options)

    classes = Counter(row["class"] for row in shard.coverage)
    assert classes.total() == len(night.whole.coverage)
    assert classes["tested"] > 0
    assert classes["not run"] > 0


def test_merged_junit_has_the_testcases_of_one_machine_in_order(night: Night, merged: Path) -> None:
    cases = [case(each) for each in suite(merged / MERGED_JUNIT).iter("testcase")]

    assert cases == [case(each) for each in night.whole.cases()]


@pytest.mark.parametrize("attribute", ["tests", "failures", "errors", "skipped", "hostname"])
def test_merged_junit_has_the_sums_of_one_machine(
    night: Night, merged: Path, attribute: str
) -> None:
    whole = suite(night.whole.folder / JUNIT)

    assert suite(merged / MERGED_JUNIT).get(attribute) == whole.get(attribute)


def test_merged_junit_starts_with_the_facts_of_one_machine(night: Night, merged: Path) -> None:
    assert facts(merged / MERGED_JUNIT) == facts(night.whole.folder / JUNIT)


def test_shard_with_workers_writes_the_same_bytes(night: Night, tmp_path: Path) -> None:
    shard = play(tmp_path, *night.options, f"--csv={CSV}", f"--shard=1/{COUNT}", "-n", "2")

    assert (shard.folder / CSV).read_bytes() == (night.shards[0].folder / CSV).read_bytes()


def test_results_of_a_lost_shard_are_missing_by_name(night: Night, tmp_path: Path) -> None:
    lost, *kept = sorted(night.shards, key=lambda shard: len(shard.rows))[::-1]
    done = night.merge(tmp_path, *(each.folder / name for each in kept for name in (CSV, JUNIT)))
    rows = Session(tmp_path, 0, "").folder / MERGED_CSV
    wanted = {f"{row['fqdn']} {row['ip_address']}:{row['port']}" for row in lost.rows}

    assert done.returncode == 6
    assert {line.rpartition(" of ")[2] for line in lines_of(done.stderr, "missing")} >= wanted
    assert len(rows.read_text().splitlines()) == 1 + sum(len(each.rows) for each in kept)
    assert len(list(suite(tmp_path / MERGED_JUNIT).iter("testcase"))) > 0


def test_result_that_is_there_twice_is_told(night: Night, merged: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    again.write_bytes((night.shards[0].folder / CSV).read_bytes())
    done = night.merge(tmp_path, *night.parts, again)

    assert done.returncode == 6
    doubles = {line.split()[2] for line in lines_of(done.stderr, "double")}
    assert doubles == {row["fqdn"] for row in night.shards[0].rows}
    assert (tmp_path / MERGED_CSV).read_bytes() == (merged / MERGED_CSV).read_bytes()


def test_job_of_gitlab_takes_its_part_of_zones_from_a_file(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_NODE_INDEX", "2")
    monkeypatch.setenv("CI_NODE_TOTAL", str(COUNT))
    shard = play(tmp_path, *night.options, f"--csv={CSV}")

    assert (shard.folder / CSV).read_bytes() == (night.shards[1].folder / CSV).read_bytes()


def test_job_of_gitlab_that_transfers_looks_at_everything(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part would look like the whole to whoever set ``parallel`` for other reasons."""
    monkeypatch.setenv("CI_NODE_INDEX", "2")
    monkeypatch.setenv("CI_NODE_TOTAL", str(COUNT))
    listed = world.run(tmp_path, "--collect-only", "-q")

    nodes = [line for line in listed.output.splitlines() if "::" in line]
    assert len(nodes) == len(EXPECTED) + 2


def test_shard_without_targets_is_no_failure(night: Night, tmp_path: Path) -> None:
    """Of so many shards, some have no address."""
    shards = (Shard(number, 1000) for number in range(2, 1001))
    addresses = {address for _, address in EXPECTED}
    empty = next(shard for shard in shards if not any(map(shard.keeps, addresses)))
    ended = play(
        tmp_path, *night.options, f"--shard={empty}", f"--csv={CSV}", f"--junitxml={JUNIT}"
    )

    assert ended.code == 0
    assert ended.cases() == []


def test_shard_of_another_configuration_is_refused(
    night: Night, world: World, tmp_path: Path
) -> None:
    other = write(tmp_path, world.document({"exclude": ["nothing"]}))
    refused = play(tmp_path, other, *night.options[1:], "--shard=1/2")

    assert refused.code == 4
    assert "zones.json: was exported with another configuration (SHA-256" in refused.output


def test_zone_that_failed_makes_the_first_shard_and_the_merge_incomplete(
    world: World, tmp_path: Path
) -> None:
    """The others have looked at all that was theirs."""
    document = world.document({"include": ["(www|api).*"]})
    gone = {"name": "gone", "type": "axfr", "server": f"127.0.0.1:{free_port()}"}
    document["source"].append(gone | {"zones": ["gone.test"]})
    compliance, zones = write(tmp_path, document), tmp_path / "zones.json"
    exported = play(tmp_path, compliance, "--collect-only", "-q", f"--export-zones={zones}")
    judged_at = datetime.now(UTC).isoformat()
    options = (compliance, f"--from-zones-json={zones}", f"--judged-at={judged_at}")
    reports = (f"--csv={CSV}", f"--junitxml={JUNIT}")
    shards = tuple(
        play(tmp_path / number, *options, *reports, f"--shard={number}/2") for number in "12"
    )
    done = Night(options, exported, exported, shards, ()).merge(tmp_path)

    assert (exported.code, *(shard.code for shard in shards)) == (6, 6, 0)
    assert (done.returncode, done.stderr) == (6, "")
    assert "zone gone.test: server 127.0.0.1" in (tmp_path / MERGED_CSV).read_text()
