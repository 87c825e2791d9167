"""What a scan saw, as primitives: the checks are pure functions of these.

SSLyze's, cryptography's and OpenSSL's types end in ``checks/scan``: everything here can be pickled,
compared and made by hand in a test.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import TypeVar

from zones.target import Target

Value = TypeVar("Value")


def by_fields(kind: type[Value]) -> type[Value]:
    """Have a dataclass of several fields pickled as a call of itself with their values.

    What dataclasses do by themselves for slots takes three times as long, and every chain of a run
    goes from one process to another.
    """
    values = attrgetter(*(each.name for each in fields(kind)))  # type: ignore[arg-type]

    def reduced(self: Value) -> tuple[Callable[..., Value], tuple[object, ...]]:
        return kind, values(self)

    kind.__reduce__ = reduced  # type: ignore[method-assign,assignment]
    return kind


LONGEST_PATH = 16
"""Issuers of a leaf that path building is given; it is exponential in them."""
NOT_READ = datetime(1970, 1, 1, microsecond=1, tzinfo=UTC)
"""Stands for a date that could not be parsed; none that can has a fraction of a second."""


@by_fields
@dataclass(frozen=True, slots=True)
class Certificate:
    """The facts of one certificate (RFC 5280 section 4.1) that a check may ask for."""

    sha256: str
    """Of the DER form, lower-case hex."""
    subject: str
    """RFC 4514 text, cut at 500 characters and marked as cut; empty for an empty name."""
    issuer: str
    """Likewise."""
    serial: str
    """Upper-case hex; likewise, although RFC 5280 section 4.1.2.2 allows 20 octets."""
    not_before: datetime
    """Aware, UTC."""
    not_after: datetime
    """Aware, UTC; the last second in which it is valid."""
    has_san: bool = True
    """Whether there is a subjectAltName extension (RFC 5280 section 4.2.1.6)."""
    dns_names: tuple[str, ...] = ()
    """Its dNSName entries as they stand."""
    ip_addresses: tuple[str, ...] = ()
    """Its iPAddress entries, in canonical text form."""
    srv_names: tuple[str, ...] = ()
    """Its SRVName entries (RFC 4985), such as ``_imaps.company.com``, as they stand."""
    other_names: tuple[str, ...] = ()
    """Its entries of other kinds, such as ``rfc822Name:admin@company.com``."""
    key_type: str = "EC"
    """``RSA``, ``EC``, ``DSA``, ``Ed25519``, ``Ed448``, or the dotted OID of another."""
    key_bits: int | None = 256
    """Size of the modulus or of the curve; None where the algorithm has one size only."""
    key_curve: str | None = "secp256r1"
    """None for what is no elliptic curve key."""
    signature_hash: str | None = "sha256"
    """Lower-case; None where the signature algorithm has no separate hash (Ed25519)."""
    is_ca: bool = False
    """basicConstraints.cA (RFC 5280 section 4.2.1.9); False where the extension is missing."""
    self_signed: bool = False
    """Subject and issuer are the same name and its own key verifies its signature."""
    key_usage: tuple[str, ...] | None = None
    """Names of the bits that are set, such as ``digitalSignature`` (RFC 5280 section 4.2.1.3); None
    without the extension, which allows any use."""
    extended_key_usage: tuple[str, ...] | None = None
    """Dotted OIDs; None without the extension, which allows any use."""
    ca_issuers: tuple[str, ...] = ()
    """URLs of the issuer's certificate (authorityInfoAccess, RFC 5280 section 4.2.2.1)."""
    must_staple: bool = False
    """TLS feature status_request (RFC 7633)."""
    unreadable: str = ""
    """The field that could not be parsed, and the parser's words; empty where all could be."""

    def __hash__(self) -> int:
        """Return the hash of what stands for all else; checks put certificates into many sets."""
        return hash(self.sha256)

    @classmethod
    def unread(cls, sha256: str, why: str) -> "Certificate":
        """Return what is known of a certificate that could not be parsed at all."""
        return cls(sha256, "", "", "", NOT_READ, NOT_READ, has_san=False, unreadable=why)


@by_fields
@dataclass(frozen=True, slots=True)
class StoreVerdict:
    """What one trust store makes of one chain, name and leaf's dates set aside."""

    store: str
    trusted: bool
    """SSLyze's verifier builds a path (for a leaf that it takes no name from: OpenSSL does)."""
    sound: bool = False
    """OpenSSL builds a path, whatever the Web PKI's shape; true wherever ``trusted`` is."""
    code: int = 0
    """OpenSSL's X509_V_ERR code; 0 where it found no fault."""
    depth: int = 0
    """Where on the path: 0 is the leaf."""
    text: str = ""
    """OpenSSL's words."""
    at_fault: Certificate | None = None
    """The certificate that OpenSSL stopped at."""
    holds_namesake: bool = False
    """Whether the store holds a certificate of the name of the issuer that OpenSSL misses."""
    detail: str = ""
    """The refusing verifier's own words, cut at 500 characters."""
    path: tuple[Certificate, ...] = ()
    """The path found, leaf first, anchor last; empty where there is none. Of all paths the one
    whose earliest notAfter, anchor left out, is the latest."""


@by_fields
@dataclass(frozen=True, slots=True)
class Chain:
    """The certificate_list of one handshake (RFC 8446 section 4.4.2) and what was made of it."""

    certificates: tuple[Certificate, ...]
    """As sent, leaf first; never empty."""
    issuers: tuple[tuple[int, ...], ...]
    """For each certificate the positions of those sent that issued it: names match, and the key
    verifies the signature."""
    stores: tuple[StoreVerdict, ...]
    """One for each store that any policy of the run requires."""
    over_budget: bool = False
    """Path building did not end within its budget and was killed: ``stores`` is empty."""
    dropped: int = 0
    """Certificates sent beyond those that were looked at."""

    def __hash__(self) -> int:
        """Return the hash of what was sent, which nearly always decides all else."""
        return hash(self.certificates)

    @property
    def leaf(self) -> Certificate:
        """The end-entity certificate."""
        return self.certificates[0]


class StapleStatus(StrEnum):
    """What a stapled OCSP response (RFC 6960) says, or why it says nothing."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    EXPIRED = "its nextUpdate has passed"
    NOT_YET_VALID = "its thisUpdate is still to come"
    OTHER_CERTIFICATE = "it is for another certificate"
    UNTRUSTED = "its signature is not the issuer's nor a responder's of the issuer"
    UNREADABLE = "it cannot be parsed"
    UNSUCCESSFUL = "the responder answered with an error"


@dataclass(frozen=True, slots=True)
class Staple:
    """A stapled OCSP response, judged at ``judged_at``."""

    status: StapleStatus
    detail: str = ""
    """Revocation time and reason, or the error."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """One completed handshake with the target's SNI."""

    question: str
    """What was offered: ``TLS 1.3``, ``TLS 1.2 RSA``, ``TLS 1.2 other than RSA``, ..."""
    tls_version: str
    """What was agreed on, such as ``TLS 1.2``."""
    chain: Chain
    staple: Staple | None = None
    """None where the server stapled nothing."""


class Reach(StrEnum):
    """What came of connecting to (address, port)."""

    ANSWERED = "answered"
    REFUSED = "refused"
    SILENT = "no answer"
    NO_ROUTE = "no route"


class FailureKind(StrEnum):
    """Why no certificate was seen although TCP answered."""

    TLS_FAILED = "tls-failed"
    NOT_TLS = "not-tls"
    STOPPED_ANSWERING = "stopped-answering"
    CERTIFICATE_UNREADABLE = "certificate-unreadable"


@dataclass(frozen=True, slots=True)
class HandshakeFailure:
    """Why no handshake with the target's SNI came to a certificate."""

    kind: FailureKind
    reason: str
    """Without volatile numbers, cut at 500 characters."""
    unrecognized_name: bool = False
    """The server refused the SNI with that alert (RFC 6066 section 3)."""


@dataclass(frozen=True, slots=True)
class Scan:
    """All that was seen of one target."""

    target: Target
    reach: Reach
    handshakes: tuple[Handshake, ...] = ()
    """In the order of the questions; a question that the server declined is not there."""
    failure: HandshakeFailure | None = None
    """Set where TCP answered and there is no handshake at all, or where questions were left open
    because the server stopped answering them."""
