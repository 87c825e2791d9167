"""The ways from records to addresses and ports: rules 5 to 11 of ``zones.targets``; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from zones.naming.answer import Aliased, Answers, Unresolved
from zones.naming.denial import Denial
from zones.naming.lead import Lead
from zones.naming.leads import Leads
from zones.naming.lookup import MAX_LINKS, Left, Lookup, Looped, Reached, family_of, of_family
from zones.naming.order import numeric
from zones.naming.rules import Rules
from zones.naming.service import IMPLICIT
from zones.naming.way import Barred, Course, Way
from zones.reading.rdata import ADDRESS_TYPES
from zones.target import RecordRef, Skipped, SkipReason
from zones.zone import ALIASES


class TooManyTargetsError(Exception):
    """The zones name more targets than ``max_targets``; says which zone names most of them."""

    def __init__(self, limit: int, zone: str) -> None:
        super().__init__(
            f"the zones name more than {limit} targets, most of them in {zone or '.'};"
            " mend what multiplies them there (aliases of names with many addresses, ports), or"
            " leave names out by the source's exclude"
        )


_DIRECT = Course()
_BARRED_TOLD = 4
"""How many denied addresses of a record are told: each of its targets holds them, and both may be
very many."""
_Found = list[Way | Barred] | Skipped


@dataclass(frozen=True, slots=True)
class Ways:
    """What records lead to, in the end."""

    lookup: Lookup
    leads: Leads
    answers: Answers
    rules: Rules
    _denial: Denial = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the deny list: every address is looked up in it."""
        object.__setattr__(self, "_denial", Denial(self.rules.deny))

    def of(self, ref: RecordRef) -> list[Way] | Skipped:
        """Return the record's ways to addresses and ports, at least one, or its skip."""
        found = self._found(ref)
        if isinstance(found, Skipped):
            return found
        ways = [each for each in found if isinstance(each, Way)]
        if len(ways) == len(found):
            return ways
        barred = [each for each in found if isinstance(each, Barred)]
        if not ways:
            return Skipped(ref, SkipReason.DENIED, barred[0].address, barred[0].network)
        told = tuple(map(str, barred[:_BARRED_TOLD]))
        return [way._replace(barred=told) for way in ways]

    def _found(self, ref: RecordRef) -> _Found:
        leads = self.leads.of(ref)
        if isinstance(leads, Skipped):
            return leads
        if len(leads) == 1:
            return self._ways_of(ref, leads[0])
        return self._all(self._ways_of(ref, lead) for lead in leads)

    def _ways_of(self, ref: RecordRef, lead: Lead) -> _Found:
        if ref.rdtype in ADDRESS_TYPES:
            return self._ways_to(ref, lead, (ref.rdata,))
        ends = self.lookup.ends(ref.view, lead.name, ALIASES.get(ref.rdtype, ""))
        if len(ends) == 1:
            return self._ways_by(ref, lead, ends[0])
        return self._all(self._ways_by(ref, lead, end) for end in ends)

    def _ways_by(self, ref: RecordRef, lead: Lead, end: Reached | Left | Looped) -> _Found:
        match end:
            case Reached(name, addresses, starts=starts):
                found = (*addresses, *lead.hints)
                if not found:
                    return Skipped(ref, SkipReason.DANGLING, name)
                return self._ways_to(ref, lead, found, Course(starts))
            case Looped(name):
                return Skipped(ref, SkipReason.CNAME_LOOP, name)
            case Left():
                return self._ways_outside(ref, lead, end)

    def _ways_outside(self, ref: RecordRef, lead: Lead, end: Left) -> _Found:
        answer = self.answers.get((ref.view, end.name), Unresolved("was not looked up"))
        if isinstance(answer, Unresolved):
            if not lead.hints:
                return Skipped(ref, SkipReason.UNRESOLVED, f"{end.name}: {answer.why}")
            answer = ()
        known = answer if isinstance(answer, Aliased) else Aliased(answer, ())
        found = (*of_family(end.family, known.addresses), *lead.hints)
        if not found:
            return Skipped(ref, SkipReason.DANGLING, end.name)
        return self._ways_to(ref, lead, found, Course(end.starts, (end.name, *known.names)))

    def _ways_to(
        self, ref: RecordRef, lead: Lead, addresses: tuple[str, ...], course: Course = _DIRECT
    ) -> _Found:
        """Return the ways that rules 8 to 11 leave of those addresses."""
        wanted = [at for at in dict.fromkeys(addresses) if family_of(at) in self.rules.families]
        if not wanted:
            return Skipped(ref, SkipReason.FILTERED, "families leaves its addresses out")
        barred = self._barred(ref, wanted)
        if not barred:
            return self._ways_in(ref, lead, wanted, course)
        denied = {each.address for each in barred}
        allowed = [at for at in wanted if at not in denied]
        found = self._ways_in(ref, lead, allowed, course) if allowed else ()
        return [*barred, *(() if isinstance(found, Skipped) else found)]

    def _barred(self, ref: RecordRef, addresses: list[str]) -> list[Barred]:
        """Return the ways that the deny list closes."""
        networks = ((at, self._denial.network_of(at)) for at in addresses)
        return [Barred(at, network, ref.zone) for at, network in networks if network]

    def _ways_in(self, ref: RecordRef, lead: Lead, wanted: list[str], course: Course) -> _Found:
        """Return the ways to addresses that are neither denied nor of another family."""
        owner_zone = self.lookup.owner_zone(lead.fqdn)
        zone = ref.zone if owner_zone is None else owner_zone
        external = self._external(ref, lead, wanted, course)
        if external:
            looked_at = [
                at
                for at in _in_order(external, lead.hints)[: self.rules.external_addresses]
                if self.rules.external_for(zone, lead.fqdn, at, ref.view) != "skip"
            ]
            wanted = [at for at in wanted if at not in external] + looked_at
        if not wanted:
            return Skipped(ref, SkipReason.EXTERNAL, min(external.values()))
        ways: list[Way | Barred] = [
            Way(at, port, ref, lead, zone, starttls, at in external)
            for at in wanted
            for port, starttls in self._doors((zone, lead.fqdn, at, ref.view), lead)
        ]
        return ways or Skipped(ref, SkipReason.FILTERED, "no ports")

    def _external(
        self, ref: RecordRef, lead: Lead, addresses: list[str], course: Course
    ) -> dict[str, str]:
        """Return those of the addresses that are somebody else's, each with why."""
        ownership = self.rules.ownership
        if not course.outside and ownership.says_nothing:
            return {}
        if ownership.third_party:
            third_party = ownership.third_party_among(self._names(ref, lead, course))
            if third_party:
                return dict.fromkeys(addresses, f"{third_party} is a third party's")
        if not ownership.owned:
            return dict.fromkeys(addresses, f"leads to {lead.name}") if course.outside else {}
        return {at: f"{at} is not owned" for at in addresses if not ownership.owns(at)}

    def _doors(self, place: tuple[str, str, str, str], lead: Lead) -> list[tuple[int, str]]:
        """Return the ports at which to knock, each with how TLS is begun there."""
        ports = self.rules.ports_for(*place) if lead.port is None else (lead.port,)
        if lead.starttls is not None:
            return [(port, lead.starttls) for port in ports]
        if self.rules.starttls_ports.isdisjoint(ports):
            return [(port, IMPLICIT) for port in ports]
        by_port = self.rules.starttls_for(*place)
        return [(port, by_port.get(port, IMPLICIT)) for port in ports]

    def _names(self, ref: RecordRef, lead: Lead, course: Course) -> Iterator[str]:
        """Yield every name on the way: the first, those in the zones, and those outside."""
        yield lead.fqdn
        if ref.rdtype == "CNAME":
            # What stands behind an alias leads on from there, and not from the alias.
            yield from self._names_from(ref.view, ref.rdata)
        for start in course.starts or (lead.name,):
            yield from self._names_from(ref.view, start)
        yield from course.outside

    def _names_from(self, view: str, name: str) -> Iterator[str]:
        link: str | None = name
        for _ in range(MAX_LINKS):
            if link is None:
                return
            yield link
            link = self.lookup.alias(view, link)

    def _all(self, outcomes: Iterable[_Found]) -> _Found:
        """Return all of the ways; the first skip where there are none."""
        ways: list[Way | Barred] = []
        skips = []
        for each in outcomes:
            if isinstance(each, Skipped):
                skips.append(each)
                continue
            ways += each
            if len(ways) > self.rules.max_targets:
                raise TooManyTargetsError(self.rules.max_targets, ways[0].zone)
        return ways or skips[0]


def _in_order(addresses: Iterable[str], hints: tuple[str, ...]) -> list[str]:
    """Return the addresses by number; hints come last, lest they stand in the way of the others."""
    hinted = frozenset(hints)
    return sorted(addresses, key=lambda at: (at in hinted, numeric(at)))
