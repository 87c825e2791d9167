"""Signatures verified with nothing but a key."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm


def verifies(
    signer: x509.Certificate, signature: bytes, data: bytes, algorithm: HashAlgorithm | None
) -> bool:
    """Tell whether the signer's key verifies the signature of the data.

    RSA as in PKCS #1 v1.5, ECDSA and EdDSA; ``algorithm`` is None for EdDSA, which needs no hash.
    """
    try:
        match signer.public_key():
            case rsa.RSAPublicKey() as key if algorithm is not None:
                key.verify(signature, data, padding.PKCS1v15(), algorithm)
            case ec.EllipticCurvePublicKey() as key if algorithm is not None:
                key.verify(signature, data, ec.ECDSA(algorithm))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() as key:
                key.verify(signature, data)
            case _:
                return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
