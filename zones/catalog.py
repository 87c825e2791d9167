"""Catalog zones (RFC 9432): which zones a server has, as one of its zones lists them.

Pure. What is broken is not processed at all, as section 5.1 says: half of the members would look
like all of them. What has no meaning here is ignored: NS records, the properties of members
(``group``, ``coo``), custom properties (``ext``), and whatever stands elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import dns.name
import dns.rdataset
import dns.rdatatype

from zones.cut import cut
from zones.name import name_text, parent
from zones.reading.collector import Collector
from zones.source import ZoneSourceError
from zones.zone import Record, Zone

_TYPES = frozenset({dns.rdatatype.PTR, dns.rdatatype.TXT})
"""What a catalog is written in."""
_VERSION = '"2"'
"""The schema of RFC 9432 (section 4.2.1), as a TXT record's rdata; BIND 9.11 began with 1."""
_MALFORMED = r"\#"
"""In the place of rdata that is not as its type demands; no name and no text looks like it."""
_SHOWN = 80


class CatalogError(ZoneSourceError):
    """A catalog zone is broken, or of no use."""


class CatalogCollector(Collector):
    """Keeps of a zone transfer what a catalog is written in, PTR and TXT, and nothing else."""

    def __init__(self, origin: dns.name.Name) -> None:
        super().__init__(origin)
        self._properties: list[Record] = []

    def keep(self, name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> None:
        """See ``Collector.keep``."""
        super().keep(name, rdataset)
        for rdata in rdataset if rdataset.rdtype in _TYPES else ():
            is_name = rdata.rdtype == dns.rdatatype.PTR
            text = name_text(rdata.target) if is_name else rdata.to_text()
            self._add(name, rdata.rdtype, text, rdataset.ttl)

    def note(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, *rest: Any) -> None:  # noqa: ANN401 - as Collector has it
        """See ``Collector.note``: a member that cannot be read must not vanish."""
        super().note(name, rdtype, *rest)
        if rdtype in _TYPES:
            self._add(name, rdtype, _MALFORMED, 0)

    def records(self) -> tuple[Record, ...]:
        """Return the PTR and TXT records, sorted, each once."""
        return tuple(sorted(set(self._properties)))

    def _add(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, rdata: str, ttl: int
    ) -> None:
        self.characters += len(rdata)
        self._properties.append(Record(name_text(name), rdtype.name, rdata, ttl))


def as_catalog(zone: Zone) -> Zone:
    """Return the zone, as a ``CatalogCollector`` kept it, with its members in its records' place.

    Raises CatalogError for a broken catalog, and for one without members: it is legal, but a run
    that looks at nothing because of it would be green.
    """
    below = f".{zone.origin}" if zone.origin else ""
    catalog = f"catalog zone {zone.origin or '.'} from {zone.server}"
    try:
        _require_version(f"version{below}", zone.records)
        found = _members(f"zones{below}", zone.records)
    except _BrokenError as broken:
        remedy = "mend the catalog where it is made (RFC 9432)"
        raise CatalogError(f"{catalog} {broken}", remedy) from broken
    if not found:
        raise CatalogError(f"{catalog} lists no zone", "add the zones to it, or leave catalog out")
    return replace(zone, records=(), other_owners=(), members=tuple(sorted(found)))


class _BrokenError(Exception):
    """What is wrong with a catalog: the rest of a sentence that begins with it."""


def _require_version(name: str, records: Iterable[Record]) -> None:
    """Raise unless the property is there, once, and of the one schema known (section 4.2.1)."""
    found = {each.rdata for each in records if (each.owner, each.rdtype) == (name, "TXT")}
    if not found:
        raise _BrokenError(f"is no catalog: it has no TXT record at {name}")
    if len(found) > 1:
        raise _BrokenError(f"is broken: it has {len(found)} TXT records at {name}")
    if found != {_VERSION}:
        given = cut(next(iter(found)), _SHOWN)
        raise _BrokenError(f"is of an unknown schema: {name} is {given}, and not {_VERSION}")


def _members(above: str, records: Iterable[Record]) -> dict[str, str]:
    """Return each member zone with the node that lists it; raises as section 4.1 demands."""
    targets: dict[str, set[str]] = defaultdict(set)
    for record in records:
        if record.rdtype == "PTR" and parent(record.owner) == above:
            targets[record.owner].add(record.rdata)
    nodes: dict[str, str] = {}
    for node, found in sorted(targets.items()):
        if len(found) > 1:
            raise _BrokenError(f"is broken: it has {len(found)} PTR records at {node}")
        (member,) = found
        if member == _MALFORMED:
            raise _BrokenError(f"is broken: the PTR record at {node} cannot be read")
        if member in nodes:
            raise _BrokenError(f"is broken: {nodes[member]} and {node} list {member or '.'} both")
        nodes[member] = node
    return nodes
