"""How a family says what it found: the catalogue's row, filled in."""

from checks.evidence import Certificate, Chain
from checks.finding import CATALOGUE, CertificateRef, Finding, Severity
from checks.text import clean


def found(
    finding_id: str,
    message: str,
    certificate: CertificateRef | None = None,
    *,
    severity: Severity | None = None,
    remedy: str = "",
    stores: tuple[str, ...] = (),
) -> Finding:
    """Return the finding of that id; severity and remedy are the catalogue's unless given."""
    kind = CATALOGUE[finding_id]
    return Finding(
        finding_id,
        clean(message),
        severity or kind.severity,
        remedy=clean(remedy or kind.remedy),
        reference=kind.reference,
        certificate=certificate,
        stores_refusing=tuple(sorted(stores)),
    )


def reference(chain: Chain, certificate: Certificate) -> CertificateRef:
    """Return the printable reference to a certificate, with its place in the chain as sent."""
    ref = CertificateRef.of(certificate, position(chain, certificate))
    return CertificateRef(
        ref.position,
        clean(ref.subject),
        clean(ref.issuer),
        ref.serial,
        ref.sha256,
        ref.not_before,
        ref.not_after,
    )


def position(chain: Chain, certificate: Certificate) -> int | None:
    """Return where in the chain a certificate was sent first; None for one that was not sent."""
    places = (place for place, sent in enumerate(chain.certificates) if _same(sent, certificate))
    return next(places, None)


def _same(one: Certificate, other: Certificate) -> bool:
    return one.sha256 == other.sha256
