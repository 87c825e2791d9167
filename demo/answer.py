"""What an authoritative server answers: pure, from the question and the zones to the messages."""

from collections.abc import Iterable, Iterator

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone

_WILDCARD = dns.name.from_text("*", None)
_LONGEST_CHAIN = 16
_RRSETS_A_MESSAGE = 50


def answer(zone: dns.zone.Zone | None, query: dns.message.Message) -> dns.message.Message:
    """Return the response to a question (RFC 1034 section 4.3.2); REFUSED where no zone has it.

    CNAMEs are followed within the zone and wildcards expanded; there are no referrals.
    """
    if zone is None:
        return refusal(query)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    question = query.question[0]
    response.answer = list(_lookup(zone, question.name, question.rdtype))
    if not response.answer:
        response.authority = [_soa(zone)]
        if not _exists(zone, question.name):
            response.set_rcode(dns.rcode.NXDOMAIN)
    return response


def transfer(zone: dns.zone.Zone, query: dns.message.Message) -> Iterator[dns.message.Message]:
    """Yield the messages of a transfer (RFC 5936 section 2.2): SOA record, the rest, SOA record."""
    soa = _soa(zone)
    rest = (
        dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))
        for name, rdataset in zone.iterate_rdatasets()
        if rdataset.rdtype != dns.rdatatype.SOA
    )
    rrsets = [soa, *rest, soa]
    for start in range(0, len(rrsets), _RRSETS_A_MESSAGE):
        message = dns.message.make_response(query)
        message.flags |= dns.flags.AA
        message.answer = rrsets[start : start + _RRSETS_A_MESSAGE]
        yield message


def refusal(query: dns.message.Message) -> dns.message.Message:
    """Return the response REFUSED."""
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.REFUSED)
    return response


def zone_of(zones: Iterable[dns.zone.Zone], name: dns.name.Name) -> dns.zone.Zone | None:
    """Return the zone whose origin matches the most labels of the name; None: there is none."""
    fitting = [zone for zone in zones if zone.origin and name.is_subdomain(zone.origin)]
    return max(fitting, key=lambda zone: len(zone.origin or ()), default=None)


def _lookup(
    zone: dns.zone.Zone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> Iterator[dns.rrset.RRset]:
    for _ in range(_LONGEST_CHAIN):
        source = _source(zone, name)
        for wanted in (rdtype, dns.rdatatype.CNAME):
            rdataset = zone.get_rdataset(source, wanted)
            if rdataset:
                break
        else:
            return
        yield dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))
        if wanted == rdtype or zone_of([zone], rdataset[0].target) is None:
            return
        name = rdataset[0].target


def _source(zone: dns.zone.Zone, name: dns.name.Name) -> dns.name.Name:
    """Return the owner name that answers for a name: itself, or a wildcard (RFC 4592)."""
    encloser = name
    while not _exists(zone, encloser):
        encloser = encloser.parent()
    wildcard = _WILDCARD + encloser
    return wildcard if encloser != name and wildcard in zone.nodes else name


def _exists(zone: dns.zone.Zone, name: dns.name.Name) -> bool:
    return name == zone.origin or any(owner.is_subdomain(name) for owner in zone.nodes)


def _soa(zone: dns.zone.Zone) -> dns.rrset.RRset:
    return zone.find_rrset(zone.origin or dns.name.root, dns.rdatatype.SOA)
