"""From zones to targets: pure, and all the rules are here.

Every A, AAAA, CNAME and ALIAS record becomes at least one target, or exactly one skip. Two steps,
around the resolving of names that leave the zones: ``names_to_resolve`` and ``derive``.

The owner decides first whether a record is looked at; the first rule that fits skips it:

1. At or below an NS record set that is not the apex's, A and AAAA are glue and anything else is
   occluded: BELOW_DELEGATION. Where the child zone is transferred as well, its own records count.
   Below the owner of a DNAME, no record is ever answered with: BELOW_DNAME.
2. A label starts with an underscore: SERVICE_LABEL. An underscore inside a label is fine.
3. The owner, or its probe name, cannot be sent as a TLS server name: NOT_A_HOST_NAME.
4. ``exclude``, or ``include``, of the source leaves the fqdn out: FILTERED.

Then the addresses that the record leads to:

5. A CNAME is followed in its own view's zones and, where these do not speak for a name, in the
   other views'. A zone that speaks for a name and does not hold it ends the chain: DANGLING.
   Over 16 links, or a loop: CNAME_LOOP. The names on the way may be any, service labels too.
   A DNAME above a name is a link like a CNAME at it (RFC 6672). ALIAS records are followed all,
   each for the addresses that it yields.
6. A wildcard answers for names that do not exist, as RFC 4592 says; an empty non-terminal exists.
7. A CNAME that leaves every transferred zone is external: its end is resolved, UNRESOLVED where
   that failed for any family that is asked for, DANGLING where there are no addresses.
8. Addresses of families that are not asked for, and those without a port: FILTERED.
9. Of an external name the first ``external_addresses`` addresses in numerical order are taken,
   less those whose policy is ``skip``; none left: EXTERNAL.

Each (address, port, fqdn) is one target, whichever zones and views it came from; the longest
origin that the fqdn is below owns it. It is external only where every record led outside. A
wildcard owner is one target per address, under a probe name that stays the same over time.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from typing import Literal, NamedTuple

from zones.lookup import Left, Lookup, Looped, Reached, family_of, of_family
from zones.order import interleaved, numeric
from zones.target import RecordRef, Skipped, SkipReason, Target
from zones.zone import ALIASES, Zone

ADDRESS_TYPES = frozenset({"A", "AAAA"})
POINTING_TYPES = frozenset({"CNAME", *ALIASES})
NAMING_TYPES = ADDRESS_TYPES | POINTING_TYPES
"""The types of which every record is accounted for."""

_SERVICE_LABEL = re.compile(r"(?:^|\.)_")
_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)(?![0-9]{1,3}(?:\.[0-9]{1,3}){3}\Z)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*"
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What one source leaves out."""

    include: tuple[re.Pattern[str], ...] = ()
    """Empty: everything."""
    exclude: tuple[re.Pattern[str], ...] = ()

    def rule_against(self, fqdn: str) -> str:
        """Return the rule that leaves the fqdn out; empty where it is looked at."""
        for pattern in self.exclude:
            if pattern.fullmatch(fqdn):
                return f"exclude {pattern.pattern}"
        if self.include and not any(pattern.fullmatch(fqdn) for pattern in self.include):
            return "no include matches"
        return ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration has to say; the callables take (zone, fqdn, address, view)."""

    ports_for: Callable[[str, str, str, str], tuple[int, ...]] = lambda *_: (443,)
    external_for: Callable[[str, str, str, str], Literal["test", "tell", "skip"]] = lambda *_: (
        "test"
    )
    external_addresses: int = 2
    families: tuple[str, ...] = ("ipv4", "ipv6")
    filters: Mapping[str, Filter] = field(default_factory=dict)
    """By view; ``take_inventory`` takes them from the sources."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why the addresses of an external name are not known."""

    why: str


Answers = Mapping[tuple[str, str], tuple[str, ...] | Unresolved]
"""By (view, name); no addresses: the name has none."""


class _Way(NamedTuple):
    """One record's way to one (address, port)."""

    address: str
    port: int
    ref: RecordRef
    zone: str
    external: bool


def references(zone: Zone, rdtypes: Container[str] = NAMING_TYPES) -> tuple[RecordRef, ...]:
    """Return the zone's records that may name a target, each once: what is accounted for."""
    return tuple(
        dict.fromkeys(
            RecordRef(zone.view, zone.origin, record.owner, record.rdtype, record.rdata)
            for record in zone.records
            if record.rdtype in rdtypes
        )
    )


def names_to_resolve(zones: Iterable[Zone], rules: Rules) -> set[tuple[str, str]]:
    """Return each (view, name) at which a record that is looked at leaves the transferred zones."""
    zones = tuple(zones)
    lookup = Lookup(zones)
    names: set[tuple[str, str]] = set()
    for ref in chain.from_iterable(references(zone, POINTING_TYPES) for zone in zones):
        if _objection(ref, lookup, rules) is None:
            ends = lookup.ends(ref.view, ref.rdata)
            names.update((ref.view, end.name) for end in ends if isinstance(end, Left))
    return names


def derive(
    zones: Iterable[Zone], answers: Answers, rules: Rules
) -> tuple[tuple[Target, ...], tuple[Skipped, ...]]:
    """Return the targets, neighbours on different addresses, and the skips, sorted by record."""
    zones = tuple(zones)
    derivation = _Derivation(Lookup(zones), answers, rules)
    ways: dict[tuple[str, str, int], list[_Way]] = defaultdict(list)
    skips = []
    for ref in chain.from_iterable(map(references, zones)):
        outcome = derivation.ways(ref)
        if isinstance(outcome, Skipped):
            skips.append(outcome)
            continue
        for way in outcome:
            ways[ref.owner, way.address, way.port].append(way)
    targets = [derivation.target(*key, found) for key, found in ways.items()]
    return interleaved(targets), tuple(sorted(skips, key=lambda skip: skip.record))


def server_name(fqdn: str) -> str:
    """Return what is sent as SNI: the fqdn, or a label that no wildcard's owner should have."""
    if not fqdn.startswith("*."):
        return fqdn
    rest = fqdn.removeprefix("*.")
    return f"zonecert-{sha256(rest.encode()).hexdigest()[:10]}.{rest}"


def _objection(ref: RecordRef, lookup: Lookup, rules: Rules) -> Skipped | None:
    """Return the skip that the owner alone calls for: rules 1 to 4."""
    cut = lookup.zone_cut(ref.view, ref.zone, ref.owner)
    if cut is not None:
        return Skipped(ref, SkipReason.BELOW_DELEGATION, f"delegated: {cut}")
    dname = lookup.dname_above(ref.view, ref.zone, ref.owner)
    if dname is not None:
        return Skipped(ref, SkipReason.BELOW_DNAME, f"DNAME: {dname}")
    if _SERVICE_LABEL.search(ref.owner):
        return Skipped(ref, SkipReason.SERVICE_LABEL)
    if not _HOST_NAME.fullmatch(server_name(ref.owner)):
        return Skipped(ref, SkipReason.NOT_A_HOST_NAME)
    view_filter = rules.filters.get(ref.view)
    rule = view_filter.rule_against(ref.owner) if view_filter else ""
    return Skipped(ref, SkipReason.FILTERED, rule) if rule else None


@dataclass(frozen=True, slots=True)
class _Derivation:
    lookup: Lookup
    answers: Answers
    rules: Rules
    _views: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    """Each combination of views once: targets share it."""

    def ways(self, ref: RecordRef) -> list[_Way] | Skipped:
        """Return the record's ways to addresses and ports, at least one, or its skip."""
        objection = _objection(ref, self.lookup, self.rules)
        if objection is not None:
            return objection
        if ref.rdtype in ADDRESS_TYPES:
            return self._ways_to(ref, (ref.rdata,), external=False)
        ends = self.lookup.ends(ref.view, ref.rdata, ALIASES.get(ref.rdtype, ""))
        outcomes = [self._ways_by(ref, end) for end in ends]
        ways = [way for outcome in outcomes if isinstance(outcome, list) for way in outcome]
        return ways or outcomes[0]

    def _ways_by(self, ref: RecordRef, end: Reached | Left | Looped) -> list[_Way] | Skipped:
        match end:
            case Looped(name):
                return Skipped(ref, SkipReason.CNAME_LOOP, name)
            case Reached(_, addresses):
                pass
            case Left(name, family):
                answer = self.answers.get((ref.view, name), Unresolved("was not looked up"))
                if isinstance(answer, Unresolved):
                    return Skipped(ref, SkipReason.UNRESOLVED, f"{name}: {answer.why}")
                addresses = of_family(family, answer)
        if not addresses:
            return Skipped(ref, SkipReason.DANGLING, end.name)
        return self._ways_to(ref, addresses, external=isinstance(end, Left))

    def _ways_to(
        self, ref: RecordRef, addresses: tuple[str, ...], *, external: bool
    ) -> list[_Way] | Skipped:
        """Return the ways that rules 8 and 9 leave of those addresses."""
        wanted = [at for at in addresses if family_of(at) in self.rules.families]
        if not wanted:
            return Skipped(ref, SkipReason.FILTERED, "families leaves its addresses out")
        zone = self.lookup.owner_zone(ref.owner)
        if external:
            wanted = [
                at
                for at in sorted(wanted, key=numeric)[: self.rules.external_addresses]
                if self.rules.external_for(zone, ref.owner, at, ref.view) != "skip"
            ]
        if not wanted:
            return Skipped(ref, SkipReason.EXTERNAL, f"leads to {ref.rdata}")
        ways = [
            _Way(at, port, ref, zone, external)
            for at in wanted
            for port in self.rules.ports_for(zone, ref.owner, at, ref.view)
        ]
        return ways or Skipped(ref, SkipReason.FILTERED, "no ports")

    def target(self, fqdn: str, address: str, port: int, ways: list[_Way]) -> Target:
        views = tuple(sorted({way.ref.view for way in ways}))
        return Target(
            fqdn=fqdn,
            address=address,
            port=port,
            server_name=server_name(fqdn),
            zone=ways[0].zone,
            views=self._views.setdefault(views, views),
            external=all(way.external for way in ways),
            records=tuple(sorted({way.ref for way in ways})),
        )
