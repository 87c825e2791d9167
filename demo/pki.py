"""Certificates to try a verifier on: a certification authority in which each thing can go wrong.

Everything defaults to what every verifier accepts (RFC 5280 and the Web PKI's profile); a draft
says what is to be different, on purpose. The dates are relative to a moment that is handed in, so
that the same world can be built at any time.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from demo.draft import (
    UNKNOWN_CRITICAL,
    CaDraft,
    Draft,
    KeyKind,
    PrivateKey,
    builder,
    new_key,
    sign,
    subject,
    whole_seconds,
)

__all__ = [
    "UNKNOWN_CRITICAL",
    "Authority",
    "CaDraft",
    "Credential",
    "Draft",
    "KeyKind",
    "PrivateKey",
    "new_key",
    "pem",
    "self_signed",
    "with_broken_signature",
]


@dataclass(frozen=True, slots=True)
class Credential:
    """An end-entity certificate, its key, and what its server sends after it."""

    certificate: x509.Certificate
    key: PrivateKey
    chain: tuple[x509.Certificate, ...] = ()
    """As sent: the issuer first, without the root unless somebody put it there."""

    @property
    def chain_pem(self) -> str:
        """All certificates that the server sends, the end-entity certificate first."""
        return pem(self.certificate, *self.chain)

    @property
    def key_pem(self) -> str:
        """The private key, PKCS #8, not encrypted."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def sending(self, *chain: x509.Certificate) -> Self:
        """Return the same with another chain behind the end-entity certificate."""
        return replace(self, chain=chain)


@dataclass(frozen=True, slots=True)
class Authority:
    """A certification authority: a root, or an intermediate under one."""

    certificate: x509.Certificate
    key: PrivateKey
    now: datetime
    """The moment that drafts are relative to; aware, UTC, whole seconds."""
    chain: tuple[x509.Certificate, ...] = ()
    """What is sent behind a certificate that it issues: itself first; a root sends nothing."""

    @classmethod
    def root(cls, name: str, now: datetime, draft: CaDraft | None = None) -> Self:
        """Return a new root of that common name, signed by itself."""
        credential = self_signed(name, now, draft or CaDraft())
        return cls(credential.certificate, credential.key, whole_seconds(now))

    def intermediate(self, name: str, draft: CaDraft | None = None) -> Self:
        """Return a new authority of that common name, whose certificate this one issued."""
        issued = self.issue(name, draft or CaDraft())
        chain = (issued.certificate, *self.chain)
        return replace(self, certificate=issued.certificate, key=issued.key, chain=chain)

    def issue(self, name: str, draft: Draft | None = None) -> Credential:
        """Return a certificate for that name (DNS name or IP address), with its chain."""
        draft = draft or Draft()
        key = new_key(draft.key)
        wanted = builder(name, key, draft, self.now).issuer_name(self.certificate.subject)
        if draft.has_authority_key_identifier:
            wanted = wanted.add_extension(self._key_identifier, critical=False)
        return Credential(sign(wanted, self.key, draft), key, self.chain)

    def cross_sign(self, other: "Authority", draft: CaDraft | None = None) -> "Authority":
        """Return the other authority, same name and key, with a certificate from this one."""
        (name,) = other.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        issued = self.intermediate(str(name.value), replace(draft or CaDraft(), key=other.key))
        return replace(other, certificate=issued.certificate, chain=issued.chain)

    def impostor(self) -> "Authority":
        """Return a root of the same name and the same key identifier, with another key."""
        key = new_key(KeyKind.P256)
        real = self.certificate
        wanted = (
            x509.CertificateBuilder()
            .subject_name(real.subject)
            .issuer_name(real.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(real.not_valid_before_utc)
            .not_valid_after(real.not_valid_after_utc)
        )
        for extension in real.extensions:
            wanted = wanted.add_extension(extension.value, extension.critical)
        return replace(self, certificate=sign(wanted, key, CaDraft()), key=key, chain=())

    @property
    def _key_identifier(self) -> x509.AuthorityKeyIdentifier:
        own = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)


def self_signed(name: str, now: datetime, draft: Draft | None = None) -> Credential:
    """Return a certificate for that name which its own key has signed."""
    draft = draft or Draft()
    key = new_key(draft.key)
    wanted = builder(name, key, draft, now).issuer_name(subject(name, draft))
    return Credential(sign(wanted, key, draft), key)


def with_broken_signature(certificate: x509.Certificate) -> x509.Certificate:
    """Return the certificate with the last bit of its signature turned over."""
    der = bytearray(certificate.public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return x509.load_der_x509_certificate(bytes(der))


def pem(*certificates: x509.Certificate) -> str:
    """Return the certificates as one PEM text, in the order given: a chain or a trust store."""
    parts = (one.public_bytes(serialization.Encoding.PEM) for one in certificates)
    return b"".join(parts).decode()
