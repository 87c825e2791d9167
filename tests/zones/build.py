"""Zones made by hand, a record a line."""

from dataclasses import replace
from datetime import UTC, datetime

from zones.naming.order import by_name
from zones.target import Skipped, SkipReason, Target
from zones.targets import Answers, Rules, derive
from zones.zone import Record, Zone

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def zone(origin: str, *lines: str, view: str = "inside", others: tuple[str, ...] = ()) -> Zone:
    """Return a zone of lines such as ``www.company.com A 192.0.2.1``."""
    split = (line.split(" ", 2) for line in lines)
    records = sorted(Record(owner, rdtype, rdata, ttl=60) for owner, rdtype, rdata in split)
    return Zone(origin, 1, tuple(records), view, "192.0.2.53:53", NOON, other_owners=others)


def company(*lines: str, view: str = "inside", others: tuple[str, ...] = ()) -> Zone:
    """Return the zone company.com."""
    return zone("company.com", *lines, view=view, others=others)


def turned(held: Zone) -> Zone:
    """Return the zone with its records in the opposite order: no source promises any."""
    return replace(held, records=held.records[::-1])


def targets(
    *zones: Zone, answers: Answers | None = None, rules: Rules | None = None
) -> list[Target]:
    """Return the targets, sorted."""
    found, _ = derive(zones, answers or {}, rules or Rules())
    return sorted(found, key=by_name)


def skips(
    *zones: Zone, answers: Answers | None = None, rules: Rules | None = None
) -> list[Skipped]:
    """Return the skips."""
    return list(derive(zones, answers or {}, rules or Rules())[1])


def shown(found: list[Target]) -> list[str]:
    """Return the targets as text: name and address only."""
    return [f"{target.fqdn} {target.address}" for target in found]


def doors(found: list[Target]) -> list[str]:
    """Return the targets as text, with port and how TLS is begun."""
    return [
        f"{target.fqdn} {target.address}:{target.port} {target.starttls}".rstrip()
        for target in found
    ]


def reasons(found: list[Skipped]) -> dict[str, SkipReason]:
    """Return the reasons by record."""
    return {str(skip.record): skip.reason for skip in found}
