"""Chains that somebody made to break their reader: one harmless verdict each, and soon.

As DER, in this process; tests/sessions/test_hostile.py has them served. What must be said of each
is in the table; ``hold`` adds that every report of it stays what it is.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from demo.der import Node, tree
from demo.pki import UNKNOWN_CRITICAL, Authority, Draft
from tests.checks.evidence import NOW
from tests.fuzz.judge import hold, verdict_on

NAME = "www.company.test"
CA = Authority.root("Root", NOW)
INTEGER, BITS, GENERALIZED = 0x02, 0x03, 0x18
SERIAL, VALIDITY, SUBJECT, KEY = 1, 4, 5, 6
"""Positions in a TBSCertificate with a version (RFC 5280 section 4.1)."""


def leaf(draft: Draft | None = None) -> bytes:
    return der(CA.issue(NAME, draft).certificate)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def changed(field: int, change: Callable[[Node], None]) -> bytes:
    """A leaf of which one field is changed after it was signed."""
    whole = tree(leaf())
    change(children(children(whole)[0])[field])
    return whole.encoded()


def children(node: Node) -> list[Node]:
    return node.children or []


def content(octets: bytes) -> Callable[[Node], None]:
    def change(node: Node) -> None:
        node.content, node.children = octets, None

    return change


def common_name(octets: bytes) -> Callable[[Node], None]:
    return lambda node: content(octets)(children(children(children(node)[0])[0])[1])


def ends(text: bytes) -> Callable[[Node], None]:
    def change(node: Node) -> None:
        children(node)[1].tag = GENERALIZED
        content(text)(children(node)[1])

    return change


def self_signed_by(key: rsa.RSAPrivateKey | ed448.Ed448PrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(1))
        .not_valid_after(NOW + timedelta(60))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
    )
    algorithm = hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else None
    return der(made.sign(key, algorithm))


def exponent_1() -> bytes:
    """A leaf whose RSA key verifies whatever it is shown."""
    modulus = tree(b"\x02\x82\x01\x01\x00" + b"\xc1" * 256)
    public = Node(0x30, b"", [modulus, Node(INTEGER, b"\x01")])
    rsa_oid = Node(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    bits = Node(BITS, b"", [public], b"\0")

    def change(node: Node) -> None:
        node.children = [rsa_oid, bits]

    return changed(KEY, change)


def ml_dsa() -> bytes:
    """A leaf with a key of ML-DSA-44 (2.16.840.1.101.3.4.3.17)."""
    algorithm = Node(0x30, bytes.fromhex("0609608648016503040311"))

    def change(node: Node) -> None:
        node.children = [algorithm, Node(BITS, b"\0" + b"\x5a" * 1312)]

    return changed(KEY, change)


def loop() -> bytes:
    """A leaf under two authorities of which each has issued the other."""
    one, other = Authority.root("One", NOW), Authority.root("Other", NOW)
    crossed = (one.cross_sign(other), other.cross_sign(one))
    shown = one.issue(NAME).certificate
    return b"".join(map(der, (shown, *(each.certificate for each in crossed))))


def deep() -> bytes:
    """A leaf a hundred issuers below a root that nobody trusts."""
    above = [Authority.root("Top", NOW)]
    for depth in range(100):
        above.append(above[-1].intermediate(f"CA {depth}"))
    assert all(high.certificate.subject == low.certificate.issuer for high, low in pairwise(above))
    issued = above[-1].issue(NAME)
    return b"".join(map(der, (issued.certificate, *issued.chain)))


def many_names() -> tuple[str, ...]:
    return (*(f"n{number}.company.test" for number in range(5000)), NAME)


UNREADABLE, REFUSED, SELF_SIGNED = "certificate-unreadable", "path-invalid", "self-signed"
UNKNOWN = "issuer-not-sent"
HOSTILE: dict[str, tuple[bytes, set[str]]] = {
    "negative serial": (changed(SERIAL, content(b"\x80")), {UNKNOWN}),
    "serial of 40 octets": (changed(SERIAL, content(b"\x01" * 40)), {UNKNOWN}),
    "until the year 9999": (changed(VALIDITY, ends(b"99991231235959Z")), {UNKNOWN}),
    "until the year 0": (changed(VALIDITY, ends(b"00000101000000Z")), {UNREADABLE}),
    "until the year 1": (changed(VALIDITY, ends(b"00010101000000Z")), {"expired"}),
    "subject of 64 KB": (changed(SUBJECT, common_name(b"A" * 65536)), {UNKNOWN}),
    "subject that is no UTF-8": (
        changed(SUBJECT, common_name(b"\xff\xfe\xed\xa0\x80")),
        {UNREADABLE},
    ),
    "subject with NUL and escapes": (
        changed(SUBJECT, common_name(b"a\0b\x1b[2J\xe2\x80\xae=")),
        {UNKNOWN},
    ),
    "no subject": (leaf(Draft(common_name="", names=(NAME,))), {UNKNOWN}),
    "5,000 names": (leaf(Draft(names=many_names())), {UNKNOWN}),
    "critical extension that is unknown": (leaf(Draft(extra=(UNKNOWN_CRITICAL,))), {UNKNOWN}),
    "RSA of 1024 bits": (
        self_signed_by(rsa.generate_private_key(65537, 1024)),
        {SELF_SIGNED, "weak-key"},
    ),
    "exponent 1": (exponent_1(), {UNREADABLE}),
    "Ed448": (self_signed_by(ed448.Ed448PrivateKey.generate()), {SELF_SIGNED}),
    "ML-DSA, which cryptography cannot read": (ml_dsa(), {UNREADABLE}),
    "two that issued each other": (loop(), {REFUSED}),
    "a hundred issuers": (deep(), {REFUSED}),
}


@pytest.mark.parametrize(("made", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_chain_is_told_by_its_fault_and_passes_never(made: bytes, told: set[str]) -> None:
    verdict = verdict_on(made)
    assert verdict.fails
    assert told <= {finding.id for finding in verdict.findings}, verdict.findings


@pytest.mark.parametrize("made", [made for made, _ in HOSTILE.values()], ids=HOSTILE)
def test_every_report_of_a_hostile_chain_stays_what_it_is(made: bytes) -> None:
    hold(made)
