"""What a certificate is to say, right by default and wrong on purpose, and the builder of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from demo.weak_signature import WeakHash, sign_weakly

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
SignatureHash: TypeAlias = hashes.SHA256 | hashes.SHA384 | WeakHash
PlannedExtension: TypeAlias = tuple[x509.ExtensionType, bool]
"""An extension and whether it is critical."""

UNKNOWN_CRITICAL: PlannedExtension = (
    x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.32473.1"), b"\x05\x00"),
    True,
)
"""An extension that no verifier knows (RFC 5612's number) and none may ignore."""


class KeyKind(StrEnum):
    """What a key can be, strong and weak."""

    P256 = "P-256"
    P384 = "P-384"
    P521 = "P-521"
    P192 = "P-192"
    RSA_2048 = "RSA-2048"
    RSA_3072 = "RSA-3072"
    RSA_1024 = "RSA-1024"
    ED25519 = "Ed25519"


_CURVES: dict[str, type[ec.EllipticCurve]] = {
    KeyKind.P256: ec.SECP256R1,
    KeyKind.P384: ec.SECP384R1,
    KeyKind.P521: ec.SECP521R1,
    KeyKind.P192: ec.SECP192R1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an end-entity certificate says; the defaults are right."""

    age: timedelta = timedelta(days=30)
    """How long before the moment the validity began; negative: it is still to begin."""
    remaining: timedelta = timedelta(days=60)
    """From the moment to notAfter; negative: it has expired."""
    common_name: str | None = None
    """None: the name it is issued for, cut at 64 characters; empty: the subject is empty."""
    names: tuple[str, ...] | None = None
    """DNS names and IP addresses of the subjectAltName; None: the name it is issued for. Empty and
    without ``emails``: no such extension."""
    emails: tuple[str, ...] = ()
    """rfc822Name entries of the subjectAltName."""
    key: KeyKind | PrivateKey = KeyKind.P256
    signature_hash: SignatureHash = field(default_factory=hashes.SHA256)
    """Of the issuer's signature; there is no MD5 with ECDSA, and Ed25519 has a hash of its own."""
    is_ca: bool = False
    path_length: int | None = None
    basic_constraints_critical: bool = True
    has_key_usage: bool = True
    has_authority_key_identifier: bool = True
    extended_key_usage: tuple[x509.ObjectIdentifier, ...] | None = (
        ExtendedKeyUsageOID.SERVER_AUTH,
    )
    """None: no such extension."""
    permitted: tuple[str, ...] = ()
    """Name constraints (RFC 5280 section 4.2.1.10): DNS names, or networks such as 10.0.0.0/8."""
    excluded: tuple[str, ...] = ()
    ca_issuers: str = ""
    """URL of the issuer's certificate; empty: no authorityInfoAccess."""
    must_staple: bool = False
    extra: tuple[PlannedExtension, ...] = ()
    """Added as they are, such as ``UNKNOWN_CRITICAL``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaDraft(Draft):
    """What a certification authority's certificate says; the defaults are right."""

    age: timedelta = timedelta(days=365)
    remaining: timedelta = timedelta(days=3650)
    names: tuple[str, ...] | None = ()
    is_ca: bool = True
    extended_key_usage: tuple[x509.ObjectIdentifier, ...] | None = None


def new_key(kind: KeyKind | PrivateKey) -> PrivateKey:
    """Return a new key of that kind; a key that is there already is returned as it is."""
    if not isinstance(kind, str):
        return kind
    if kind == KeyKind.ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind]())
    return rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))


def subject(name: str, draft: Draft) -> x509.Name:
    """Return the subject of a certificate that is issued for that name."""
    wanted = name[:64] if draft.common_name is None else draft.common_name
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, wanted)] if wanted else []
    return x509.Name(attributes)


def builder(name: str, key: PrivateKey, draft: Draft, now: datetime) -> x509.CertificateBuilder:
    """Return the certificate as drafted; its issuer, and what names the issuer's key, are to come.

    The moment is aware.
    """
    start = whole_seconds(now)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject(name, draft))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - draft.age)
        .not_valid_after(start + draft.remaining)
    )
    for extension, critical in _extensions(name, key, draft):
        made = made.add_extension(extension, critical)
    return made


def sign(wanted: x509.CertificateBuilder, key: PrivateKey, draft: Draft) -> x509.Certificate:
    """Return the certificate, signed by the issuer's key with the hash of the draft."""
    wished = draft.signature_hash
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return wanted.sign(key, None)
    if isinstance(wished, hashes.SHA1 | hashes.MD5):
        return sign_weakly(wanted, key, wished)
    return wanted.sign(key, wished)


def whole_seconds(moment: datetime) -> datetime:
    """Return the aware moment in UTC as a certificate can hold it (RFC 5280 section 4.1.2.5)."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _extensions(name: str, key: PrivateKey, draft: Draft) -> Iterator[PlannedExtension]:
    yield x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
    yield (
        x509.BasicConstraints(ca=draft.is_ca, path_length=draft.path_length),
        draft.basic_constraints_critical,
    )
    if draft.has_key_usage:
        yield _key_usage(key, draft), True
    yield from _names(name, draft)
    yield from _limits(draft)
    if draft.ca_issuers:
        yield _ca_issuers(draft.ca_issuers), False
    if draft.must_staple:
        yield x509.TLSFeature([x509.TLSFeatureType.status_request]), False
    yield from draft.extra


def _names(name: str, draft: Draft) -> Iterator[PlannedExtension]:
    names = (name,) if draft.names is None else draft.names
    presented = [*map(_name, names), *map(x509.RFC822Name, draft.emails)]
    if presented:
        # RFC 5280 section 4.2.1.6: critical exactly where the subject is empty.
        yield x509.SubjectAlternativeName(presented), draft.common_name == ""


def _limits(draft: Draft) -> Iterator[PlannedExtension]:
    if draft.extended_key_usage is not None:
        yield x509.ExtendedKeyUsage(draft.extended_key_usage), False
    if draft.permitted or draft.excluded:
        # cryptography takes None, and no empty list, for a side that says nothing.
        permitted = [_subtree(text) for text in draft.permitted] or None
        excluded = [_subtree(text) for text in draft.excluded] or None
        yield x509.NameConstraints(permitted, excluded), True


def _key_usage(key: PrivateKey, draft: Draft) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=isinstance(key, rsa.RSAPrivateKey) and not draft.is_ca,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=draft.is_ca,
        crl_sign=draft.is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _ca_issuers(url: str) -> x509.AuthorityInformationAccess:
    oid = AuthorityInformationAccessOID.CA_ISSUERS
    location = x509.UniformResourceIdentifier(url)
    return x509.AuthorityInformationAccess([x509.AccessDescription(oid, location)])


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _subtree(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_network(text))
    except ValueError:
        return x509.DNSName(text)
