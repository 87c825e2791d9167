"""What each record leads to, or why to nothing: rules 1 to 4 of ``zones.targets``; pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from zones.naming.binding import binding_leads
from zones.naming.lead import Lead, Unfit
from zones.naming.lookup import MOST_BEHIND, Lookup
from zones.naming.rules import Rules
from zones.naming.service import PLAIN_SERVICES, ServiceName, is_port, port_name, service_name
from zones.naming.wildcard import is_wildcard, names_under, server_name
from zones.reading.rdata import (
    ADDRESS_TYPES,
    SERVICE_TYPES,
    Malformed,
    read_mx,
    read_srv,
    read_tlsa,
)
from zones.target import RecordRef, Skipped, SkipReason
from zones.zone import ALIASES

_SMTP_PORT = 25
_SERVICE_LABEL = re.compile(r"(?:^|\.)_")
_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)(?![0-9]{1,3}(?:\.[0-9]{1,3}){3}\Z)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*"
)
_MALFORMED = Unfit(SkipReason.MALFORMED)

_Found = tuple[Lead, ...] | Unfit


class Leads:
    """What records lead to in these zones, by these rules."""

    def __init__(self, lookup: Lookup, refs: Iterable[RecordRef], rules: Rules) -> None:
        self._lookup = lookup
        self._rules = rules
        self._left_out = SERVICE_TYPES - rules.services
        self._behind_aliases = (
            sorted(SERVICE_TYPES & rules.services - {"MX"}) if lookup.has_services else ()
        )
        self._under = names_under(lookup, refs, rules.wildcard_names)

    def of(self, ref: RecordRef) -> tuple[Lead, ...] | Skipped:
        """Return at least one lead, or the record's skip."""
        found = self._hidden(ref) or self._named(ref)
        if isinstance(found, Unfit):
            return Skipped(ref, found.reason, found.detail)
        leads = self._spread(ref, found) if self._under else found
        objections = [self._objection(ref, lead.fqdn) for lead in leads]
        if objections == [None]:
            return leads
        fitting = tuple(
            lead for lead, against in zip(leads, objections, strict=True) if not against
        )
        return fitting or Skipped(
            ref, *next((each.reason, each.detail) for each in objections if each)
        )

    def _hidden(self, ref: RecordRef) -> Unfit | None:
        """Return why no server answers with the record, or None."""
        cut = self._lookup.zone_cut(ref.view, ref.zone, ref.owner)
        if cut is not None:
            return Unfit(SkipReason.BELOW_DELEGATION, f"delegated: {cut}")
        above = self._lookup.dname_above(ref.view, ref.zone, ref.owner)
        if above is not None:
            return Unfit(SkipReason.BELOW_DNAME, f"DNAME: {above}")
        return None

    def _named(self, ref: RecordRef) -> _Found:
        if ref.rdtype in ADDRESS_TYPES:
            return (Lead(ref.owner, ref.owner),)
        if ref.rdtype in self._left_out:
            return Unfit(SkipReason.FILTERED, f"services leaves {ref.rdtype} out")
        if ref.rdtype in ALIASES:
            return (Lead(ref.owner, ref.rdata),)
        if ref.rdtype == "CNAME":
            found = self._behind(ref) if self._behind_aliases else ()
            return (Lead(ref.owner, ref.rdata), *found)
        return _BY_TYPE[ref.rdtype](ref, self._lookup)

    def _behind(self, ref: RecordRef) -> Iterator[Lead]:
        """Yield what the records of services say that an alias leads to, as if they were its own.

        So ``_25._tcp.mail`` may be an alias of one TLSA record for all exchanges, and the clients
        of ``www`` take the HTTPS record of what it is an alias of (RFC 9460 section 2.4.2). A mail
        exchange is the same for every name of a domain.
        """
        for rdtype in self._behind_aliases:
            for rdata in self._lookup.found(ref.view, ref.rdata, rdtype)[:MOST_BEHIND]:
                found = _BY_TYPE[rdtype](ref._replace(rdtype=rdtype, rdata=rdata), self._lookup)
                yield from () if isinstance(found, Unfit) else found

    def _spread(self, ref: RecordRef, leads: tuple[Lead, ...]) -> tuple[Lead, ...]:
        """Return the leads, and of a wildcard the same for each name known to be under it."""
        names = self._under.get((ref.view, ref.zone, ref.owner), ())
        of_owner = [lead for lead in leads if lead.fqdn == ref.owner]
        return (*leads, *(lead._replace(fqdn=name) for name in names for lead in of_owner))

    def _objection(self, ref: RecordRef, fqdn: str) -> Unfit | None:
        if _SERVICE_LABEL.search(fqdn):
            return Unfit(SkipReason.SERVICE_LABEL)
        is_strange = is_wildcard(fqdn) and fqdn != ref.owner
        if is_strange or not _HOST_NAME.fullmatch(server_name(fqdn)):
            return Unfit(SkipReason.NOT_A_HOST_NAME)
        rule = ref.view in self._rules.filters and self._rules.filters[ref.view].rule_against(fqdn)
        return Unfit(SkipReason.FILTERED, rule) if rule else None


def _exchange(ref: RecordRef, _: Lookup) -> _Found:
    """Lead to the SMTP server under its own name (RFC 7672 section 3.2.2, RFC 8461 section 4.1)."""
    mx = read_mx(ref.rdata)
    if isinstance(mx, Malformed):
        return _MALFORMED
    if not mx.exchange:
        return Unfit(SkipReason.NO_SERVICE, "null MX")
    return (Lead(mx.exchange, mx.exchange, _SMTP_PORT, "smtp"),)


def _service(ref: RecordRef, _: Lookup) -> _Found:
    """Lead to the service under its domain's name; the target's is accepted, too."""
    srv, name = read_srv(ref.rdata), service_name(ref.owner)
    if isinstance(srv, Malformed):
        return _MALFORMED
    if not srv.target:
        return Unfit(SkipReason.NO_SERVICE, "target is the root")
    if name is None:
        return Unfit(SkipReason.UNKNOWN_SERVICE)
    if name.starttls is None or not name.is_over_tcp:
        return _unknown(name)
    if not is_port(srv.port):
        return Unfit(SkipReason.NO_PORT)
    return (Lead(name.domain, srv.target, srv.port, name.starttls, accepted=(srv.target,)),)


def _unknown(name: ServiceName) -> Unfit:
    if name.service in PLAIN_SERVICES:
        return Unfit(SkipReason.NO_TLS, str(name))
    return Unfit(SkipReason.UNKNOWN_SERVICE if name.is_over_tcp else SkipReason.NOT_TCP, str(name))


def _association(ref: RecordRef, _: Lookup) -> _Found:
    """Lead to the service that a TLSA record is about (RFC 6698 section 3)."""
    if isinstance(read_tlsa(ref.rdata), Malformed):
        return _MALFORMED
    name = port_name(ref.owner)
    if name is None or not is_port(name.port):
        return Unfit(SkipReason.NO_PORT)
    if name.label != "_tcp":
        return Unfit(SkipReason.NOT_TCP, name.label)
    return (Lead(name.name, name.name, name.port),)


_BY_TYPE: Mapping[str, Callable[[RecordRef, Lookup], _Found]] = MappingProxyType(
    {
        "MX": _exchange,
        "SRV": _service,
        "SVCB": binding_leads,
        "HTTPS": binding_leads,
        "TLSA": _association,
    }
)
