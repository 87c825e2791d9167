"""OCSP responses that answer for several certificates at once (RFC 6960 section 4.2.1)."""

from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.ocsp import OCSPCertStatus, load_der_ocsp_response

from checks.evidence import Staple, StapleStatus
from checks.scan.staple import judge
from demo.ocsp import StapleDraft, staple
from demo.pki import Authority
from tests.checks.truth.pki import NOW

ISSUING = Authority.root("Issuing CA", NOW)
LEAF, OTHER, THIRD = (ISSUING.issue(f"{name}.test").certificate for name in ("www", "a", "b"))
REVOKED = StapleDraft(status=OCSPCertStatus.REVOKED)
SEQUENCE, BIT_STRING, OCTET_STRING, ENUMERATED = 0x30, 0x03, 0x04, 0x0A
BASIC = bytes.fromhex("06092b0601050507300101")
ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


def tlv(tag: int, content: bytes) -> bytes:
    """One DER element."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def parts(der: bytes) -> Iterator[bytes]:
    """The elements that a constructed one is made of."""
    at, end = extent(der, 0)
    while at < end:
        _, after = extent(der, at)
        yield der[at:after]
        at = after


def extent(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at that place begins and ends."""
    first, start = der[at + 1], at + 2
    if first < 0x80:
        return start, start + first
    begin = start + (first & 0x7F)
    return begin, begin + int.from_bytes(der[start:begin])


def single(certificate: x509.Certificate, draft: StapleDraft | None = None) -> bytes:
    """The SingleResponse for a certificate."""
    response = load_der_ocsp_response(staple(certificate, ISSUING, draft))
    *_, answers = (one for one in parts(response.tbs_response_bytes) if one[0] == SEQUENCE)
    return next(parts(answers))


def response(*singles: bytes) -> bytes:
    """An OCSP response with those answers, signed by the issuer."""
    made = load_der_ocsp_response(staple(LEAF, ISSUING)).tbs_response_bytes
    answers = tlv(SEQUENCE, b"".join(singles))
    tbs = tlv(SEQUENCE, b"".join(one if one[0] != SEQUENCE else answers for one in parts(made)))
    assert isinstance(ISSUING.key, ec.EllipticCurvePrivateKey)
    signature = tlv(BIT_STRING, b"\0" + ISSUING.key.sign(tbs, ec.ECDSA(SHA256())))
    basic = tlv(SEQUENCE, tbs + ECDSA_WITH_SHA256 + signature)
    body = tlv(SEQUENCE, BASIC + tlv(OCTET_STRING, basic))
    return tlv(SEQUENCE, tlv(ENUMERATED, b"\0") + tlv(0xA0, body))


def told(*singles: bytes) -> Staple:
    return judge(response(*singles), LEAF, [ISSUING.certificate], NOW)


@pytest.mark.parametrize("others_first", [True, False])
def test_the_answer_for_the_leaf_is_found_among_others(*, others_first: bool) -> None:
    others = single(OTHER, REVOKED), single(THIRD, REVOKED)
    answers = (*others, single(LEAF)) if others_first else (single(LEAF), *others)
    assert told(*answers).status is StapleStatus.GOOD


def test_a_revocation_among_others_is_told() -> None:
    answer = told(single(OTHER), single(LEAF, REVOKED))
    assert answer.status is StapleStatus.REVOKED
    assert "2026-05-31" in answer.detail


def test_a_response_for_several_others_says_nothing_of_the_leaf() -> None:
    answer = told(single(OTHER), single(THIRD))
    assert answer.status is StapleStatus.OTHER_CERTIFICATE
    assert answer.detail == f"serial {OTHER.serial_number:X}, serial {THIRD.serial_number:X}"


def test_a_response_for_nobody_says_nothing_of_the_leaf() -> None:
    assert told().status is StapleStatus.OTHER_CERTIFICATE
