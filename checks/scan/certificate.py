"""Certificates in DER form made into facts."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

from checks.evidence import NOT_READ, Certificate
from checks.scan.ber import elements
from checks.scan.signature import verifies
from checks.text import shortened

_SRV_NAME = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7")  # id-on-dnsSRV (RFC 4985 section 2)
_IA5_STRING = 0x16

Extension = TypeVar("Extension", bound=x509.ExtensionType)

# What cryptography raises for certificates that others wrote badly.
PARSE_ERRORS = (
    ValueError,
    KeyError,
    # A name in a BIT STRING.
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


# cryptography's names and the standard's; the last two bits only qualify keyAgreement.
_KEY_USAGES = {
    "digital_signature": "digitalSignature",
    "content_commitment": "contentCommitment",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}


@lru_cache(maxsize=4096)
def load(der: bytes) -> x509.Certificate:
    """Return the parsed certificate; the same object for the same bytes.

    Raises one of PARSE_ERRORS for what is no certificate.
    """
    return x509.load_der_x509_certificate(der)


@lru_cache(maxsize=4096)
def facts(der: bytes) -> Certificate:
    """Return the facts of a certificate; its ``unreadable`` says what could not be parsed."""
    digest = hashlib.sha256(der).hexdigest()
    try:
        certificate = load(der)
    except PARSE_ERRORS as error:
        return Certificate.unread(digest, shortened(f"the certificate: {error}"))
    return _facts(certificate, digest)


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether the names match and the issuer's key verifies the signature."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return False
    except PARSE_ERRORS:
        # One of them: a kind of key that signs nothing.
        return _is_weakly_issued_by(certificate, issuer)
    return True


def _is_weakly_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    # cryptography does not look at signatures with SHA-1 and MD5; who made them matters still.
    with suppress(*PARSE_ERRORS):
        return certificate.issuer == issuer.subject and verifies(
            issuer,
            certificate.signature,
            certificate.tbs_certificate_bytes,
            certificate.signature_hash_algorithm,
        )
    return False


def _facts(certificate: x509.Certificate, sha256: str) -> Certificate:
    faults: list[str] = []

    def read(field: str, getter: Callable[[], Fact], default: Fact) -> Fact:
        try:
            return getter()
        except PARSE_ERRORS as error:
            faults.append(f"{field}: {error}")
            return default

    # The parser takes all extensions or none, and does not say which of them it minds.
    names = read("extensions", lambda: _names(certificate), None)
    unknown_key: tuple[str, int | None, str | None] = ("unknown", None, None)
    key_type, key_bits, key_curve = read(
        "subjectPublicKeyInfo", lambda: _key(certificate), unknown_key
    )
    return Certificate(
        sha256=sha256,
        subject=read("subject", lambda: _text(certificate.subject), ""),
        issuer=read("issuer", lambda: _text(certificate.issuer), ""),
        serial=read("serialNumber", lambda: shortened(f"{certificate.serial_number:X}"), ""),
        not_before=read("notBefore", lambda: certificate.not_valid_before_utc, NOT_READ),
        not_after=read("notAfter", lambda: certificate.not_valid_after_utc, NOT_READ),
        has_san=names is not None,
        dns_names=names.dns if names else (),
        ip_addresses=names.addresses if names else (),
        srv_names=names.services if names else (),
        other_names=names.others if names else (),
        key_type=key_type,
        key_bits=key_bits,
        key_curve=key_curve,
        signature_hash=read("signatureAlgorithm", lambda: _signature_hash(certificate), None),
        is_ca=read("extensions", lambda: _is_ca(certificate), default=False),
        self_signed=read("issuer", lambda: is_issued_by(certificate, certificate), default=False),
        key_usage=read("extensions", lambda: _key_usage(certificate), None),
        extended_key_usage=read("extensions", lambda: _extended_key_usage(certificate), None),
        ca_issuers=read("extensions", lambda: _ca_issuers(certificate), ()),
        must_staple=read("extensions", lambda: _must_staple(certificate), default=False),
        unreadable=shortened("; ".join(dict.fromkeys(faults))),
    )


Fact = TypeVar("Fact")


def _text(name: x509.Name) -> str:
    return shortened(name.rfc4514_string())


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


class _Names(NamedTuple):
    """The entries of a subjectAltName (RFC 5280 section 4.2.1.6)."""

    dns: tuple[str, ...]
    addresses: tuple[str, ...]
    services: tuple[str, ...]
    others: tuple[str, ...]


def _names(certificate: x509.Certificate) -> _Names | None:
    san = _extension(certificate, x509.SubjectAlternativeName)
    if san is None:
        return None
    services = {name: service for name in san if (service := _srv_name(name))}
    return _Names(
        tuple(san.get_values_for_type(x509.DNSName)),
        tuple(str(address) for address in san.get_values_for_type(x509.IPAddress)),
        tuple(services.values()),
        tuple(
            shortened(f"{type(name).__name__}:{name.value}")
            for name in san
            if not isinstance(name, x509.DNSName | x509.IPAddress) and name not in services
        ),
    )


def _srv_name(name: x509.GeneralName) -> str:
    """Return the text of an SRVName, an IA5String (RFC 4985 section 2); empty for what is none."""
    if not isinstance(name, x509.OtherName) or name.type_id != _SRV_NAME:
        return ""
    try:
        ((tag, text),) = elements(name.value)
        return shortened(text.decode("ascii")) if tag == _IA5_STRING else ""
    except ValueError:
        return ""


def _key(certificate: x509.Certificate) -> tuple[str, int | None, str | None]:
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm:
        key = None
    match key:
        case rsa.RSAPublicKey() if key.public_numbers().e < 3:
            # RFC 8017 section 3.1; whose exponent is 1 has signed everything.
            raise ValueError(f"an RSA key cannot have the exponent {key.public_numbers().e}")
        case rsa.RSAPublicKey() | dsa.DSAPublicKey():
            return "RSA" if isinstance(key, rsa.RSAPublicKey) else "DSA", key.key_size, None
        case ec.EllipticCurvePublicKey():
            return "EC", key.curve.key_size, key.curve.name
        case ed25519.Ed25519PublicKey():
            return "Ed25519", None, None
        case ed448.Ed448PublicKey():
            return "Ed448", None, None
        case _:
            return certificate.public_key_algorithm_oid.dotted_string, None, None


def _signature_hash(certificate: x509.Certificate) -> str | None:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return certificate.signature_algorithm_oid.dotted_string
    return None if algorithm is None else algorithm.name


def _is_ca(certificate: x509.Certificate) -> bool:
    constraints = _extension(certificate, x509.BasicConstraints)
    return constraints is not None and constraints.ca


def _key_usage(certificate: x509.Certificate) -> tuple[str, ...] | None:
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None:
        return None
    return tuple(name for attribute, name in _KEY_USAGES.items() if getattr(usage, attribute))


def _extended_key_usage(certificate: x509.Certificate) -> tuple[str, ...] | None:
    usage = _extension(certificate, x509.ExtendedKeyUsage)
    return None if usage is None else tuple(oid.dotted_string for oid in usage)


def _ca_issuers(certificate: x509.Certificate) -> tuple[str, ...]:
    access = _extension(certificate, x509.AuthorityInformationAccess)
    return tuple(
        shortened(str(description.access_location.value))
        for description in access or ()
        if description.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    )


def _must_staple(certificate: x509.Certificate) -> bool:
    feature = _extension(certificate, x509.TLSFeature)
    return feature is not None and x509.TLSFeatureType.status_request in feature
