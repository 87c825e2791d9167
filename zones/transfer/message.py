"""One message of a zone transfer, read as strictly as targets need and no stricter.

dnspython refuses a message for one record whose rdata is not as its type demands; primaries serve
such records all the same. A TLSA record with a hash too short must not hide a zone's addresses: it
is handed on as the octets that it is.
"""

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import dns.exception
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.wire

from zones.name import name_text
from zones.reading.collector import STRICT
from zones.transfer.tsig import SIGNATURE_ERRORS

READ_ERRORS = (dns.exception.DNSException, ValueError, struct.error)
"""What ``read_message`` raises for a message that is of no use."""

UNSIGNED: Mapping[str, Any] = MappingProxyType({})
# OPT and TSIG are no records of a zone; where one stands among them, dnspython goes no further.
_NEEDED = STRICT | {dns.rdatatype.SOA, dns.rdatatype.OPT, dns.rdatatype.TSIG}
_HEADER = struct.Struct("!HHHHHH")


class Unread(NamedTuple):
    """A record whose rdata could not be read."""

    owner: dns.name.Name
    rdtype: dns.rdatatype.RdataType
    ttl: int
    octets: bytes
    """The rdata."""


@dataclass(frozen=True, slots=True)
class Read:
    """A message, as far as it could be read."""

    message: dns.message.Message
    left_out: tuple[Unread, ...] = ()
    """The records whose rdata could not be read; no target comes from them."""

    @property
    def owners(self) -> Iterator[dns.name.Name]:
        """Of all records in the answer section."""
        yield from (rrset.name for rrset in self.message.answer)
        yield from (each.owner for each in self.left_out)

    @property
    def count(self) -> int:
        """Records in the answer section."""
        return len(self.message.answer) + len(self.left_out)


def read_message(wire: bytes, tsig: Mapping[str, Any] = UNSIGNED) -> Read:
    """Return the message; raises one of READ_ERRORS, of which SIGNATURE_ERRORS are some.

    ``tsig`` is what ``dns.message.from_wire`` takes to verify it with; without that, a signed
    message is of no use. A record that targets or the transfer itself need has to be whole; the
    error names it.
    """
    try:
        return Read(_parsed(wire, tsig))
    except SIGNATURE_ERRORS:
        raise
    except READ_ERRORS as error:
        return _in_part(wire, tsig, error)


def _in_part(wire: bytes, tsig: Mapping[str, Any], error: Exception) -> Read:
    message = _parsed(wire, tsig, continue_on_error=True)
    for fault in message.errors:
        if isinstance(fault.exception, SIGNATURE_ERRORS):
            raise fault.exception
    unread = tuple(_unread(wire, message.answer))
    for each in unread:
        if each.rdtype in _NEEDED:
            what = f"{name_text(each.owner)} {dns.rdatatype.to_text(each.rdtype)}: {error}"
            raise ValueError(what) from error
    if len(message.errors) != len(unread):
        # Not the rdata of records alone is at fault. What dnspython has not read to the end is not
        # in the context of the signatures either: anybody could put it between two messages.
        raise error
    return Read(message, unread)


def _unread(wire: bytes, answer: Iterable[dns.rrset.RRset]) -> Iterator[Unread]:
    """Yield the records of the message that are not in the answer, as far as that could be read."""
    read = Counter((rrset.name, rrset.rdtype) for rrset in answer)
    # Of several at one name and type, those that can be read are those that were.
    for _, record in sorted(_walk(wire), key=lambda placed: not placed[0]):
        key = record.owner, record.rdtype
        if read[key]:
            read[key] -= 1
        else:
            yield record


def _parsed(
    wire: bytes, tsig: Mapping[str, Any], *, continue_on_error: bool = False
) -> dns.message.Message:
    return dns.message.from_wire(
        wire,
        xfr=True,
        multi=True,
        one_rr_per_rrset=True,
        continue_on_error=continue_on_error,
        **tsig,
    )


def _walk(wire: bytes) -> Iterator[tuple[bool, Unread]]:
    """Yield each record of the answer section (RFC 1035 section 4.1.3), after whether it is read.

    That is: whether its rdata is as its type demands.
    """
    parser = dns.wire.Parser(wire)
    _, _, questions, answers, _, _ = parser.get_struct(_HEADER.format)
    for _ in range(questions):
        parser.get_name(decompress=True)
        parser.get_bytes(4)
    for _ in range(answers):
        owner = parser.get_name(decompress=True)
        number, rdclass, ttl, length = parser.get_struct("!HHIH")
        rdtype, start = dns.rdatatype.RdataType.make(number), parser.current
        record = Unread(owner, rdtype, ttl, parser.get_bytes(length))
        yield (
            _is_sound(wire, dns.rdataclass.RdataClass.make(rdclass), rdtype, start, length),
            record,
        )


def _is_sound(
    wire: bytes,
    rdclass: dns.rdataclass.RdataClass,
    rdtype: dns.rdatatype.RdataType,
    start: int,
    length: int,
) -> bool:
    try:
        dns.rdata.from_wire(rdclass, rdtype, wire, start, length)
    except READ_ERRORS:
        return False
    return True
