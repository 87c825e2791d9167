"""What a whole run writes, with and without workers."""

from collections import Counter
from pathlib import Path

import pytest

from demo.planted import ORIGIN
from tests.sessions.session import COVERAGE, Session, play
from tests.sessions.world import EXPECTED, LONG, World, write


def test_testcases_have_the_zone_for_classname_and_names_of_their_own(session: Session) -> None:
    names = [(case.get("classname"), case.get("name")) for case in session.cases()]

    assert len(set(names)) == len(names) == len(EXPECTED) + 2
    assert [zone for zone, _ in names].count(ORIGIN) == len(EXPECTED) + 1
    assert ("zonecert", "inventory") in names
    assert (ORIGIN, "zone transfer (demo)") in names


def test_testcases_fail_where_the_table_has_an_error_or_fails_by_policy(session: Session) -> None:
    failed = {str(case.get("name")) for case in session.cases() if case.find("failure") is not None}
    wanted = {
        f"{row['fqdn']} {row['ip_address']}:{row['port']}"
        for row in session.rows
        if row["status"] in {"error", "warning"}
    }

    assert failed == wanted


@pytest.mark.parametrize("name", [f"a_b.{ORIGIN}", f"{LONG}.{ORIGIN}", f"xn--mnchen-3ya.{ORIGIN}"])
def test_page_shows_names_of_all_shapes(session: Session, name: str) -> None:
    assert f"{name}-127.0.0.11-" in session.page()


def test_page_shows_a_hostile_name_as_text_only(session: Session) -> None:
    assert "&lt;script&gt;alert" in session.page()
    assert "<script>alert" not in session.page()


def test_every_report_says_whose_the_target_is(session: Session) -> None:
    (case,) = [
        case for case in session.cases() if f"pool.{ORIGIN} 127.0.0.14" in case.get("name", "")
    ]
    (failure,) = case.iter("failure")
    (line,) = [line for line in session.log() if f"pool.{ORIGIN}" in line]
    rows = [row for row in session.rows if row["fqdn"] == f"pool.{ORIGIN}"]

    assert {(row["team"], row["scope"]) for row in rows} == {("payments", "pci")}
    assert "\n  team payments; scope pci\n" in (failure.text or "")
    assert "\n  team payments; scope pci\n" in session.output
    assert "(team payments; scope pci): expired: " in line
    assert "payments (pci)" in session.page()


def test_the_csv_alone_says_which_targets_of_a_scope_fail(session: Session) -> None:
    failing = {
        (row["fqdn"], row["ip_address"])
        for row in session.rows
        if "pci" in row["scope"].split("; ") and row["status"] == "error"
    }

    assert failing == {
        (f"pool.{ORIGIN}", "127.0.0.14"),
        (f"partner.{ORIGIN}", "127.0.0.23"),
    }


def test_logger_has_a_line_for_each_error_and_warning(session: Session) -> None:
    told = [(line.split()[0], line.split()[2]) for line in session.log()]
    wanted = [
        (row["severity"].upper(), row["fqdn"])
        for row in session.rows
        if row["severity"] in {"error", "warning"} and row["status"] != "waived"
    ]

    assert sorted(told) == sorted(wanted)


def test_logger_says_the_same_with_workers(plain: Session, two_workers: Session) -> None:
    assert two_workers.log() == plain.log()


def test_terminal_accounts_for_every_record_of_the_zone(session: Session) -> None:
    assert (
        "24 records = 20 tested + 0 not verified + 1 nothing listens + 0 external left out"
        " + 0 filtered + 3 cannot be tested"
    ) in session.output


def test_coverage_has_every_record_of_the_zone_once(session: Session) -> None:
    rows = session.coverage
    records = [(row["owner"], row["type"], row["rdata"]) for row in rows]

    assert len(set(records)) == len(records) == 24
    assert Counter(row["class"] for row in rows) == {
        "tested": 20,
        "nothing listens": 1,
        "cannot be tested": 3,
    }
    by_owner = {row["owner"]: row["detail"] for row in rows}
    port = next(row["port"] for row in session.rows)
    assert by_owner[f"www.{ORIGIN}"] == f"www.{ORIGIN}-127.0.0.11-{port}"
    assert by_owner[f"old.{ORIGIN}"] == f"leads to a name without addresses: gone.{ORIGIN}"


def test_dry_run_writes_what_would_be_tested(world: World, tmp_path: Path) -> None:
    """With the policy's word on what is somebody else's: here all but two addresses."""
    owned = {"owned": ["127.0.0.11/32", "127.0.0.12/32"], "external": "skip"}
    compliance = write(tmp_path, world.document({}, **owned))

    wanted = f"--coverage-csv={tmp_path / COVERAGE}"
    dry = play(tmp_path, compliance, "--collect-only", "-q", wanted)

    classes = Counter(row["class"] for row in dry.coverage)
    assert classes == {"to be tested": 6, "external left out": 15, "cannot be tested": 3}
    details = {row["detail"] for row in dry.coverage if row["class"] == "external left out"}
    assert "127.0.0.13 is not owned" in details
    assert "6 to be tested + 0 nothing listens + 15 external left out" in dry.output


def test_terminal_shows_no_traceback_and_no_warning(session: Session) -> None:
    assert "Traceback" not in session.output
    assert "warnings summary" not in session.output


def test_nothing_is_left_of_a_run_that_ended(session: Session) -> None:
    assert session.left == ()
