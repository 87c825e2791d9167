"""What the configuration has to say of which targets there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from zones.naming.ownership import Network, Ownership
from zones.naming.service import STARTTLS_BY_PORT
from zones.reading.rdata import SERVICE_TYPES


class Pattern(Protocol):
    """What a name may match; an ``Expression`` of the configuration."""

    @property
    def pattern(self) -> str:
        """The pattern as it is written."""

    def fullmatch(self, string: str, /) -> object:
        """Return what is true where the whole text matches."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What one source leaves out."""

    include: tuple[Pattern, ...] = ()
    """Empty: everything."""
    exclude: tuple[Pattern, ...] = ()

    def rule_against(self, fqdn: str) -> str:
        """Return the rule that leaves the fqdn out; empty where it is looked at."""
        for pattern in self.exclude:
            if pattern.fullmatch(fqdn):
                return f"exclude {pattern.pattern}"
        if self.include and not any(pattern.fullmatch(fqdn) for pattern in self.include):
            return "no include matches"
        return ""


@dataclass(frozen=True, slots=True)
class Rules:
    """The callables take (zone, fqdn, address, view)."""

    ports_for: Callable[[str, str, str, str], tuple[int, ...]] = lambda *_: (443,)
    starttls_for: Callable[[str, str, str, str], Mapping[int, str]] = lambda *_: STARTTLS_BY_PORT
    """How TLS is begun on ports of which no record says it; on the others from the first byte."""
    starttls_ports: frozenset[int] = frozenset(STARTTLS_BY_PORT)
    """All ports that any of those tables has."""
    external_for: Callable[[str, str, str, str], Literal["test", "tell", "skip"]] = lambda *_: (
        "test"
    )
    external_addresses: int = 2
    ownership: Ownership = field(default_factory=Ownership)
    """What sharpens who is external."""
    deny: tuple[Network, ...] = ()
    """Networks whose addresses never become targets, whoever names them."""
    max_targets: int = 1_000_000
    """Records multiply: a thousand aliases of a name with a thousand addresses are as many."""
    families: tuple[str, ...] = ("ipv4", "ipv6")
    services: frozenset[str] = SERVICE_TYPES
    """The types of service records that are followed."""
    wildcard_names: tuple[str, ...] = ()
    """Names known to exist under a wildcard, lower-case, without a trailing dot."""
    filters: Mapping[str, Filter] = field(default_factory=dict)
    """By view; ``take_inventory`` takes them from the sources."""
