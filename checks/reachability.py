"""What is said of a target that shows no certificate, or perhaps not every one it has."""

from collections.abc import Iterator

from checks.context import Context
from checks.evidence import FailureKind, HandshakeFailure, Reach, Scan
from checks.finding import Finding
from checks.found import found
from checks.text import clean
from zones.target import SkipReason

_OPENING = "mend the service, or what names it: the record, or starttls in the policy"
"""What is to be done where TLS is begun midway, and no virtual host is chosen."""
REFUSED = "EXCLUDED: refused"
"""The reason of a target where nothing listens."""
_REASONS = {
    Reach.REFUSED: REFUSED,
    Reach.SILENT: "NOT-VERIFIED: no answer",
    Reach.NO_ROUTE: "NOT-VERIFIED: no route from here",
}


def excuse(scan: Scan, context: Context) -> str:
    """Return why the target is skipped; empty where it has to be judged."""
    target = scan.target
    if target.external and context.policy.external == "skip":
        return SkipReason.EXTERNAL.value
    if scan.reach is not Reach.ANSWERED:
        return _REASONS[scan.reach]
    if target.fqdn.startswith("*.") and not scan.handshakes and _refuses_name(scan):
        return "EXCLUDED: the server refuses the probe name under the wildcard"
    return ""


def unanswered(scan: Scan, context: Context) -> Iterator[Finding]:
    """Yield a finding if there was no answer from a name that the policy says must answer."""
    names = {name.lower().rstrip(".") for name in context.policy.must_answer}
    if scan.target.fqdn in names and scan.reach is not Reach.ANSWERED:
        message = f"{clean(scan.target.fqdn)} must answer and does not: {scan.reach.value}"
        yield found("must-answer", message)


def failed(scan: Scan) -> Iterator[Finding]:
    """Yield why a server that answered showed no certificate, or left questions open.

    That it declined one of several questions is no fault: not every server has two certificates.
    """
    if not scan.handshakes:
        yield _failed(scan, scan.failure or _UNKNOWN)
    elif scan.failure and not _refuses_name(scan):
        yield _failed(scan, scan.failure)


def _refuses_name(scan: Scan) -> bool:
    return scan.failure is not None and scan.failure.unrecognized_name


def _failed(scan: Scan, failure: HandshakeFailure) -> Finding:
    reason = clean(failure.reason, 300)
    match failure.kind:
        case FailureKind.TLS_FAILED:
            remedy = _OPENING if scan.target.starttls else ""
            return found("tls-failed", f"TLS handshake failed: {reason}", remedy=remedy)
        case FailureKind.NOT_TLS:
            message = f"port {scan.target.port} answers, but not with TLS: {reason}"
            return found("not-tls", message)
        case FailureKind.STOPPED_ANSWERING:
            message = f"answered earlier in this run, then silent: {reason}"
            return found("stopped-answering", message)
        case FailureKind.CERTIFICATE_UNREADABLE:
            return found("certificate-unreadable", f"certificate cannot be parsed: {reason}")


# A scan that has neither a handshake nor a reason is never a pass.
_UNKNOWN = HandshakeFailure(FailureKind.TLS_FAILED, "no certificate was seen")
