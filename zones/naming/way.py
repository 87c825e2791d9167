"""One way from a record to an address and a port, or to an address that is denied."""

from typing import NamedTuple

from zones.naming.lead import Lead
from zones.target import RecordRef


class Barred(NamedTuple):
    """One record's way to a denied address."""

    address: str
    network: str
    """Of the deny list."""
    zone: str
    """Origin of the record's zone."""

    def __str__(self) -> str:
        return f"{self.address} ({self.network})"


class Way(NamedTuple):
    """One record's way to one (address, port)."""

    address: str
    port: int
    ref: RecordRef
    lead: Lead
    zone: str
    """Origin of the zone that owns the lead's fqdn, else of the record's."""
    starttls: str
    external: bool
    """Whether it leads to what is not the organisation's own."""
    barred: tuple[str, ...] = ()
    """Where its record would lead as well, were that not denied: see ``Target.barred``."""

    @property
    def rank(self) -> tuple[bool, RecordRef]:
        """Whose word on how TLS is begun counts: the least's."""
        return self.lead.starttls is None, self.ref


class Course(NamedTuple):
    """How a record's addresses are come by."""

    starts: tuple[str, ...] = ()
    """See ``Reached.starts``; none: its own name."""
    outside: tuple[str, ...] = ()
    """The names on the way that no transferred zone holds."""
