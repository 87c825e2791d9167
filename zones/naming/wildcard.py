"""Names under wildcards: one that nobody knows, and those that are known to be in use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from zones.naming.lookup import Lookup
from zones.reading.rdata import Mx, Srv, read_mx, read_srv
from zones.target import RecordRef

Place = tuple[str, str, str]
"""View, origin and owner of a wildcard."""


def is_wildcard(fqdn: str) -> bool:
    """Tell whether the name is a wildcard owner's (RFC 4592 section 2.1.1)."""
    return fqdn.startswith("*.")


def server_name(fqdn: str) -> str:
    """Return what is sent as SNI: the fqdn, or a label that no wildcard's owner should have."""
    if not is_wildcard(fqdn):
        return fqdn
    rest = fqdn.removeprefix("*.")
    return f"zonecert-{sha256(rest.encode()).hexdigest()[:10]}.{rest}"


def names_under(
    lookup: Lookup, refs: Iterable[RecordRef], listed: Iterable[str]
) -> Mapping[Place, tuple[str, ...]]:
    """Return, sorted, the names that each wildcard is known to answer for.

    Those are the listed ones, in every view, and what CNAME, MX and SRV records point at in their
    own; as far as no name of its own is there in the way (RFC 4592 section 2.2.2).
    """
    if not lookup.has_wildcards:
        return {}
    found: dict[Place, set[str]] = defaultdict(set)
    for view, name in {
        *_pointed_at(refs),
        *((view, name) for view in lookup.views for name in listed),
    }:
        place = lookup.wildcard_over(view, name)
        if place is not None:
            found[place].add(name)
    return {place: tuple(sorted(names)) for place, names in found.items()}


def _pointed_at(refs: Iterable[RecordRef]) -> Iterator[tuple[str, str]]:
    for ref in refs:
        name = _name_in(ref)
        if name:
            yield ref.view, name


def _name_in(ref: RecordRef) -> str:
    match ref.rdtype:
        case "CNAME":
            return ref.rdata
        case "MX":
            mx = read_mx(ref.rdata)
            return mx.exchange if isinstance(mx, Mx) else ""
        case "SRV":
            srv = read_srv(ref.rdata)
            return srv.target if isinstance(srv, Srv) else ""
        case _:
            return ""
