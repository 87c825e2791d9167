"""Which of the certificates sent lie on a path from the leaf."""

from collections.abc import Collection, Iterator
from functools import lru_cache

from checks.context import Context
from checks.evidence import Certificate, Chain

_STEPS = 10_000  # of a search that is exponential for chains made to be


@lru_cache(maxsize=16)
def store_paths(chain: Chain, context: Context) -> tuple[tuple[Certificate, ...], ...]:
    """Return the paths that required stores found, leaf first and anchor last, each once."""
    paths = (
        verdict.path
        for verdict in chain.stores
        if verdict.store in context.required and verdict.path
    )
    return tuple(dict.fromkeys(paths))


def paths(chain: Chain, context: Context) -> tuple[tuple[Certificate, ...], ...]:
    """Return the paths that required stores found, or else the one through what was sent."""
    sent = tuple(chain.certificates[place] for place in sent_path(chain))
    return store_paths(chain, context) or (sent,)


def below_anchors(chain: Chain, context: Context) -> tuple[Certificate, ...]:
    """Return the certificates on the paths, that which each path ends in left out.

    A certificate may be an anchor to one store and an intermediate on another's path. Where no
    store found a path nothing is an anchor.
    """
    found = store_paths(chain, context)
    every = [path[:-1] for path in found] if found else paths(chain, context)
    return tuple(dict.fromkeys(certificate for path in every for certificate in path))


def sent_path(chain: Chain) -> tuple[int, ...]:
    """Return the positions of one path through what was sent, as far up as it goes.

    Of several issuers of a certificate the one that was sent first is taken.
    """
    path = [0]
    while above := _issuers_above(chain, tuple(path)):
        path.append(above[0])
    return tuple(path)


def reachable(chain: Chain, start: Collection[int] = (0,)) -> frozenset[int]:
    """Return the positions of all certificates on any path from those, by default from the leaf."""
    seen, waiting = set(start), list(start)
    while waiting:
        new = set(_issuers(chain, waiting.pop())) - seen
        seen |= new
        waiting += new
    return frozenset(seen)


def has_ordered_path(chain: Chain) -> bool:
    """Tell whether some path, followed as far up as it goes, was sent in order.

    True as well for a chain so tangled that the search was given up.
    """
    for step, path in enumerate(_ordered_paths(chain)):
        if step >= _STEPS or not _issuers_above(chain, path):
            return True
    return False


def _ordered_paths(chain: Chain) -> Iterator[tuple[int, ...]]:
    waiting: list[tuple[int, ...]] = [(0,)]
    while waiting:
        path = waiting.pop()
        yield path
        waiting += [(*path, up) for up in _issuers_above(chain, path) if up > path[-1]]


def _issuers_above(chain: Chain, path: tuple[int, ...]) -> tuple[int, ...]:
    # By content, not by position: a duplicate leads nowhere new.
    passed = {chain.certificates[place].sha256 for place in path}
    return tuple(
        up for up in _issuers(chain, path[-1]) if chain.certificates[up].sha256 not in passed
    )


def _issuers(chain: Chain, place: int) -> tuple[int, ...]:
    # Where nobody's key made the signature, those of the issuer's name: that the signature is wrong
    # is for trust to tell, and makes the others neither unrelated nor rightly ordered.
    issued = chain.certificates[place]
    if chain.issuers[place] or issued.self_signed or not issued.issuer:
        return chain.issuers[place]
    return tuple(
        up
        for up, other in enumerate(chain.certificates)
        if up != place and other.subject == issued.issuer
    )
