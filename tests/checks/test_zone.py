"""Verdicts on zones and on the whole inventory."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.finding import Severity
from checks.policy import Policy, Waiver
from checks.ruling import Terms
from checks.stores import StoreFile
from checks.verdict import Outcome, SubjectKind, Verdict
from checks.zone import ZoneTally, judge_inventory, judge_zone
from tests.checks.evidence import NOW, OWN_STORE, STALE, STORES, TARGET, ids
from zones.inventory import Inventory, ZoneResult

ZONE = ZoneResult("company.test", "inside", "127.0.0.1:53", serial=7, record_count=20)
FAILED = replace(
    ZONE, serial=None, record_count=0, error="company.test: REFUSED", remedy="allow this host"
)
TERMS = Terms(Policy(), (), NOW)


def on_zone(
    zone: ZoneResult = ZONE, tally: ZoneTally | None = None, policy: Policy | None = None
) -> Verdict:
    terms = replace(TERMS, policy=policy or Policy())
    return judge_zone(zone, "company.test", tally or ZoneTally(10, 10), terms)


def test_complete_zone_passes() -> None:
    verdict = on_zone()
    assert (verdict.outcome, verdict.fails, verdict.incomplete) == (Outcome.OK, False, False)
    assert verdict.subject.kind is SubjectKind.ZONE
    assert (verdict.subject.fqdn, verdict.subject.views) == ("company.test", ("inside",))


def test_failed_transfer_fails_with_cause_and_remedy_and_makes_the_run_incomplete() -> None:
    verdict = on_zone(FAILED, ZoneTally(0))
    (finding,) = verdict.findings
    assert finding.id == "zone-failed"
    assert finding.message == "transfer failed: company.test: REFUSED"
    assert finding.remedy == "allow this host"
    assert verdict.fails
    assert verdict.incomplete


def test_waived_failure_is_an_expected_one() -> None:
    waiver = Waiver(
        fqdn="company.test",
        finding="zone-failed",
        reason="ACL is on its way",
        approved_by="dns@test",
        expires=NOW.date(),
    )
    terms = replace(TERMS, waivers=(waiver,))
    verdict = judge_zone(FAILED, "company.test", ZoneTally(0), terms)
    assert (verdict.outcome, verdict.incomplete) == (Outcome.WAIVED, False)


@pytest.mark.parametrize(
    ("records", "words"),
    [(0, "it holds no addresses"), (3, "none of its 3 records names a target")],
)
def test_zone_without_targets_passes_with_a_note(records: int, words: str) -> None:
    verdict = on_zone(replace(ZONE, record_count=records), ZoneTally(0))
    (finding,) = verdict.findings
    assert (finding.id, finding.severity) == ("zone-empty", Severity.NOTE)
    assert finding.message.endswith(words)
    assert not verdict.fails


def test_zone_with_fewer_targets_than_expected_fails() -> None:
    verdict = on_zone(tally=ZoneTally(9), policy=Policy(min_targets=10))
    assert ids(verdict.findings) == ["zone-too-small"]
    assert ids(on_zone(tally=ZoneTally(10), policy=Policy(min_targets=10)).findings) == []
    assert ids(on_zone(tally=ZoneTally(0), policy=Policy(min_targets=1)).findings) == [
        "zone-too-small"
    ]


def test_uncovered_children_are_a_note_each() -> None:
    verdict = on_zone(replace(ZONE, uncovered=("a.company.test", "b.company.test")))
    assert ids(verdict.findings) == ["zone-uncovered", "zone-uncovered"]
    assert verdict.outcome is Outcome.OK


def test_zone_of_which_nobody_answers_fails_and_makes_the_run_incomplete() -> None:
    verdict = on_zone(tally=ZoneTally(214, 0))
    (finding,) = verdict.findings
    assert finding.message == "none of 214 targets answered from here"
    assert verdict.fails
    assert verdict.incomplete


@pytest.mark.parametrize(("answered", "expected"), [(7, ["zone-unanswered"]), (8, [])])
def test_share_that_must_answer_is_the_policys(answered: int, expected: list[str]) -> None:
    verdict = on_zone(tally=ZoneTally(10, answered), policy=Policy(min_answered=0.8))
    assert ids(verdict.findings) == expected
    assert verdict.incomplete is bool(expected)


def test_answers_are_not_judged_where_nobody_has_asked() -> None:
    assert on_zone(tally=ZoneTally(10), policy=Policy(min_answered=1)).findings == ()


# The inventory


def on_run(*zones: ZoneResult, targets: int = 0, terms: Terms = TERMS) -> Verdict:
    inventory = Inventory(zones, (TARGET,) * targets, (), NOW)
    return judge_inventory(inventory, STORES, terms)


def test_run_with_targets_and_current_stores_passes() -> None:
    verdict = on_run(ZONE, targets=1)
    assert (verdict.outcome, verdict.remarks) == (Outcome.OK, ())
    assert verdict.subject.kind is SubjectKind.RUN


def test_run_without_targets_fails_and_lists_zones_and_reasons() -> None:
    verdict = on_run(FAILED, replace(ZONE, origin="", view="outside"))
    (finding,) = verdict.findings
    assert finding.id == "no-targets"
    assert verdict.fails
    assert verdict.remarks == (
        "zone company.test in inside: transfer failed: company.test: REFUSED",
        "zone . in outside: none of its 20 records names a target",
    )


def test_run_without_zones_says_so() -> None:
    (finding,) = on_run().findings
    assert finding.message == "the run has no targets: no zones"


@pytest.mark.parametrize(
    ("stores", "expected"),
    [
        ((STALE,), ["no-current-store"]),
        ((STALE, STORES[0]), []),
        ((STALE, OWN_STORE), []),
        ((), []),
    ],
    ids=["stale", "one current", "own CA has no age", "none"],
)
def test_run_without_a_current_store_fails_once(
    stores: tuple[StoreFile, ...], expected: list[str]
) -> None:
    inventory = Inventory((ZONE,), (TARGET,), (), NOW)
    verdict = judge_inventory(inventory, stores, TERMS)
    assert ids(verdict.findings) == expected


def test_age_of_a_store_is_taken_at_the_runs_moment() -> None:
    later = replace(TERMS, judged_at=NOW + timedelta(731))
    (finding,) = on_run(ZONE, targets=1, terms=later).findings
    assert finding.message == (
        "no required store is younger than max_store_age (730 days):"
        " apple of 2026-03-28, java of 2026-03-28, mozilla of 2026-03-28"
    )
