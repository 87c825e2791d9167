"""Records as programs tell them: names and rdata in presentation form (RFC 1035 section 5.1).

Owners and targets are absolute, with a trailing dot or without. Whatever would leave it open what
is in the zone is a ValueError: an owner that is no name or outside of the zone, and a value that
cannot be read, of a type that no zone is what it is without. Of any other type it hides no zone.
"""

from collections.abc import Iterable

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype

from zones.name import parse_name
from zones.reading.collector import STRICT, Collector
from zones.reading.rdata import TEXT_ERRORS

_NEEDED = STRICT | {dns.rdatatype.SOA}


def keep_text(
    collector: Collector, owner: str, rdtype: str, ttl: int, values: Iterable[str]
) -> None:
    """Give the records of that owner and type to the collector."""
    name, kind = _owner(collector, owner), _kind(rdtype)
    for value in values:
        collector.count += 1
        try:
            rdataset = dns.rdataset.from_rdata(ttl, _rdata(kind, value))
        except TEXT_ERRORS as error:
            if kind in _NEEDED:
                raise ValueError(f"{owner} {rdtype} {value}: {error}") from error
            # Octets that say as much as is known of it.
            collector.note(name, kind, ttl, value.encode())
        else:
            collector.keep(name, rdataset)


def keep_alias_text(collector: Collector, owner: str, rdtype: str, ttl: int, target: str) -> None:
    """Give a record of one of ``zones.zone.ALIASES`` to the collector."""
    collector.count += 1
    collector.keep_alias(_owner(collector, owner), rdtype, parse_name(target), ttl)


def keep_cnames(collector: Collector, owner: str, ttl: int, targets: Iterable[str]) -> None:
    """Give the CNAME record of that owner to the collector.

    There may be several targets where it depends on who asks; no CNAME could say so.
    """
    match tuple(targets):
        case (target,):
            keep_text(collector, owner, "CNAME", ttl, [target])
        case several:
            for target in several:
                keep_alias_text(collector, owner, "ALIAS", ttl, target)


def is_known(rdtype: str) -> bool:
    """Tell whether DNS has a type of that name: it may be a provider's own invention."""
    return _kind(rdtype) != dns.rdatatype.NONE


def note_text(collector: Collector, owner: str) -> None:
    """Tell the collector that the owner exists, with records that nobody tells."""
    collector.note(_owner(collector, owner), dns.rdatatype.NONE, 0, b"")


def _owner(collector: Collector, text: str) -> dns.name.Name:
    name = parse_name(text)
    if not name.is_subdomain(collector.origin):
        raise ValueError(f"{text} is outside of the zone")
    return name


def _rdata(kind: dns.rdatatype.RdataType, value: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text(dns.rdataclass.IN, kind, value, dns.name.root, relativize=False)


def _kind(rdtype: str) -> dns.rdatatype.RdataType:
    """Return the type; NONE, of which no value can be read, for a provider's own invention."""
    try:
        return dns.rdatatype.from_text(rdtype)
    except dns.exception.DNSException:
        return dns.rdatatype.NONE
