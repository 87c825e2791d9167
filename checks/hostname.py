"""Whether the leaf is for the name that was asked for (RFC 9525 section 6)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from service_identity import CertificateError
from service_identity.hazmat import DNS_ID, DNSPattern

from checks.context import Context, Served
from checks.evidence import Certificate
from checks.finding import Finding
from checks.found import found, reference
from checks.text import clean, listed
from zones.naming.service import service_name
from zones.target import Target


def findings(served: Served, context: Context) -> Iterator[Finding]:
    """Yield one finding if no presented identifier matches the target's server name.

    Where SRV records alone name the target, their service will do as well (SRV-ID), and a
    certificate for the host that they lead to is worth a note.
    """
    leaf, target = served.leaf, context.target
    if (leaf.unreadable and not leaf.has_san) or _is_for(leaf, target):
        return
    finding_id, message = _said(leaf, target)
    yield replace(
        found(finding_id, message, reference(served.chain, leaf)),
        observed=clean(listed(_presented(leaf))),
        expected=clean(target.fqdn),
    )


def remarks(leaves: Iterable[Certificate]) -> tuple[str, ...]:
    """Return what a reader should know of dNSNames that match nothing, whatever stands beside them.

    They are ignored (RFC 9525 section 6.3), and who wrote them meant something by it.
    """
    names = (name for leaf in leaves for name in leaf.dns_names if _pattern(name) is None)
    odd = [repr(name) for name in dict.fromkeys(names)]
    return (f"the subjectAltName holds what matches no name: {clean(listed(odd))}",) if odd else ()


def matches(leaf: Certificate, server_name: str) -> bool:
    """Tell whether a dNSName of the certificate matches the reference identifier.

    The common name is not looked at (RFC 9525 section 6.3).
    """
    try:
        reference_id = DNS_ID(server_name.rstrip("."))
    except ValueError:
        return False
    return any(_covers(pattern, reference_id) for pattern in _patterns(leaf))


def _is_for(leaf: Certificate, target: Target) -> bool:
    if matches(leaf, target.server_name):
        return True
    wanted = _srv_ids(target)
    return bool(wanted) and wanted <= {name.lower() for name in leaf.srv_names}


def _srv_ids(target: Target) -> set[str]:
    """Return the SRV-IDs of the records that named the target (RFC 9525 sections 6.1.1 and 6.5).

    The service of ``_imaps._tcp.company.com`` and its source domain: ``_imaps.company.com``. All of
    them are needed, since who comes for one service takes no other's. None where a record is of
    another kind: whoever comes by that knows nothing of a service, nor of another name.
    """
    names = [
        # What an alias leads to counts for its owner.
        service_name(record.owner) if record.rdtype in {"SRV", "CNAME"} else None
        for record in target.records
    ]
    known = {f"{name.service}.{name.domain}" for name in names if name}
    return known if all(names) else set()


def has_usable_name(leaf: Certificate) -> bool:
    """Tell whether there is a presented identifier that could match any name or address."""
    return bool(leaf.ip_addresses or _patterns(leaf))


def _said(leaf: Certificate, target: Target) -> tuple[str, str]:
    fqdn = clean(target.fqdn)
    has = listed(_presented(leaf)) or "none"
    if not has_usable_name(leaf):
        return "no-san", f"certificate has no usable subjectAltName: has {has}"
    if fqdn.startswith("*."):
        return (
            "wildcard-probe-mismatch",
            f"certificate does not cover names under {fqdn}: has {has}",
        )
    for name in target.accepted if _srv_ids(target) else ():
        if matches(leaf, name):
            message = f"certificate is for the SRV record's target {clean(name)}, not for {fqdn}"
            return "srv-target-name", f"{message}: has {has}"
    return "hostname-mismatch", f"subject does not match hostname: wants {fqdn}, has {has}"


def _presented(leaf: Certificate) -> list[str]:
    legal = {name for name in leaf.dns_names if _pattern(name)}
    dns = [name if name in legal else f"{name!r} (matches nothing)" for name in leaf.dns_names]
    srv = (f"SRVName:{name}" for name in leaf.srv_names)
    return [*dns, *leaf.ip_addresses, *srv, *leaf.other_names]


def _patterns(leaf: Certificate) -> list[DNSPattern]:
    return [pattern for name in leaf.dns_names if (pattern := _pattern(name))]


@lru_cache(maxsize=1024)
def _pattern(name: str) -> DNSPattern | None:
    """Return the pattern; None for what RFC 9525 section 6.3 says to ignore.

    Each name by itself: service-identity's call for a whole certificate gives up at the first bad
    one, and a good certificate with an odd name in it would be lost.
    """
    try:
        pattern = DNSPattern.from_bytes(name.encode("ascii"))
    except (CertificateError, UnicodeError):
        return None
    is_partial = b"*" in pattern.pattern and not pattern.pattern.startswith(b"*.")
    is_padded = name != name.strip()  # which service-identity lets pass
    return None if is_partial or is_padded else pattern


def _covers(pattern: DNSPattern, wanted: DNS_ID) -> bool:
    if not pattern.pattern.startswith(b"*."):
        return wanted.verify(pattern)
    # A whole-label wildcard stands for any one label. service-identity takes A-labels (xn--) out,
    # as RFC 6125 did; RFC 9525, browsers and OpenSSL do not.
    _, _, parent = wanted.hostname.partition(b".")
    return parent == pattern.pattern[2:]
