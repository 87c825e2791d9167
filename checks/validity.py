"""Dates of the leaf and of the issuers on its path (RFC 5280 section 4.1.2.5)."""

from collections.abc import Iterator
from dataclasses import replace

from checks.context import Context, Served
from checks.evidence import NOT_READ, Certificate, Chain
from checks.finding import Finding, Severity
from checks.found import found, reference
from checks.path import store_paths
from checks.refusal import refusals
from checks.text import moment, named


def findings(served: Served, context: Context) -> Iterator[Finding]:
    """Yield a leaf or an issuer that has ended, ends soon, or has not begun."""
    yield from _leaf(served.chain, context)
    yield from _expired_issuers(served.chain, context)
    yield from _expiring_issuers(served.chain, context)


def _leaf(chain: Chain, context: Context) -> Iterator[Finding]:
    leaf, now = chain.leaf, context.judged_at
    if leaf.not_after == NOT_READ:
        return
    ref = reference(chain, leaf)
    if now > leaf.not_after:
        expired = found("expired", f"certificate has expired ({moment(leaf.not_after)})", ref)
        yield replace(expired, observed=f"notAfter {moment(leaf.not_after)}")
    elif now < leaf.not_before:
        message = f"certificate is not valid before {moment(leaf.not_before)}"
        yield replace(
            found("not-yet-valid", message, ref), observed=f"notBefore {moment(leaf.not_before)}"
        )
    else:
        yield from _expiring(chain, context)


def _expiring(chain: Chain, context: Context) -> Iterator[Finding]:
    leaf, expiry = chain.leaf, context.policy.expiry
    lifetime = leaf.not_after - leaf.not_before
    remaining = leaf.not_after - context.judged_at
    threshold = expiry.threshold(lifetime)
    if remaining >= threshold:
        return
    is_critical = expiry.is_critical(remaining, lifetime)
    expiring = found(
        "expiring",
        f"{_certificate(leaf)} expiring at {moment(leaf.not_after)}",
        reference(chain, leaf),
        severity=Severity.ERROR if is_critical else None,
    )
    yield replace(
        expiring,
        observed=f"notAfter {moment(leaf.not_after)}",
        expected=f"renewed by {moment(leaf.not_after - threshold)}",
    )


def _expired_issuers(chain: Chain, context: Context) -> Iterator[Finding]:
    for refusal in refusals(chain, context):
        if refusal.id == "issuer-expired":
            issuer = refusal.certificate
            yield found(
                "issuer-expired",
                f"{_role(issuer)} {named(issuer)} has expired ({moment(issuer.not_after)})"
                " and no other path is valid",
                reference(chain, issuer),
                stores=refusal.stores,
            )


def _expiring_issuers(chain: Chain, context: Context) -> Iterator[Finding]:
    # An anchor's own dates bind nobody: how long it is trusted is its store's business.
    issuers = (issuer for path in store_paths(chain, context) for issuer in path[1:-1])
    for issuer in dict.fromkeys(issuers):
        if issuer.not_after < chain.leaf.not_after:
            yield found(
                "issuer-expiring",
                f"intermediate {named(issuer)} ends before the leaf does:"
                f" {moment(issuer.not_after)}, the leaf {moment(chain.leaf.not_after)}",
                reference(chain, issuer),
            )


def _certificate(leaf: Certificate) -> str:
    return f"certificate {named(leaf)}" if leaf.subject else named(leaf)


def _role(issuer: Certificate) -> str:
    return "root" if issuer.self_signed else "intermediate"
