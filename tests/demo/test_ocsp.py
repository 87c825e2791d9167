from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp

from demo.ocsp import RESPONDER, StapleDraft, refusal, staple
from demo.pki import Authority, CaDraft, KeyKind

NOW = datetime(2024, 2, 29, 12, tzinfo=UTC)
ISSUING = Authority.root("Test Root", NOW).intermediate("Test Issuing CA")
LEAF = ISSUING.issue("www.example.test").certificate


def signed_by(response: ocsp.OCSPResponse, authority: Authority) -> None:
    key = authority.certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))


def test_response_is_good_current_and_the_issuers() -> None:
    response = ocsp.load_der_ocsp_response(staple(LEAF, ISSUING))
    assert response.certificate_status == ocsp.OCSPCertStatus.GOOD
    assert response.serial_number == LEAF.serial_number
    assert response.next_update_utc is not None
    assert response.this_update_utc < NOW < response.next_update_utc
    signed_by(response, ISSUING)


def test_revoked_response_says_when_and_why() -> None:
    draft = StapleDraft(status=ocsp.OCSPCertStatus.REVOKED)
    response = ocsp.load_der_ocsp_response(staple(LEAF, ISSUING, draft))
    assert response.certificate_status == ocsp.OCSPCertStatus.REVOKED
    assert response.revocation_time_utc == NOW - timedelta(days=1)
    assert response.revocation_reason is not None


def test_expired_response_has_a_next_update_that_has_passed() -> None:
    draft = StapleDraft(age=timedelta(days=9), remaining=timedelta(days=-1))
    response = ocsp.load_der_ocsp_response(staple(LEAF, ISSUING, draft))
    assert response.next_update_utc == NOW - timedelta(days=1)


def test_stranger_signs_in_place_of_the_issuer() -> None:
    stranger = Authority.root("Stranger", NOW)
    response = ocsp.load_der_ocsp_response(staple(LEAF, ISSUING, StapleDraft(signer=stranger)))
    signed_by(response, stranger)
    assert not response.certificates


def test_delegated_responder_sends_its_certificate() -> None:
    responder = ISSUING.issue("responder.example.test", RESPONDER)
    response = ocsp.load_der_ocsp_response(staple(LEAF, ISSUING, StapleDraft(signer=responder)))
    assert response.certificates == [responder.certificate]


def test_ed25519_issuer_signs_without_a_hash_of_its_own() -> None:
    issuer = Authority.root("Edwards", NOW, CaDraft(key=KeyKind.ED25519))
    response = ocsp.load_der_ocsp_response(staple(issuer.issue("a.test").certificate, issuer))
    assert response.signature_hash_algorithm is None


def test_refusal_is_an_error_of_the_responder() -> None:
    response = ocsp.load_der_ocsp_response(refusal())
    assert response.response_status == ocsp.OCSPResponseStatus.TRY_LATER
