"""RSA keys that no library makes: too small, too large, and one that signs nothing."""

from base64 import encodebytes
from dataclasses import dataclass
from math import lcm, prod

from demo.der import Node

_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d0101010500")
_TWO_PRIMES, _MORE_PRIMES = 0, 1
"""Versions of a private key (RFC 8017 appendix A.1.2)."""
_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_FIELD_OF_SECP256K1 = 2**256 - 2**32 - 977
"""Primes of 256 bits (SEC 2)."""


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A key of well-known primes: nobody waits for new ones, and nobody is to keep a secret."""

    primes: tuple[int, ...]
    exponent: int = 65537

    @property
    def public(self) -> Node:
        """The SubjectPublicKeyInfo (RFC 8017 appendix A.1.1)."""
        numbers = _sequence(prod(self.primes), self.exponent)
        algorithm = Node(_SEQUENCE, _RSA_ENCRYPTION)
        return Node(_SEQUENCE, b"", [algorithm, Node(_BITS, b"", [numbers], b"\0")])

    @property
    def pem(self) -> str:
        """The private key (RFC 8017 appendix A.1.2)."""
        p, q, *others = self.primes
        d = pow(self.exponent, -1, lcm(*(prime - 1 for prime in self.primes)))
        version = _MORE_PRIMES if others else _TWO_PRIMES
        numbers = (prod(self.primes), self.exponent, d, p, q, d % (p - 1), d % (q - 1))
        key = _sequence(version, *numbers, pow(q, -1, p))
        if others:
            more = [
                _sequence(prime, d % (prime - 1), pow(prod(self.primes[:place]), -1, prime))
                for place, prime in enumerate(others, 2)
            ]
            key.children = [*(key.children or []), Node(_SEQUENCE, b"", more)]
        text = encodebytes(key.encoded()).decode()
        return f"-----BEGIN RSA PRIVATE KEY-----\n{text}-----END RSA PRIVATE KEY-----\n"


def _mersenne(*exponents: int) -> tuple[int, ...]:
    return tuple(2**exponent - 1 for exponent in exponents)


RSA_512 = RsaKey((_ORDER_OF_P256, _FIELD_OF_SECP256K1))
RSA_16377 = RsaKey(_mersenne(4423, 4253, 3217, 2281, 2203))
"""Of 16,377 bits: more than 16,384 OpenSSL does not take."""
EXPONENT_1 = RsaKey(_mersenne(1279, 2203), exponent=1)
"""Its signature of a message is the message."""


def _sequence(*numbers: int) -> Node:
    return Node(_SEQUENCE, b"", [_integer(number) for number in numbers])


def _integer(number: int) -> Node:
    return Node(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1))
