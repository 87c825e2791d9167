"""Two defects at once: both are told and nothing else, unless one stands in the other's light."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, cycle, product

from tests.checks.truth.case import USUAL, Case, Expected, Situation, Speaks, error
from tests.checks.truth.defects import DEFECTS, Defect
from tests.checks.truth.pki import Kind

HIDDEN: dict[str, set[str]] = {
    # SSLyze's verifier names one fault; with no name to verify for it is not asked at all.
    "shape": {"no-san", "wrong-purpose", "weak-signature"},
    # Nobody relies on the signature that a certificate makes on itself.
    "weak-signature": {"self-signed"},
}
"""Findings that are not told beside others, by id."""

DIFFERENT: dict[frozenset[str], tuple[Expected, ...]] = {
    # A leaf that has ended before its issuer does.
    frozenset({"expired", "issuer-ends-first"}): (error("expired"),),
    # A leaf that begins when its issuer is over.
    frozenset({"not-yet-valid", "issuer-ends-first"}): (
        error("not-yet-valid"),
        error("issuer-expired", "Issuing CA"),
    ),
    # Both begin at the same moment.
    frozenset({"not-yet-valid", "issuer-of-tomorrow"}): (error("not-yet-valid"),),
    # A root that has ended is at fault, and no anchor.
    frozenset({"root-ended", "root-sent"}): (error("issuer-expired", "root"),),
    frozenset({"root-ended", "wrong-order-with-root"}): (
        error("issuer-expired", "root"),
        error("chain-order", "Issuing CA", milder_in_1_3=True),
    ),
    # No dNSName, so no name that a name constraint speaks of.
    frozenset({"only-an-address", "not-permitted"}): (error("hostname-mismatch"),),
    frozenset({"only-an-address", "excluded"}): (error("hostname-mismatch"),),
    frozenset({"only-a-bare-wildcard", "excluded"}): (error("no-san"),),
    # The current stores refuse as well, if for another reason: none of them trusts the path.
    **{
        frozenset({name, "stale-store-refuses"}): (
            error(id_),
            error("store-refuses", "Policy CA", "trusted by none", refused_by=("java",)),
        )
        for name, id_ in (("for-clients", "wrong-purpose"), ("sha1", "weak-signature"))
    },
    # The root that is unknown has been sent.
    frozenset({"unknown-root", "root-sent"}): (error("untrusted-root", "root"),),
    frozenset({"unknown-root", "wrong-order-with-root"}): (
        error("untrusted-root", "root"),
        error("chain-order", "Issuing CA", milder_in_1_3=True),
    ),
}
"""Pairs of which something else must be said than of the two."""

THOROUGHLY = {
    frozenset({"wrong-name", "expired"}),
    frozenset({"expired", "unknown-root"}),
    frozenset({"issuer-expired", "wrong-order"}),
    frozenset({"weak-key", "missing-intermediate"}),
    frozenset({"expired", "self-signed"}),
    frozenset({"only-common-name", "expired"}),
    frozenset({"wrong-name", "sha1"}),
    frozenset({"expiring", "for-clients"}),
    frozenset({"expired", "one-store-refuses"}),
    frozenset({"not-yet-valid", "wrong-order"}),
    frozenset({"expired", "issuer-expired"}),
    frozenset({"expired", "excluded"}),
    frozenset({"must-staple", "expired"}),
}
"""Pairs that are planted with all kinds of keys on all versions of TLS; the others take turns."""


def pairs() -> Iterator[Case]:
    """Yield every pair of defects that can be planted in one chain."""
    turns = cycle(product(Kind, Speaks))
    for one, other in combinations(DEFECTS, 2):
        if not _goes_with(one, other):
            continue
        names = frozenset({one.name, other.name})
        kind, speaks = next(turns)
        turn = Situation(kinds=(kind,), speaks=(speaks,))
        yield Case(
            f"{one.name} and {other.name}",
            one.plan + other.plan,
            DIFFERENT.get(names) or tuple(_both(one, other)),
            USUAL if names in THOROUGHLY else turn,
        )


def _goes_with(one: Defect, other: Defect) -> bool:
    is_one_family = one.family and one.family == other.family
    return not is_one_family and not one.plan.clashes(other.plan)


def _both(one: Defect, other: Defect) -> Iterator[Expected]:
    expected = (*one.expected, *other.expected)
    ids = {each.id for each in expected}
    sends_root = "anchor-sent" in ids
    for each in expected:
        if HIDDEN.get(each.id, set()).isdisjoint(ids):
            # What a store lacks is then there to be named.
            is_top = sends_root and each.id in {"store-refuses", "store-stale-refuses"}
            yield replace(each, at="root") if is_top else each
