"""Names looked up in the transferred zones, as an authoritative server would (RFC 1034 4.3.2)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zones.name import ancestors, moved, parent
from zones.zone import Zone

MAX_LINKS = 16
"""CNAMEs and DNAMEs that may follow on each other; a longer chain counts as a loop."""


@dataclass(frozen=True, slots=True)
class Reached:
    """The name that a chain of CNAMEs ends in, and its addresses; none where it has none."""

    name: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """The chain leaves the transferred zones at this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Looped:
    """The chain loops, or has more than ``MAX_LINKS`` links; this name is on it."""

    name: str


class Lookup:
    """All transferred zones; a name is asked for in one view and found in it or in the others."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        self._views: dict[str, dict[str, ZoneData]] = defaultdict(dict)
        """By origin, then by view."""
        for zone in zones:
            self._views[zone.origin][zone.view] = ZoneData(zone)
        self._origins = {origin: origin for origin in self._views}
        """Each is handed out as the one object that it is: a zone may have many targets."""

    def owner_zone(self, fqdn: str) -> str | None:
        """Return the longest origin, of any view, that the name is at or below; None: outside."""
        found = (self._origins[name] for name in ancestors(fqdn) if name in self._origins)
        return next(found, None)

    def zone_cut(self, view: str, origin: str, name: str) -> str | None:
        """Return the delegated name at or above the name in that zone; None for zone data."""
        return self._views[origin][view].zone_cut(name)

    def dname_above(self, view: str, origin: str, name: str) -> str | None:
        """Return the owner of the DNAME in that zone that answers in the name's place, or None."""
        return self._views[origin][view].dname_above(name)

    def uncovered(self, view: str, origin: str, known: Iterable[str]) -> tuple[str, ...]:
        """Return the children that the zone delegates and that are not known, sorted."""
        return tuple(sorted(self._views[origin][view].children().difference(known)))

    @property
    def has_services(self) -> bool:
        """Whether there is any record that says no address."""
        return any(zone.has_services for views in self._views.values() for zone in views.values())

    def found(self, view: str, name: str, rdtype: str) -> tuple[str, ...]:
        """Return the rdata that a question for the name is answered with, sorted.

        Seen from that view; none where it leads to no such record, or out of the zones.
        """
        return tuple(rdata for held, rdata in self.services(view, name) if held == rdtype)

    def services(self, view: str, name: str) -> tuple[tuple[str, str], ...]:
        """Return type and rdata of all that is answered with but addresses, sorted; likewise."""
        end = self.follow(view, name)
        zone = self._authority(view, end.name) if isinstance(end, Reached) else None
        return zone.services(end.name) if zone else ()

    def wildcard_over(self, view: str, name: str) -> tuple[str, str, str] | None:
        """Return view, origin and owner of the wildcard that answers for the name; None: none does.

        Of a wildcard that leads to addresses.
        """
        zone = self._authority(view, name)
        owner = zone.wildcard_over(name) if zone else None
        return (zone.view, zone.origin, owner) if zone and owner else None

    @property
    def views(self) -> frozenset[str]:
        """The names of all views."""
        return frozenset(view for views in self._views.values() for view in views)

    @property
    def has_wildcards(self) -> bool:
        """Whether there is any wildcard that leads to addresses."""
        return any(zone.has_wildcards for views in self._views.values() for zone in views.values())

    def follow(self, view: str, name: str) -> Reached | Left | Looped:
        """Return where the CNAME whose target is that name leads to, seen from that view."""
        link = name
        for _ in range(MAX_LINKS):
            zone = self._authority(view, link)
            if zone is None:
                return Left(link)
            alias = zone.alias(link)
            if alias is None:
                return Reached(link, zone.addresses(link))
            link = alias
        return Looped(name)

    def _authority(self, view: str, name: str) -> "ZoneData | None":
        return next(self._authorities(view, name), None)

    def _authorities(self, view: str, name: str) -> Iterator["ZoneData"]:
        """Yield one zone per view that speaks for the name: the view's own first.

        A view speaks through its longest origin; where that delegates the name, it doesn't know.
        """
        seen = {view}
        own = next(
            (self._views[at][view] for at in self._above(name) if view in self._views[at]), None
        )
        if own is not None and own.zone_cut(name) is None:
            yield own
        for origin in self._above(name):
            for other in sorted(self._views[origin].keys() - seen):
                seen.add(other)
                if self._views[origin][other].zone_cut(name) is None:
                    yield self._views[origin][other]

    def _above(self, name: str) -> Iterator[str]:
        return (at for at in ancestors(name) if at in self._views)


class ZoneData:
    """One zone, indexed; every answer takes time in the number of labels only."""

    def __init__(self, zone: Zone) -> None:
        self.origin = zone.origin
        self.view = zone.view
        self._addresses: dict[str, list[str]] = defaultdict(list)
        self._aliases: dict[str, str] = {}
        self._dnames: dict[str, str] = {}
        self._services: dict[str, list[tuple[str, str]]] = defaultdict(list)
        """Type and rdata of the records that say no address, by owner."""
        self._cuts: set[str] = set()
        self._nodes: set[str] = {zone.origin}
        for owner in zone.other_owners:
            self._add_node(owner)
        for record in zone.records:
            self._add_node(record.owner)
            match record.rdtype:
                case "A" | "AAAA":
                    self._addresses[record.owner].append(record.rdata)
                case "CNAME":
                    self._aliases[record.owner] = min(
                        record.rdata, self._aliases.get(record.owner, record.rdata)
                    )
                case "DNAME":
                    self._dnames[record.owner] = min(
                        record.rdata, self._dnames.get(record.owner, record.rdata)
                    )
                case "NS":
                    if record.owner != zone.origin:
                        self._cuts.add(record.owner)
                case rdtype:
                    self._services[record.owner].append((rdtype, record.rdata))

    def _add_node(self, owner: str) -> None:
        """Make the name exist, and the empty non-terminals above it (RFC 4592 section 2.2.2)."""
        for name in ancestors(owner):
            if name in self._nodes:
                return
            self._nodes.add(name)

    def zone_cut(self, name: str) -> str | None:
        """Return the topmost delegated name at or above the name; None where there is none."""
        if not self._cuts:
            return None
        topmost = None
        for at in ancestors(name):
            if at == self.origin:
                break
            topmost = at if at in self._cuts else topmost
        return topmost

    def dname_above(self, name: str) -> str | None:
        """Return the topmost owner of a DNAME above the name; its own does not redirect it."""
        if not self._dnames:
            return None
        owners = [at for at in ancestors(parent(name)) if at in self._dnames]
        return owners[-1] if owners else None

    def children(self) -> set[str]:
        """Return the delegated names that are not themselves below another delegation."""
        return {cut for cut in self._cuts if self.zone_cut(cut) == cut}

    def alias(self, name: str) -> str | None:
        """Return what the name is a CNAME for; None where it has addresses, or is none.

        A DNAME makes one for every name below its owner (RFC 6672 section 3.2).
        """
        above = self.dname_above(name)
        if above is not None:
            return moved(name, above, self._dnames[above])
        source = self._source(name)
        return None if source in self._addresses else self._aliases.get(source)

    def addresses(self, name: str) -> tuple[str, ...]:
        """Return the addresses of the name, of its own or synthesised from a wildcard."""
        return tuple(self._addresses.get(self._source(name), ()))

    @property
    def has_services(self) -> bool:
        """Whether there is a record that says no address."""
        return bool(self._services)

    def services(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return type and rdata of what the name has beside addresses, sorted.

        Of its own, or synthesised from a wildcard.
        """
        return tuple(sorted(self._services.get(self._source(name), ())))

    @property
    def has_wildcards(self) -> bool:
        """Whether there is a wildcard that leads to addresses."""
        return any(owner.startswith("*.") for owner in (*self._addresses, *self._aliases))

    def wildcard_over(self, name: str) -> str | None:
        """Return the wildcard whose addresses or alias the name has; None: it has none of these."""
        source = self._source(name)
        is_host = source in self._addresses or source in self._aliases
        return source if is_host and source != name and self.dname_above(name) is None else None

    def _source(self, name: str) -> str:
        """Return the owner that answers: the name, or its source of synthesis (RFC 4592 3.3.1)."""
        if name in self._nodes:
            return name
        encloser = next(at for at in ancestors(name) if at in self._nodes)
        return f"*.{encloser}" if encloser else "*"
