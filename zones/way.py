"""The ways from records to addresses and ports: rules 5 to 9 of ``zones.targets``; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from zones.lead import Lead
from zones.leads import Leads
from zones.lookup import Left, Lookup, Looped, Reached
from zones.order import numeric
from zones.rdata import ADDRESS_TYPES
from zones.rules import Rules
from zones.service import IMPLICIT
from zones.target import RecordRef, Skipped, SkipReason


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
        outcomes = [self._ways_of(ref, lead) for lead in leads]
        ways = [way for each in outcomes if not isinstance(each, Skipped) for way in each]
        return ways or next(each for each in outcomes if isinstance(each, Skipped))

    def _ways_of(self, ref: RecordRef, lead: Lead) -> list[Way] | Skipped:
        if ref.rdtype in ADDRESS_TYPES:
            return self._ways_to(ref, lead, (ref.rdata,), external=False)
        match self.lookup.follow(ref.view, lead.name):
            case Reached(name, addresses):
                found = (*addresses, *lead.hints)
                if not found:
                    return Skipped(ref, SkipReason.DANGLING, name)
                return self._ways_to(ref, lead, found, external=False)
            case Looped(name):
                return Skipped(ref, SkipReason.CNAME_LOOP, name)
            case Left(name):
                return self._ways_outside(ref, lead, name)

    def _ways_outside(self, ref: RecordRef, lead: Lead, name: str) -> list[Way] | Skipped:
        answer = self.answers.get((ref.view, name), Unresolved("was not looked up"))
        addresses = lead.hints if isinstance(answer, Unresolved) else (*answer, *lead.hints)
        if addresses:
            return self._ways_to(ref, lead, addresses, external=True)
        if isinstance(answer, Unresolved):
            return Skipped(ref, SkipReason.UNRESOLVED, f"{name}: {answer.why}")
        return Skipped(ref, SkipReason.DANGLING, name)

    def _ways_to(
        self, ref: RecordRef, lead: Lead, addresses: tuple[str, ...], *, external: bool
    ) -> list[Way] | Skipped:
        """Return the ways that rules 8 and 9 leave of those addresses."""
        wanted = [at for at in dict.fromkeys(addresses) if _family(at) in self.rules.families]
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


def _family(address: str) -> str:
    return "ipv6" if ":" in address else "ipv4"
