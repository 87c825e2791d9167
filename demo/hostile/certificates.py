"""Certificates that nobody should have made, as a server can show them.

Each is right but for the one thing that it is named for, and signed by a trusted issuer: what is
said of it is said of that thing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from ssl import DER_cert_to_PEM_cert

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.hashes import MD5, SHA1
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from demo.der import Node, tree
from demo.hostile.key import EXPONENT_1, RSA_512, RSA_16377, RsaKey
from demo.pki import UNKNOWN_CRITICAL, Authority, CaDraft, Credential, Draft, KeyKind, PrivateKey
from demo.tls import Presented

_BITS, _GENERALIZED, _SEQUENCE = 0x03, 0x18, 0x30
_SERIAL, _VALIDITY, _SUBJECT, _KEY = 1, 4, 5, 6
"""Positions in a TBSCertificate with a version (RFC 5280 section 4.1)."""
_DEPTH, _NAMES = 100, 5000

Change = Callable[[Node], None]
"""Makes a field of a certificate into another, in place."""
Maker = Callable[[Authority, str], Presented]
"""Issues a certificate for that name, by an authority with a key of ECDSA."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Certificates as bytes, which need not be any, and the key of the first."""

    certificates: tuple[bytes, ...]
    """DER, as sent."""
    key_pem: str

    @property
    def chain_pem(self) -> str:
        """See ``Credential.chain_pem``."""
        return "".join(map(DER_cert_to_PEM_cert, self.certificates))


def changed(issuer: Authority, name: str, field: int, change: Change) -> Shown:
    """Return a certificate of which a field is changed before it is signed."""
    issued = issuer.issue(name)
    whole = tree(_der(issued.certificate))
    signed, _, signature = _children(whole)
    change(_children(signed)[field])
    _content(b"\0" + _signature(issuer.key, signed.encoded()))(signature)
    return Shown((whole.encoded(), *map(_der, issued.chain)), issued.key_pem)


def _signature(key: PrivateKey, data: bytes) -> bytes:
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("certificates are changed by authorities with a key of ECDSA")
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def _of_rsa(key: RsaKey) -> Maker:
    def make(issuer: Authority, name: str) -> Shown:
        return replace(changed(issuer, name, _KEY, _as(key.public)), key_pem=key.pem)

    return make


def _of_ed448(issuer: Authority, name: str) -> Shown:
    key = ed448.Ed448PrivateKey.generate()
    public = tree(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return replace(changed(issuer, name, _KEY, _as(public)), key_pem=private)


def _of_draft(draft: Draft) -> Maker:
    return lambda issuer, name: issuer.issue(name, draft)


def _of_hash(algorithm: SHA1 | MD5) -> Maker:
    """Make an RSA issuer sign with that: there is no MD5 with ECDSA."""

    def make(issuer: Authority, name: str) -> Credential:
        signer = issuer.intermediate("Weak CA", CaDraft(key=KeyKind.RSA_2048))
        return signer.issue(name, Draft(signature_hash=algorithm))

    return make


def _with(field: int, change: Change) -> Callable[[Authority, str], Shown]:
    return lambda issuer, name: changed(issuer, name, field, change)


def _with_many_names(issuer: Authority, name: str) -> Credential:
    others = tuple(f"n{number}.test" for number in range(_NAMES))
    return issuer.issue(name, Draft(names=(*others, name)))


def _loop(issuer: Authority, name: str) -> Credential:
    """Return a certificate under two authorities, of which each has issued the other."""
    one, other = Authority.root("One", issuer.now), Authority.root("Other", issuer.now)
    crossed = (other.cross_sign(one), one.cross_sign(other))
    return one.issue(name).sending(*(each.certificate for each in crossed))


def _deep(issuer: Authority, name: str) -> Credential:
    lowest = issuer
    for depth in range(_DEPTH):
        lowest = lowest.intermediate(f"CA {depth}")
    return lowest.issue(name)


def _bomb(certificates: int) -> Maker:
    """Make a chain of authorities of one name and one key: every order of them is a path to try."""

    def make(issuer: Authority, name: str) -> Credential:
        one = Authority.root("Bomb", issuer.now)
        layers = [one.cross_sign(one) for _ in range(certificates)]
        return one.issue(name).sending(*(layer.certificate for layer in layers))

    return make


def _children(node: Node) -> list[Node]:
    return node.children or []


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _content(octets: bytes) -> Change:
    def change(node: Node) -> None:
        node.content, node.children = octets, None

    return change


def _as(other: Node) -> Change:
    def change(node: Node) -> None:
        node.content, node.children = other.content, other.children

    return change


def _common_name(octets: bytes) -> Change:
    # RDNSequence, RelativeDistinguishedName, AttributeTypeAndValue (RFC 5280 section 4.1.2.4)
    return lambda node: _content(octets)(_children(_children(_children(node)[0])[0])[1])


def _dated(place: int, text: bytes) -> Change:
    def change(node: Node) -> None:
        _children(node)[place].tag = _GENERALIZED
        _content(text)(_children(node)[place])

    return change


def _key_of(algorithm: str, octets: bytes) -> Change:
    """Give it a SubjectPublicKeyInfo of that AlgorithmIdentifier (hex)."""
    parts = [tree(bytes.fromhex(algorithm)), Node(_BITS, b"\0" + octets)]
    return _as(Node(_SEQUENCE, b"", parts))


SERVED: dict[str, Maker] = {
    "negative-serial": _with(_SERIAL, _content(b"\x80")),
    "serial-of-40-octets": _with(_SERIAL, _content(b"\x01" * 40)),
    "until-9999": _with(_VALIDITY, _dated(1, b"99991231235959Z")),
    "after-9999": _with(_VALIDITY, _dated(1, b"123451231235959Z")),
    "since-1900": _with(_VALIDITY, _dated(0, b"19000101000000Z")),
    "subject-of-64k": _with(_SUBJECT, _common_name(b"A" * 65536)),
    "nul-in-subject": _with(_SUBJECT, _common_name(b"a\0b\x1b[2J\xe2\x80\xae=<script>")),
    "no-subject": _of_draft(Draft(common_name="")),
    "5000-names": _with_many_names,
    "critical-extension": _of_draft(Draft(extra=(UNKNOWN_CRITICAL,))),
    "rsa-512": _of_rsa(RSA_512),
    "rsa-16377": _of_rsa(RSA_16377),
    "exponent-1": _of_rsa(EXPONENT_1),
    "md5": _of_hash(MD5()),  # noqa: S303 - bad on purpose
    "sha1": _of_hash(SHA1()),  # noqa: S303 - likewise
    "ed25519": _of_draft(Draft(key=KeyKind.ED25519)),
    "ed448": _of_ed448,
    "loop": _loop,
    "100-deep": _deep,
    "200-candidates": _bomb(200),
}
"""What OpenSSL serves, by label."""
UNSERVED: dict[str, Callable[[Authority, str], Shown]] = {
    "no-utf8-in-subject": _with(_SUBJECT, _common_name(b"\xff\xfe\xed\xa0\x80")),
    "malformed": _with(_SERIAL, lambda node: setattr(node, "tag", _BITS)),
    "unknown-curve": _with(
        _KEY, _key_of("301406072a8648ce3d020106092b0601040182d81001", b"\4" + b"\1" * 64)
    ),
    "ml-dsa": _with(_KEY, _key_of("300b0609608648016503040311", b"\x5a" * 1312)),
}
"""What OpenSSL would not serve, and has to be put into its handshake."""
