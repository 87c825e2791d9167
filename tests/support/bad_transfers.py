"""What a DNS server on loopback sends instead of a zone, down to the single octet.

What dnspython would not write is made by hand; the rest is in ``dns_server``.
"""

import socket
import struct
from collections.abc import Callable, Sequence

import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from tests.support.dns_server import Behaviour, answer, apex, framed, host, replay

APEX = b"\xc0\x0c"
"""A compressed name: the question's, which begins behind the header."""
_A, _SOA = 1, 6
_IN, _CH = 1, 3
_HEADER_OCTETS = 12


def record(owner: bytes, rdtype: int, rdata: bytes, rdclass: int = _IN) -> bytes:
    """Return a resource record (RFC 1035 section 4.1.3)."""
    return owner + struct.pack("!HHIH", rdtype, rdclass, 60, len(rdata)) + rdata


def soa(rdclass: int = _IN) -> bytes:
    """Return the zone's SOA record."""
    return record(APEX, _SOA, APEX + APEX + struct.pack("!IIIII", 7, 1, 1, 1, 1), rdclass)


def a(owner: bytes) -> bytes:
    """Return an A record."""
    return record(owner, _A, b"\x7f\0\0\x0b")


def answers(query: dns.message.Message, *records: bytes, flags: int = 0, count: int = 0) -> bytes:
    """Return a message of those records, with its length before it.

    It says that they are as many as ``count``; 0: as many as there are.
    """
    head = struct.pack(
        "!HHHHHH", query.id, dns.flags.QR | dns.flags.AA | flags, 1, count or len(records), 0, 0
    )
    question = query.question[0].name.to_digestable() + struct.pack("!HH", dns.rdatatype.AXFR, _IN)
    wire = head + question + b"".join(records)
    return struct.pack("!H", len(wire)) + wire


def sends(*records: bytes, flags: int = 0, count: int = 0) -> Behaviour:
    """Return the behaviour that answers with one message of those records, and closes."""

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        client.sendall(answers(query, *records, flags=flags, count=count))

    return behave


def behind_the_question(*octets: Callable[[int], bytes]) -> Behaviour:
    """Return the behaviour that sends records which are made for the place where they stand."""

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        records = [soa()]
        for make in octets:
            records.append(make(_place(query, records)))
        client.sendall(answers(query, *records, soa()))

    return behave


def _place(query: dns.message.Message, before: Sequence[bytes]) -> int:
    question = len(query.question[0].name.to_digestable()) + 4
    return _HEADER_OCTETS + question + sum(map(len, before))


def pointer(place: int) -> bytes:
    """Return a compression pointer to that place of the message (RFC 1035 section 4.1.4)."""
    return struct.pack("!H", 0xC000 | place)


loop = behind_the_question(lambda here: a(pointer(here)))
forward = behind_the_question(lambda here: a(pointer(here + 16)))
long_name = behind_the_question(lambda _: a((b"\x3f" + b"x" * 63) * 4 + APEX))
reserved_label = behind_the_question(lambda _: a(b"\x41x" + APEX))
short_address = behind_the_question(lambda _: record(b"\1x" + APEX, _A, b"\x7f\0\0"))
cut_alias = behind_the_question(lambda _: record(b"\1x" + APEX, dns.rdatatype.CNAME, b"\x09x"))
truncated = sends(soa(), a(b"\1x" + APEX), soa(), flags=dns.flags.TC)
notified = sends(soa(), a(b"\1x" + APEX), soa(), flags=dns.opcode.to_flags(dns.opcode.NOTIFY))
more_than_there_is = sends(soa(), a(b"\1x" + APEX), soa(), count=65_535)
chaos = sends(soa(), record(b"\1x" + APEX, dns.rdatatype.TXT, b"\1x", _CH), soa())
soa_of_chaos = sends(soa(_CH), a(b"\1x" + APEX), soa(_CH))
soa_alone_twice = replay(lambda query: [apex(query), apex(query)])


def pointers_in_a_row(client: socket.socket, query: dns.message.Message) -> None:
    """Send a name of a hundred pointers, each to the one before it."""
    here = _place(query, [soa()]) + len(record(b"\1x" + APEX, dns.rdatatype.NULL, b""))
    row = APEX + b"".join(pointer(here + 2 * number) for number in range(99))
    holder = record(b"\1x" + APEX, dns.rdatatype.NULL, row)
    client.sendall(answers(query, soa(), holder, a(pointer(here + 198)), soa()))


def long_names(client: socket.socket, query: dns.message.Message) -> None:
    """Send a whole zone of few octets, in which each name is of a thousand characters."""
    long = record(
        b"\x3f" + b"\xff" * 63 + b"\x3f" + b"\xff" * 63 + b"\x3f" + b"\xff" * 63 + APEX,
        _A,
        bytes(4),
    )
    above = pointer(_place(query, [soa()]))
    names = [a(b"\4%04d" % number + above) for number in range(100)]
    client.sendall(answers(query, soa(), long, *names, soa()))


def cut_in_the_length(client: socket.socket, query: dns.message.Message) -> None:
    """Send the first message, and half of what says how long the next one is."""
    client.sendall(framed(answer(query, [apex(query), host(query)])) + b"\0")


def other_id_midway(client: socket.socket, query: dns.message.Message) -> None:
    """Send a second message that answers another query."""
    client.sendall(framed(answer(query, [apex(query), host(query)])))
    query.id ^= 1
    client.sendall(framed(answer(query, [host(query, "late"), apex(query)])))


def refused_midway(client: socket.socket, query: dns.message.Message) -> None:
    """Send a first message, and then that there is no transfer."""
    client.sendall(framed(answer(query, [apex(query), host(query)])))
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.REFUSED)
    client.sendall(framed(response))


def wrong_type(client: socket.socket, query: dns.message.Message) -> None:
    """Answer a question for the SOA record."""
    other = dns.message.make_query(query.question[0].name, "SOA", id=query.id)
    client.sendall(framed(answer(other, [apex(query), host(query), apex(query)])))


def in_another_section(client: socket.socket, query: dns.message.Message) -> None:
    """Send the zone in the authority section."""
    response = answer(query, [apex(query), host(query), apex(query)])
    response.authority, response.answer = response.answer, []
    client.sendall(framed(response))


def nothing_without_end(client: socket.socket, query: dns.message.Message) -> None:
    """Send messages without a record until the client gives up."""
    client.sendall(framed(answer(query, [apex(query), host(query)])))
    empty = framed(answer(query, [])) * 100
    for _ in range(1_000_000):
        client.sendall(empty)
