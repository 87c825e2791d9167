"""How a verdict's subject is named and put in order, alike in every report; pure."""

from ipaddress import ip_address

from checks.text import clean
from checks.verdict import Subject, SubjectKind

Order = tuple[tuple[str, ...], int, int, int, str]


def order(subject: Subject) -> Order:
    """Return the sort key: by name from the root downwards, then address, port and id.

    A zone comes before the names in it.
    """
    labels = tuple(reversed(subject.fqdn.split(".")))
    return labels, *address_order(subject.address), subject.port or 0, subject.id


def address_order(address: str) -> tuple[int, int]:
    """Return the sort key of an address: IPv4 before IPv6, each by number; none comes first."""
    if not address:
        return 0, 0
    parsed = ip_address(address)
    return parsed.version, int(parsed)


def endpoint(subject: Subject) -> str:
    """Return ``fqdn address:port``, an IPv6 address in brackets (RFC 3986 section 3.2.2)."""
    shown = f"[{subject.address}]" if ":" in subject.address else subject.address
    return clean(f"{subject.fqdn} {shown}:{subject.port}")


def title(subject: Subject) -> str:
    """Return the name under which a reader looks for the subject."""
    match subject.kind:
        case SubjectKind.TARGET:
            return endpoint(subject)
        case SubjectKind.ZONE:
            return clean(f"zone {subject.id}")
        case SubjectKind.RUN:
            return clean(subject.fqdn)
