"""One zone, indexed as an authoritative server has it (RFC 1034 section 4.3.2)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Set as AbstractSet

from zones.name import ancestors, moved, parent
from zones.naming.order import hierarchical
from zones.zone import ALIASES, Record, Zone


class _Nodes:
    """The names that exist: owners, and the empty non-terminals above them (RFC 4592 2.2.2)."""

    def __init__(self, owners: AbstractSet[str]) -> None:
        self._owners = owners
        # An owner may have a hundred names above it that nobody else has: they are found, not kept.
        self._below_others = sorted(
            hierarchical(each) for each in owners if parent(each) not in owners
        )

    def __contains__(self, name: str) -> bool:
        """Tell whether the name, at or below the origin, exists."""
        if name in self._owners:
            return True
        below = f"{hierarchical(name)}\0"
        at = bisect_left(self._below_others, below)
        return at < len(self._below_others) and self._below_others[at].startswith(below)


class ZoneData:
    """One zone, indexed; every answer takes time in the number of labels only."""

    def __init__(self, zone: Zone) -> None:
        self.origin = zone.origin
        self.view = zone.view
        self._addresses: dict[str, list[str]] = defaultdict(list)
        self._aliases: dict[str, str] = {}
        self._dnames: dict[str, str] = {}
        self._pointers: dict[str, list[tuple[str, str]]] = defaultdict(list)
        """ALIAS records: family and target."""
        self._services: dict[tuple[str, str], tuple[str, ...]] = {}
        """Rdata of the records that say no address, sorted, by owner and type."""
        self._cuts: set[str] = set()
        owners = {zone.origin, *zone.other_owners, *(record.owner for record in zone.records)}
        self._nodes = _Nodes(owners)
        services: dict[tuple[str, str], list[str]] = defaultdict(list)
        for record in zone.records:
            self._add(record, services)
        # Sorted once: very many records may stand at one name, and very many lead there.
        self._services = {key: tuple(sorted(found)) for key, found in services.items()}

    def _add(self, record: Record, services: dict[tuple[str, str], list[str]]) -> None:
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
                if record.owner != self.origin:
                    self._cuts.add(record.owner)
            case rdtype if rdtype in ALIASES:
                self._pointers[record.owner].append((ALIASES[rdtype], record.rdata))
            case rdtype:
                services[record.owner, rdtype].append(record.rdata)

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

    def is_alias(self, name: str) -> bool:
        """Tell whether a CNAME record of the name itself answers for it."""
        return name in self._aliases and self.dname_above(name) is None

    def addresses(self, name: str) -> tuple[str, ...]:
        """Return the addresses of the name, of its own or synthesised from a wildcard."""
        return tuple(self._addresses.get(self._source(name), ()))

    def aliases(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return family and target of each ALIAS record that answers for the name."""
        return tuple(self._pointers.get(self._source(name), ())) if self._pointers else ()

    @property
    def has_services(self) -> bool:
        """Whether there is a record that says no address."""
        return bool(self._services)

    def services(self, name: str, rdtype: str) -> tuple[str, ...]:
        """Return the rdata of what the name has of that type, which is no address's, sorted.

        Of its own, or synthesised from a wildcard.
        """
        return self._services.get((self._source(name), rdtype), ())

    @property
    def has_wildcards(self) -> bool:
        """Whether there is a wildcard that leads to addresses."""
        hosts = (*self._addresses, *self._aliases, *self._pointers)
        return any(owner.startswith("*.") for owner in hosts)

    def wildcard_over(self, name: str) -> str | None:
        """Return the wildcard whose addresses or alias the name has; None: it has none of these."""
        source = self._source(name)
        is_host = any(source in held for held in (self._addresses, self._aliases, self._pointers))
        return source if is_host and source != name and self.dname_above(name) is None else None

    def _source(self, name: str) -> str:
        """Return the owner that answers: the name, or its source of synthesis (RFC 4592 3.3.1)."""
        if name in self._nodes:
            return name
        encloser = next(at for at in ancestors(name) if at in self._nodes)
        return f"*.{encloser}" if encloser else "*"
