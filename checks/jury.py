"""Which trust stores' verdicts count for a chain, and which of them take it."""

from dataclasses import dataclass

from checks.context import Context
from checks.evidence import Chain, StoreVerdict
from checks.policy import OWN_CA

_NO_WAY_UP = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's codes where no anchor was found at all, so that nothing above was looked at."""


@dataclass(frozen=True, slots=True)
class Jury:
    """The verdicts that count."""

    accepting: tuple[StoreVerdict, ...]
    refusing: tuple[StoreVerdict, ...]


def jury(chain: Chain, context: Context) -> Jury:
    """Return the verdicts that count under the policy's ``trust``.

    For ``either`` they are the organisation's own store's if it takes the chain; else the public
    stores' if any of them does; else again the own store's if it knows the anchor and finds another
    fault; else all.
    Raises ValueError where a required store gave no verdict: silence is no trust.
    """
    counted = _counted(_required(chain, context), context)
    return Jury(
        tuple(verdict for verdict in counted if accepts(verdict)),
        tuple(verdict for verdict in counted if not accepts(verdict)),
    )


def accepts(verdict: StoreVerdict) -> bool:
    """Tell whether the store takes the chain; for the organisation's own a sound path will do."""
    return verdict.trusted or (verdict.store == OWN_CA and verdict.sound)


def _required(chain: Chain, context: Context) -> tuple[StoreVerdict, ...]:
    verdicts = {verdict.store: verdict for verdict in chain.stores}
    missing = [name for name in context.required if name not in verdicts]
    if missing or not context.required:
        raise ValueError(
            f"{context.target}: no verdict of the required trust stores"
            f" ({', '.join(missing) or 'none is loaded'});"
            " look at trust, trust_stores, stores_dir and own_ca of its policy"
        )
    return tuple(verdicts[name] for name in context.required)


def _counted(required: tuple[StoreVerdict, ...], context: Context) -> tuple[StoreVerdict, ...]:
    own = tuple(verdict for verdict in required if verdict.store == OWN_CA)
    public = tuple(verdict for verdict in required if verdict.store != OWN_CA)
    if context.policy.trust != "either" or not own or not public:
        return required
    if accepts(own[0]):
        return own
    if any(map(accepts, public)):
        return public
    return required if own[0].code in _NO_WAY_UP else own
