"""The ways from records to addresses and ports: rules 5 to 9 of ``zones.targets``; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from zones.lead import Lead
from zones.leads import Leads
from zones.lookup import Left, Lookup, Looped, Reached, family_of, of_family
from zones.order import numeric
from zones.rdata import ADDRESS_TYPES
from zones.rules import Rules
from zones.service import IMPLICIT
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


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why the addresses of an external name are not known."""

    why: str


Answers = Mapping[tuple[str, str], tuple[str, ...] | Unresolved]
"""By (view, name); no addresses: the name has none."""


class Way(NamedTuple):
    """One record's way to one (address, port)."""

    address: str
    port: int
    ref: RecordRef
    lead: Lead
    zone: str
    """Origin of the zone that owns the lead's fqdn, else of the record's."""
    starttls: str
    external: bool
    """Whether it leads out of every transferred zone."""

    @property
    def rank(self) -> tuple[bool, RecordRef]:
        """Whose word on how TLS is begun counts: the least's."""
        return self.lead.starttls is None, self.ref


@dataclass(frozen=True, slots=True)
class Ways:
    """What records lead to, in the end."""

    lookup: Lookup
    leads: Leads
    answers: Answers
    rules: Rules

    def of(self, ref: RecordRef) -> list[Way] | Skipped:
        """Return the record's ways to addresses and ports, at least one, or its skip."""
        leads = self.leads.of(ref)
        if isinstance(leads, Skipped):
            return leads
        if len(leads) == 1:
            return self._ways_of(ref, leads[0])
        return self._all(self._ways_of(ref, lead) for lead in leads)

    def _ways_of(self, ref: RecordRef, lead: Lead) -> list[Way] | Skipped:
        if ref.rdtype in ADDRESS_TYPES:
            return self._ways_to(ref, lead, (ref.rdata,), external=False)
        ends = self.lookup.ends(ref.view, lead.name, ALIASES.get(ref.rdtype, ""))
        if len(ends) == 1:
            return self._ways_by(ref, lead, ends[0])
        return self._all(self._ways_by(ref, lead, end) for end in ends)

    def _ways_by(
        self, ref: RecordRef, lead: Lead, end: Reached | Left | Looped
    ) -> list[Way] | Skipped:
        match end:
            case Reached(name, addresses):
                found = (*addresses, *lead.hints)
                if not found:
                    return Skipped(ref, SkipReason.DANGLING, name)
                return self._ways_to(ref, lead, found, external=False)
            case Looped(name):
                return Skipped(ref, SkipReason.CNAME_LOOP, name)
            case Left():
                return self._ways_outside(ref, lead, end)

    def _ways_outside(self, ref: RecordRef, lead: Lead, end: Left) -> list[Way] | Skipped:
        answer = self.answers.get((ref.view, end.name), Unresolved("was not looked up"))
        known = () if isinstance(answer, Unresolved) else of_family(end.family, answer)
        addresses = (*known, *lead.hints)
        if addresses:
            return self._ways_to(ref, lead, addresses, external=True)
        if isinstance(answer, Unresolved):
            return Skipped(ref, SkipReason.UNRESOLVED, f"{end.name}: {answer.why}")
        return Skipped(ref, SkipReason.DANGLING, end.name)

    def _ways_to(
        self, ref: RecordRef, lead: Lead, addresses: tuple[str, ...], *, external: bool
    ) -> list[Way] | Skipped:
        """Return the ways that rules 8 and 9 leave of those addresses."""
        wanted = [at for at in dict.fromkeys(addresses) if family_of(at) in self.rules.families]
        if not wanted:
            return Skipped(ref, SkipReason.FILTERED, "families leaves its addresses out")
        owner_zone = self.lookup.owner_zone(lead.fqdn)
        zone = ref.zone if owner_zone is None else owner_zone
        if external:
            wanted = [
                at
                for at in sorted(wanted, key=numeric)[: self.rules.external_addresses]
                if self.rules.external_for(zone, lead.fqdn, at, ref.view) != "skip"
            ]
        if not wanted:
            return Skipped(ref, SkipReason.EXTERNAL, f"leads to {lead.name}")
        ways = [
            Way(at, port, ref, lead, zone, starttls, external)
            for at in wanted
            for port, starttls in self._doors((zone, lead.fqdn, at, ref.view), lead)
        ]
        return ways or Skipped(ref, SkipReason.FILTERED, "no ports")

    def _doors(self, place: tuple[str, str, str, str], lead: Lead) -> list[tuple[int, str]]:
        """Return the ports at which to knock, each with how TLS is begun there."""
        ports = self.rules.ports_for(*place) if lead.port is None else (lead.port,)
        if lead.starttls is not None:
            return [(port, lead.starttls) for port in ports]
        if self.rules.starttls_ports.isdisjoint(ports):
            return [(port, IMPLICIT) for port in ports]
        by_port = self.rules.starttls_for(*place)
        return [(port, by_port.get(port, IMPLICIT)) for port in ports]

    def _all(self, outcomes: Iterable[list[Way] | Skipped]) -> list[Way] | Skipped:
        """Return all of the ways; the first skip where there are none."""
        ways: list[Way] = []
        skips = []
        for each in outcomes:
            if isinstance(each, Skipped):
                skips.append(each)
                continue
            ways += each
            if len(ways) > self.rules.max_targets:
                raise TooManyTargetsError(self.rules.max_targets, ways[0].zone)
        return ways or skips[0]
