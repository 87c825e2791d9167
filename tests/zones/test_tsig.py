"""Signed transfers (RFC 8945) from real servers, and from odd ones."""

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from tests.support import dns_server as odd
from tests.support.bind import bind, primary_file
from tests.support.knot import knot
from tests.support.primary import Primary, TsigKey
from tests.zones import asked
from zones.transfer.tsig import ALGORITHMS, make_key
from zones.zone import Zone

# Large enough for a transfer of several messages.
MANY = "\n".join(f"h{n} A 10.1.{n >> 8}.{n & 255}" for n in range(4000))
ZONES = {"company.com": primary_file(MANY)}
KEY = TsigKey()
IN = dns.rdataclass.IN

Start = Callable[..., AbstractContextManager[Primary]]

SERVERS: dict[str, Start] = {"BIND": bind, "Knot": knot}


@pytest.fixture(params=SERVERS)
def start(request: pytest.FixtureRequest) -> Start:
    return SERVERS[request.param]


@pytest.fixture
def tsig(tmp_path: Path) -> dict[str, object]:
    return {"key_file": asked.key_file(tmp_path, KEY)}


@pytest.mark.parametrize("algorithm", ["hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"])
def test_a_zone_is_had_with_a_key_of_each_algorithm(
    start: Start, algorithm: str, tmp_path: Path
) -> None:
    key = TsigKey(algorithm=algorithm)
    with start(ZONES, key=key) as server:
        zone = asked.zone(server.server, tsig={"key_file": asked.key_file(tmp_path, key)})
    assert zone.authenticated
    assert sum(record.rdtype == "A" for record in zone.records) == 4000


def test_a_server_that_wants_a_key_gives_nothing_without(start: Start) -> None:
    with start(ZONES, key=KEY) as server:
        error = asked.error(server.server)
    assert "(REFUSED)" in error.what or "(NOTAUTH)" in error.what
    assert "tsig" in error.remedy


@pytest.mark.parametrize(
    ("ours", "cause"),
    [
        (TsigKey(name="other"), "does not know key other for hmac-sha256 (BADKEY)"),
        (TsigKey(algorithm="hmac-sha512"), "does not know key axfr-key for hmac-sha512 (BADKEY)"),
        (TsigKey(secret="AAAA"), "has another secret for key axfr-key than this side has (BADSIG)"),
    ],
    ids=["name", "algorithm", "secret"],
)
def test_a_key_that_the_server_does_not_have_is_told_by_what_differs(
    start: Start, ours: TsigKey, cause: str, tmp_path: Path
) -> None:
    with start(ZONES, key=KEY) as server:
        error = asked.error(server.server, tsig={"key_file": asked.key_file(tmp_path, ours)})
    assert error.what.endswith(cause)


def test_a_server_without_keys_does_not_know_ours(start: Start, tsig: dict[str, object]) -> None:
    """It would let everybody transfer the zone: an answer that proves nothing is not asked for."""
    with start(ZONES) as server:
        assert "(BADKEY)" in asked.error(server.server, tsig=tsig).what


def test_bind_knows_no_truncated_algorithm_by_its_name(tmp_path: Path) -> None:
    """By hmac-sha256-128 it means hmac-sha256, cut to 128 bits."""
    key = TsigKey(algorithm="hmac-sha256-128")
    with bind(ZONES, key=key) as server:
        error = asked.error(server.server, tsig={"key_file": asked.key_file(tmp_path, key)})
    assert error.what.endswith("does not know key axfr-key for hmac-sha256-128 (BADKEY)")
    assert "use hmac-sha256" in error.remedy


def page(*labels: str, start: bool = False, end: bool = False) -> odd.Page:
    """Return a message of hosts of those labels, from or up to the zone's SOA record."""

    def records(query: dns.message.Message) -> list[str]:
        edge = [odd.apex(query)]
        return edge * start + [odd.host(query, label) for label in labels] + edge * end

    return records


FIRST, LAST = page("a", start=True), page("z", end=True)
MIDDLE = [page(f"m{number}") for number in range(100)]


@contextmanager
def signing(behave: odd.Behaviour, key: TsigKey = KEY) -> Iterator[str]:
    with odd.tcp_server(behave, make_key(key.name, key.algorithm, key.secret)) as server:
        yield server


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_every_algorithm_of_hmac_sha2_verifies(algorithm: str, tmp_path: Path) -> None:
    key = TsigKey(algorithm=algorithm)
    with signing(odd.signed(FIRST, LAST), key) as server:
        zone = asked.zone(server, tsig={"key_file": asked.key_file(tmp_path, key)})
    assert zone.authenticated
    assert len(zone.records) == 2


def test_a_signature_covers_the_unsigned_messages_before_it(tsig: dict[str, object]) -> None:
    """RFC 8945 section 5.3.1: up to 99 between two that are signed."""
    behave = odd.signed(FIRST, *MIDDLE[:99], LAST, unsigned=range(1, 100))
    with signing(behave) as server:
        zone = asked.zone(server, tsig=tsig)
    assert isinstance(zone, Zone)
    assert len(zone.records) == 101


WRONG = "sent a message whose signature is wrong (bad MAC)"


@pytest.mark.parametrize(
    ("behave", "cause"),
    [
        (odd.signed(FIRST, LAST, unsigned=[0]), "sent an answer without a signature"),
        (odd.signed(FIRST, LAST, unsigned=[1]), "sent its last message without a signature"),
        (
            odd.signed(FIRST, *MIDDLE, LAST, unsigned=range(1, 101)),
            "sent more than 99 messages in a row without a signature",
        ),
        (odd.signed(FIRST, LAST, damaged=[0]), WRONG),
        (odd.signed(FIRST, LAST, damaged=[1]), WRONG),
        (odd.signed(FIRST, MIDDLE[0], LAST, unsigned=[1], damaged=[1]), WRONG),
        (odd.signed(FIRST, MIDDLE[0], LAST, damaged=[1]), WRONG),
        (odd.signed(FIRST, MIDDLE[0]), "closed the connection midway"),
        (odd.signed_at(-3600), "signed a message at a time that is not now"),
        (odd.signed_at(3600), "signed a message at a time that is not now"),
        (odd.tsig_error(dns.rcode.BADKEY), "does not know key axfr-key for hmac-sha256 (BADKEY)"),
        (odd.tsig_error(dns.rcode.BADSIG), "(BADSIG)"),
        (odd.tsig_error(dns.rcode.BADTIME), "has another time than this host (BADTIME)"),
        (
            odd.tsig_error(dns.rcode.BADTRUNC),
            "wants a longer MAC than key axfr-key makes (BADTRUNC)",
        ),
        (odd.tsig_error(dns.rcode.BADMODE), "does not accept our signature"),
    ],
)
def test_what_is_not_signed_as_it_must_be_is_no_zone(
    behave: odd.Behaviour, cause: str, tsig: dict[str, object]
) -> None:
    with signing(behave) as server:
        assert cause in asked.error(server, tsig=tsig).what


def test_a_server_that_ignores_the_signature_is_not_believed(tsig: dict[str, object]) -> None:
    with odd.tcp_server(odd.complete) as server:
        assert "sent an answer without a signature" in asked.error(server, tsig=tsig).what


def test_a_refusal_is_one_without_a_signature_too(tsig: dict[str, object]) -> None:
    """Who refuses may not have the key; the code says more than the missing signature."""
    with odd.tcp_server(odd.rcode(dns.rcode.REFUSED)) as server:
        assert "(REFUSED)" in asked.error(server, tsig=tsig).what
    with signing(odd.rcode(dns.rcode.REFUSED)) as server:
        assert "(REFUSED)" in asked.error(server, tsig=tsig).what


def test_an_answer_that_is_signed_with_another_key_is_no_zone(tsig: dict[str, object]) -> None:
    def behave(client: socket.socket, query: dns.message.Message) -> None:
        query.keyring = make_key("other", KEY.algorithm, KEY.secret)
        odd.signed(FIRST, LAST)(client, query)

    with signing(behave) as server:
        error = asked.error(server, tsig=tsig)
    assert error.what.endswith("signed a message with another key or algorithm than axfr-key")


def test_an_unreadable_record_does_not_hide_a_wrong_signature(tsig: dict[str, object]) -> None:
    """What is read in part, because of such a record, is verified all the same."""
    bad = dns.rrset.RRset(dns.name.from_text("t.company.com"), IN, dns.rdatatype.TLSA)
    bad.add(dns.rdata.GenericRdata(IN, dns.rdatatype.TLSA, b"\3\1"), 3600)

    def last(query: dns.message.Message) -> list[str | dns.rrset.RRset]:
        return [bad, odd.apex(query)]

    with signing(odd.signed(FIRST, last)) as server:
        records = asked.zone(server, tsig=tsig).records
        assert "t.company.com" in {record.owner for record in records}
    with signing(odd.signed(FIRST, last, damaged=[1])) as server:
        assert WRONG in asked.error(server, tsig=tsig).what
    with signing(odd.signed(FIRST, last, unsigned=[1])) as server:
        assert "without a signature" in asked.error(server, tsig=tsig).what


def with_trailing_bytes(forged: dns.message.Message) -> bytes:
    return forged.to_wire() + b"x"


def with_a_pseudo_record(forged: dns.message.Message) -> bytes:
    pseudo = dns.rrset.RRset(dns.name.root, IN, dns.rdatatype.OPT)
    pseudo.add(dns.rdata.GenericRdata(IN, dns.rdatatype.OPT, b"\0"), 0)
    forged.answer.append(pseudo)
    return forged.to_wire()


def with_a_broken_signature(forged: dns.message.Message) -> bytes:
    tsig = dns.rrset.RRset(dns.name.from_text("axfr-key"), dns.rdataclass.ANY, dns.rdatatype.TSIG)
    tsig.add(dns.rdata.GenericRdata(dns.rdataclass.ANY, dns.rdatatype.TSIG, b"\0"), 0)
    forged.additional.append(tsig)
    return forged.to_wire()


@pytest.mark.parametrize(
    "rendered", [with_trailing_bytes, with_a_pseudo_record, with_a_broken_signature]
)
def test_a_message_that_somebody_put_between_signed_ones_is_no_part_of_the_zone(
    rendered: Callable[[dns.message.Message], bytes], tsig: dict[str, object]
) -> None:
    """Whoever sits on the path could delegate a name away, and hide its addresses."""
    unreadable = dns.rrset.RRset(dns.name.from_text("t.company.com"), IN, dns.rdatatype.TLSA)
    unreadable.add(dns.rdata.GenericRdata(IN, dns.rdatatype.TLSA, b"\3\1"), 3600)

    def forged(query: dns.message.Message) -> bytes:
        message = odd.answer(query, [unreadable, "a.company.com. 60 IN NS elsewhere.test."])
        message.tsig = None
        return rendered(message)

    with signing(odd.signed(FIRST, LAST, between=forged)) as server:
        assert "sent a message that cannot be parsed" in asked.error(server, tsig=tsig).what


def test_a_signed_message_that_was_changed_yields_the_zone_as_it_was_or_none(
    tsig: dict[str, object],
) -> None:
    """The TSIG record's own TTL, or its name's case, are not signed, and change nothing."""
    dice = random.Random(8945)
    whole = page("a", "b", start=True, end=True)

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        wire = bytearray(odd.framed(odd.answer(query, whole(query))))
        wire[dice.randrange(2, len(wire))] ^= 1 << dice.randrange(8)
        client.sendall(wire)

    with signing(odd.signed(whole)) as server:
        unchanged = asked.zone(server, tsig=tsig).records
    with signing(behave) as server:
        results = [next(iter(asked.source(server, tsig=tsig).collect())) for _ in range(400)]
    zones = [result for result in results if isinstance(result, Zone)]
    assert len(zones) < 100
    assert {zone.records for zone in zones} <= {unchanged}
