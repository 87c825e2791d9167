"""What a source of zones is, which types of it there are, and how one fails.

Needs no library: where zones are only exported, nothing else has to be installed than dnspython.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from zones.endpoint import Endpoint
from zones.naming.rules import Pattern
from zones.zone import Zone

SOURCE_TYPES = {
    "axfr": "zones.axfr:AxfrSource",
    "master_file": "zones.master_file:MasterFileSource",
    "route53": "zones.route53:Route53Source",
    "octodns": "zones.octodns:OctodnsSource",
}
"""The ``type`` of a ``[[source]]`` table, and the model of its keys as ``module:class``; imported
only when it is asked for, so that nobody needs the libraries of sources that he does not use."""


class ZoneSourceError(Exception):
    """A zone could not be had."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what = what
        """Zone, server and cause; holds no volatile number."""
        self.remedy = remedy
        """What to do about it."""

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class ZoneFailure:
    """A zone that a source was to yield and could not."""

    origin: str
    view: str
    server: str
    """As the configuration names it, with its port."""
    error: ZoneSourceError


class ZoneSource(Protocol):
    """Where zones come from: one ``[[source]]`` table of the configuration."""

    @property
    def name(self) -> str:
        """The source's name, and its view's."""

    @property
    def include(self) -> tuple[Pattern, ...]:
        """What an fqdn as a whole has to match one of; empty: every fqdn will do."""

    @property
    def exclude(self) -> tuple[Pattern, ...]:
        """What an fqdn as a whole must not match any of; wins over ``include``."""

    @property
    def nameservers(self) -> tuple[Endpoint, ...]:
        """Who resolves names that leave the transferred zones; empty: the system's."""

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        """Yield each zone, complete, or why it could not be had, in the order of configuration.

        Raises nothing for a zone that fails: the others still come. Raises ZoneSourceError where it
        cannot tell which zones there are, or more of them; that is told of the root, ``.``.
        """
