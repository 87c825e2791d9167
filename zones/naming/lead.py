"""What one record says by itself: under which name, and where, a service is to be found."""

from dataclasses import dataclass
from typing import NamedTuple

from zones.target import SkipReason


class Lead(NamedTuple):
    """A name whose certificate is looked at, and where to connect for it."""

    fqdn: str
    """The reference identifier; a wildcard owner keeps its ``*``."""
    name: str
    """Whose addresses are connected to."""
    port: int | None = None
    """None: the policy's ports."""
    starttls: str | None = None
    """None: by port, as the policy has it."""
    accepted: tuple[str, ...] = ()
    """See ``Target.accepted``."""
    hints: tuple[str, ...] = ()
    """Addresses to connect to beside those of the name."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a record names nothing that could be looked at."""

    reason: SkipReason
    detail: str = ""
