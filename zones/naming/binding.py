"""Where SVCB and HTTPS records say that a service is (RFC 9460).

An HTTPS record without a prefix is about ``https`` on port 443, one at ``_8443._https.NAME`` about
that port (section 9.1). Of SVCB records those of DNS servers are known (RFC 9461: DNS over TLS and
HTTPS); what other schemes speak is in no record.

In AliasMode the record is followed like a CNAME, first to records of its own type (section 2.4.2);
of several that follow, the first in order stands for all. Outside the transferred zones, and where
there is no further record, the name's addresses and the origin's own port count (section 3). In
ServiceMode TargetName and ``port`` say where to connect; name and server name remain the origin's
(sections 2.3 and 9.4). Beside a record in AliasMode, one in ServiceMode does not count (2.4.1).

Hints are addresses that clients may use until they have the A and AAAA records (section 7.3): they
are looked at beside those.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from zones.naming.lead import Lead, Unfit
from zones.naming.lookup import MAX_LINKS, MOST_BEHIND, Lookup, Reached
from zones.naming.service import IMPLICIT, is_port, port_name
from zones.reading.rdata import Malformed, Svcb, read_svcb
from zones.target import RecordRef, SkipReason

_HTTPS_PORT = 443
_DNS_PORTS = {"dot": 853, "h2": 443, "http/1.1": 443}
"""Of the protocols of a DNS server over TCP (RFC 9461 section 4.2)."""
_QUIC = ("h3", "doq", "hq")
_UNDERSTOOD = frozenset({"alpn", "no-default-alpn", "port", "ipv4hint", "ipv6hint", "dohpath"})


@dataclass(frozen=True, slots=True)
class _Origin:
    """The service that clients ask for."""

    host: str
    rdtype: str
    port: int = _HTTPS_PORT

    def protocols(self, binding: Svcb) -> list[str]:
        """Return those over TCP that the endpoint speaks (section 7.1.2)."""
        defaults = ("http/1.1",) if self.rdtype == "HTTPS" else ()
        spoken = binding.alpn if binding.no_default_alpn else (*defaults, *binding.alpn)
        return [each for each in spoken if each.partition("-")[0] not in _QUIC]

    def ports(self, binding: Svcb) -> list[int]:
        """Return the ports of the endpoint, sorted."""
        protocols = self.protocols(binding)
        if binding.port is not None or self.rdtype == "HTTPS":
            port = self.port if binding.port is None else binding.port
            return [port] if protocols else []
        return sorted({_DNS_PORTS[each] for each in protocols if each in _DNS_PORTS})


def binding_leads(ref: RecordRef, lookup: Lookup) -> tuple[Lead, ...] | Unfit:
    """Return the endpoints that an SVCB or HTTPS record names, or why it names none."""
    binding = read_svcb(ref.rdata)
    if isinstance(binding, Malformed):
        return Unfit(SkipReason.MALFORMED)
    origin = _origin(ref)
    if isinstance(origin, Unfit):
        return origin
    if binding.is_alias:
        return _followed(origin, binding.target, ref.view, lookup)
    # Sorted as text: a priority of 0, which is what AliasMode has, comes first.
    first = lookup.found(ref.view, ref.owner, ref.rdtype)[:1]
    if any(each.is_alias for each in _bindings(first)):
        return Unfit(SkipReason.BESIDE_ALIAS)
    return _endpoints(origin, ref.owner, binding)


def _origin(ref: RecordRef) -> _Origin | Unfit:
    prefixed = port_name(ref.owner)
    if prefixed:
        host, scheme, port = prefixed.name, prefixed.label, prefixed.port
    elif ref.owner.startswith("_"):
        scheme, _, host = ref.owner.partition(".")
        port = _HTTPS_PORT
    else:
        host, scheme, port = ref.owner, "_https" if ref.rdtype == "HTTPS" else "", _HTTPS_PORT
    if (ref.rdtype, scheme) not in {("HTTPS", "_https"), ("SVCB", "_dns")}:
        return Unfit(SkipReason.UNKNOWN_SERVICE, scheme)
    return _Origin(host, ref.rdtype, port)


def _bindings(texts: tuple[str, ...]) -> list[Svcb]:
    return [each for each in map(read_svcb, texts) if isinstance(each, Svcb)]


def _followed(origin: _Origin, target: str, view: str, lookup: Lookup) -> tuple[Lead, ...] | Unfit:
    """Return the endpoints of an alias, through as many as there are."""
    name = target
    for _ in range(MAX_LINKS):
        if not name:
            return Unfit(SkipReason.NO_SERVICE)
        end = lookup.follow(view, name)
        found = _bindings(lookup.found(view, name, origin.rdtype)[:MOST_BEHIND])
        alias = next((each for each in found if each.is_alias), None)
        if alias is None or not isinstance(end, Reached):
            return _alternatives(origin, end.name, found) or _plain(origin, name)
        name = alias.target
    return Unfit(SkipReason.CNAME_LOOP, target)


def _alternatives(origin: _Origin, owner: str, bindings: list[Svcb]) -> tuple[Lead, ...]:
    found = (_endpoints(origin, owner, each) for each in bindings)
    return tuple(lead for leads in found if not isinstance(leads, Unfit) for lead in leads)


def _plain(origin: _Origin, name: str) -> tuple[Lead, ...] | Unfit:
    """Return the endpoint that there is without any record in ServiceMode."""
    if origin.rdtype == "HTTPS":
        return _checked((Lead(origin.host, name, origin.port, IMPLICIT),))
    return Unfit(SkipReason.INCOMPATIBLE, "no protocol is named")


def _endpoints(origin: _Origin, owner: str, binding: Svcb) -> tuple[Lead, ...] | Unfit:
    strange = sorted(set(binding.mandatory) - _UNDERSTOOD)
    if strange:
        return Unfit(SkipReason.INCOMPATIBLE, f"mandatory: {', '.join(strange)}")
    leads = tuple(_leads(origin, binding.target or owner, binding))
    return _checked(leads) if leads else Unfit(SkipReason.INCOMPATIBLE, ", ".join(binding.alpn))


def _leads(origin: _Origin, name: str, binding: Svcb) -> Iterator[Lead]:
    for port in origin.ports(binding):
        yield Lead(origin.host, name, port, IMPLICIT, hints=binding.hints)


def _checked(leads: tuple[Lead, ...]) -> tuple[Lead, ...] | Unfit:
    return leads if all(is_port(lead.port or 0) for lead in leads) else Unfit(SkipReason.NO_PORT)
