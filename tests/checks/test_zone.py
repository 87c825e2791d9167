"""Verdicts on zones and on the whole inventory."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.finding import Severity
from checks.policy import Policy
from checks.ruling import Terms
from checks.verdict import Outcome, SubjectKind, Verdict
from checks.waiver import Waiver
from checks.zone import Panel, ZoneTally, judge_inventory, judge_zone
from tests.checks.evidence import NOW, OWN_STORE, STALE, STORES, TARGET, ids
from zones.inventory import Inventory, ZoneResult
from zones.target import RecordRef, Skipped, SkipReason

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
    verdict = on_zone(FAILED, ZoneTally(0, 0))
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
    verdict = judge_zone(FAILED, "company.test", ZoneTally(0, 0), terms)
    assert (verdict.outcome, verdict.incomplete) == (Outcome.WAIVED, False)


@pytest.mark.parametrize("severity", [Severity.OFF, Severity.NOTE, Severity.WARNING])
@pytest.mark.parametrize(
    ("zone", "tally", "id_", "reason"),
    [
        (FAILED, ZoneTally(0, 0), "zone-failed", "transfer failed: company.test: REFUSED"),
        (ZONE, ZoneTally(3, 0), "zone-unanswered", "none of 3 targets answered from here"),
    ],
    ids=["failed", "unanswered"],
)
def test_no_severity_makes_a_complete_run_of_what_was_not_looked_at(
    zone: ZoneResult, tally: ZoneTally, id_: str, reason: str, severity: Severity
) -> None:
    verdict = on_zone(zone, tally, Policy(severity={id_: severity}))
    assert verdict.incomplete
    if severity is Severity.WARNING:
        assert (verdict.outcome, verdict.reason) == (Outcome.WARNING, "")
    else:
        assert verdict.outcome is Outcome.UNREACHABLE
        assert verdict.reason == f"NOT-VERIFIED: {reason}"


@pytest.mark.parametrize(
    ("records", "words"),
    [(0, "it holds no addresses"), (3, "none of its 3 records names a target")],
)
def test_zone_without_targets_passes_with_a_note(records: int, words: str) -> None:
    verdict = on_zone(replace(ZONE, record_count=records), ZoneTally(0, 0))
    (finding,) = verdict.findings
    assert (finding.id, finding.severity) == ("zone-empty", Severity.NOTE)
    assert finding.message.endswith(words)
    assert not verdict.fails


def test_zone_with_fewer_targets_than_expected_fails() -> None:
    verdict = on_zone(tally=ZoneTally(9, 9), policy=Policy(min_targets=10))
    assert ids(verdict.findings) == ["zone-too-small"]
    assert ids(on_zone(tally=ZoneTally(10, 10), policy=Policy(min_targets=10)).findings) == []
    assert ids(on_zone(tally=ZoneTally(0, 0), policy=Policy(min_targets=1)).findings) == [
        "zone-too-small"
    ]


def test_catalog_needs_no_targets() -> None:
    """It lists zones and names no host, whatever is asked of every zone."""
    catalog = replace(ZONE, record_count=0, members=("company.test",))
    verdict = on_zone(catalog, ZoneTally(0, 0), policy=Policy(min_targets=1))
    assert verdict.findings == ()


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


# The inventory


def on_run(*zones: ZoneResult, targets: int = 0, terms: Terms = TERMS) -> Verdict:
    inventory = Inventory(zones, (TARGET,) * targets, (), NOW)
    return judge_inventory(inventory, [STORES], terms)


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
    ("panels", "expected"),
    [
        ([(STALE,)], ["no-current-store"]),
        ([(STALE, STORES[0])], []),
        ([(OWN_STORE,)], []),
        ([(STALE, OWN_STORE)], ["no-current-store"]),
        ([STORES, (STALE,)], ["no-current-store"]),
        ([(STALE,), (STALE, OWN_STORE)], ["no-current-store"]),
        ([], []),
    ],
    ids=[
        "stale",
        "one current",
        "own CA has no age",
        "own CA vouches for no other",
        "the current one is another policy's",
        "two policies",
        "none",
    ],
)
def test_run_in_which_a_policy_has_no_current_store_fails_once(
    panels: list[Panel], expected: list[str]
) -> None:
    inventory = Inventory((ZONE,), (TARGET,), (), NOW)
    verdict = judge_inventory(inventory, panels, TERMS)
    assert ids(verdict.findings) == expected
    for finding in verdict.findings:
        assert finding.message.endswith("(730 days): java of 2020-01-16")


def test_age_of_a_store_is_taken_at_the_runs_moment() -> None:
    later = replace(TERMS, judged_at=NOW + timedelta(731))
    (finding,) = on_run(ZONE, targets=1, terms=later).findings
    assert finding.message == (
        "no required store is younger than max_store_age (730 days):"
        " apple of 2026-03-28, java of 2026-03-28, mozilla of 2026-03-28"
    )


def test_name_that_must_answer_and_is_not_in_dns_fails() -> None:
    """A record that was deleted by mistake is just what must_answer is for."""
    policy = Policy(must_answer=("Vanished.company.test.", TARGET.fqdn))
    inventory = Inventory((ZONE,), (TARGET,), (), NOW)
    verdict = judge_inventory(inventory, (), replace(TERMS, policy=policy))
    (finding,) = verdict.findings
    assert finding.id == "must-answer"
    assert finding.message.startswith("Vanished.company.test. must answer")
    assert verdict.fails


def test_name_that_must_answer_and_is_denied_fails_with_the_network() -> None:
    """Two keys of the configuration contradict each other, or the record is wrong."""
    record = RecordRef("inside", "company.test", "vpn.company.test", "A", "127.0.0.1")
    denied = Skipped(record, SkipReason.DENIED, "127.0.0.1", "127.0.0.0/8")
    terms = replace(TERMS, policy=Policy(must_answer=("VPN.company.test",)))
    verdict = judge_inventory(Inventory((ZONE,), (TARGET,), (denied,), NOW), (), terms)
    (finding,) = verdict.findings
    assert finding.message == (
        "VPN.company.test must answer, and is not connected to:"
        " it leads into a denied network (127.0.0.0/8)"
    )
    assert finding.remedy == "take the network out of deny, or mend the record"


def test_what_is_left_alone_of_a_name_that_is_looked_at_elsewhere_is_remarked() -> None:
    barred = replace(TARGET, barred=("127.0.0.1 (127.0.0.0/8)",))
    # At another port it has the same to say.
    targets = (barred, replace(barred, port=8443))
    verdict = judge_inventory(Inventory((ZONE,), targets, (), NOW), (), TERMS)
    (remark,) = verdict.remarks
    assert remark == (
        "beside the addresses that are looked at, records lead into denied networks:"
        f" {TARGET.fqdn} to 127.0.0.1 (127.0.0.0/8)"
    )


def test_what_of_the_configuration_fits_nothing_is_remarked() -> None:
    policy = Policy(wildcard_names=("misspelt.company.test", TARGET.fqdn))
    names = ("misspelt.test", TARGET.fqdn.upper(), ZONE.origin, "inventory")
    terms = replace(TERMS, policy=policy, waivers=tuple(map(_waived, names)))
    inventory = Inventory((ZONE,), (TARGET,), (), NOW)
    verdict = judge_inventory(inventory, (), terms, ("misspelt.test", ZONE.origin))
    assert not verdict.fails
    assert verdict.remarks == (
        "misspelt.company.test stands in wildcard_names, and no record makes it a target",
        "the waiver of expired for misspelt.test fits no target or zone",
        "the [[zone]] table of misspelt.test fits no zone",
    )


def test_nothing_is_said_to_fit_nothing_while_a_zone_could_not_be_had() -> None:
    failed = replace(ZONE, origin="lost.test", error="answered REFUSED")
    inventory = Inventory((ZONE, failed), (TARGET,), (), NOW)
    terms = replace(TERMS, waivers=(_waived("www.lost.test"),))
    assert judge_inventory(inventory, (), terms, ("sub.lost.test",)).remarks == ()


def _waived(fqdn: str) -> Waiver:
    return Waiver(fqdn=fqdn, finding="expired", reason="r", approved_by="s", expires=NOW.date())
