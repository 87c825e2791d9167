"""What a run's CSV says of the demo against what was planted in it: pure."""

import csv
from collections.abc import Iterable, Iterator, Mapping

from demo.planted import Planted

Place = tuple[str, str]
"""Fqdn and address."""


def found(lines: Iterable[str]) -> dict[Place, Planted]:
    """Return what the CSV says of each target, in the form of what is planted.

    A zone or a run, which have no address, count only where they have an error or a warning.
    """
    statuses: dict[Place, str] = {}
    findings: dict[Place, set[str]] = {}
    messages: dict[Place, list[str]] = {}
    for row in csv.DictReader(lines):
        is_finding = row["severity"] in {"error", "warning"}
        if not row["ip_address"] and not is_finding:
            continue
        place = row["fqdn"], row["ip_address"]
        statuses[place] = row["status"]
        findings.setdefault(place, set()).update({row["finding_id"]} if is_finding else ())
        messages.setdefault(place, []).append(row["message"])
    return {
        place: Planted(status, tuple(sorted(findings[place])), "; ".join(messages[place]))
        for place, status in statuses.items()
    }


def differences(seen: Mapping[Place, Planted], planted: Mapping[Place, Planted]) -> Iterator[str]:
    """Yield a sentence for each place where the run and the plan differ."""
    for place in sorted(seen.keys() | planted.keys()):
        wanted, got = planted.get(place), seen.get(place)
        where = " ".join(place).strip()
        if wanted != got:
            yield f"{where}: planted {_told(wanted)}, found {_told(got)}"
        elif wanted and got and wanted.says not in got.says:
            yield f"{where}: has to say {wanted.says!r}, and says {got.says!r}"


def _told(result: Planted | None) -> str:
    if result is None:
        return "nothing"
    return " ".join((result.status, *result.findings))
