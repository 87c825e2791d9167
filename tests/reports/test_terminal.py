from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from reports.facts import INCOMPLETE, facts, store_fact, transfer
from reports.run import NOT_LOOKED_AT, Store
from reports.tally import Fate, ZoneTally
from reports.terminal import header, zone_lines
from tests.reports import sample
from tests.reports.session import Session, play
from zones.inventory import ZoneResult
from zones.target import Skipped, SkipReason


def _summary(session: Session) -> list[str]:
    lines = session.output.splitlines()
    start = next(
        n for n, line in enumerate(lines) if line.startswith("===") and " zonecert " in line
    )
    return lines[start:]


def test_the_header_says_how_much_is_looked_at(played: Session) -> None:
    said = "zonecert: 2 zones (1 FAILED), 18 targets, judged at 2026-03-01T02:00:00Z"

    assert said in played.output
    assert header(sample.run()) == said


def test_the_header_counts_one_of_each_in_the_singular() -> None:
    whole = sample.inventory(sample.GOOD)

    said = header(sample.run(replace(whole, zones=whole.zones[:1])))

    assert said == "zonecert: 1 zone, 1 target, judged at 2026-03-01T02:00:00Z"


def test_the_summary_tells_the_run_first(played: Session) -> None:
    summary = _summary(played)

    assert summary[1:3] == ["run: 20260301T020000Z-1", "judged at: 2026-03-01T02:00:00Z"]
    assert "versions: zonecert 0.1.0, SSLyze 6.3.1, OpenSSL 3.5.1" in summary


def test_the_summary_tells_each_store_with_its_date(played: Session) -> None:
    summary = _summary(played)

    assert "store mozilla: of 2026-02-01, 140 certificates, required" in summary
    assert "store own_ca: undated, 1 certificates, not required" in summary


def test_the_summary_tells_by_a_hash_whether_the_policy_was_the_same(played: Session) -> None:
    [line] = [line for line in _summary(played) if line.startswith("policy SHA-256: ")]

    assert line.endswith(sha256(sample.run().policy.encode()).hexdigest())


def test_the_summary_accounts_for_every_target_and_record(played: Session) -> None:
    summary = _summary(played)

    assert (
        "  18 targets: 1 ok, 1 warning, 13 error, 1 waived, 1 not verified, 1 excluded, 0 not run"
        in summary
    )
    assert "    1 NOT-VERIFIED: no answer" in summary
    assert (
        "  20 records = 16 tested + 1 not verified + 1 nothing listens + 0 external left out"
        " + 1 filtered + 1 cannot be tested"
    ) in summary
    assert "    1 left out by the configuration" in summary
    assert "zone lost.company.com (inside): FAILED: answered REFUSED" in summary


def test_the_summary_counts_each_finding_gravest_first(played: Session) -> None:
    summary = _summary(played)
    start = summary.index("1 error hostname-mismatch")

    assert summary[start : start + 6] == [
        "1 error hostname-mismatch",
        f"{len(sample.HOSTILES)} error untrusted-root",
        "1 error zone-failed",
        "1 warning expiring",
        "1 note chain-extra",
        "1 waived expired",
    ]


def test_the_summary_tells_what_was_not_looked_at(played: Session) -> None:
    assert {f"not looked at: {sentence}" for sentence in NOT_LOOKED_AT} <= set(_summary(played))


def test_the_summary_ends_with_it_where_the_run_is_incomplete(
    played: Session, tmp_path: Path
) -> None:
    whole = play(tmp_path, "-k", "www")

    assert INCOMPLETE in _summary(played)
    assert INCOMPLETE not in _summary(whole)


@pytest.mark.parametrize("steering", ["\x1b", "\0", "\x07", "\x9b", "\u202e", "\u2066", "\u2028"])
def test_no_character_in_the_output_steers_the_terminal(played: Session, steering: str) -> None:
    assert steering not in played.output


def test_tests_that_did_not_run_are_counted(tmp_path: Path) -> None:
    session = play(tmp_path, "-k", "www")

    assert "0 excluded, 17 not run" in session.output
    assert "17 not run + 0 nothing listens + 0 external left out + 1 filtered" in session.output


def test_a_remark_on_a_zone_is_told(tmp_path: Path) -> None:
    session = play(tmp_path, tests=REMARK)

    assert "remark: the zone \\x1b[2J is odd" in session.output


def test_a_dry_run_tells_what_would_be_tested(tmp_path: Path) -> None:
    session = play(tmp_path, "--collect-only", "-k", "pool or www", tests=PLANNED)

    assert "not looked at" not in session.output
    assert "  18 targets: 1 to be tested, 17 not run" in session.output
    assert (
        "  20 records = 0 tested + 0 not verified + 1 to be tested + 17 not run" in session.output
    )


def test_children_that_nobody_transfers_are_named() -> None:
    zone = ZoneResult("x", "inside", "192.0.2.53:53", 7, uncovered=("a.x", "b\x1b.x"))

    assert "  delegated and not transferred: a.x, b\\x1b.x" in list(zone_lines(ZoneTally(zone)))


def test_a_record_that_got_lost_is_told() -> None:
    zone = ZoneResult("company.com", "inside", "192.0.2.53:53", 7, record_count=3)
    each = ZoneTally(zone)
    each.records[Fate.TESTED] += 1

    assert any("2 UNACCOUNTED FOR" in line for line in zone_lines(each))


def test_a_transfer_without_tsig_says_so() -> None:
    zone = ZoneResult("company.com", "inside", "192.0.2.53:53", 7, authenticated=False)

    assert transfer(zone) == "serial 7 from 192.0.2.53:53, no TSIG"


def test_of_zones_without_a_transfer_nothing_is_said_of_tsig() -> None:
    zone = ZoneResult("company.com", "inside", "zones/company.zone", 7)

    assert transfer(zone) == "serial 7 from zones/company.zone"


def test_a_catalog_says_how_many_zones_it_lists() -> None:
    catalog = ZoneResult("catalog.test", "inside", "x:53", 7, members=("a.test", "b.test"))

    assert transfer(catalog) == "serial 7 from x:53, lists 2 zones"


def test_a_source_without_serials_says_so() -> None:
    zone = ZoneResult("company.com", "inside", "zones.json", 0)

    assert transfer(zone) == "no serial from zones.json"


def test_a_failed_zones_error_is_cleaned() -> None:
    assert transfer(ZoneResult("x", "inside", "", error="a\x1bb")) == "FAILED: a\\x1bb"


def test_a_store_without_a_date_says_so() -> None:
    assert store_fact(Store("own_ca", None, 1, required=True)).text == (
        "undated, 1 certificates, required"
    )


def test_the_run_tells_the_deny_list_and_what_it_kept_off() -> None:
    record = sample.SKIPS[0].record
    skips = tuple(
        Skipped(record, SkipReason.DENIED, "", network)
        for network in ("::1/128", "127.0.0.0/8", "::1/128")
    )
    run = replace(sample.run(sample.inventory(skips=skips)), denied=("127.0.0.0/8", "::1/128"))

    known = dict(facts(run))

    assert known["denied networks"] == "127.0.0.0/8, ::1/128"
    assert known["records in denied networks"] == (
        "3, not connected to: 1 in 127.0.0.0/8, 2 in ::1/128"
    )


def test_that_nothing_is_denied_is_said() -> None:
    known = dict(facts(sample.run()))

    assert known["denied networks"] == "none"
    assert known["records in denied networks"] == "0"


def test_what_is_not_known_yet_is_said() -> None:
    known = dict(facts(replace(sample.run(), source_address="")))

    assert known["ended"] == "not yet"
    assert known["source address"] == "not known"


PLANNED = """
import pytest
from tests.reports import sample

@pytest.mark.parametrize("target", sample.TARGETS, ids=lambda target: target.id)
def test_certificate(target):
    pass
"""
REMARK = r"""
from dataclasses import replace
import pytest
from tests.reports import sample

@pytest.mark.parametrize(
    "verdict", [replace(sample.zone_verdict("company.com"), remarks=("the zone \x1b[2J is odd",))]
)
def test_zone(verdict):
    pass
"""
