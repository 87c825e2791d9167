"""What was sent beside the leaf: what is missing, what is out of order, what is too much."""

from collections.abc import Iterator
from itertools import pairwise

from checks.context import Context, Served
from checks.evidence import Certificate, Chain
from checks.finding import Finding, Severity
from checks.found import found, reference
from checks.path import has_ordered_path, reachable, sent_path, store_paths
from checks.refusal import Refusal, refusals
from checks.text import clean, listed, named, quoted


def findings(served: Served, context: Context) -> Iterator[Finding]:
    """Yield issuers that are missing, a wrong order, extra certificates and a sent anchor."""
    told = refusals(served.chain, context)
    yield from _missing(served.chain, told)
    yield from _order(served)
    yield from _extra(served.chain, context)
    yield from _anchor(served.chain, told, context)


def _missing(chain: Chain, told: tuple[Refusal, ...]) -> Iterator[Finding]:
    for refusal in told:
        issuer = quoted(refusal.certificate.issuer)
        match refusal.id:
            case "missing-intermediate":
                rest = f"server did not send {issuer} (AIA: {clean(refusal.rule, 200)})"
            case "issuer-not-sent":
                url = f" (AIA: {clean(refusal.rule, 200)})" if refusal.rule else ""
                rest = f"{issuer} was not sent and is in no required store{url}"
            case _:
                continue
        yield found(
            refusal.id,
            f"unable to get local issuer certificate: {rest}",
            reference(chain, refusal.certificate),
            stores=refusal.stores,
        )


def _order(served: Served) -> Iterator[Finding]:
    """RFC 5246 section 7.4.2 demands the order; RFC 8446 section 4.4.2 only recommends it."""
    chain = served.chain
    if has_ordered_path(chain):
        return
    path = sent_path(chain)
    below, above = next((low, up) for low, up in pairwise(path) if up < low)
    misplaced, issuer = chain.certificates[below], chain.certificates[above]
    yield found(
        "chain-order",
        "certificate chain does not have valid order:"
        f" {named(misplaced)} (position {below}) comes after its issuer,"
        f" {named(issuer)} (position {above})",
        reference(chain, misplaced),
        severity=Severity.WARNING if served.tls_1_3_only else None,
    )


def _extra(chain: Chain, context: Context) -> Iterator[Finding]:
    extras = list(_extras(chain, context))
    said = [f"{why} {named(extra)}" for why, extra in extras]
    if chain.dropped:
        said.append(f"{chain.dropped} that were not looked at")
    if said:
        first = reference(chain, extras[0][1]) if extras else None
        yield found("chain-extra", f"extra certificate sent: {listed(said)}", first)


def _extras(chain: Chain, context: Context) -> Iterator[tuple[str, Certificate]]:
    on_a_way = reachable(chain)
    used = {certificate for path in store_paths(chain, context) for certificate in path}
    for place, sent in enumerate(chain.certificates):
        if sent in chain.certificates[:place]:
            yield "duplicate", sent
        elif place not in on_a_way:
            yield "unrelated", sent
        elif used and sent not in used and place and sent.not_after < context.judged_at:
            yield "expired alternative", sent


def _anchor(chain: Chain, told: tuple[Refusal, ...], context: Context) -> Iterator[Finding]:
    if chain.over_budget:
        # No store was asked: what an anchor is, is not known.
        return
    anchors = {path[-1] for path in store_paths(chain, context)}
    foreign = {refusal.certificate for refusal in told} - anchors
    for place in sorted(reachable(chain) - {0}):
        anchor = chain.certificates[place]
        if anchor.self_signed and anchor not in (*chain.certificates[:place], *foreign):
            message = f"the trust anchor is sent: {named(anchor)}"
            yield found("anchor-sent", message, reference(chain, anchor))
