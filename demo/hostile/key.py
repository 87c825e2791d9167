"""RSA keys that no library makes: too small, too large, and one that signs nothing."""

from base64 import encodebytes
from dataclasses import dataclass
from math import lcm, prod

from demo.der import Node

_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d0101010500")
_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_FIELD_OF_SECP256K1 = 2**256 - 2**32 - 977
"""Primes of 256 bits (SEC 2)."""


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A key of well-known primes, on either side of which there may be several.

    The primes are found in textbooks, so that nobody waits for new ones of 8,192 bits.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    exponent: int = 65537

    @property
    def public(self) -> Node:
        """The SubjectPublicKeyInfo (RFC 8017 appendix A.1)."""
        numbers = _sequence(self._modulus, self.exponent)
        algorithm = Node(_SEQUENCE, _RSA_ENCRYPTION)
        return Node(_SEQUENCE, b"", [algorithm, Node(_BITS, b"", [numbers], b"\0")])

    @property
    def pem(self) -> str:
        """The private key (RFC 8017 appendix A.1.2)."""
        p, q = prod(self.left), prod(self.right)
        # Of a product of primes the Carmichael function does what p - 1 does of a prime.
        order_p, order_q = _carmichael(self.left), _carmichael(self.right)
        d = pow(self.exponent, -1, lcm(order_p, order_q))
        numbers = (self._modulus, self.exponent, d, p, q, d % order_p, d % order_q, pow(q, -1, p))
        text = encodebytes(_sequence(0, *numbers).encoded()).decode()
        return f"-----BEGIN RSA PRIVATE KEY-----\n{text}-----END RSA PRIVATE KEY-----\n"

    @property
    def _modulus(self) -> int:
        return prod(self.left) * prod(self.right)


def _mersenne(*exponents: int) -> tuple[int, ...]:
    return tuple(2**exponent - 1 for exponent in exponents)


RSA_512 = RsaKey((_ORDER_OF_P256,), (_FIELD_OF_SECP256K1,))
RSA_16376 = RsaKey(_mersenne(9689, 61), _mersenne(4423, 2203))
"""Of 16,376 bits; more than 16,384 OpenSSL does not take."""
EXPONENT_1 = RsaKey(_mersenne(1279), _mersenne(2203), exponent=1)
"""Its signature of a message is the message."""


def _carmichael(primes: tuple[int, ...]) -> int:
    return lcm(*(prime - 1 for prime in primes))


def _sequence(*numbers: int) -> Node:
    return Node(_SEQUENCE, b"", [_integer(number) for number in numbers])


def _integer(number: int) -> Node:
    return Node(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))
