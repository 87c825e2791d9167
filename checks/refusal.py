"""Why the required stores refuse a chain: said once, so that each cause has one owner.

A store lacks the chain's anchor, or the chain has a fault of its own. Where all stores refuse, each
fault of the chain is one refusal for all stores that say so; where only some do, and for stores
that lack an anchor which others know, the refusal is ``store-refuses``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from checks.context import Context
from checks.diagnosis import Cause, cause_of
from checks.evidence import Certificate, Chain
from checks.jury import jury

# Where no store has an anchor: the cause that says the most goes for all.
_UNANCHORED = (
    "self-signed",
    "path-invalid",
    "missing-intermediate",
    "untrusted-root",
    "issuer-not-sent",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One finding to be: the cause, and the stores that refuse because of it."""

    id: str
    certificate: Certificate
    """The one at fault, if it is located."""
    stores: tuple[str, ...]
    rule: str = ""
    """What is broken, in words, where the id does not say it all."""
    accepted_by: tuple[str, ...] = ()
    """Required stores that take the chain, sorted."""
    is_located: bool = True
    """Whether it is known which certificate is at fault."""


@lru_cache(maxsize=16)
def refusals(chain: Chain, context: Context) -> tuple[Refusal, ...]:
    """Return the refusals of the required stores, none for what another finding tells anyway.

    Raises ValueError where a required store gave no verdict.
    """
    if chain.over_budget:
        rule = "path building was ended, the issuers' names and keys make it endless"
        return (Refusal("path-invalid", chain.leaf, context.required, rule),)
    if chain.leaf.unreadable and not chain.stores:
        return ()
    verdicts = jury(chain, context)
    causes = [cause_of(verdict, chain, context) for verdict in verdicts.refusing]
    accepting = tuple(verdict.store for verdict in verdicts.accepting)
    if accepting:
        return _dissent(causes, accepting, context)
    faults = [cause for cause in causes if not cause.is_unanchored]
    unanchored = [cause for cause in causes if cause.is_unanchored]
    if not faults:
        return (_unanimous(unanchored),)
    return *_by_cause(faults), *_dissent(unanchored, (), context)


def _unanimous(causes: list[Cause]) -> Refusal:
    first = min(causes, key=lambda cause: _UNANCHORED.index(cause.id))
    return Refusal(first.id, first.certificate, _stores(causes), first.rule)


def _by_cause(causes: list[Cause]) -> tuple[Refusal, ...]:
    told = {cause.id: cause for cause in reversed(causes) if not cause.told_elsewhere}
    return tuple(
        Refusal(
            id_,
            first.certificate,
            _stores(cause for cause in causes if cause.id == id_),
            first.rule,
            is_located=first.is_located,
        )
        for id_, first in sorted(told.items())
    )


def _dissent(
    causes: list[Cause], accepting: tuple[str, ...], context: Context
) -> tuple[Refusal, ...]:
    # A stale store's refusal is a note only beside a current one that trusts the path.
    has_current = any(map(context.is_current, accepting))
    open_causes = [cause for cause in causes if not cause.told_elsewhere]
    stale = [cause for cause in open_causes if has_current and not context.is_current(cause.store)]
    current = [cause for cause in open_causes if cause not in stale]
    return tuple(
        Refusal(
            id_,
            some[0].certificate,
            _stores(some),
            _words(some),
            tuple(sorted(accepting)),
            some[0].is_located,
        )
        for id_, some in (("store-refuses", current), ("store-stale-refuses", stale))
        if some
    )


def _stores(causes: Iterable[Cause]) -> tuple[str, ...]:
    return tuple(sorted(cause.store for cause in causes))


def _words(causes: list[Cause]) -> str:
    return "; ".join(dict.fromkeys(cause.words for cause in causes))
