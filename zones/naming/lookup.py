"""Names looked up in the transferred zones, as an authoritative server would (RFC 1034 4.3.2)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zones.name import ancestors
from zones.naming.zone_data import ZoneData
from zones.zone import Zone

MAX_LINKS = 16
"""CNAMEs and DNAMEs that may follow on each other, and ALIAS records; a longer chain counts as a
loop."""
_MAX_STEPS = 256
"""ALIAS records that are followed from one name, all in all; more of them count as a loop."""
MOST_BEHIND = 32
"""Records of one type at one name, the first in order, that count for those who are aliases of it:
thousands of aliases of a name with thousands of records would take their product to look at."""


@dataclass(frozen=True, slots=True)
class Reached:
    """The name that a chain of CNAMEs ends in, and its addresses; none where it has none."""

    name: str
    addresses: tuple[str, ...]
    aliases: tuple[tuple[str, str], ...] = ()
    """Of ALIAS records that it holds as well: family or empty for all, and where each leads to."""
    starts: tuple[str, ...] = ()
    """The names at which ``ends`` began to follow CNAMEs, one for each ALIAS record on the way."""


@dataclass(frozen=True, slots=True)
class Left:
    """The chain leaves the transferred zones at this name."""

    name: str
    family: str = ""
    """Of addresses that alone the ALIAS records on the way let through; empty: all of them."""
    starts: tuple[str, ...] = ()
    """See ``Reached.starts``."""


@dataclass(frozen=True, slots=True)
class Looped:
    """The chain loops, or has more than ``MAX_LINKS`` links; this name is on it."""

    name: str


def family_of(address: str) -> str:
    """Return the family of an address, ``ipv4`` or ``ipv6``."""
    return "ipv6" if ":" in address else "ipv4"


def of_family(family: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the addresses that are of that family; all of them where it is empty."""
    return tuple(each for each in addresses if family_of(each) == family) if family else addresses


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

        Seen from that view, and of a type that says no address; none where it leads to no such
        record, or out of the zones.
        """
        end = self.follow(view, name)
        zone = self._authority(view, end.name) if isinstance(end, Reached) else None
        return zone.services(end.name, rdtype) if zone else ()

    def is_kept_elsewhere(self, view: str, name: str) -> bool:
        """Tell whether the name is an alias, by a record of its own, of what is outside."""
        zone = self._authority(view, name)
        return bool(zone and zone.is_alias(name)) and isinstance(self.follow(view, name), Left)

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
                return Reached(link, zone.addresses(link), zone.aliases(link))
            link = alias
        return Looped(name)

    def ends(self, view: str, name: str, family: str = "") -> list[Reached | Left | Looped]:
        """Return where that name leads to, and whoever points at it: at least one end.

        There are several where ALIAS records part the way; addresses are of that family, if any.
        """
        ends: list[Reached | Left | Looped] = []
        # By the step that leads there; each once, since aliases may lead in circles.
        starts: dict[tuple[str, str], tuple[str, ...]] = {(name, family): (name,)}
        todo = [(name, family)]
        for link, only in todo:
            way = starts[link, only]
            if len(way) > MAX_LINKS or len(todo) > _MAX_STEPS:
                return [Looped(name)]
            match self.follow(view, link):
                case Reached(at, addresses, aliases):
                    found = of_family(only, addresses)
                    steps = {(to, only or of) for of, to in aliases if not of or only in {"", of}}
                    if found or not steps:
                        ends.append(Reached(at, found, starts=way))
                    todo += sorted(steps - starts.keys())
                    starts = {step: (*way, step[0]) for step in steps} | starts
                case Left(at):
                    ends.append(Left(at, only, way))
                case Looped() as loop:
                    ends.append(loop)
        return ends or [Looped(name)]

    def alias(self, view: str, name: str) -> str | None:
        """Return what the name is an alias for, seen from that view; None: it is none."""
        zone = self._authority(view, name)
        return zone.alias(name) if zone else None

    def _authority(self, view: str, name: str) -> ZoneData | None:
        return next(self._authorities(view, name), None)

    def _authorities(self, view: str, name: str) -> Iterator[ZoneData]:
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
