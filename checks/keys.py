"""Keys and signatures of the path (CA/Browser Forum TLS BR sections 6.1.5 and 7.1.3.2)."""

from collections.abc import Iterator

from checks.context import Context, Served
from checks.evidence import Certificate, Chain
from checks.finding import Finding
from checks.found import found, reference
from checks.path import below_anchors, paths
from checks.text import named

_MIN_RSA_BITS = 2048
_MIN_CURVE_BITS = 256
# Hashes by name, and signature algorithms whose hash no library of today has a name for.
_BROKEN = {
    "md2": "MD2",
    "md5": "MD5",
    "sha1": "SHA-1",
    "1.2.840.113549.1.1.2": "MD2",
    "1.2.840.113549.1.1.3": "MD4",
    "1.3.14.3.2.29": "SHA-1",
}


def findings(served: Served, context: Context) -> Iterator[Finding]:
    """Yield weak keys and broken signature hashes of the leaf and of the issuers on its path."""
    chain = served.chain
    for certificate in weak_keys(chain, context):
        message = f"key {_key(certificate)} is too weak: {named(certificate)}"
        yield found("weak-key", message, reference(chain, certificate))
    for certificate in weak_signatures(chain, context):
        broken = _BROKEN[str(certificate.signature_hash)]
        message = f"{named(certificate)} is signed with {broken}"
        yield found("weak-signature", message, reference(chain, certificate))


def weak_keys(chain: Chain, context: Context) -> tuple[Certificate, ...]:
    """Return the certificates on the path, anchor included, whose key is too weak."""
    certificates = (certificate for path in paths(chain, context) for certificate in path)
    return tuple(dict.fromkeys(filter(_has_weak_key, certificates)))


def weak_signatures(chain: Chain, context: Context) -> tuple[Certificate, ...]:
    """Return the certificates on the path that are signed with a broken hash.

    Nobody relies on the signature of an anchor, nor on one that a certificate makes on itself.
    """
    return tuple(
        certificate
        for certificate in below_anchors(chain, context)
        if _has_broken_hash(certificate) and not certificate.self_signed
    )


def _has_weak_key(certificate: Certificate) -> bool:
    match certificate.key_type, certificate.key_bits:
        case "DSA", _:
            return True
        case "RSA", int(bits):
            return bits < _MIN_RSA_BITS
        case "EC", int(bits):
            return bits < _MIN_CURVE_BITS
    return False


def _has_broken_hash(certificate: Certificate) -> bool:
    return certificate.signature_hash in _BROKEN


def _key(certificate: Certificate) -> str:
    size = certificate.key_curve or certificate.key_bits
    return f"{certificate.key_type} {size}" if size else certificate.key_type
