"""One message of a transfer: what may be unreadable in it, and what may not."""

import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from tests.support.bind import bind, primary_file
from tests.zones.test_axfr import zone_of
from zones.transfer.message import READ_ERRORS, read_message

IN = dns.rdataclass.IN


def record(owner: str, rdtype: str, rdata: bytes) -> dns.rrset.RRset:
    """A record whose rdata is those bytes, whatever its type demands."""
    kind = dns.rdatatype.from_text(rdtype)
    made = dns.rrset.RRset(dns.name.from_text(owner), IN, kind)
    made.add(dns.rdata.GenericRdata(IN, kind, rdata), 300)
    return made


def message(*records: dns.rrset.RRset) -> bytes:
    made = dns.message.QueryMessage(1)
    made.answer = list(records)
    return made.to_wire()


GOOD = record("www.company.com.", "A", bytes([192, 0, 2, 1]))


def test_unreadable_record_that_no_target_comes_from_is_left_out() -> None:
    tlsa = record("_443._tcp.www.company.com.", "TLSA", b"\3\1\1\0\xff")
    read = read_message(message(GOOD, tlsa, GOOD))
    assert [each.name.to_text() for each in read.message.answer] == ["www.company.com."] * 2
    assert [each.owner.to_text() for each in read.left_out] == ["_443._tcp.www.company.com."]
    assert read.left_out[0].octets == b"\3\1\1\0\xff"
    assert read.count == 3


def test_only_the_bad_one_of_several_at_a_name_is_left_out() -> None:
    good, bad = (
        record("_443._tcp.www.company.com.", "TLSA", b"\3\1\1" + octets)
        for octets in (b"\0" * 32, b"\0")
    )
    read = read_message(message(bad, good, GOOD, bad))
    assert [each.octets for each in read.left_out] == [b"\3\1\1\0"] * 2
    assert len(read.message.answer) == 2


@pytest.mark.parametrize("rdtype", ["MX", "SRV", "SVCB", "HTTPS", "TLSA", "TXT"])
def test_unreadable_record_of_a_service_hides_no_zone(rdtype: str) -> None:
    read = read_message(message(GOOD, record("bad.company.com.", rdtype, b"\1")))
    assert [(each.rdtype.name, each.ttl) for each in read.left_out] == [(rdtype, 300)]


@pytest.mark.parametrize("rdtype", ["A", "AAAA", "CNAME", "NS", "SOA", "DNAME"])
def test_unreadable_record_that_is_needed_is_told_by_name(rdtype: str) -> None:
    bad = record("bad.company.com.", rdtype, b"\1\2\3")
    with pytest.raises(READ_ERRORS, match=f"bad.company.com {rdtype}: "):
        read_message(message(GOOD, bad))


@pytest.mark.parametrize("wire", [b"", b"\0" * 11, message(GOOD)[:-1], message(GOOD) + b"x"])
def test_message_that_is_cut_or_has_more_than_it_says_is_refused(wire: bytes) -> None:
    with pytest.raises(READ_ERRORS):
        read_message(wire)


def test_zone_with_a_hash_that_is_too_short_is_read_from_bind() -> None:
    """BIND serves it; the name it stands at exists, so that no wildcard answers for it."""
    text = primary_file("www A 192.0.2.1\n_443._tcp.www TLSA 3 1 1 00ff\n")
    with bind({"company.com": text}) as server:
        zone = zone_of(f"127.0.0.1:{server.port}")
    assert [(each.owner, each.rdtype, each.rdata) for each in zone.records][:1] == [
        ("_443._tcp.www.company.com", "TLSA", r"\# 5 03010100ff")
    ]
    assert [each.owner for each in zone.records if each.rdtype == "A"] == ["www.company.com"]
