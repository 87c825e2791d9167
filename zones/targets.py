"""From zones to targets: pure, and all the rules are here, if not all of the code.

Every record of the types in ``NAMING_TYPES`` becomes at least one target, or exactly one skip. Two
steps, around the resolving of names that leave the zones: ``names_to_resolve`` and ``derive``.

What the record says comes first (``zones.naming.leads``); the first rule that fits skips it:

1. At or below an NS record set that is not the apex's, A and AAAA are glue and anything else is
   occluded: BELOW_DELEGATION. Where the child zone is transferred as well, its own records count.
   Below the owner of a DNAME, no record is ever answered with: BELOW_DNAME.
2. A record of a service names the service; ``services`` leaves types out: FILTERED. Rdata that is
   not as its type demands: MALFORMED. One that says that there is no service: NO_SERVICE.

   ============ ========================= ================== ======================================
   record       fqdn, and server name     port               TLS
   ============ ========================= ================== ======================================
   A, AAAA,     owner                     the policy's       by port, as the policy has it
   CNAME, ALIAS
   MX           exchange                  25                 STARTTLS
   SRV          owner, less its two       the record's       by service label (``naming.service``);
                service labels                               NO_TLS, NOT_TCP, UNKNOWN_SERVICE
   TLSA         owner, less port and      the owner's        by port, as the policy has it; NOT_TCP
                transport
   HTTPS, SVCB  the origin's              ``port``, else     from the first byte; see
                                          the origin's       ``zones.naming.binding``: INCOMPATIBLE,
                                                             BESIDE_ALIAS
   ============ ========================= ================== ======================================

   Of SRV records the target's name is accepted, too. A port of 0, or none: NO_PORT. What SRV,
   TLSA, HTTPS and SVCB records a CNAME leads to count for its owner as if they stood there, the
   first 32 of each type; of what an HTTPS or SVCB record in AliasMode leads to, likewise.
3. A label of the fqdn starts with an underscore: SERVICE_LABEL. An underscore inside is fine.
   It, or its probe name, cannot be sent as a TLS server name: NOT_A_HOST_NAME.
4. ``exclude``, or ``include``, of the source leaves the fqdn out: FILTERED.

Then the addresses that the record leads to:

5. A name is followed in its own view's zones and, where these do not speak for it, in the other
   views'. A zone that speaks for a name and does not hold it ends the chain: DANGLING.
   Over 16 links, or a loop: CNAME_LOOP. The names on the way may be any, service labels too.
   A DNAME above a name is a link like a CNAME at it (RFC 6672). ALIAS records are followed all,
   each for the addresses that it yields, 256 from one name and 16 deep (else CNAME_LOOP): see
   ``zones.zone.ALIASES``.
6. A wildcard answers for names that do not exist, as RFC 4592 says; an empty non-terminal exists.
7. Of a name that leaves every transferred zone the end is resolved, UNRESOLVED where that failed
   for any family that is asked for, DANGLING where there are no addresses.
8. Addresses of families that are not asked for, and those without a port: FILTERED.
9. Addresses in denied networks are left alone (``zones.naming.denial``); no other left: DENIED.
10. An address is external, somebody else's, if the fqdn or any name on the way, in the zones or
    outside of them, is one of ``third_party``; else, where networks are ``owned``, if none of them
    holds it; else if the way left every transferred zone (``zones.naming.ownership``).
11. Of a record's external addresses the first ``external_addresses`` in numerical order are taken,
    hints last, less those whose policy is ``skip``; no address left: EXTERNAL.

Each (address, port, fqdn) is one target, whichever records, zones and views it came from; the
longest origin that the fqdn is below owns it. It is external only where it is so by every record.

- How TLS is begun a record that names the service knows better than a table of ports; of two such
  records that differ, the first in order counts.
- A further name is accepted only where every record accepts it: a browser that came by an A record
  does not know what an SRV record says.
- A wildcard owner is one target per address, under a probe name that stays the same over time, and
  one for each name that is known to be under it (``zones.naming.wildcard``).
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from functools import reduce
from itertools import chain

from zones.naming.answer import Aliased, Answer, Answers, Unresolved
from zones.naming.leads import Leads
from zones.naming.lookup import Left, Lookup
from zones.naming.mail import Demands
from zones.naming.order import interleaved
from zones.naming.rules import Filter, Rules
from zones.naming.way import Way
from zones.naming.ways import TooManyTargetsError, Ways
from zones.naming.wildcard import server_name
from zones.reading.rdata import ADDRESS_TYPES, SERVICE_TYPES
from zones.target import RecordRef, Skipped, Target
from zones.zone import ALIASES, Zone

__all__ = [
    "NAMING_TYPES",
    "Aliased",
    "Answer",
    "Answers",
    "Filter",
    "Rules",
    "TooManyTargetsError",
    "Unresolved",
    "derive",
    "names_to_resolve",
    "references",
]

NAMING_TYPES = ADDRESS_TYPES | SERVICE_TYPES | {"CNAME", *ALIASES}
"""The types of which every record is accounted for."""
_LEADING_TYPES = NAMING_TYPES - ADDRESS_TYPES


def references(zone: Zone, rdtypes: Container[str] = NAMING_TYPES) -> tuple[RecordRef, ...]:
    """Return the zone's records of those types, each once: what is accounted for."""
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
    refs = tuple(chain.from_iterable(references(zone, _LEADING_TYPES) for zone in zones))
    lookup = Lookup(zones)
    leads = Leads(lookup, refs, rules)
    found: set[tuple[str, str]] = set()
    for ref in refs:
        outcome = leads.of(ref)
        for lead in () if isinstance(outcome, Skipped) else outcome:
            ends = lookup.ends(ref.view, lead.name)
            found.update((ref.view, end.name) for end in ends if isinstance(end, Left))
    return found


def derive(
    zones: Iterable[Zone], answers: Answers, rules: Rules
) -> tuple[tuple[Target, ...], tuple[Skipped, ...]]:
    """Return the targets, neighbours on different addresses, and the skips, sorted by record.

    Raises TooManyTargetsError.
    """
    zones = tuple(zones)
    refs = tuple(chain.from_iterable(map(references, zones)))
    lookup = Lookup(zones)
    ways = Ways(lookup, Leads(lookup, refs, rules), answers, rules)
    found: dict[tuple[str, str, int], list[Way]] = defaultdict(list)
    skips = []
    for ref in refs:
        outcome = ways.of(ref)
        if isinstance(outcome, Skipped):
            skips.append(outcome)
            continue
        for way in outcome:
            found[way.lead.fqdn, way.address, way.port].append(way)
        if len(found) > rules.max_targets:
            zones_of = Counter(way.zone for (way, *_) in found.values())
            raise TooManyTargetsError(rules.max_targets, zones_of.most_common(1)[0][0])
    merge = _Merge(Demands(lookup))
    targets = [merge.target(each) for each in found.values()]
    return interleaved(targets), tuple(sorted(skips, key=lambda skip: skip.record))


class _Merge:
    """The ways to one (address, port) under one name made into its target."""

    def __init__(self, demands: Demands) -> None:
        self._demands = demands
        self._views: dict[tuple[str, ...], tuple[str, ...]] = {}
        """Each combination of views once: targets share it."""

    def target(self, ways: list[Way]) -> Target:
        """Return the target; the order of the ways does not matter."""
        # Most targets have one way to them, and there may be very many targets.
        known = ways[0] if len(ways) == 1 else min(ways, key=lambda way: way.rank)
        refs = (known.ref,) if len(ways) == 1 else tuple(sorted({way.ref for way in ways}))
        views = (known.ref.view,) if len(ways) == 1 else tuple(sorted({ref.view for ref in refs}))
        return Target(
            fqdn=known.lead.fqdn,
            address=known.address,
            port=known.port,
            server_name=server_name(known.lead.fqdn),
            zone=min(way.zone for way in ways),
            views=self._views.setdefault(views, views),
            external=all(way.external for way in ways),
            records=refs,
            starttls=known.starttls,
            accepted=_accepted(ways),
            demanded_by=self._demands.on(refs),
            barred=_barred(ways),
        )


def _barred(ways: list[Way]) -> tuple[str, ...]:
    found = {each for way in ways for each in way.barred}
    return tuple(sorted(found)) if found else ()


def _accepted(ways: list[Way]) -> tuple[str, ...]:
    if not ways[0].lead.accepted:
        return ()
    names = reduce(set.intersection, (set(way.lead.accepted) for way in ways))
    return tuple(sorted(names - {ways[0].lead.fqdn}))
