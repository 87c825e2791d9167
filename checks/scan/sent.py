"""The certificates that a server sent, parsed, and how they hang together."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from cryptography import x509

from checks.evidence import LONGEST_PATH
from checks.scan.certificate import PARSE_ERRORS, is_issued_by, load

LOOKED_AT = 32
"""Certificates of one chain that are parsed; a server may send thousands."""


def issuers(certificates: Sequence[bytes]) -> tuple[tuple[int, ...], ...]:
    """Return for each certificate the positions of those that issued it, itself left out."""
    known = [parse(der) for der in certificates]
    return tuple(
        tuple(_positions_of_issuers(certificate, own, known)) if certificate is not None else ()
        for own, certificate in enumerate(known)
    )


def _positions_of_issuers(
    certificate: x509.Certificate, own: int, known: Sequence[x509.Certificate | None]
) -> Iterator[int]:
    for position, issuer in enumerate(known):
        if position != own and issuer is not None and is_issued_by(certificate, issuer):
            yield position


def parsed(certificates: Sequence[bytes]) -> list[x509.Certificate]:
    """Return the certificates that can be parsed, each once, in the order given."""
    found = (parse(der) for der in dict.fromkeys(certificates))
    return [certificate for certificate in found if certificate is not None]


@lru_cache(maxsize=4096)
def parse(der: bytes) -> x509.Certificate | None:
    """Return the certificate; None where what a path is built by cannot be read."""
    try:
        certificate = load(der)
        _ = certificate.subject, certificate.issuer, certificate.not_valid_before_utc
        _ = certificate.not_valid_after_utc, certificate.extensions
    except PARSE_ERRORS:
        return None
    return certificate


def candidates_for(leaf: x509.Certificate, sent: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    """Return what the leaf leads to by issuer names, each once: the rest can be on no path."""
    rest = [certificate for certificate in parsed(sent) if certificate != leaf]
    found: list[x509.Certificate] = []
    new = [leaf]
    while new:
        wanted = {certificate.issuer for certificate in new}
        new = [certificate for certificate in rest if certificate.subject in wanted]
        rest = [certificate for certificate in rest if certificate not in new]
        found += new
    return tuple(found[:LONGEST_PATH])
