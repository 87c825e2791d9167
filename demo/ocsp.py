"""OCSP responses to staple (RFC 6960), right by default and wrong on purpose."""

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from demo.pki import Authority, Credential, Draft

RESPONDER = Draft(extended_key_usage=(ExtendedKeyUsageOID.OCSP_SIGNING,))
"""The certificate of a responder that its issuer has delegated to (RFC 6960 section 4.2.2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StapleDraft:
    """What a response says; the defaults are right. Times are relative to the issuer's moment."""

    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    age: timedelta = timedelta(hours=1)
    """Since thisUpdate; negative: it is still to come."""
    remaining: timedelta = timedelta(days=3)
    """Until nextUpdate; negative: it has passed."""
    signer: Authority | Credential | None = None
    """None: the issuer. A credential is a delegated responder and sends its certificate along; an
    authority other than the issuer is a stranger."""


def staple(
    certificate: x509.Certificate, issuer: Authority, draft: StapleDraft | None = None
) -> bytes:
    """Return the DER form of a response for the certificate."""
    draft = draft or StapleDraft()
    signer = draft.signer or issuer
    revoked = draft.status == ocsp.OCSPCertStatus.REVOKED
    wanted = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=issuer.certificate,
        algorithm=hashes.SHA1(),  # noqa: S303 - names the certificate, as every responder does
        cert_status=draft.status,
        this_update=issuer.now - draft.age,
        next_update=issuer.now + draft.remaining,
        revocation_time=issuer.now - timedelta(days=1) if revoked else None,
        revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
    )
    return _signed(wanted, signer)


def refusal() -> bytes:
    """Return the DER form of a responder's error: it is to be tried later."""
    answer = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    return answer.public_bytes(serialization.Encoding.DER)


def _signed(wanted: ocsp.OCSPResponseBuilder, signer: Authority | Credential) -> bytes:
    wanted = wanted.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    if isinstance(signer, Credential):
        wanted = wanted.certificates([signer.certificate])
    has_own_hash = isinstance(signer.key, ed25519.Ed25519PrivateKey)
    answer = wanted.sign(signer.key, None if has_own_hash else hashes.SHA256())
    return answer.public_bytes(serialization.Encoding.DER)
