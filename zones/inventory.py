"""All sources of a run made into one inventory; one bad zone never hides the others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from zones.naming.lookup import Lookup
from zones.resolver import resolve
from zones.source import ZoneFailure, ZoneSource, ZoneSourceError
from zones.target import Skipped, Target, printable
from zones.targets import Answers, Filter, Rules, derive, names_to_resolve, references
from zones.zone import Zone

_SOURCES_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class ZoneResult:
    """What came of one zone of one source."""

    origin: str
    view: str
    server: str
    """As ``address:port``."""
    serial: int | None = None
    """None where the transfer failed, 0 where the source tells none."""
    record_count: int = 0
    """Records of ``NAMING_TYPES``: each of them ends as targets or as one skip."""
    transferred_at: datetime | None = None
    authenticated: bool | None = None
    """See ``Zone.authenticated``."""
    error: str = ""
    """Why the transfer failed: server, zone, cause; empty where it did not."""
    remedy: str = ""
    """What to do about the error."""
    uncovered: tuple[str, ...] = ()
    """Delegated child zones that no source transfers, sorted."""
    members: tuple[str, ...] = ()
    """See ``Zone.members``."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a run looks at; made once, by the controller."""

    zones: tuple[ZoneResult, ...]
    """In the order of the configuration."""
    targets: tuple[Target, ...]
    """Each once; neighbours on different addresses where that can be had."""
    skips: tuple[Skipped, ...]
    """Sorted by record."""
    judged_at: datetime
    """Aware, UTC: when this run started; certificates are judged at this moment."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What the sources yielded: with the rules all that targets are derived from."""

    results: tuple[Zone | ZoneFailure, ...]
    """In the order of the configuration."""
    answers: Answers
    """How the names that leave the zones were resolved."""


def take_inventory(sources: Sequence[ZoneSource], rules: Rules, judged_at: datetime) -> Inventory:
    """Return what the sources hold now; a zone that fails becomes a ZoneResult with an error.

    Include and exclude come from the sources, whatever ``rules.filters`` says.
    """
    return derived(collect(sources, rules), sources, rules, judged_at)


def collect(sources: Sequence[ZoneSource], rules: Rules) -> Collected:
    """Return the zones as they are now, and how the names that leave them are resolved now."""
    return completed(Collected(tuple(_collect(sources)), {}), sources, rules)


def completed(collected: Collected, sources: Sequence[ZoneSource], rules: Rules) -> Collected:
    """Return the same with the answers that are missing: names that leave the zones, asked now."""
    zones = [result for result in collected.results if isinstance(result, Zone)]
    names = names_to_resolve(zones, _filtered(rules, sources)) - collected.answers.keys()
    nameservers = {source.name: source.nameservers for source in sources}
    found = resolve(names, nameservers, rules.families)
    return Collected(collected.results, {**collected.answers, **found})


def derived(
    collected: Collected, sources: Sequence[ZoneSource], rules: Rules, judged_at: datetime
) -> Inventory:
    """Return the inventory that the rules make of what was collected, now or earlier.

    Raises TooManyTargetsError.
    """
    zones = [result for result in collected.results if isinstance(result, Zone)]
    targets, skips = derive(zones, collected.answers, _filtered(rules, sources))
    return Inventory(_results(collected.results, Lookup(zones)), targets, skips, judged_at)


def _filtered(rules: Rules, sources: Sequence[ZoneSource]) -> Rules:
    filters = {source.name: Filter(source.include, source.exclude) for source in sources}
    return replace(rules, filters=filters)


def zone_ids(zones: Sequence[ZoneResult]) -> list[str]:
    """Return a printable test id for each: the origin, with ``:view`` where several views have it.

    The root zone's is ``.``.
    """
    origins = Counter(zone.origin for zone in zones)
    return [
        _origin_id(zone.origin) + (f":{zone.view}" if origins[zone.origin] > 1 else "")
        for zone in zones
    ]


def _origin_id(origin: str) -> str:
    # A colon in the origin itself must not look like the one before a view.
    return printable(origin or ".").replace(":", "%3A")


def _collect(sources: Sequence[ZoneSource]) -> list[Zone | ZoneFailure]:
    with ThreadPoolExecutor(_SOURCES_AT_ONCE) as pool:
        return list(chain.from_iterable(pool.map(_yielded, sources)))


def _yielded(source: ZoneSource) -> list[Zone | ZoneFailure]:
    """Return what the source yields, and in the end why it could not go on, if it could not."""
    results: list[Zone | ZoneFailure] = []
    try:
        for result in source.collect():
            results.append(result)  # noqa: PERF402 - what came before an error is kept
    except ZoneSourceError as error:
        results.append(ZoneFailure("", source.name, "", error))
    return results


def _results(collected: Iterable[Zone | ZoneFailure], lookup: Lookup) -> tuple[ZoneResult, ...]:
    collected = tuple(collected)
    # A child that failed is told as a failure, not as one that no source names.
    known = {result.origin for result in collected}
    return tuple(
        _failed(result) if isinstance(result, ZoneFailure) else _complete(result, lookup, known)
        for result in collected
    )


def _complete(zone: Zone, lookup: Lookup, known: set[str]) -> ZoneResult:
    return ZoneResult(
        origin=zone.origin,
        view=zone.view,
        server=zone.server,
        serial=zone.serial,
        record_count=len(references(zone)),
        transferred_at=zone.transferred_at,
        authenticated=zone.authenticated,
        uncovered=lookup.uncovered(zone.view, zone.origin, known),
        members=zone.members,
    )


def _failed(failure: ZoneFailure) -> ZoneResult:
    return ZoneResult(
        origin=failure.origin,
        view=failure.view,
        server=failure.server,
        error=failure.error.what,
        remedy=failure.error.remedy,
    )
