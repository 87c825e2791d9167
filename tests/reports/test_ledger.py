"""Each record's row: what became of it, and by which tests or for which reason."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.verdict import Outcome
from reports.ledger import COLUMNS, DELEGATED, FAILED, ledger
from reports.tally import PLANNED, Fate, Standing, tally
from tests.reports import sample
from tests.zones.worlds import World, for_any_world, worlds
from zones.inventory import Collected, Inventory, ZoneResult, derived
from zones.target import RecordRef, Skipped, SkipReason

JUDGED = Standing(Outcome.OK, Fate.TESTED)
SILENT = Standing(Outcome.UNREACHABLE, Fate.NOT_VERIFIED, "NOT-VERIFIED: no answer")
REFUSED = Standing(Outcome.UNREACHABLE, Fate.NOTHING_LISTENS, "EXCLUDED: refused")


def rows(inventory: Inventory, standings: Mapping[str, Standing]) -> list[dict[str, str]]:
    """Return the rows by column."""
    head, *lines = ledger(inventory, standings)
    assert head == COLUMNS
    return [dict(zip(COLUMNS, line, strict=True)) for line in lines]


def class_and_detail(
    inventory: Inventory, standings: Mapping[str, Standing]
) -> dict[str, tuple[str, str]]:
    """Return class and detail by owner."""
    return {row["owner"]: (row["class"], row["detail"]) for row in rows(inventory, standings)}


def test_a_row_says_which_record_it_is_of() -> None:
    row, *_ = rows(sample.inventory(sample.GOOD), {sample.GOOD.id: JUDGED})

    assert row == {
        "zone": "company.com",
        "view": "inside",
        "owner": "www.company.com",
        "type": "A",
        "rdata": "192.0.2.1",
        "class": "tested",
        "detail": sample.GOOD.id,
    }


def test_each_class_has_its_tests_or_its_reason() -> None:
    known = {sample.GOOD.id: JUDGED, sample.SILENT.id: SILENT, sample.CLOSED.id: REFUSED}
    external = Skipped(
        sample.SKIPS[0].record._replace(owner="shop.company.com"),
        SkipReason.EXTERNAL,
        "d1.cloudfront.net is a third party's",
    )
    targets = sample.GOOD, sample.SILENT, sample.CLOSED, sample.OLD

    found = class_and_detail(sample.inventory(*targets, skips=(*sample.SKIPS, external)), known)

    assert found == {
        "www.company.com": ("tested", sample.GOOD.id),
        "silent.company.com": ("not verified", f"{sample.SILENT.id}: NOT-VERIFIED: no answer"),
        "closed.company.com": ("nothing listens", f"{sample.CLOSED.id}: EXCLUDED: refused"),
        "legacy.company.com": ("not run", sample.OLD.id),
        "shop.company.com": ("external left out", "d1.cloudfront.net is a third party's"),
        "dhcp-1.company.com": ("filtered", "exclude dhcp-.*"),
        "_sip.company.com": ("cannot be tested", SkipReason.SERVICE_LABEL.value),
        "lost.company.com": (FAILED, "answered REFUSED"),
    }


def test_what_cannot_be_tested_says_why_and_what_it_is_about() -> None:
    skip = Skipped(sample.SKIPS[0].record, SkipReason.DANGLING, "gone.company.com")

    found = class_and_detail(sample.inventory(skips=(skip,)), {})

    assert found["_sip.company.com"] == (
        "cannot be tested",
        "leads to a name without addresses: gone.company.com",
    )


def test_a_denied_record_is_filtered_by_the_networks_rule() -> None:
    skip = Skipped(sample.SKIPS[0].record, SkipReason.DENIED, "127.0.0.1", "127.0.0.0/8")

    found = class_and_detail(sample.inventory(skips=(skip,)), {})

    assert found["_sip.company.com"] == ("filtered", "deny 127.0.0.0/8: 127.0.0.1")


def test_only_the_tests_that_gave_the_class_are_told() -> None:
    """One address of an alias was judged: that is what the record rests on."""
    other = replace(sample.GOOD, port=8443)
    third = replace(sample.GOOD, port=9443)
    taken = replace(sample.inventory(sample.GOOD), targets=(third, other, sample.GOOD))

    found = class_and_detail(taken, {sample.GOOD.id: JUDGED, other.id: SILENT, third.id: JUDGED})

    assert found["www.company.com"] == ("tested", f"{sample.GOOD.id}; {third.id}")


def test_a_dry_run_says_what_would_be_tested() -> None:
    found = class_and_detail(sample.inventory(sample.GOOD, sample.OLD), {sample.GOOD.id: PLANNED})

    assert found["www.company.com"] == ("to be tested", sample.GOOD.id)
    assert found["legacy.company.com"] == ("not run", sample.OLD.id)


def test_a_child_that_no_source_transfers_has_a_row_of_its_own() -> None:
    zone = ZoneResult("company.com", "in", "::1", 1, uncovered=("sub.company.com",))

    [row] = rows(Inventory((zone,), (), (), sample.JUDGED_AT), {})

    assert (row["zone"], row["owner"], row["type"]) == ("company.com", "sub.company.com", "NS")
    assert (row["class"], row["detail"]) == (DELEGATED, "no source transfers it")


def test_the_root_is_written_as_a_dot() -> None:
    ref = RecordRef("in", "", "", "A", "192.0.2.1")
    zone = ZoneResult("", "in", "::1", 1, record_count=1)
    skip = Skipped(ref, SkipReason.NOT_A_HOST_NAME)

    [row] = rows(Inventory((zone,), (), (skip,), sample.JUDGED_AT), {})

    assert (row["zone"], row["owner"]) == (".", ".")


def test_rows_are_sorted_by_zone_view_owner_type_and_rdata() -> None:
    names = [target.fqdn for target in sample.TARGETS]

    found = rows(sample.inventory(*reversed(sample.TARGETS)), {})

    # The zone that failed comes last: so do its rows.
    friendly = [row["owner"] for row in found if row["owner"] in names[:6]]
    assert friendly == sorted(names[:6])
    assert found[-1]["zone"] == "lost.company.com"
    assert rows(sample.inventory(*sample.TARGETS), {}) == found


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "a;=1+1", "\uff1d1+1"])
def test_no_cell_is_a_formula(text: str) -> None:
    ref = sample.SKIPS[0].record._replace(owner=text, rdata=text)
    skip = Skipped(ref, SkipReason.FILTERED, text)

    row, *_ = rows(sample.inventory(skips=(skip,)), {})

    assert all("'" in row[column] for column in ("owner", "rdata", "detail"))


_standing = st.sampled_from((JUDGED, SILENT, REFUSED, PLANNED, None))


@for_any_world
@given(worlds(), st.data())
def test_every_record_is_in_one_class_and_the_sums_hold(world: World, data: st.DataObject) -> None:
    """Whatever the zones hold, and whichever tests ran: in the file and in every report's sums."""
    zones, answers, rules = world
    taken = derived(Collected(tuple(zones), answers), (), rules, sample.JUDGED_AT)
    drawn = {target.id: data.draw(_standing) for target in taken.targets}
    known = {target_id: standing for target_id, standing in drawn.items() if standing}

    tallies = tally(taken, known)
    found = [row for row in rows(taken, known) if row["class"] != DELEGATED]

    records = Counter((row["view"], row["zone"], *_record(row)) for row in found)
    assert set(records.values()) <= {1}
    assert all(row["class"] in {fate.value for fate in Fate} for row in found)
    assert all(each.unaccounted == 0 for each in tallies)
    for each in tallies:
        of_zone = (each.zone.view, each.zone.origin)
        classes = Counter(row["class"] for row in found if (row["view"], row["zone"]) == of_zone)
        assert classes == {fate.value: count for fate, count in each.records.items()}
        assert classes.total() == each.zone.record_count


def _record(row: dict[str, str]) -> tuple[str, str, str]:
    return row["owner"], row["type"], row["rdata"]
