"""Addresses of names that leave the transferred zones, asked of recursive name servers."""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import dns.exception
import dns.message
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from zones.endpoint import Endpoint
from zones.name import name_text, parse_name
from zones.naming.answer import Aliased, Answer, Unresolved
from zones.naming.lookup import MAX_LINKS

LIFETIME_SECONDS = 5.0
"""For all questions about one name."""
ALL_SECONDS = 600.0
"""For all names of a run: who writes a zone may name any number, on servers that never answer."""
_AT_ONCE = 16
_TYPES = {"ipv4": dns.rdatatype.A, "ipv6": dns.rdatatype.AAAA}

Nameservers = tuple[Endpoint, ...]


def resolve(
    names: Iterable[tuple[str, str]],
    nameservers: Mapping[str, Nameservers],
    families: Collection[str] = tuple(_TYPES),
    lifetime: float = LIFETIME_SECONDS,
    altogether: float = ALL_SECONDS,
) -> dict[tuple[str, str], Answer]:
    """Return what each (view, name) resolves to, by the name servers of its view.

    A view without any has the system's. A name that does not exist, or has no address of those
    families, has the empty answer. It is ``Unresolved`` where one of them could not be had within
    ``lifetime`` (seconds): half of its addresses would look like all of them. So are those whose
    turn does not come within ``altogether`` (seconds); names are asked in order.
    """
    rdtypes = tuple(rdtype for family, rdtype in _TYPES.items() if family in families)
    wanted = {(view, name): (nameservers.get(view, ()), name) for view, name in names}
    asked = tuple(dict.fromkeys(wanted[key] for key in sorted(wanted)))
    end = monotonic() + altogether

    def answer(question: tuple[Nameservers, str]) -> Answer:
        if monotonic() >= end:
            return Unresolved(f"was not asked: those before it took {altogether:g} s")
        return _resolve(*question, rdtypes, lifetime)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = dict(zip(asked, pool.map(answer, asked), strict=True))
    return {key: answers[question] for key, question in wanted.items()}


def _resolve(
    nameservers: Nameservers, name: str, rdtypes: Iterable[dns.rdatatype.RdataType], lifetime: float
) -> Answer:
    deadline = monotonic() + lifetime
    found: list[str] = []
    names: list[str] = []
    for rdtype in rdtypes:
        try:
            resolver = _resolver(nameservers)
            addresses, passed = _addresses(resolver, parse_name(name), rdtype, deadline)
        except dns.resolver.NXDOMAIN:
            continue
        except dns.exception.DNSException as error:
            return Unresolved(f"{rdtype.name}: {_words(error)}")
        found += addresses
        names += passed
    # Each family is a question of its own, and may be answered by way of other names.
    return Aliased(tuple(found), tuple(dict.fromkeys(names))) if names else tuple(found)


def _resolver(nameservers: Nameservers) -> dns.resolver.Resolver:
    if not nameservers:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [
        dns.nameserver.Do53Nameserver(server.host, server.port) for server in nameservers
    ]
    return resolver


def _addresses(
    resolver: dns.resolver.Resolver,
    name: dns.name.Name,
    rdtype: dns.rdatatype.RdataType,
    deadline: float,
) -> tuple[list[str], list[str]]:
    """Return the name's addresses, and the names that CNAMEs lead through to get there.

    Follows CNAMEs that the name server did not follow.
    """
    names: list[str] = []
    for _ in range(MAX_LINKS):
        remaining = max(0.001, deadline - monotonic())
        answer = resolver.resolve(name, rdtype, raise_on_no_answer=False, lifetime=remaining)
        names += [name_text(link[0].target) for link in answer.chaining_result.cnames]
        if answer.rrset is not None or answer.canonical_name == name:
            return [rdata.to_text() for rdata in answer.rrset or ()], names
        name = answer.canonical_name
    raise dns.message.ChainTooLong


def _words(error: dns.exception.DNSException) -> str:
    """Return why, without the seconds and tries that dnspython's own words hold."""
    match error:
        case dns.resolver.LifetimeTimeout():
            return "no answer from the name servers in time"
        case dns.resolver.NoNameservers():
            return "every name server failed or refused"
        case dns.resolver.NoResolverConfiguration():
            return "the system has no name servers configured; set nameservers of the source"
        case dns.message.ChainTooLong():
            return f"a CNAME chain of more than {MAX_LINKS} links"
        case _:
            return type(error).__name__
