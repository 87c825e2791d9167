"""DNS servers on loopback that misbehave in a known way."""

import socket
import socketserver
import ssl
import struct
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rrset
import dns.tsig

from zones.endpoint import Endpoint

_POLL = 0.02

Behaviour = Callable[[socket.socket, dns.message.Message], None]
Answering = Callable[[dns.message.Message], dns.message.Message | None]

Page = Callable[[dns.message.Message], Sequence[str | dns.rrset.RRset]]
"""What one message holds, for a query."""

SOA = "3600 IN SOA ns.invalid. hostmaster.invalid. 7 3600 600 86400 300"


@contextmanager
def tcp_server(
    behave: Behaviour, key: dns.tsig.Key | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Run a server that reads a query per connection and then behaves; yield its address:port.

    With a key it verifies signed queries, and signs the answers; without, it ignores signatures.
    """

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), self.client() as client:
                (length,) = struct.unpack("!H", _read(client, 2))
                query = dns.message.from_wire(_read(client, length), keyring=key or False)
                behave(client, query)

        def client(self) -> socket.socket:
            """Return the connection, over TLS where there is any; its end is ours to close."""
            return tls.wrap_socket(self.request, server_side=True) if tls else self.request

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server, _serving(server):
        yield f"127.0.0.1:{server.server_address[1]}"


@contextmanager
def udp_server(answering: Answering) -> Iterator[str]:
    """Run a server that answers each query so, or not at all for None; yield its address:port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sender = self.request
            answer = answering(dns.message.from_wire(data))
            if answer is not None:
                sender.sendto(answer.to_wire(), self.client_address)

    class Server(socketserver.ThreadingUDPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server, _serving(server):
        yield f"127.0.0.1:{server.server_address[1]}"


@contextmanager
def unanswering_port() -> Iterator[str]:
    """Yield the address:port of a listener that lets no more connections in."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        place = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for connection in waiting:
            connection.setblocking(False)
            connection.connect_ex(place)
        try:
            yield f"127.0.0.1:{place[1]}"
        finally:
            for connection in waiting:
                connection.close()


def answer(
    query: dns.message.Message, records: Iterable[str | dns.rrset.RRset]
) -> dns.message.Message:
    """Return an answer with those records, each by itself.

    Each is a line of a primary file, or what no such line can say.
    """
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    for line in records:
        if isinstance(line, dns.rrset.RRset):
            response.answer.append(line)
            continue
        owner, ttl, _, rdtype, rdata = line.split(" ", 4)
        response.answer.append(dns.rrset.from_text(owner, int(ttl), "IN", rdtype, rdata))
    return response


def framed(message: dns.message.Message) -> bytes:
    """Return the message with its length before it, as TCP carries it."""
    wire = message.to_wire(max_size=65535)
    return struct.pack("!H", len(wire)) + wire


def apex(query: dns.message.Message) -> str:
    """Return the SOA record of the zone that was asked for."""
    return f"{query.question[0].name} {SOA}"


def host(query: dns.message.Message, label: str = "www") -> str:
    """Return an A record of that zone."""
    return f"{label}.{query.question[0].name} 3600 IN A 192.0.2.1"


def replay(*messages: Page) -> Behaviour:
    """Return the behaviour that answers with those messages and then closes the connection."""

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        for message in messages:
            client.sendall(framed(answer(query, message(query))))

    return behave


def signed(
    *messages: Page,
    unsigned: Collection[int] = (),
    damaged: Collection[int] = (),
) -> Behaviour:
    """Return the behaviour that answers with those messages, signed as one transfer.

    ``unsigned`` are the places of messages that the next signature covers (RFC 8945 section 5.3.1),
    ``damaged`` of those whose records live longer than was signed.
    """

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        context = None
        for place, records in enumerate(messages):
            message = answer(query, records(query))
            if place in unsigned:
                message.tsig = None
                wire = message.to_wire(max_size=65535)
                if context is not None:
                    context.update(wire)
            else:
                wire = message.to_wire(max_size=65535, multi=True, tsig_ctx=context)
                context = message.tsig_ctx
            if place in damaged:
                wire = _relived(wire)
            client.sendall(struct.pack("!H", len(wire)) + wire)

    return behave


def relay(server: Endpoint) -> Behaviour:
    """Return the behaviour that hands the query on to another server, and back what that says."""

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        assert query.wire is not None
        with socket.create_connection((server.host, server.port)) as behind:
            behind.sendall(struct.pack("!H", len(query.wire)) + query.wire)
            while part := behind.recv(65536):
                client.sendall(part)

    return behave


def tsig_error(code: dns.rcode.Rcode) -> Behaviour:
    """Return the behaviour that answers with that error in an unsigned TSIG record (5.2)."""

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        response = dns.message.make_response(query, tsig_error=code)
        response.set_rcode(dns.rcode.NOTAUTH)
        client.sendall(framed(response))

    return behave


def signed_at(seconds_from_now: int) -> Behaviour:
    """Return the behaviour that answers with a zone that was signed at another time."""

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        message = answer(query, [apex(query), host(query), apex(query)])
        assert message.tsig is not None
        record, message.tsig = message.tsig[0], None
        moment = int(time.time()) + seconds_from_now
        sign: Any = dns.tsig.sign
        stamped, _ = sign(message.to_wire(), query.keyring, record, moment, query.mac)
        message.tsig = dns.rrset.from_rdata(query.keyring.name, 0, stamped)
        message.want_tsig_sign = False
        client.sendall(framed(message))

    return behave


def rcode(code: dns.rcode.Rcode) -> Behaviour:
    """Return the behaviour that answers with that code and no records."""

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        response = dns.message.make_response(query)
        response.set_rcode(code)
        client.sendall(framed(response))

    return behave


complete = replay(lambda query: [apex(query), host(query), apex(query)])
no_soa = replay(lambda query: [host(query), apex(query)])
empty_answer = replay(lambda _: [])
after_final_soa = replay(lambda query: [apex(query), host(query), apex(query), host(query, "late")])
cut_midway = replay(lambda query: [apex(query), host(query)])


def cut_in_a_message(client: socket.socket, query: dns.message.Message) -> None:
    """Send half of the second message."""
    client.sendall(framed(answer(query, [apex(query), host(query)])))
    client.sendall(framed(answer(query, [host(query, "half"), apex(query)]))[:20])


def silent(client: socket.socket, _: dns.message.Message) -> None:
    """Say nothing until the client gives up."""
    _until_closed(client)


def stall(client: socket.socket, query: dns.message.Message) -> None:
    """Fall silent after the first message until the client gives up."""
    cut_midway(client, query)
    _until_closed(client)


def drip(client: socket.socket, query: dns.message.Message) -> None:
    """Send a byte now and then until the client gives up."""
    client.settimeout(_POLL)
    for byte in framed(answer(query, [apex(query)] + [host(query, f"h{n}") for n in range(99)])):
        try:
            if not client.recv(1):
                return
        except TimeoutError:
            client.sendall(bytes([byte]))


def endless(client: socket.socket, query: dns.message.Message) -> None:
    """Send records until the client gives up."""
    client.sendall(framed(answer(query, [apex(query)])))
    page = framed(answer(query, [host(query, f"h{number}") for number in range(200)]))
    for _ in range(100_000):
        client.sendall(page)


def garbage(client: socket.socket, _: dns.message.Message) -> None:
    """Send the answer of a web server."""
    client.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" + bytes(20_000))


def too_short(client: socket.socket, _: dns.message.Message) -> None:
    """Send a message that has no room for a header."""
    client.sendall(b"\0\5short")


def unparsable(client: socket.socket, query: dns.message.Message) -> None:
    """Send a message whose records are missing."""
    header = struct.pack("!HHHHHH", query.id, dns.flags.QR, 0, 3, 0, 0)
    client.sendall(struct.pack("!H", len(header)) + header)


def wrong_id(client: socket.socket, query: dns.message.Message) -> None:
    """Answer another query."""
    response = answer(query, [apex(query), host(query), apex(query)])
    response.id = query.id ^ 1
    client.sendall(framed(response))


def echo(client: socket.socket, query: dns.message.Message) -> None:
    """Send the query back."""
    client.sendall(framed(query))


def wrong_question(client: socket.socket, query: dns.message.Message) -> None:
    """Answer for another zone."""
    other = dns.message.make_query("other.invalid.", "AXFR", id=query.id)
    client.sendall(framed(answer(other, [apex(other), host(other), apex(other)])))


def reset(client: socket.socket, query: dns.message.Message) -> None:
    """Break the connection off after the first message."""
    cut_midway(client, query)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def _relived(wire: bytes) -> bytes:
    return wire.replace(struct.pack("!I", 3600), struct.pack("!I", 3601))


def _read(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = client.recv(count - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def _until_closed(client: socket.socket) -> None:
    while client.recv(4096):
        pass


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = Thread(target=server.serve_forever, args=(_POLL,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
