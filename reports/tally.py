"""What became of every target and every record: the sums that show that nothing was lost; pure."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from checks.verdict import Outcome, Verdict
from zones.inventory import Inventory, ZoneResult
from zones.target import RecordRef, SkipReason

NOT_VERIFIED_PREFIX = "NOT-VERIFIED"
"""Begins the reason of a target that should have answered and did not."""
_NOTHING_SEEN = frozenset({"must-answer", "scanner-broke"})
_LEFT_OUT = frozenset({SkipReason.FILTERED, SkipReason.EXTERNAL})


class Fate(StrEnum):
    """What became of a target or a record, the one that counts for a record first."""

    TESTED = "tested"
    """A certificate, or the lack of one, was judged."""
    NOT_VERIFIED = "not verified"
    """It should have been judged, and nothing was seen of it."""
    NOT_RUN = "not run"
    """Its test was deselected, or the run ended before it."""
    EXCLUDED = "excluded"
    """Nothing listens there, or the configuration leaves it out."""
    UNTESTABLE = "untestable"
    """It names nothing that could be scanned."""


_RANK = {fate: rank for rank, fate in enumerate(Fate)}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept of a target's verdict for the sums."""

    outcome: Outcome
    fate: Fate
    reason: str = ""

    @property
    def ending(self) -> str:
        """What the target counts as: its outcome, or where it was not reached its fate."""
        unreached = self.outcome is Outcome.UNREACHABLE
        return self.fate.value if unreached else self.outcome.value


@dataclass(slots=True)
class ZoneTally:
    """The sums of one zone of one source."""

    zone: ZoneResult
    targets: Counter[str] = field(default_factory=Counter)
    """How many of the targets that its records named ended how: an outcome, or the fate of one that
    was not judged. A target that two zones name counts in both."""
    target_reasons: Counter[str] = field(default_factory=Counter)
    """Why targets were not judged."""
    record_reasons: Counter[str] = field(default_factory=Counter)
    """Why records named no target."""
    records: Counter[Fate] = field(default_factory=Counter)
    """Of the records that name hosts or services: ``NAMING_TYPES``."""

    @property
    def unaccounted(self) -> int:
        """Records of which nothing is known: 0, unless zonecert itself is wrong."""
        return self.zone.record_count - sum(self.records.values())


def standing(verdict: Verdict) -> Standing:
    """Return what is kept of a verdict."""
    ids = {finding.id for finding in verdict.findings}
    ids |= {waived.finding.id for waived in verdict.waived}
    return standing_of(verdict.outcome, ids, verdict.reason)


def standing_of(outcome: Outcome, ids: AbstractSet[str], reason: str) -> Standing:
    """Return the same of a verdict's outcome, the ids of all its findings, and its reason."""
    if ids & _NOTHING_SEEN or reason.startswith(NOT_VERIFIED_PREFIX):
        fate = Fate.NOT_VERIFIED
    elif outcome is Outcome.UNREACHABLE:
        fate = Fate.EXCLUDED
    else:
        fate = Fate.TESTED
    return Standing(outcome, fate, reason)


def tally(inventory: Inventory, standings: Mapping[str, Standing]) -> tuple[ZoneTally, ...]:
    """Return the sums of each zone, in the inventory's order.

    ``standings`` are by target id; a target without one was not run.
    """
    tallies = {(zone.view, zone.origin): ZoneTally(zone) for zone in inventory.zones}
    fates: dict[RecordRef, Fate] = {}
    for target in inventory.targets:
        found = standings.get(target.id)
        fate = found.fate if found else Fate.NOT_RUN
        for record in target.records:
            fates[record] = min(fate, fates.get(record, fate), key=_RANK.__getitem__)
        for key in {(record.view, record.zone) for record in target.records}:
            if key in tallies:
                _add_target(tallies[key], found)
    for skip in inventory.skips:
        fates.setdefault(
            skip.record, Fate.EXCLUDED if skip.reason in _LEFT_OUT else Fate.UNTESTABLE
        )
    _add_records(tallies, fates)
    _add_skips(tallies, inventory)
    return tuple(tallies.values())


def in_words(counts: Mapping[Fate, int]) -> str:
    """Return the sum as ``15 records = 12 tested + 0 not verified + ...``.

    What was not run is told only where there is some.
    """
    shown = [fate for fate in Fate if fate is not Fate.NOT_RUN or counts.get(fate)]
    parts = " + ".join(f"{counts.get(fate, 0)} {fate}" for fate in shown)
    return f"{sum(counts.values())} records = {parts}"


def _add_target(zone: ZoneTally, found: Standing | None) -> None:
    zone.targets[found.ending if found else Fate.NOT_RUN.value] += 1
    if found and found.reason:
        zone.target_reasons[found.reason] += 1


def _add_records(
    tallies: Mapping[tuple[str, str], ZoneTally], fates: Mapping[RecordRef, Fate]
) -> None:
    for record, fate in fates.items():
        zone = tallies.get((record.view, record.zone))
        if zone:
            zone.records[fate] += 1


def _add_skips(tallies: Mapping[tuple[str, str], ZoneTally], inventory: Inventory) -> None:
    for skip in inventory.skips:
        zone = tallies.get((skip.record.view, skip.record.zone))
        if zone:
            zone.record_reasons[skip.reason.value] += 1
