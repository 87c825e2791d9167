"""One zone transfer (RFC 5936) over a connection of its own, with a deadline and caps.

dnspython parses the messages and holds the protocol's state; the connection is ours, because no
limit of dnspython's ends a transfer in which now and then a byte arrives, and it has no XoT.
"""

import ssl
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from socket import socket
from time import monotonic

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.xfr

from zones.endpoint import Endpoint
from zones.name import name_text
from zones.reading.collector import Collector
from zones.transfer.connection import NO_DNS, connect
from zones.transfer.failure import TransferFailure
from zones.transfer.message import READ_ERRORS, Read, read_message
from zones.transfer.stream import LOG, Limits, Stream
from zones.transfer.tls import Tls, shake_hands, tls_failure, wrapped
from zones.transfer.tsig import Key
from zones.transfer.verifier import Verifier
from zones.zone import Record

_HEADER_BYTES = 12
_SOA_RECORDS = 2
"""One at the beginning and the same at the end."""

_ALLOW = (
    "allow this host in the server's allow-transfer, or set tsig to the key that the server wants"
)
_AUTHORITY = "ask a primary or secondary server of the zone, and look at the zone's spelling"
_AUTHORITY_OR_ALLOW = (
    f"{_AUTHORITY}; Knot and PowerDNS say so too unless they allow this host, or the key (tsig)"
)
_LOADED = "look in the server's log whether the zone is loaded and has not expired"
_TIMEOUT = "look at the server's load and its firewall, or raise transfer_timeout"
_MALFORMED = (
    "look at the server's zone data for a malformed record, and whether it speaks DNS at all"
)
_AGAIN = "run again, and look whether the zone is changed all the time"
_DATA = "remove that record from the zone's data, and look which zone the server has loaded"

_RCODES = {
    dns.rcode.REFUSED: ("refuses the zone transfer (REFUSED)", _ALLOW),
    dns.rcode.NOTAUTH: ("is not authoritative for the zone (NOTAUTH)", _AUTHORITY_OR_ALLOW),
    dns.rcode.NXDOMAIN: ("does not know the zone (NXDOMAIN)", _AUTHORITY),
    dns.rcode.SERVFAIL: ("cannot serve the zone (SERVFAIL)", _LOADED),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How a server is asked for a zone."""

    limits: Limits
    key: Key | None = None
    """What query and answers are signed with (RFC 8945); None: they are not."""
    tls: Tls | None = None
    """None: all runs in the clear."""
    source_address: str = ""
    """IP address that the connection comes from; empty: as the system chooses."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A complete transfer."""

    server: Endpoint
    """The address that answered, where several were tried."""
    serial: int
    records: tuple[Record, ...]
    """Sorted, each once."""
    other_owners: tuple[str, ...]
    """See ``Zone.other_owners``."""


def transfer(
    origin: dns.name.Name, server: Endpoint, terms: Terms, collecting: type[Collector] = Collector
) -> Transfer:
    """Return the zone as the server has it; raises TransferFailure for anything less.

    ``collecting`` decides which records are kept.
    """
    deadline = monotonic() + terms.limits.seconds
    connection, answering = _connected(server, terms, deadline)
    with closing(connection):
        collector = collecting(origin)
        stream = Stream(connection, deadline, terms.limits)
        try:
            _run(stream, collector, terms.key)
        except TimeoutError as error:
            what = "stalled midway" if stream.began else "sent no answer"
            seconds = f"{terms.limits.seconds:g} s"
            raise TransferFailure(f"{what}: over after {seconds}", _TIMEOUT) from error
        except OSError as error:
            if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
                raise tls_failure(error, server.host) from error
            raise stream.cut_off from error
    return Transfer(answering, collector.serial, collector.records(), collector.other_owners())


def _connected(server: Endpoint, terms: Terms, deadline: float) -> tuple[socket, Endpoint]:
    """Return a connection, over TLS where the terms say so, and the address that let it in."""
    tls = terms.tls
    if tls is None:
        return connect(server, terms.source_address, deadline, lambda plain: plain)
    connection, answering = connect(
        server, terms.source_address, deadline, lambda plain: wrapped(plain, tls, server.host)
    )
    connection.settimeout(max(0.001, deadline - monotonic()))
    shake_hands(connection, tls, server.host)
    return connection, answering


def _run(stream: Stream, collector: Collector, key: Key | None) -> None:
    query = dns.message.make_query(collector.origin, dns.rdatatype.AXFR, flags=0)
    if key is not None:
        query.use_tsig(key)
    stream.send(query.to_wire())
    reader = read_message if key is None else Verifier(key, query).read
    with dns.xfr.Inbound(collector) as inbound:
        for wire in stream.messages():
            _check_header(wire, query.id)
            is_over = _process(_read(wire, reader), inbound, collector)
            stream.check(collector.count, collector.characters)
            if is_over:
                return


def _read(wire: bytes, reader: Callable[[bytes], Read]) -> Read:
    try:
        return reader(wire)
    except READ_ERRORS as error:
        what = f"sent a message that cannot be parsed ({error})"
        raise TransferFailure(what, _MALFORMED) from error


def _process(read: Read, inbound: dns.xfr.Inbound, collector: Collector) -> bool:
    """Tell whether that message was the last one of the transfer."""
    collector.count += read.count
    for unread in read.left_out:
        collector.note(*unread)
    try:
        done = inbound.process_message(read.message)
    except dns.xfr.TransferError as error:
        raise _refusal(read.message.rcode()) from error
    except (dns.exception.DNSException, ValueError) as error:
        if any(_is_another_soa(rrset, inbound) for rrset in read.message.answer):
            raise TransferFailure("changed the zone while it sent it", _AGAIN) from error
        raise TransferFailure(f"sent what is not a zone ({error})", _AUTHORITY) from error
    # dnspython leaves such records out, and half a zone would look like the whole.
    for owner in read.owners:
        _require_inside(owner, collector.origin)
    if done and collector.count == _SOA_RECORDS:
        # A zone has NS records at its apex at least (RFC 1034 section 4.2.1).
        raise TransferFailure("sent nothing but the zone's SOA record", _LOADED)
    return done


def _is_another_soa(rrset: dns.rrset.RRset, inbound: dns.xfr.Inbound) -> bool:
    """Tell whether that is the zone's SOA record, and not as it was at the beginning."""
    is_soa = rrset.rdtype == dns.rdatatype.SOA and rrset.name == inbound.origin
    return is_soa and inbound.soa_rdataset is not None and rrset != inbound.soa_rdataset


def _require_inside(owner: dns.name.Name, origin: dns.name.Name) -> None:
    # The labels alone tell of nearly every name, and dnspython takes long to compare.
    inside = owner.labels[-len(origin.labels) :] == origin.labels or owner.is_subdomain(origin)
    if not inside:
        what = f"sent a record of {name_text(owner)}, which lies outside of the zone"
        raise TransferFailure(what, _DATA)


def _refusal(rcode: dns.rcode.Rcode) -> TransferFailure:
    text = dns.rcode.to_text(rcode)
    return TransferFailure(*_RCODES.get(rcode, (f"answers {text} to AXFR", LOG)))


def _check_header(wire: bytes, query_id: int) -> None:
    if len(wire) < _HEADER_BYTES:
        raise TransferFailure("sent a message that is too short for DNS", NO_DNS)
    number, flags = struct.unpack_from("!HH", wire)
    if number != query_id:
        raise TransferFailure("sent a message with another id than the query's", NO_DNS)
    if not flags & dns.flags.QR or dns.opcode.from_flags(flags) != dns.opcode.QUERY:
        raise TransferFailure("sent a message that is not an answer to the query", NO_DNS)
    if flags & dns.flags.TC:
        # RFC 5936 section 2.2.1 has it 0; who sets it says that records are missing.
        raise TransferFailure("sent a message that is truncated, as it says itself (TC)", LOG)
