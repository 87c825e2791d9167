"""What a zone transfer yields: records and the zone that holds them."""

from dataclasses import dataclass
from datetime import datetime

ALIASES = {"ALIAS": "", "ALIAS-A": "ipv4", "ALIAS-AAAA": "ipv6"}
"""Types that stand in no RFC, and the one family of addresses that each yields, or all of them.

The provider answers with the addresses of another name, whereas a CNAME would show that name: so it
may stand at an apex and beside other records (Route 53's alias records, octoDNS's ALIAS)."""


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One resource record (RFC 1035 section 3.2.1), in the form that every source yields.

    Names are absolute, lower-case, with A-labels and no trailing dot; bytes that are no host name
    characters keep the escapes of RFC 1035 section 5.1.
    """

    owner: str
    rdtype: str
    """Upper-case mnemonic, such as ``AAAA``; or one of ``ALIASES``."""
    rdata: str
    """A, AAAA: the address in its canonical text form. CNAME, DNAME, NS and ``ALIASES``: the name
    that it points at.

    MX, SRV, SVCB, HTTPS, TLSA, TXT: as in a master file, single spaces, each name in the form
    above, the root as ``.``: ``10 mail.company.com``, ``1 . alpn="h2"``, ``3 1 1 00ff``. Rdata of
    these that is malformed: RFC 3597's ``\\# 2 00ff``."""
    ttl: int
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One complete zone as one source holds it; half a zone is never made into one."""

    origin: str
    """The apex name; the root zone is the empty string."""
    serial: int
    """Of the SOA record (RFC 1035 section 3.3.13); 0 where the source tells none."""
    records: tuple[Record, ...]
    """Sorted; of the types that targets are derived from: A, AAAA, CNAME, DNAME, NS, ``ALIASES``,
    MX, SRV, SVCB, HTTPS, TLSA, and TXT at names that begin with ``_mta-sts``."""
    view: str
    """Name of the source that it came from."""
    server: str
    """The server that answered, as ``address:port``, as reports show it."""
    transferred_at: datetime
    """End of the transfer, aware, UTC."""
    authenticated: bool | None = None
    """Whether the transfer was signed with TSIG (RFC 8945); None: there was no transfer to sign."""
    other_owners: tuple[str, ...] = ()
    """Owner names that hold records of other types only, sorted: they exist, so that a wildcard
    does not cover them (RFC 4592 section 2.2.2)."""
    members: tuple[str, ...] = ()
    """Of a catalog zone (RFC 9432) the apex names of the zones that it lists, sorted; such a zone
    names no host, and has no records here. Empty for any other."""
