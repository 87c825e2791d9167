import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.verdict import Outcome, Verdict
from reports.tally import PLANNED, Fate, Standing, in_words, standing, tally
from tests.reports import sample
from tests.zones.build import NOON
from tests.zones.worlds import World, for_any_world, worlds
from zones.inventory import Collected, Inventory, ZoneResult, derived
from zones.target import Skipped, SkipReason

JUDGED = Standing(Outcome.OK, Fate.TESTED)
SILENT = Standing(Outcome.UNREACHABLE, Fate.NOT_VERIFIED, "NOT-VERIFIED: no answer")
REFUSED = Standing(Outcome.UNREACHABLE, Fate.NOTHING_LISTENS, "EXCLUDED: refused")


def _unreachable(reason: str) -> Verdict:
    return sample.verdict(sample.GOOD, Outcome.UNREACHABLE, reason=reason)


@pytest.mark.parametrize(
    ("verdict", "fate", "ending"),
    [
        (sample.verdict(sample.GOOD), Fate.TESTED, "ok"),
        (sample.verdict(sample.GOOD, Outcome.WARNING), Fate.TESTED, "warning"),
        (sample.verdict(sample.GOOD, Outcome.WAIVED), Fate.TESTED, "waived"),
        (_unreachable("EXCLUDED: refused"), Fate.NOTHING_LISTENS, "excluded"),
        (_unreachable("EXCLUDED: external"), Fate.EXTERNAL, "excluded"),
        (
            _unreachable("EXCLUDED: the server refuses the probe name under the wildcard"),
            Fate.UNTESTABLE,
            "excluded",
        ),
        (_unreachable("NOT-VERIFIED: no answer"), Fate.NOT_VERIFIED, "not verified"),
        (_unreachable("NOT-VERIFIED: no route from here"), Fate.NOT_VERIFIED, "not verified"),
    ],
)
def test_a_verdict_says_what_became_of_its_target(
    verdict: Verdict, fate: Fate, ending: str
) -> None:
    found = standing(verdict)

    assert (found.fate, found.ending) == (fate, ending)


@pytest.mark.parametrize("finding_id", ["must-answer", "scanner-broke"])
def test_an_error_with_nothing_seen_is_no_test(finding_id: str) -> None:
    """It fails, and yet no certificate was looked at."""
    failed = sample.verdict(
        sample.GOOD, Outcome.ERROR, findings=(sample.finding(finding_id),), deployments=()
    )
    waived = sample.verdict(sample.GOOD, Outcome.WAIVED, waived=(sample.waived(finding_id),))

    assert (standing(failed).ending, standing(failed).fate) == ("error", Fate.NOT_VERIFIED)
    assert standing(waived).fate is Fate.NOT_VERIFIED


@pytest.mark.parametrize(
    ("first", "second", "fate"),
    [
        (JUDGED, SILENT, Fate.TESTED),
        (JUDGED, None, Fate.TESTED),
        (SILENT, REFUSED, Fate.NOT_VERIFIED),
        (SILENT, None, Fate.NOT_VERIFIED),
        (REFUSED, None, Fate.NOT_RUN),
        (REFUSED, REFUSED, Fate.NOTHING_LISTENS),
        (PLANNED, None, Fate.PLANNED),
        (None, None, Fate.NOT_RUN),
    ],
)
def test_a_record_is_what_the_best_known_of_its_targets_is(
    first: Standing | None, second: Standing | None, fate: Fate
) -> None:
    https = sample.GOOD
    other = replace(https, port=8443)
    taken = replace(sample.inventory(https), targets=(https, other))
    known = {https.id: first, other.id: second}

    zone, lost = tally(taken, {key: value for key, value in known.items() if value})

    assert zone.records == {fate: 1}
    assert sum(zone.targets.values()) == 2
    assert (zone.unaccounted, lost.unaccounted) == (0, 0)


@pytest.mark.parametrize("reason", SkipReason)
def test_a_skipped_record_is_left_out_or_untestable(reason: SkipReason) -> None:
    skip = Skipped(sample.SKIPS[0].record, reason)

    zone, _ = tally(sample.inventory(skips=(skip,)), {})

    chosen = {SkipReason.FILTERED: Fate.FILTERED, SkipReason.DENIED: Fate.FILTERED}
    chosen |= {SkipReason.EXTERNAL: Fate.EXTERNAL}
    assert zone.records == {chosen.get(reason, Fate.UNTESTABLE): 1}
    assert zone.record_reasons == {reason.value: 1}


def test_denied_records_are_counted_by_network() -> None:
    record = sample.SKIPS[0].record
    skips = tuple(
        Skipped(record._replace(owner=f"h{place}.x"), SkipReason.DENIED, "", network)
        for place, network in enumerate(("::1/128", "127.0.0.0/8", "::1/128"))
    )

    zone, _ = tally(sample.inventory(skips=skips), {})

    assert zone.record_reasons == {
        "leads into a denied network (::1/128)": 2,
        "leads into a denied network (127.0.0.0/8)": 1,
    }


def test_a_target_that_two_views_name_counts_in_both() -> None:
    (record,) = sample.GOOD.records
    shared = replace(sample.GOOD, records=(record, record._replace(view="outside")))
    zones = tuple(
        ZoneResult("company.com", view, "192.0.2.53:53", 1, record_count=1)
        for view in ("inside", "outside")
    )
    taken = Inventory(zones, (shared,), (), sample.JUDGED_AT)

    tallies = tally(taken, {shared.id: JUDGED})

    assert [each.targets["ok"] for each in tallies] == [1, 1]
    assert [each.records for each in tallies] == [{Fate.TESTED: 1}] * 2


def test_records_that_no_zone_owns_up_to_are_left_out() -> None:
    stray = sample.target("www.other.test", zone="other.test")
    skip = Skipped(stray.records[0]._replace(owner="x.other.test"), SkipReason.FILTERED)
    taken = replace(sample.inventory(skips=(skip,)), targets=(stray,))

    assert [each.records for each in tally(taken, {stray.id: JUDGED})] == [{}, {}]


def test_a_record_that_got_lost_is_told() -> None:
    whole = sample.inventory(sample.GOOD, sample.OLD)

    zone, _ = tally(replace(whole, targets=(sample.GOOD,)), {})

    assert zone.unaccounted == 1


@pytest.mark.parametrize("seed", range(20))
def test_the_sums_are_always_the_zones_records(seed: int) -> None:
    dice = random.Random(seed)
    targets = [
        sample.target(f"h{dice.randrange(40)}.company.com", f"192.0.2.{n}") for n in range(60)
    ]
    known = {each.id: dice.choice([JUDGED, SILENT, REFUSED]) for each in targets}
    for each in targets[: dice.randrange(30)]:
        del known[each.id]

    zone, _ = tally(sample.inventory(*targets, skips=sample.SKIPS), known)

    assert zone.unaccounted == 0
    assert sum(zone.targets.values()) == len(targets)


def test_what_was_not_run_is_told_only_where_there_is_some() -> None:
    assert in_words({Fate.TESTED: 2}) == (
        "2 records = 2 tested + 0 not verified + 0 nothing listens + 0 external left out"
        " + 0 filtered + 0 cannot be tested"
    )
    assert "1 not run" in in_words({Fate.NOT_RUN: 1})


@for_any_world
@given(worlds(), st.randoms(use_true_random=False))
def test_sums_are_those_of_the_zone_whatever_its_records(world: World, dice: random.Random) -> None:
    """Services are named by records of other zones and views, and share their targets."""
    zones, answers, rules = world
    taken = derived(Collected(tuple(zones), answers), [], rules, NOON)
    known = {each.id: dice.choice((JUDGED, SILENT, REFUSED)) for each in taken.targets}

    for each in tally(taken, known):
        assert each.unaccounted == 0
        assert sum(each.records.values()) == each.zone.record_count
