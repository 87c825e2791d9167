"""One zone transfer (RFC 5936) over a TCP connection, with a deadline and caps of its own.

dnspython parses the messages and holds the protocol's state; the connection is ours, because no
limit of dnspython's ends a transfer in which now and then a byte arrives.
"""

import errno
import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from time import monotonic

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.xfr

from zones.collector import Collector
from zones.endpoint import Endpoint
from zones.message import READ_ERRORS, read_message
from zones.zone import Record

_CONNECT_SECONDS = 10
_HEADER_BYTES = 12

_REACH = "mend server in the configuration, or the network between here and it"
_ALLOW = "allow this host in the server's allow-transfer"
_AUTHORITY = "ask a primary or secondary server of the zone, and look at the zone's spelling"
_LOADED = "look in the server's log whether the zone is loaded and has not expired"
_TIMEOUT = "look at the server's load and its firewall, or raise transfer_timeout"
_LOG = "look at the server's log for the transfer, and at middleboxes between here and it"
_MALFORMED = (
    "look at the server's zone data for a malformed record, and whether it speaks DNS at all"
)
_NO_DNS = "look whether a DNS server answers TCP at that address and port"

_RCODES = {
    dns.rcode.REFUSED: ("refuses the zone transfer (REFUSED)", _ALLOW),
    dns.rcode.NOTAUTH: ("is not authoritative for the zone (NOTAUTH)", _AUTHORITY),
    dns.rcode.NXDOMAIN: ("does not know the zone (NXDOMAIN)", _AUTHORITY),
    dns.rcode.SERVFAIL: ("cannot serve the zone (SERVFAIL)", _LOADED),
}
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one transfer may take."""

    seconds: float
    """From connecting to the last byte."""
    records: int
    """Of all types."""
    octets: int


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


class TransferFailure(Exception):  # noqa: N818 - ours alone: AxfrError is what leaves the floor
    """Why there was no complete transfer: what the server did, and what to do about it."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause, remedy)
        self.cause = cause
        """The rest of a sentence that begins with the server."""
        self.remedy = remedy


def transfer(origin: dns.name.Name, server: Endpoint, limits: Limits) -> Transfer:
    """Return the zone as the server has it; raises TransferFailure for anything less.

    Looking up a server's host name is the system's business and bounded by its resolver only.
    """
    deadline = monotonic() + limits.seconds
    connection, answering = _connect(server, deadline)
    with closing(connection):
        collector = Collector(origin)
        stream = _Stream(connection, deadline, limits)
        try:
            _run(stream, collector)
        except TimeoutError as error:
            what = "stalled midway" if stream.began else "sent no answer"
            raise TransferFailure(f"{what}: over after {limits.seconds:g} s", _TIMEOUT) from error
        except OSError as error:
            raise TransferFailure(stream.cut_off, _LOG) from error
    return Transfer(answering, collector.serial, collector.records(), collector.other_owners())


def connect_failure(error: OSError) -> TransferFailure:
    """Return the words for an error of looking up or connecting."""
    match error:
        case socket.gaierror():
            return TransferFailure("is an unknown host", _REACH)
        case ConnectionRefusedError():
            return TransferFailure("refuses the connection", _NO_DNS)
        case TimeoutError():
            return TransferFailure("does not answer (timed out connecting)", _REACH)
        case OSError(errno=number) if number in _NO_ROUTE:
            return TransferFailure("cannot be reached: there is no route to it", _REACH)
        case _:
            return TransferFailure(f"cannot be connected to ({error.strerror or error})", _REACH)


def _connect(server: Endpoint, deadline: float) -> tuple[socket.socket, Endpoint]:
    """Return a connection, and the address that let it in."""
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise connect_failure(socket.gaierror(*error.args)) from error
    failure: OSError = TimeoutError()
    for index, (*_, address) in enumerate(found):
        share = max(0.001, (deadline - monotonic()) / (len(found) - index))
        host, port = str(address[0]), server.port
        try:
            connection = socket.create_connection((host, port), min(_CONNECT_SECONDS, share))
        except OSError as error:
            failure = error
        else:
            # Not getpeername: that fails where the server has broken the connection off by now.
            return connection, Endpoint(host, port)
    raise connect_failure(failure) from failure


def _run(stream: "_Stream", collector: Collector) -> None:
    query = dns.message.make_query(collector.origin, dns.rdatatype.AXFR, flags=0)
    stream.send(query.to_wire())
    with dns.xfr.Inbound(collector) as inbound:
        for wire in stream.messages():
            if _process(wire, query.id, inbound, collector):
                return
            stream.check(collector.count)


def _process(wire: bytes, query_id: int, inbound: dns.xfr.Inbound, collector: Collector) -> bool:
    """Tell whether that message was the last one of the transfer."""
    _check_header(wire, query_id)
    try:
        read = read_message(wire)
    except READ_ERRORS as error:
        raise TransferFailure(
            f"sent a message that cannot be parsed ({error})", _MALFORMED
        ) from error
    collector.count += read.count
    for unread in read.left_out:
        collector.note(*unread)
    try:
        return inbound.process_message(read.message)
    except dns.xfr.TransferError as error:
        raise _refusal(read.message.rcode()) from error
    except (dns.exception.DNSException, ValueError) as error:
        raise TransferFailure(f"sent what is not a zone ({error})", _AUTHORITY) from error


def _refusal(rcode: dns.rcode.Rcode) -> TransferFailure:
    text = dns.rcode.to_text(rcode)
    return TransferFailure(*_RCODES.get(rcode, (f"answers {text} to AXFR", _LOG)))


def _check_header(wire: bytes, query_id: int) -> None:
    if len(wire) < _HEADER_BYTES:
        raise TransferFailure("sent a message that is too short for DNS", _NO_DNS)
    number, flags = struct.unpack_from("!HH", wire)
    if number != query_id:
        raise TransferFailure("sent a message with another id than the query's", _NO_DNS)
    if not flags & dns.flags.QR or dns.opcode.from_flags(flags) != dns.opcode.QUERY:
        raise TransferFailure("sent a message that is not an answer to the query", _NO_DNS)


class _Stream:
    """Messages with their two-byte length (RFC 1035 section 4.2.2), until the deadline."""

    def __init__(self, connection: socket.socket, deadline: float, limits: Limits) -> None:
        self._connection = connection
        self._deadline = deadline
        self._limits = limits
        self._octets = 0

    @property
    def began(self) -> bool:
        """Whether anything has come at all."""
        return self._octets > 0

    @property
    def cut_off(self) -> str:
        """What the server did, if the connection has ended."""
        return f"closed the connection {'midway' if self.began else 'without an answer'}"

    def send(self, wire: bytes) -> None:
        self._connection.settimeout(self._remaining())
        self._connection.sendall(struct.pack("!H", len(wire)) + wire)

    def messages(self) -> Iterator[bytes]:
        """Yield what the server sends; ends by an exception only, as nothing marks the end."""
        while True:
            (length,) = struct.unpack("!H", self._exactly(2))
            yield self._exactly(length)

    def check(self, records: int) -> None:
        """Raise TransferFailure where the transfer has outgrown its limits."""
        if records > self._limits.records:
            raise TransferFailure(
                f"sent more than {self._limits.records} records",
                "raise max_records if the zone is that large",
            )
        if self._octets > self._limits.octets:
            raise TransferFailure(
                f"sent more than {self._limits.octets} bytes",
                "raise max_bytes if the zone is that large",
            )

    def _exactly(self, count: int) -> bytes:
        parts = []
        while count > 0:
            self._connection.settimeout(self._remaining())
            part = self._connection.recv(count)
            if not part:
                raise TransferFailure(self.cut_off, _LOG)
            parts.append(part)
            count -= len(part)
            self._octets += len(part)
        return b"".join(parts)

    def _remaining(self) -> float:
        remaining = self._deadline - monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining
