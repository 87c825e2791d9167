"""All sources of a run made into one inventory; one bad zone never hides the others."""

from dataclasses import dataclass
from datetime import datetime

from zones.target import Skipped, Target


@dataclass(frozen=True, slots=True)
class ZoneResult:
    """What came of one zone of one source."""

    origin: str
    view: str
    server: str
    """As ``address:port``."""
    serial: int | None = None
    """None where the transfer failed."""
    record_count: int = 0
    """A, AAAA and CNAME records: each of them ends as targets or as one skip."""
    transferred_at: datetime | None = None
    authenticated: bool = False
    error: str = ""
    """Why the transfer failed: server, zone, cause; empty where it did not."""
    remedy: str = ""
    """What to do about the error."""
    uncovered: tuple[str, ...] = ()
    """Delegated child zones that no source transfers, sorted."""

    @property
    def id(self) -> str:
        """Printable test id: the origin, with ``@view`` free of it; unique by (origin, view)."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a run looks at; made once, by the controller."""

    zones: tuple[ZoneResult, ...]
    """In the order of the configuration."""
    targets: tuple[Target, ...]
    """Each once; neighbours on different addresses where that can be had."""
    skips: tuple[Skipped, ...]
    """Sorted by record."""
    judged_at: datetime
    """Aware, UTC: when this run started; certificates are judged at this moment."""
