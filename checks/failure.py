"""The text that a test shows: complete for a reader who sees nothing else."""

from collections.abc import Iterator

from checks.finding import CertificateRef, Finding, Severity
from checks.text import clean, listed
from checks.verdict import Subject, SubjectKind, Verdict, Waived
from zones.endpoint import Endpoint

_OF_ADDRESSES = {"A", "AAAA", "CNAME"}


def failure_text(verdict: Verdict) -> str:
    """Return a head line that says it all in short, then a line and a remedy for each finding."""
    return "\n".join(_lines(verdict))


def headline(verdict: Verdict) -> str:
    """Return the subject, and how many findings of which kinds there are; notes do not count."""
    ids = [finding.id for finding in verdict.findings if finding.severity is not Severity.NOTE]
    said = f"{_counted(len(ids))}: {', '.join(dict.fromkeys(ids))}" if ids else verdict.reason
    return f"{title(verdict.subject)}: {said or 'no findings'}"


def title(subject: Subject) -> str:
    """Return the name under which a reader looks for the subject; for a target with its address."""
    match subject.kind:
        case SubjectKind.TARGET:
            begun = f" (STARTTLS {subject.starttls})" if subject.starttls else ""
            return clean(f"{subject.fqdn} {Endpoint(subject.address, subject.port or 0)}{begun}")
        case SubjectKind.ZONE:
            return clean(f"zone {subject.id}")
        case SubjectKind.RUN:
            return clean(subject.fqdn)


def whose(subject: Subject) -> str:
    """Return team and scope in words; empty where nobody is known to look after the subject."""
    team = f"team {subject.team}" if subject.team else ""
    scope = f"scope {', '.join(subject.tags)}" if subject.tags else ""
    return clean("; ".join(filter(None, (team, scope))))


def waiver_text(verdict: Verdict) -> str:
    """Return the reasons of the waivers in one line, as an expected failure shows them."""
    reasons = dict.fromkeys(f"{one.finding.id}: {_reason(one)}" for one in verdict.waived)
    return f"WAIVED: {'; '.join(reasons)}"


def _lines(verdict: Verdict) -> Iterator[str]:
    yield headline(verdict)
    yield from _named_by(verdict.subject)
    if owner := whose(verdict.subject):
        yield f"  {owner}"
    for finding in verdict.findings:
        yield from _finding(finding)
    for one in verdict.waived:
        yield f"  waived {one.finding.id}: {clean(one.finding.message)}"
        yield f"    {_reason(one)}"
    for remark in verdict.remarks:
        yield f"  remark: {clean(remark)}"


def _named_by(subject: Subject) -> Iterator[str]:
    # An address record holds what the head line says already.
    records = [record for record in subject.records if record.rdtype not in _OF_ADDRESSES]
    if records:
        yield f"  named by: {listed([str(record) for record in records])}"


def _finding(finding: Finding) -> Iterator[str]:
    where = f" [{', '.join(finding.deployments)}]" if finding.deployments else ""
    yield f"  {finding.severity.value} {finding.id}: {clean(finding.message)}{clean(where)}"
    if finding.certificate is not None:
        yield f"    certificate: {_certificate(finding.certificate)}"
    if finding.remedy:
        yield f"    remedy: {clean(finding.remedy)}"


def _certificate(ref: CertificateRef) -> str:
    place = "not sent" if ref.position is None else f"position {ref.position} as sent"
    return clean(f"{ref.subject or '(no subject)'}, serial {ref.serial or 'unknown'}, {place}")


def _reason(one: Waived) -> str:
    return clean(f"{one.reason} (approved by {one.approved_by}, until {one.expires})")


def _counted(number: int) -> str:
    return "1 finding" if number == 1 else f"{number} findings"
