"""Every record of every zone, and what became of it: the rows of ``--coverage-csv``; pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from reports.rows import guarded
from reports.tally import Fate, Standing, record_fates
from zones.inventory import Inventory, ZoneResult
from zones.naming.order import hierarchical
from zones.target import RecordRef, Skipped, SkipReason

COLUMNS = ("zone", "view", "owner", "type", "rdata", "class", "detail")
DELEGATED = "delegated"
"""The class of a child zone that no source transfers: what is in it nobody has looked at."""
FAILED = "zone failed"
"""The class of a zone that could not be transferred, of which no record is known."""

Line = tuple[str, ...]


def ledger(inventory: Inventory, standings: Mapping[str, Standing]) -> Iterator[Line]:
    """Yield the head, and a line for each record: by zone, view, owner, type and rdata.

    A line more for each zone that failed, and for each child that is not transferred. All cells are
    safe to open in a spreadsheet. ``standings`` are by target id.
    """
    yield COLUMNS
    lines = [*_records(inventory, standings), *_zones(inventory.zones)]
    for ref, kind, detail in sorted(lines, key=_order):
        cells = (ref.zone or ".", ref.view, ref.owner or ".", ref.rdtype, ref.rdata, kind, detail)
        yield tuple(map(guarded, cells))


_Entry = tuple[RecordRef, str, str]


def _records(inventory: Inventory, standings: Mapping[str, Standing]) -> Iterator[_Entry]:
    known = {(zone.view, zone.origin) for zone in inventory.zones}
    fates = record_fates(inventory, standings)
    details = _details(inventory, standings, fates)
    for ref, fate in fates.items():
        if (ref.view, ref.zone) in known:
            yield ref, fate.value, details[ref]


def _details(
    inventory: Inventory, standings: Mapping[str, Standing], fates: Mapping[RecordRef, Fate]
) -> dict[RecordRef, str]:
    """Return the tests that gave each record its class, or why there is none."""
    tests: dict[RecordRef, list[str]] = defaultdict(list)
    for target in inventory.targets:
        target_id = target.id
        standing = standings.get(target_id)
        told = f"{target_id}: {standing.reason}" if standing and standing.reason else target_id
        for ref in target.records:
            if fates[ref] is (standing.fate if standing else Fate.NOT_RUN):
                tests[ref].append(told)
    details = {ref: "; ".join(sorted(told)) for ref, told in tests.items()}
    for skip in inventory.skips:
        details.setdefault(skip.record, _why(skip))
    return details


def _why(skip: Skipped) -> str:
    if skip.reason is SkipReason.DENIED:
        return f"deny {skip.denied_by}: {skip.detail}"
    # Of these the class says the rest.
    says_all = skip.detail and skip.reason in {SkipReason.FILTERED, SkipReason.EXTERNAL}
    return skip.detail if says_all else ": ".join(filter(None, (skip.reason.value, skip.detail)))


def _zones(zones: tuple[ZoneResult, ...]) -> Iterator[_Entry]:
    for zone in zones:
        if zone.error:
            yield RecordRef(zone.view, zone.origin, zone.origin, "", ""), FAILED, zone.error
        for child in zone.uncovered:
            ref = RecordRef(zone.view, zone.origin, child, "NS", "")
            yield ref, DELEGATED, "no source transfers it"


def _order(entry: _Entry) -> tuple[str, ...]:
    ref = entry[0]
    return hierarchical(ref.zone), ref.view, hierarchical(ref.owner), ref.rdtype, ref.rdata
