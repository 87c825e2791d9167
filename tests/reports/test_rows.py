from dataclasses import replace

import pytest

from checks.evidence import NOT_READ
from checks.verdict import Outcome, Verdict
from reports.rows import COLUMNS, FIRST_COLUMNS, Row, ancestral, cells, guarded, rows
from tests.reports import sample


def _rows(verdict: Verdict) -> list[Row]:
    return list(rows(verdict, sample.run()))


def test_the_ancestors_five_columns_come_first() -> None:
    assert COLUMNS[:5] == ("ip_address", "port", "fqdn", "status", "message")
    assert len(COLUMNS) == 25


def test_a_target_without_finding_has_one_row_that_shows_what_was_judged() -> None:
    (row,) = _rows(sample.verdict(sample.GOOD))

    assert row["status"] == "ok"
    assert row["message"] == ""
    assert row["sha256"] == "ab" * 32
    assert row["not_after"] == "2026-12-31T23:59:59Z"
    assert row["source_record"] == "www.company.com A 192.0.2.1"


def test_a_date_that_could_not_be_read_is_an_empty_cell() -> None:
    leaf = replace(sample.leaf(), not_before=NOT_READ, not_after=NOT_READ)
    unread = sample.finding("certificate-unreadable", certificate=leaf)

    (row,) = _rows(sample.verdict(sample.WRONG, Outcome.ERROR, findings=(unread,)))

    assert (row["not_before"], row["not_after"]) == ("", "")


def test_the_record_that_named_a_target_is_there_whatever_its_type() -> None:
    (row,) = _rows(sample.verdict(sample.MAIL))

    assert (row["port"], row["source_record"]) == ("25", "company.com MX 10 mail.company.com")


def test_two_leaves_share_a_row_each_cell_in_the_same_order() -> None:
    leaves = sample.deployment("EC"), sample.deployment("RSA", "java", sha256="cd" * 32)

    (row,) = _rows(sample.verdict(sample.GOOD, deployments=leaves))

    assert row["deployment"] == "EC; RSA"
    assert row["sha256"] == f"{'ab' * 32}; {'cd' * 32}"
    assert row["stores_refusing"] == "java"


def test_team_and_scope_stand_in_the_last_columns() -> None:
    """Those who read the file by place find everything where it was."""
    subject = replace(sample.verdict(sample.GOOD).subject, team="sales", tags=("iso", "pci"))

    (row,) = _rows(sample.verdict(sample.GOOD, subject=subject))

    assert cells(row, COLUMNS)[-2:] == ("sales", "iso; pci")


def test_every_finding_has_a_row_with_the_certificate_at_fault() -> None:
    refused = sample.finding(
        "store-refuses",
        stores_refusing=("apple", "java"),
        deployments=("RSA",),
        certificate=sample.leaf("CN=Issuer"),
    )
    bare = sample.finding("not-tls", certificate=None)

    first, second = _rows(sample.verdict(sample.WRONG, Outcome.ERROR, findings=(refused, bare)))

    assert (first["finding_id"], first["subject"]) == ("store-refuses", "CN=Issuer")
    assert (first["stores_refusing"], first["deployment"]) == ("apple; java", "RSA")
    assert first["severity"] == first["status"] == "error"
    assert (second["finding_id"], second.get("subject", "")) == ("not-tls", "")


def test_a_note_does_not_change_the_status() -> None:
    (row,) = _rows(sample.verdict(sample.GOOD, findings=(sample.finding("chain-extra"),)))

    assert (row["status"], row["severity"]) == ("ok", "note")


def test_a_waived_finding_is_told_apart_from_those_that_stand_beside_it() -> None:
    found = _rows(
        sample.verdict(
            sample.OLD,
            Outcome.ERROR,
            findings=(sample.finding("hostname-mismatch"),),
            waived=(sample.waived("expired"),),
        )
    )

    assert [(row["finding_id"], row["status"]) for row in found] == [
        ("hostname-mismatch", "error"),
        ("expired", "waived"),
    ]
    assert found[1]["waiver"] == (
        "decommissioned in Q1 (approved by security@company.com, until 2027-03-31)"
    )


def test_an_unreachable_target_says_why() -> None:
    reason = "NOT-VERIFIED: no answer"

    (row,) = _rows(sample.verdict(sample.SILENT, Outcome.UNREACHABLE, reason=reason))

    assert (row["status"], row["message"]) == ("unreachable", reason)


def test_a_target_without_finding_shows_the_remarks() -> None:
    (row,) = _rows(sample.verdict(sample.GOOD, remarks=("a waiver has run out",)))

    assert row["message"] == "a waiver has run out"


def test_a_remark_stands_behind_the_message_of_each_finding() -> None:
    """Such as that a waiver has run out: nobody has to open another report to see why it fails."""
    remark = "the waiver of expired ran out on 2026-02-28"
    found = sample.finding("expired", "certificate has expired"), sample.finding("chain-extra")
    failing = sample.verdict(sample.OLD, Outcome.ERROR, findings=found, remarks=(remark,))

    first, second = _rows(failing)

    assert first["message"] == f"certificate has expired; {remark}"
    assert second["message"].endswith(f"; {remark}")
    assert first.get("waiver", "") == ""
    assert len(list(ancestral([first, second]))) == 1


def test_a_remark_on_a_target_that_was_not_judged_stands_behind_the_reason() -> None:
    unseen = sample.verdict(
        sample.SILENT, Outcome.UNREACHABLE, reason="NOT-VERIFIED: no answer", remarks=("odd",)
    )

    (row,) = _rows(unseen)

    assert row["message"] == "NOT-VERIFIED: no answer; odd"


def test_a_zones_finding_has_a_row_without_address_under_its_origin() -> None:
    failed = sample.zone_verdict("lost.company.com", sample.finding("zone-failed"))

    (row,) = _rows(failed)

    assert (row["ip_address"], row["port"], row["fqdn"]) == ("", "", "lost.company.com")
    assert row["external"] == ""


def test_a_zone_without_finding_has_no_row() -> None:
    assert _rows(sample.zone_verdict("company.com")) == []


def test_the_ancestors_rows_are_errors_and_warnings_with_their_severity_as_status() -> None:
    ids = "hostname-mismatch", "expiring", "chain-extra"
    findings = tuple(map(sample.finding, ids))
    waived = (sample.waived("expired"),)
    verdict = sample.verdict(sample.OLD, Outcome.ERROR, findings=findings, waived=waived)

    found = list(ancestral(_rows(verdict)))

    assert [row["status"] for row in found] == ["error", "warning"]
    assert cells(found[0], FIRST_COLUMNS) == (
        "192.0.2.3",
        "443",
        "legacy.company.com",
        "error",
        "the certificate is for other names",
    )


def test_a_target_without_finding_is_not_in_the_ancestors_file() -> None:
    assert list(ancestral(_rows(sample.verdict(sample.GOOD)))) == []


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
@pytest.mark.parametrize("before", ["", " ", "harmless; ", "harmless;"])
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(before: str, first: str) -> None:
    assert guarded(f"{before}{first}1+1") == f"{before}'{first}1+1"


@pytest.mark.parametrize("before", ["\t", "\r", "\n", "\ufeff", "\0"])
def test_a_formula_behind_a_control_character_stays_text(before: str) -> None:
    assert guarded(f"{before}=1+1")[0] not in "=+-@\t\r\n"


@pytest.mark.parametrize(
    "text", ["www.company.com", "2001:db8::1", "*.company.com", 'CN="a, b"', "a=1; b", ""]
)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert guarded(text) == text


def test_a_cell_is_never_longer_than_a_spreadsheet_takes() -> None:
    assert len(guarded(sample.HOSTILE["long"])) <= 32767


@pytest.mark.parametrize("text", sample.HOSTILE.values(), ids=sample.HOSTILE)
def test_a_cell_prints_whatever_text_it_is_made_of(text: str) -> None:
    assert guarded(text).isprintable()
