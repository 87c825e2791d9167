"""A finding: one cause, said once, with the certificate at fault and the remedy."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checks.evidence import Certificate


class Severity(StrEnum):
    """How bad a finding is; ``off`` is only ever a policy's wish."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    """Never fails a test."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class CertificateRef:
    """Which certificate a finding speaks of."""

    position: int | None
    """In the chain as sent, 0 is the leaf; None for one that was not sent."""
    subject: str
    issuer: str
    serial: str
    sha256: str
    not_before: datetime
    not_after: datetime

    @classmethod
    def of(cls, certificate: Certificate, position: int | None) -> "CertificateRef":
        """Return the reference to a certificate at a position of the chain as sent."""
        return cls(
            position,
            certificate.subject,
            certificate.issuer,
            certificate.serial,
            certificate.sha256,
            certificate.not_before,
            certificate.not_after,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a target, a zone or a run, and how to mend it."""

    id: str
    """One of the catalogue's."""
    message: str
    """Complete in itself; holds no volatile number, so that a diff of two runs shows changes."""
    severity: Severity
    observed: str = ""
    expected: str = ""
    remedy: str = ""
    reference: str = ""
    """The clause that is broken, such as ``RFC 9525 section 6.3``."""
    certificate: CertificateRef | None = None
    """The one at fault; None where no certificate was seen."""
    stores_refusing: tuple[str, ...] = ()
    """Sorted names of the required trust stores that refuse for this reason."""
    deployments: tuple[str, ...] = ()
    """Which of the server's certificates, such as ``RSA`` and ``EC``; empty where there is one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the catalogue: what all findings of one id share."""

    severity: Severity
    """The default; a policy may say otherwise."""
    title: str
    remedy: str
    reference: str
    since: str = "0.1"
    """Version of zonecert that first raised it; an id is never reused."""


def _error(title: str, remedy: str, reference: str) -> Kind:
    return Kind(Severity.ERROR, title, remedy, reference)


def _warning(title: str, remedy: str, reference: str) -> Kind:
    return Kind(Severity.WARNING, title, remedy, reference)


def _note(title: str, remedy: str, reference: str) -> Kind:
    return Kind(Severity.NOTE, title, remedy, reference)


CATALOGUE: dict[str, Kind] = {
    "hostname-mismatch": _error(
        "the certificate is for other names",
        "reissue it with the name in its subjectAltName, or mend the virtual host or the record",
        "RFC 9525 section 6.3",
    ),
    "no-san": _error(
        "the certificate has no usable subjectAltName",
        "reissue it with a dNSName; the common name is not looked at",
        "RFC 9525 section 6.3",
    ),
    "srv-target-name": _note(
        "the certificate is for an SRV record's target, not for the domain that has the record",
        "reissue it with the domain or its SRV-ID, for clients that take no name from DNS",
        "RFC 9525 section 6.1.1",
    ),
    "wildcard-probe-mismatch": _warning(
        "the certificate does not cover the names under a wildcard record",
        "add the wildcard to the certificate, or replace the wildcard record by the names in use",
        "RFC 9525 section 6.3",
    ),
    "expired": _error(
        "the certificate has expired",
        "renew it and reload the service; look at every address of the name",
        "RFC 5280 section 4.1.2.5",
    ),
    "not-yet-valid": _error(
        "the certificate is not valid yet",
        "wait, or mend the clock of the CA",
        "RFC 5280 section 4.1.2.5",
    ),
    "expiring": _warning(
        "the certificate expires soon",
        "renew it and reload the service",
        "RFC 5280 section 4.1.2.5",
    ),
    "issuer-expired": _error(
        "an issuer has expired and no other path is valid",
        "install the CA's current chain file",
        "RFC 5280 section 6.1.3",
    ),
    "issuer-expiring": _warning(
        "an issuer ends before the certificate does",
        "replace the chain file at or before renewal",
        "RFC 5280 section 6.1.3",
    ),
    "self-signed": _error(
        "the certificate is signed by itself",
        "issue it from a trusted CA, or add it to own_ca and set trust to own or either",
        "RFC 5280 section 6.1",
    ),
    "untrusted-root": _error(
        "the chain ends in a root that no required store holds",
        "use another CA, or add the root to own_ca and set trust to own or either",
        "RFC 5280 section 6.1",
    ),
    "issuer-not-sent": _error(
        "an issuer was not sent and is in no required store",
        "install the full chain; if the issuer is a root of your own,"
        " add it to own_ca and set trust to own or either",
        "RFC 5246 section 7.4.2",
    ),
    "missing-intermediate": _error(
        "the server does not send an intermediate certificate",
        "append it to the chain file: browsers that fetch it hide this, curl, Java and Python fail",
        "RFC 5246 section 7.4.2",
    ),
    "store-refuses": _error(
        "some required stores refuse the chain",
        "serve a cross-signed chain, or leave the store out by policy",
        "RFC 5280 section 6.1",
    ),
    "store-stale-refuses": _note(
        "only a store that is out of date refuses the chain",
        "update the store",
        "RFC 5280 section 6.1",
    ),
    "path-invalid": _error(
        "a certificate breaks the path",
        "reissue the certificate at fault",
        "RFC 5280 section 6.1",
    ),
    "wrong-purpose": _error(
        "the certificate is not for servers",
        "reissue it as a server certificate (extendedKeyUsage serverAuth)",
        "RFC 5280 section 4.2.1.12",
    ),
    "weak-key": _error(
        "a key is too weak",
        "reissue with RSA of 2048 bits or more, P-256 or P-384",
        "CA/Browser Forum TLS BR section 6.1.5",
    ),
    "weak-signature": _error(
        "a certificate is signed with a broken hash",
        "reissue it with SHA-256 or better",
        "CA/Browser Forum TLS BR section 7.1.3.2",
    ),
    "shape": _error(
        "the chain is sound but not of the Web PKI's shape",
        "mend the CA's certificate template",
        "CA/Browser Forum TLS BR section 7.1.2",
    ),
    "chain-order": _error(
        "the certificates are sent in the wrong order",
        "send the leaf first, then each certificate's issuer after it",
        "RFC 5246 section 7.4.2",
    ),
    "chain-extra": _note(
        "certificates are sent that nothing needs",
        "remove them from the chain file",
        "RFC 8446 section 4.4.2",
    ),
    "anchor-sent": _note(
        "the trust anchor is sent",
        "it may be removed from the chain file, unless DANE-TA needs it (RFC 7671 section 5.2)",
        "RFC 8446 section 4.4.2",
    ),
    "revoked": _error(
        "the stapled OCSP response says revoked",
        "replace the certificate now",
        "RFC 6960 section 2.2",
    ),
    "must-staple-missing": _error(
        "the certificate demands a stapled OCSP response and none was sent",
        "switch stapling on, or reissue without the TLS feature",
        "RFC 7633 section 4.2.3",
    ),
    "staple-invalid": _warning(
        "the stapled OCSP response is of no use",
        "mend the refresh of OCSP responses on the server",
        "RFC 6960 section 3.2",
    ),
    "inconsistent-leaf": _warning(
        "one address shows different certificates to the same question",
        "look behind the load balancer: one of its servers was left out",
        "RFC 8446 section 4.4.2",
    ),
    "tls-failed": _error(
        "the TLS handshake fails",
        "mend the service or its virtual host, or remove the record",
        "RFC 8446 section 6.2",
    ),
    "not-tls": _error(
        "the port answers, but not with TLS",
        "mend the service, or ports and starttls in the policy",
        "RFC 8446 section 5.1",
    ),
    "certificate-unreadable": _error(
        "a certificate cannot be parsed",
        "reissue it",
        "RFC 5280 section 4.1",
    ),
    "stopped-answering": _error(
        "the server answered earlier in this run and then fell silent",
        "look for a rate limit or an IDS, and lower connections_per_address",
        "RFC 9293 section 3.5",
    ),
    "must-answer": _error(
        "a name that must answer does not",
        "start the service, or take the name out of must_answer",
        "policy must_answer",
    ),
    "zone-failed": _error(
        "the zone could not be transferred",
        "look at the server's allow-transfer, its address and its log",
        "RFC 5936 section 2.2",
    ),
    "zone-empty": _note(
        "the zone is complete and holds no addresses",
        "set min_targets if it should hold some",
        "policy min_targets",
    ),
    "zone-uncovered": _note(
        "a delegated child zone is not transferred",
        "add it to a source, if its names are yours",
        "RFC 1034 section 4.2.1",
    ),
    "zone-too-small": _error(
        "the zone has fewer targets than the policy expects",
        "look at the transferred records and the filters, or lower min_targets",
        "policy min_targets",
    ),
    "zone-unanswered": _error(
        "too few of the zone's addresses answer from here",
        "run from a network that reaches them, or lower min_answered",
        "policy min_answered",
    ),
    "no-targets": _error(
        "the run has no targets at all",
        "mend the zones that failed, the filters or the ports",
        "zonecert",
    ),
    "no-current-store": _error(
        "no required trust store is younger than max_store_age",
        "update the stores, or set stores_dir",
        "policy max_store_age",
    ),
    "scanner-broke": _error(
        "the scanner itself broke, so nothing is known of the target",
        "run it again; if it happens again, report it with the target's address and name",
        "zonecert",
    ),
}
"""Every id there is. Ids are frozen once released; ``docs/findings/`` has a page for each."""
