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


def findings(served: Served, context: Context) -> Iterator[Finding]:
    """Yield one finding if no presented identifier matches the target's server name."""
    leaf, target = served.leaf, context.target
    if (leaf.unreadable and not leaf.has_san) or matches(leaf, target.server_name):
        return
    finding_id, message = _said(leaf, target.fqdn)
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


def has_usable_name(leaf: Certificate) -> bool:
    """Tell whether there is a presented identifier that could match any name or address."""
    return bool(leaf.ip_addresses or _patterns(leaf))


def _said(leaf: Certificate, fqdn: str) -> tuple[str, str]:
    has = listed(_presented(leaf)) or "none"
    if not has_usable_name(leaf):
        return "no-san", f"certificate has no usable subjectAltName: has {has}"
    if fqdn.startswith("*."):
        rule = f"certificate does not cover names under {clean(fqdn)}: has {has}"
        return "wildcard-probe-mismatch", rule
    rule = f"subject does not match hostname: wants {clean(fqdn)}, has {has}"
    return "hostname-mismatch", rule


def _presented(leaf: Certificate) -> list[str]:
    legal = {name for name in leaf.dns_names if _pattern(name)}
    dns = [name if name in legal else f"{name!r} (matches nothing)" for name in leaf.dns_names]
    return [*dns, *leaf.ip_addresses, *leaf.other_names]


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
