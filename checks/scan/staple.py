"""Stapled OCSP responses (RFC 6960) made into facts."""

import hashlib
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from checks.evidence import Staple, StapleStatus
from checks.scan.certificate import PARSE_ERRORS, is_issued_by
from checks.scan.signature import verifies
from checks.text import shortened

_STATUSES = {
    ocsp.OCSPCertStatus.GOOD: StapleStatus.GOOD,
    ocsp.OCSPCertStatus.REVOKED: StapleStatus.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: StapleStatus.UNKNOWN,
}

_MOST_NAMED = 4  # a response may hold thousands


def judge(
    der: bytes, leaf: x509.Certificate, issuers: list[x509.Certificate], judged_at: datetime
) -> Staple:
    """Return what a staple says of a leaf at that (aware) moment.

    ``issuers`` are the certificates that may have issued the leaf. A response that is not for the
    leaf, or that nobody trusted has signed, says nothing; one that says revoked is believed beyond
    its nextUpdate, since revocation is final.
    """
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Staple(StapleStatus.UNSUCCESSFUL, response.response_status.name)
        return Staple(*_judge_successful(response, leaf, issuers, judged_at))
    except PARSE_ERRORS as error:
        return Staple(StapleStatus.UNREADABLE, shortened(str(error)))


def _judge_successful(
    response: ocsp.OCSPResponse,
    leaf: x509.Certificate,
    issuers: list[x509.Certificate],
    judged_at: datetime,
) -> tuple[StapleStatus, str]:
    issuer = next((known for known in issuers if is_issued_by(leaf, known)), None)
    answers = list(response.responses)
    answer = next((one for one in answers if _is_for(one, leaf, issuer)), None)
    if answer is None:
        return StapleStatus.OTHER_CERTIFICATE, ", ".join(map(_named, answers[:_MOST_NAMED]))
    if issuer is None or not _is_signed_for(response, issuer, judged_at):
        return StapleStatus.UNTRUSTED, ""
    status = _STATUSES[answer.certificate_status]
    if status is StapleStatus.REVOKED:
        return status, _revocation(answer)
    return _at(answer, judged_at) or status, ""


def _at(answer: ocsp.OCSPSingleResponse, judged_at: datetime) -> StapleStatus | None:
    if answer.this_update_utc > judged_at:
        return StapleStatus.NOT_YET_VALID
    if answer.next_update_utc is not None and answer.next_update_utc < judged_at:
        return StapleStatus.EXPIRED
    return None


def _revocation(answer: ocsp.OCSPSingleResponse) -> str:
    moment, reason = answer.revocation_time_utc, answer.revocation_reason
    when = f"{moment:%Y-%m-%d}" if moment else "at an unknown time"
    return f"{when}, {reason.value}" if reason else when


def _named(answer: ocsp.OCSPSingleResponse) -> str:
    return shortened(f"serial {answer.serial_number:X}")


def _is_for(
    answer: ocsp.OCSPSingleResponse, leaf: x509.Certificate, issuer: x509.Certificate | None
) -> bool:
    if answer.serial_number != leaf.serial_number:
        return False
    return issuer is None or _names_issuer(answer, issuer)


def _names_issuer(answer: ocsp.OCSPSingleResponse, issuer: x509.Certificate) -> bool:
    # RFC 6960 section 4.1.1: the hash of the BIT STRING's value, not of the whole structure.
    name = issuer.subject.public_bytes()
    spki = x509.SubjectKeyIdentifier.from_public_key(issuer.public_key())
    if answer.issuer_name_hash != _hash(answer.hash_algorithm, name):
        return False
    if not isinstance(answer.hash_algorithm, hashes.SHA1):
        return True
    return answer.issuer_key_hash == spki.digest


def _hash(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    return hashlib.new(algorithm.name, data, usedforsecurity=False).digest()


def _is_signed_for(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, judged_at: datetime
) -> bool:
    if _verifies(response, issuer):
        return True
    return any(
        _may_respond(responder, issuer, judged_at) and _verifies(response, responder)
        for responder in response.certificates
    )


def _may_respond(
    responder: x509.Certificate, issuer: x509.Certificate, judged_at: datetime
) -> bool:
    """RFC 6960 section 4.2.2.2: issued by the CA itself, for this purpose."""
    try:
        usage = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return (
        ExtendedKeyUsageOID.OCSP_SIGNING in usage
        and is_issued_by(responder, issuer)
        and responder.not_valid_before_utc <= judged_at <= responder.not_valid_after_utc
    )


def _verifies(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    algorithm = response.signature_hash_algorithm
    return verifies(signer, response.signature, response.tbs_response_bytes, algorithm)
