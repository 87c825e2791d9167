"""What comes out of the zones: targets to scan, and records that name none."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from zones.endpoint import Endpoint
from zones.name import is_below


class RecordRef(NamedTuple):
    """One record of one zone of one view: what a target or a skip is counted by."""

    view: str
    zone: str
    owner: str
    rdtype: str
    rdata: str

    def __str__(self) -> str:
        return f"{self.owner} {self.rdtype} {self.rdata}"


@dataclass(frozen=True, slots=True)
class Target:
    """One (address, port, fqdn) that should speak TLS; no two have the same three."""

    fqdn: str
    """The name as the zone has it; a wildcard owner keeps its ``*``."""
    address: str
    """IPv4 or IPv6 in canonical text form."""
    port: int
    server_name: str
    """What is sent as SNI and is the reference identifier (RFC 9525): the fqdn, or for a wildcard
    owner a probe label under it."""
    zone: str
    """Origin of the zone that owns the fqdn: the longest that matches; where none does, as for a
    mail exchange elsewhere, the first of those that named it."""
    views: tuple[str, ...]
    """Names of the sources that led here, sorted."""
    external: bool
    """Whether, by every record, what is at the address is somebody else's: see
    ``zones.naming.ownership``."""
    records: tuple[RecordRef, ...]
    """The records that named it, sorted."""
    starttls: str = ""
    """How TLS is begun: empty for TLS from the first byte, else one of ``smtp``, ``imap``,
    ``pop3``, ``ftp``, ``ldap``, ``xmpp``, ``xmpp_server``, ``rdp``, ``postgres``."""
    accepted: tuple[str, ...] = ()
    """Further reference identifiers that will do, with a note: of an SRV record its target
    (sorted)."""
    demanded_by: tuple[str, ...] = ()
    """What in DNS says that a mail exchange's clients check its certificate: ``TLSA``, ``MTA-STS``
    (sorted); empty for anything but MX."""
    barred: tuple[str, ...] = ()
    """Further addresses that its records lead to and that are denied, each with the network: of
    each record the first few (sorted)."""

    @property
    def id(self) -> str:
        """Printable and unique: ``fqdn-address-port``, other bytes as ``%XX``."""
        return printable(f"{self.fqdn}-{self.address}-{self.port}")

    @property
    def own_views(self) -> tuple[str, ...]:
        """The views of zones that it is in and that named it, sorted; all of its views: none did.

        A record of another zone, such as an MX record that names somebody else's exchange, has no
        say in what is asked of it.
        """
        own = {ref.view for ref in self.records if is_below(self.fqdn, ref.zone)}
        return tuple(sorted(own)) or self.views

    @property
    def own_zones(self) -> tuple[str, ...]:
        """Its zone; of what is in no transferred zone, all that named it, sorted."""
        if is_below(self.fqdn, self.zone):
            return (self.zone,)
        return tuple(sorted({self.zone, *(ref.zone for ref in self.records)}))

    def __str__(self) -> str:
        return f"{self.fqdn} {Endpoint(self.address, self.port)}"


class SkipReason(StrEnum):
    """Why a record named no target."""

    SERVICE_LABEL = "a label starts with an underscore: a service name, not a host (RFC 8552)"
    NOT_A_HOST_NAME = "holds bytes that cannot be sent as a TLS server name (RFC 6066 section 3)"
    BELOW_DELEGATION = "below a zone cut: glue of a child zone (RFC 1034 section 4.2.1)"
    BELOW_DNAME = "below a DNAME record, which answers in its place (RFC 6672 section 2.4)"
    MALFORMED = "cannot be tested: its rdata is malformed"
    NO_SERVICE = "says that there is no such service (RFC 7505, RFC 2782, RFC 9460 section 2.5.1)"
    UNKNOWN_SERVICE = "of a service that zonecert does not know, or cannot begin TLS with"
    NO_TLS = "of a service that has no TLS"
    NOT_TCP = "of another transport than TCP"
    NO_PORT = "names no port that anything could listen on"
    BESIDE_ALIAS = "beside a record in AliasMode, which counts alone (RFC 9460 section 2.4.1)"
    INCOMPATIBLE = "demands what zonecert does not speak (RFC 9460 sections 7.1 and 8)"
    CNAME_LOOP = "the chain of aliases loops or is longer than 16 links"
    DANGLING = "leads to a name without addresses"
    UNRESOLVED = "the name that it leads to could not be resolved"
    FILTERED = "left out by the configuration"
    DENIED = "leads into a denied network"
    EXTERNAL = "EXCLUDED: external"


@dataclass(frozen=True, slots=True)
class Skipped:
    """One record that named no target, and why."""

    record: RecordRef
    reason: SkipReason
    detail: str = ""
    """Which name, address, rule or error, where the reason alone does not say it."""
    denied_by: str = ""
    """Of DENIED the network of the deny list."""

    @property
    def why(self) -> str:
        """The reason, and of DENIED the network."""
        return f"{self.reason} ({self.denied_by})" if self.denied_by else self.reason.value


def printable(text: str) -> str:
    """Return the text with every byte outside ``[A-Za-z0-9._*:-]`` as ``%XX``.

    Injective, so that distinct names stay distinct test ids; no backslash, which pytest doubles.
    """
    return re.sub(
        rb"[^A-Za-z0-9._*:-]", lambda byte: b"%%%02X" % byte.group()[0], text.encode()
    ).decode("ascii")
