"""Names of certificates, as they are read from DER."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from checks.evidence import Certificate
from checks.scan.certificate import facts
from demo.pki import Authority, Draft
from tests.checks.truth.pki import NOW

ROOT = Authority.root("Root", NOW)
SRV_NAME = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7")
XMPP_ADDR = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.5")


def presenting(*names: x509.GeneralName) -> Certificate:
    draft = Draft(names=(), extra=((x509.SubjectAlternativeName(names), False),))
    return facts(ROOT.issue("x.test", draft).certificate.public_bytes(Encoding.DER))


def ia5(text: bytes) -> bytes:
    return bytes([0x16, len(text)]) + text


def test_names_are_told_apart_by_their_kind() -> None:
    leaf = presenting(
        x509.DNSName("x.test"),
        x509.OtherName(SRV_NAME, ia5(b"_imaps.x.test")),
        x509.OtherName(SRV_NAME, ia5(b"_imap.x.test")),
        x509.RFC822Name("a@x.test"),
    )
    assert leaf.dns_names == ("x.test",)
    assert leaf.srv_names == ("_imaps.x.test", "_imap.x.test")
    assert leaf.other_names == ("RFC822Name:a@x.test",)
    assert not leaf.unreadable


@pytest.mark.parametrize(
    "value",
    [
        b"\x0c\x0d_imaps.x.test",
        ia5("_imäps.x.test".encode()),
        ia5(b""),
    ],
    ids=["UTF8String", "not ASCII", "empty"],
)
def test_what_is_no_srv_name_is_a_name_of_another_kind(value: bytes) -> None:
    """RFC 4985 section 2: an IA5String."""
    leaf = presenting(x509.OtherName(SRV_NAME, value))
    assert leaf.srv_names == ()
    assert len(leaf.other_names) == 1


def test_an_other_name_of_another_type_is_no_srv_name() -> None:
    leaf = presenting(x509.OtherName(XMPP_ADDR, ia5(b"_imaps.x.test")))
    assert leaf.srv_names == ()
