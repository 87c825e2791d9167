"""However a run is cut and shared out, it says the same of each target."""

from pathlib import Path

from demo.comparison import differences
from demo.planted import ORIGIN
from reports.tally import NOT_RUN
from tests.sessions.session import CSV, Session, play
from tests.sessions.world import EXPECTED, World, write

ONE_TRANSFER = (ORIGIN,)


def test_run_finds_what_is_planted_after_one_transfer(session: Session) -> None:
    assert list(differences(session.seen, EXPECTED)) == []
    assert (session.code, session.transfers) == (1, ONE_TRANSFER)


def test_two_workers_write_the_same_bytes_as_none(plain: Session, two_workers: Session) -> None:
    assert two_workers.csv == plain.csv
    assert two_workers.coverage == plain.coverage


def test_eight_workers_write_the_same_bytes_as_none(
    plain: Session, world: World, tmp_path: Path
) -> None:
    eight = world.run(tmp_path, f"--csv={CSV}", "-n", "8")

    assert eight.csv == plain.csv
    assert (eight.code, eight.transfers, eight.left) == (1, ONE_TRANSFER, ())


def test_selection_by_word_says_the_same_of_what_it_selects(
    plain: Session, world: World, tmp_path: Path
) -> None:
    chosen = world.run(tmp_path, f"--csv={CSV}", "-k", "pool.demo.test")

    assert chosen.rows == [row for row in plain.rows if row["fqdn"] == "pool.demo.test"]
    assert (chosen.code, chosen.transfers) == (1, ONE_TRANSFER)


def test_last_failed_runs_again_what_failed(plain: Session, world: World, tmp_path: Path) -> None:
    cache = f"cache_dir={plain.folder / 'cache'}"
    again = world.run(tmp_path, f"--csv={CSV}", "--lf", "-o", cache)

    assert again.rows == [row for row in plain.rows if row["status"] in {"error", "warning"}]
    assert (again.code, again.transfers) == (1, ONE_TRANSFER)


def test_first_failure_ends_the_run(plain: Session, world: World, tmp_path: Path) -> None:
    stopped = world.run(tmp_path, f"--csv={CSV}", "-x")

    tested = [row for row in stopped.rows if row["message"] != NOT_RUN]
    assert all(row in plain.rows for row in tested)
    assert [row["status"] for row in tested].count("error") == 1
    assert len(tested) < len(stopped.rows)
    assert stopped.seen.keys() == EXPECTED.keys()
    assert (stopped.code, stopped.transfers, stopped.left) == (1, ONE_TRANSFER, ())


def test_one_wildcard_target_can_be_run_by_its_node_id(
    plain: Session, world: World, tmp_path: Path
) -> None:
    parameter = f"*.apps.demo.test-127.0.0.12-{world.port}"
    node = f"checks/test_certificates.py::test_certificate[{parameter}]"
    one = world.run(tmp_path, f"--csv={CSV}", node)

    assert one.rows == [row for row in plain.rows if row["fqdn"] == "*.apps.demo.test"]
    assert (one.code, one.transfers) == (0, ONE_TRANSFER)


def test_collection_lists_every_target_and_scans_none(world: World, tmp_path: Path) -> None:
    listed = world.run(tmp_path, f"--csv={CSV}", "--collect-only", "-q")
    nodes = [line for line in listed.output.splitlines() if "::" in line]

    assert len(nodes) == len(EXPECTED) + len(["test_inventory", "test_zone[demo.test]"])
    for fqdn, address in EXPECTED:
        name = f"test_certificate[{fqdn}-{address}-{world.port}]"
        assert f"checks/test_certificates.py::{name}" in nodes
    assert not (tmp_path / CSV).exists()
    assert (listed.code, listed.transfers) == (0, ONE_TRANSFER)


def test_what_is_not_owned_is_told_and_fails_nothing(world: World, tmp_path: Path) -> None:
    """By plain A records, all of them; the one address that is owned is judged as ever."""
    policy = {"owned": ["127.0.0.15/32"], "external": "tell"}
    compliance = write(tmp_path, world.document({}, **policy))

    told = play(tmp_path, compliance, f"--csv={tmp_path / CSV}")

    ours = {row["ip_address"] for row in told.rows if row["external"] == "no"}
    failed = {row["ip_address"] for row in told.rows if row["status"] == "error"}
    assert ours == failed == {"127.0.0.15"}
    severities = {row["severity"] for row in told.rows if row["external"] == "yes"}
    assert severities == {"", "note"}
