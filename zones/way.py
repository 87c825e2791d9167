"""The ways from records to addresses and ports: rules 5 to 10 of ``zones.targets``; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from zones.answer import Aliased, Answers, Unresolved
from zones.lead import Lead
from zones.leads import Leads
from zones.lookup import MAX_LINKS, Left, Lookup, Looped, Reached
from zones.order import numeric
from zones.rdata import ADDRESS_TYPES
from zones.rules import Rules
from zones.service import IMPLICIT
from zones.target import RecordRef, Skipped, SkipReason


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
    """Whether it leads to what is not the organisation's own."""

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
            return self._ways_to(ref, lead, (ref.rdata,))
        match self.lookup.follow(ref.view, lead.name):
            case Reached(name, addresses):
                found = (*addresses, *lead.hints)
                if not found:
                    return Skipped(ref, SkipReason.DANGLING, name)
                return self._ways_to(ref, lead, found)
            case Looped(name):
                return Skipped(ref, SkipReason.CNAME_LOOP, name)
            case Left(name):
                return self._ways_outside(ref, lead, name)

    def _ways_outside(self, ref: RecordRef, lead: Lead, name: str) -> list[Way] | Skipped:
        answer = self.answers.get((ref.view, name), Unresolved("was not looked up"))
        if isinstance(answer, Unresolved):
            if not lead.hints:
                return Skipped(ref, SkipReason.UNRESOLVED, f"{name}: {answer.why}")
            answer = ()
        known = answer if isinstance(answer, Aliased) else Aliased(answer, ())
        found = (*known.addresses, *lead.hints)
        if not found:
            return Skipped(ref, SkipReason.DANGLING, name)
        return self._ways_to(ref, lead, found, outside=(name, *known.names))

    def _ways_to(
        self, ref: RecordRef, lead: Lead, addresses: tuple[str, ...], outside: tuple[str, ...] = ()
    ) -> list[Way] | Skipped:
        """Return the ways that rules 8 to 10 leave of those addresses.

        ``outside`` are the names on the way that no transferred zone holds.
        """
        wanted = [at for at in dict.fromkeys(addresses) if _family(at) in self.rules.families]
        if not wanted:
            return Skipped(ref, SkipReason.FILTERED, "families leaves its addresses out")
        owner_zone = self.lookup.owner_zone(lead.fqdn)
        zone = ref.zone if owner_zone is None else owner_zone
        external = self._external(ref, lead, wanted, outside)
        if external:
            looked_at = [
                at
                for at in sorted(external, key=numeric)[: self.rules.external_addresses]
                if self.rules.external_for(zone, lead.fqdn, at, ref.view) != "skip"
            ]
            wanted = [at for at in wanted if at not in external] + looked_at
        if not wanted:
            return Skipped(ref, SkipReason.EXTERNAL, min(external.values()))
        ways = [
            Way(at, port, ref, lead, zone, starttls, at in external)
            for at in wanted
            for port, starttls in self._doors((zone, lead.fqdn, at, ref.view), lead)
        ]
        return ways or Skipped(ref, SkipReason.FILTERED, "no ports")

    def _external(
        self, ref: RecordRef, lead: Lead, addresses: list[str], outside: tuple[str, ...]
    ) -> dict[str, str]:
        """Return those of the addresses that are somebody else's, each with why."""
        ownership = self.rules.ownership
        if not outside and ownership.says_nothing:
            return {}
        if ownership.third_party:
            third_party = ownership.third_party_among(self._names(ref, lead, outside))
            if third_party:
                return dict.fromkeys(addresses, f"{third_party} is a third party's")
        if not ownership.owned:
            return dict.fromkeys(addresses, f"leads to {lead.name}") if outside else {}
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

    def _names(self, ref: RecordRef, lead: Lead, outside: tuple[str, ...]) -> Iterator[str]:
        """Yield every name on the way: the first, those in the zones, and those outside."""
        yield lead.fqdn
        if ref.rdtype == "CNAME":
            # What stands behind an alias leads on from there, and not from the alias.
            yield from self._names_from(ref.view, ref.rdata)
        yield from self._names_from(ref.view, lead.name)
        yield from outside

    def _names_from(self, view: str, name: str) -> Iterator[str]:
        link: str | None = name
        for _ in range(MAX_LINKS):
            if link is None:
                return
            yield link
            link = self.lookup.alias(view, link)


def _family(address: str) -> str:
    return "ipv6" if ":" in address else "ipv4"
