"""Who runs what a record leads to, as far as the configuration and the zones say; pure.

There is one notion, *external*: somebody else's server, whoever mends its certificate.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import translate
from ipaddress import IPv4Network, IPv6Network

from zones.naming.order import ip

Network = IPv4Network | IPv6Network


def name_pattern(text: str) -> str:
    """Return a name with the wildcards of a shell as it is kept; ``*`` stands for dots too.

    Raises ValueError for what no name could match.
    """
    name = text.lower().rstrip(".")
    if not name or not name.isascii() or not name.isprintable() or {*" /"} & {*name}:
        raise ValueError(
            f"{text!r} is no name or wildcard of names; write cdn.example.net or"
            " *.cloudfront.net, with A-labels (xn--...)"
        )
    return name


@dataclass(frozen=True, slots=True)
class Ownership:
    """What is known to be the organisation's own, and what to be a third party's."""

    owned: tuple[Network, ...] = ()
    """None given: whether a name leaves the transferred zones decides."""
    third_party: tuple[str, ...] = ()
    """As ``name_pattern`` has them: lower-case, without a trailing dot."""
    _third_party: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make one expression of all wildcards: there may be very many names to match."""
        patterns = "|".join(map(translate, self.third_party))
        object.__setattr__(self, "_third_party", re.compile(patterns) if patterns else None)

    @property
    def says_nothing(self) -> bool:
        """Whether the zones alone decide."""
        return not self.owned and not self.third_party

    def third_party_among(self, names: Iterable[str]) -> str:
        """Return the first of the names that is a third party's; empty where none is."""
        expression = self._third_party
        return next((name for name in names if expression and expression.match(name)), "")

    def owns(self, address: str) -> bool:
        """Tell whether the address lies in a network that is the organisation's own."""
        return any(ip(address) in network for network in self.owned)
