"""Certificates that nobody should have made: each is one finding, and no scan breaks at it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from checks.evidence import Certificate, Chain
from checks.scan import path
from checks.scan.certificate import facts
from checks.scan.sent import issuers
from checks.scan.store import load_stores
from checks.stores import StoreFile
from demo.der import Node, tree
from demo.pki import Authority, Draft, pem
from tests.checks.evidence import NAMES, found_on
from tests.checks.truth.pki import NOW

ROOT = Authority.root("Root", NOW)
SAN, AIA, EKU = "2.5.29.17", "1.3.6.1.5.5.7.1.1", "2.5.29.37"
UNUSED = "2.5.29.99"
UTF8_STRING = 0x0C
VERSION_3, VERSION_9 = b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x08"
UTF8_NAME, BIT_STRING_NAME = b"\x0c\x10www.company.test", b"\x03\x10\0ww.company.test"
X400_ADDRESS, EDI_PARTY_NAME = b"\x30\x04\xa3\x02\x30\x00", b"\x30\x04\xa5\x02\x30\x00"


def issued(draft: Draft) -> bytes:
    return ROOT.issue("www.company.test", draft).certificate.public_bytes(Encoding.DER)


def extended(oid: str, value: bytes) -> bytes:
    """A leaf in which that extension is the bytes given."""
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)
    uses = None if oid == EKU else Draft().extended_key_usage
    names = () if oid == SAN else None
    return issued(Draft(names=names, extended_key_usage=uses, extra=((extension, False),)))


def changed(der: bytes, old: bytes, new: bytes) -> bytes:
    """The certificate with those bytes in place of others as many."""
    assert len(old) == len(new)
    assert der.count(old) == 1
    return der.replace(old, new)


def until(text: bytes) -> bytes:
    """A leaf with that notAfter, in the place of a year beyond 2049."""
    end = issued(Draft(remaining=timedelta(days=30 * 365.25 - 31.5)))
    at = end.index(b"\x18\x0f") + 2
    return changed(end, end[at : at + 15], text)


def coded(oid: str) -> bytes:
    return bytes.fromhex({SAN: "0603551d11", UNUSED: "0603551d63"}[oid])


def verbose() -> bytes:
    """A leaf with a serial number of 700 octets and a subject of 700 characters."""
    whole = tree(issued(Draft()))
    (signed, *_) = whole.children or []
    _, serial, _, _, _, subject, *_ = signed.children or []
    serial.content = b"\x01" * 700
    (name,) = (one for one in _values(subject) if one.tag == UTF8_STRING)
    name.content = b"x" * 700
    return whole.encoded()


def off_the_curve() -> bytes:
    """A leaf whose key is a point on no curve."""
    whole = tree(issued(Draft()))
    (signed, *_) = whole.children or []
    key_info = (signed.children or [])[6]
    _, point = key_info.children or []
    point.content, point.children = b"\0\x04" + b"\x01" * 64, None
    return whole.encoded()


def _values(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children or []:
        yield from _values(child)


ODD = {
    "version 9": changed(issued(Draft()), VERSION_3, VERSION_9),
    "two SAN extensions": changed(extended(UNUSED, b"\x30\x00"), coded(UNUSED), coded(SAN)),
    "x400Address in the SAN": extended(SAN, X400_ADDRESS),
    "ediPartyName in the SAN": extended(SAN, EDI_PARTY_NAME),
    "SAN that is no DER": extended(SAN, b"\xff\xff"),
    "empty EKU": extended(EKU, b"\x30\x00"),
    "malformed AIA": extended(AIA, b"\x30\x05\x30\x03\x01\x01\xff"),
    "x400Address in the AIA": extended(AIA, bytes.fromhex("3010300e06082b06010505073002a3023000")),
    "date with an odd zone": until(b"20560501120+100"),
    "subject in a BIT STRING": changed(issued(Draft()), UTF8_NAME, BIT_STRING_NAME),
    "year 99999999": until(b"99999999010100Z"),
}


def scanned(folder: Path, *sent: bytes) -> Chain:
    """What a path process makes of a chain, with a store of the one root."""
    (folder / "store.pem").write_text(pem(ROOT.certificate))
    stores = load_stores([StoreFile("store", (folder / "store.pem",), NOW.date(), 1)])
    verdicts = tuple(path.judge(sent, stores, NOW))
    return Chain(tuple(map(facts, sent)), issuers(sent), verdicts)


@pytest.mark.parametrize("der", ODD.values(), ids=ODD)
def test_an_odd_leaf_is_unreadable_and_breaks_no_scan(tmp_path: Path, der: bytes) -> None:
    shown = scanned(tmp_path, der)
    assert shown.leaf.unreadable
    assert "certificate-unreadable" in found_on(shown)


@pytest.mark.parametrize("der", ODD.values(), ids=ODD)
def test_an_odd_certificate_behind_a_good_leaf_hides_no_verdict(tmp_path: Path, der: bytes) -> None:
    shown = scanned(tmp_path, issued(Draft()), der)
    assert [verdict.trusted for verdict in shown.stores] == [True]
    assert shown.certificates[1].unreadable


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"\xff" * 99], ids=["empty", "bare", "noise"])
def test_what_is_no_certificate_at_all_is_unreadable(der: bytes) -> None:
    assert facts(der) == Certificate.unread(facts(der).sha256, facts(der).unreadable)
    assert facts(der).unreadable.startswith("the certificate: ")


@pytest.mark.parametrize("field", ["subject", "serial"])
def test_what_is_longer_than_a_report_shows_is_cut_and_marked(field: str) -> None:
    """RFC 5280 section 4.1.2.2 allows serial numbers of 20 octets; some CA wrote 700."""
    text = getattr(facts(verbose()), field)
    assert len(text) == 500
    assert text.endswith("...")


def test_a_key_that_openssl_cannot_decode_is_told_and_breaks_no_scan(tmp_path: Path) -> None:
    """It meets the key only when it verifies with it, and then shows no certificate at all."""
    shown = scanned(tmp_path, off_the_curve())
    (verdict,) = shown.stores
    assert (verdict.trusted, verdict.at_fault) == (False, shown.leaf)
    everywhere = tuple(replace(verdict, store=name) for name in NAMES)
    assert "certificate-unreadable" in found_on(replace(shown, stores=everywhere))
