"""What became of every target and every record: the sums that show that nothing was lost; pure."""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from checks.reachability import REFUSED
from checks.verdict import Outcome, Verdict
from zones.inventory import Inventory, ZoneResult
from zones.target import RecordRef, SkipReason

NOT_VERIFIED_PREFIX = "NOT-VERIFIED"
"""Begins the reason of a target that should have answered and did not."""
_NOTHING_SEEN = frozenset({"must-answer", "scanner-broke"})


class Fate(StrEnum):
    """What became of a target or a record: one of these, for a record the first of its targets'."""

    TESTED = "tested"
    """A certificate, or the lack of one, was judged."""
    NOT_VERIFIED = "not verified"
    """It should have been judged, and nothing was seen of it."""
    PLANNED = "to be tested"
    """In a dry run: its test is selected."""
    NOT_RUN = "not run"
    """Its test was deselected, or the run ended before it."""
    NOTHING_LISTENS = "nothing listens"
    """Connections are refused."""
    EXTERNAL = "external left out"
    """It is somebody else's, and the policy leaves that out."""
    FILTERED = "filtered"
    """A rule of the configuration leaves it out."""
    UNTESTABLE = "cannot be tested"
    """It names nothing that could be scanned."""


_RANK = {fate: rank for rank, fate in enumerate(Fate)}
_OF_REASON = {REFUSED: Fate.NOTHING_LISTENS, SkipReason.EXTERNAL.value: Fate.EXTERNAL}
_OF_SKIP = {
    SkipReason.FILTERED: Fate.FILTERED,
    SkipReason.DENIED: Fate.FILTERED,
    SkipReason.EXTERNAL: Fate.EXTERNAL,
}
_SOMETIMES = frozenset({Fate.PLANNED, Fate.NOT_RUN})
EXCLUDED = "excluded"
"""How a target ends where nothing listens, or that is left out on purpose."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept of a target's verdict for the sums."""

    outcome: Outcome
    fate: Fate
    reason: str = ""

    @property
    def ending(self) -> str:
        """What the target counts as: its outcome, or where it was not reached its fate in short."""
        if self.outcome is not Outcome.UNREACHABLE:
            return self.outcome.value
        is_told = self.fate in {Fate.NOT_VERIFIED, Fate.PLANNED}
        return self.fate.value if is_told else EXCLUDED


PLANNED = Standing(Outcome.UNREACHABLE, Fate.PLANNED)
"""Of a target that a dry run would test."""


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
        fate = _OF_REASON.get(reason, Fate.UNTESTABLE)
    else:
        fate = Fate.TESTED
    return Standing(outcome, fate, reason)


def tally(inventory: Inventory, standings: Mapping[str, Standing]) -> tuple[ZoneTally, ...]:
    """Return the sums of each zone, in the inventory's order.

    ``standings`` are by target id; a target without one was not run.
    """
    tallies = {(zone.view, zone.origin): ZoneTally(zone) for zone in inventory.zones}
    for target in inventory.targets:
        found = standings.get(target.id)
        for key in {(record.view, record.zone) for record in target.records}:
            if key in tallies:
                _add_target(tallies[key], found)
    _add_records(tallies, record_fates(inventory, standings))
    _add_skips(tallies, inventory)
    return tuple(tallies.values())


def record_fates(inventory: Inventory, standings: Mapping[str, Standing]) -> dict[RecordRef, Fate]:
    """Return what became of each record that names a target or is skipped: one class for each."""
    fates: dict[RecordRef, Fate] = {}
    for target in inventory.targets:
        found = standings.get(target.id)
        fate = found.fate if found else Fate.NOT_RUN
        for record in target.records:
            fates[record] = min(fate, fates.get(record, fate), key=_RANK.__getitem__)
    for skip in inventory.skips:
        fates.setdefault(skip.record, _OF_SKIP.get(skip.reason, Fate.UNTESTABLE))
    return fates


def in_words(counts: Mapping[Fate, int]) -> str:
    """Return the sum as ``15 records = 12 tested + 0 not verified + ...``.

    What was not run, or is to be, is told only where there is some.
    """
    shown = [fate for fate in Fate if fate not in _SOMETIMES or counts.get(fate)]
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
            zone.record_reasons[skip.why] += 1
