"""What a whole run writes, with and without workers."""

import pytest

from demo.planted import ORIGIN
from tests.sessions.session import Session
from tests.sessions.world import EXPECTED, LONG


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
    assert "24 records = 20 tested + 0 not verified + 1 excluded + 3 untestable" in session.output


def test_terminal_shows_no_traceback_and_no_warning(session: Session) -> None:
    assert "Traceback" not in session.output
    assert "warnings summary" not in session.output


def test_nothing_is_left_of_a_run_that_ended(session: Session) -> None:
    assert session.left == ()
