"""Certificates signed with SHA-1 or MD5, which cryptography reads but no longer makes.

The certificate is first made with SHA-256; then the algorithm is exchanged in its DER form (RFC
5280 section 4.1) and the signature made anew.
"""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

WeakHash = hashes.SHA1 | hashes.MD5
_WeakKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_SEQUENCE, _BIT_STRING = 0x30, 0x03
_SHA256 = {
    "rsa": bytes.fromhex("300d06092a864886f70d01010b0500"),
    "ec": bytes.fromhex("300a06082a8648ce3d040302"),
}
_WEAK = {
    ("rsa", "sha1"): bytes.fromhex("300d06092a864886f70d0101050500"),
    ("rsa", "md5"): bytes.fromhex("300d06092a864886f70d0101040500"),
    ("ec", "sha1"): bytes.fromhex("300906072a8648ce3d0401"),
}


def sign_weakly(
    wanted: x509.CertificateBuilder, key: _WeakKey, algorithm: WeakHash
) -> x509.Certificate:
    """Return the certificate, signed with a broken hash.

    Raises KeyError for ECDSA with MD5, which has no identifier.
    """
    family = "rsa" if isinstance(key, rsa.RSAPrivateKey) else "ec"
    weak = _WEAK[family, algorithm.name]
    sound = wanted.sign(key, hashes.SHA256()).tbs_certificate_bytes
    tbs = _der(_SEQUENCE, _content(sound).replace(_SHA256[family], weak, 1))
    signature = _der(_BIT_STRING, b"\0" + _signature(key, tbs, algorithm))
    return x509.load_der_x509_certificate(_der(_SEQUENCE, tbs + weak + signature))


def _signature(key: _WeakKey, data: bytes, algorithm: WeakHash) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), algorithm)
    return key.sign(data, ec.ECDSA(algorithm))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _content(der: bytes) -> bytes:
    long_form = der[1] & 0x80
    return der[2 + (der[1] & 0x7F if long_form else 0) :]
