"""Findings made into a verdict: what the policy and its waivers make of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from checks.finding import CATALOGUE, Finding, Severity
from checks.policy import Policy
from checks.text import clean
from checks.verdict import Outcome, Subject, Verdict, Waived
from checks.waiver import Waiver

_SEVERITIES = tuple(Severity)  # gravest first
_IDS = tuple(CATALOGUE)

# On somebody else's server: how the chain is put together, which most browsers make up for. What
# they show a warning for counts, since the name that it stands under is yours.
_NOT_OURS = frozenset(
    {
        "anchor-sent",
        "chain-extra",
        "chain-order",
        "inconsistent-leaf",
        "issuer-expiring",
        "missing-intermediate",
    }
)

# Not about a certificate, so that whoever checks it does not matter.
_ALWAYS = frozenset({"must-answer"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a subject's findings are weighed by."""

    policy: Policy
    waivers: tuple[Waiver, ...]
    judged_at: datetime
    """Aware, UTC."""


def rule(subject: Subject, findings: Iterable[Finding], terms: Terms) -> Verdict:
    """Return the verdict that the findings amount to under the terms."""
    weighed = _weighed(findings, subject, terms.policy)
    standing = tuple(finding for finding in weighed if waiver_of(finding, subject, terms) is None)
    waived = tuple(one for finding in weighed if (one := _waived(finding, subject, terms)))
    return Verdict(
        subject,
        _outcome(standing, waived),
        fails=any(_fails(finding, subject, terms.policy) for finding in standing),
        findings=standing,
        waived=waived,
        remarks=(*_ended_waivers(weighed, subject, terms), *_on_mail(weighed, subject)),
    )


def _weighed(findings: Iterable[Finding], subject: Subject, policy: Policy) -> tuple[Finding, ...]:
    weighed = (
        replace(finding, severity=_severity(finding, subject, policy)) for finding in findings
    )
    kept = (finding for finding in weighed if finding.severity is not Severity.OFF)
    return tuple(sorted(kept, key=_order))


def _severity(finding: Finding, subject: Subject, policy: Policy) -> Severity:
    default = finding.severity
    if _is_unchecked(subject) and default is Severity.ERROR and finding.id not in _ALWAYS:
        default = Severity.WARNING
    severity = policy.severity_of(finding.id, default)
    is_told_only = subject.external and (policy.external == "tell" or finding.id in _NOT_OURS)
    return Severity.NOTE if is_told_only and severity is not Severity.OFF else severity


def _fails(finding: Finding, subject: Subject, policy: Policy) -> bool:
    is_by_default = finding.id not in policy.severity and finding.id not in _ALWAYS
    if _is_unchecked(subject) and is_by_default:
        # By its id ``expiring`` fails a test: where ``expired`` does not, that would be odd.
        return policy.fails("", finding.severity)
    return policy.fails(finding.id, finding.severity)


def _is_unchecked(subject: Subject) -> bool:
    """Tell whether only senders of mail come, who take any certificate (RFC 3207 section 4.1)."""
    # A TLSA record that they make something of is in demanded_by (RFC 7672 section 3.1.3).
    types = {record.rdtype for record in subject.records} - {"TLSA"}
    return types == {"MX"} and not subject.demanded_by


def _on_mail(weighed: tuple[Finding, ...], subject: Subject) -> Iterator[str]:
    """Yield why a mail exchange's findings weigh what they do."""
    if {finding.severity for finding in weighed} <= {Severity.NOTE}:
        return
    if subject.demanded_by:
        yield (
            f"{' and '.join(subject.demanded_by)} in DNS: senders check the certificate of this"
            " mail exchange (RFC 7672 section 2.2, RFC 8461 section 4.2)"
        )
    if _is_unchecked(subject):
        yield (
            "neither TLSA nor MTA-STS in the zones: senders take any certificate of this exchange,"
            " so what is an error elsewhere is a warning (RFC 3207 section 4.1)"
        )


def _order(finding: Finding) -> tuple[int, int, int, str]:
    position = finding.certificate.position if finding.certificate else None
    return (
        _SEVERITIES.index(finding.severity),
        _IDS.index(finding.id),
        -1 if position is None else position,
        finding.message,
    )


def waiver_of(finding: Finding, subject: Subject, terms: Terms) -> Waiver | None:
    """Return the waiver that holds for the finding; None: there is none."""
    covering = (w for w in terms.waivers if w.covers(subject.fqdn, finding.id))
    return next((waiver for waiver in covering if waiver.holds_at(terms.judged_at)), None)


def _waived(finding: Finding, subject: Subject, terms: Terms) -> Waived | None:
    waiver = waiver_of(finding, subject, terms)
    if waiver is None:
        return None
    expires = waiver.expires.isoformat()
    return Waived(finding, clean(waiver.reason), clean(waiver.approved_by), expires)


def _outcome(standing: tuple[Finding, ...], waived: tuple[Waived, ...]) -> Outcome:
    severities = {finding.severity for finding in standing}
    if Severity.ERROR in severities:
        return Outcome.ERROR
    if Severity.WARNING in severities:
        return Outcome.WARNING
    has_stings = any(one.finding.severity is not Severity.NOTE for one in waived)
    return Outcome.WAIVED if has_stings else Outcome.OK


def _ended_waivers(weighed: tuple[Finding, ...], subject: Subject, terms: Terms) -> tuple[str, ...]:
    # One that is followed by another, which still holds, needs no word.
    open_ids = {finding.id for finding in weighed if waiver_of(finding, subject, terms) is None}
    return tuple(
        f"the waiver of {waiver.finding} ran out on {waiver.expires.isoformat()}"
        f" (approved by {clean(waiver.approved_by, 100)}) and counts for nothing"
        for waiver in terms.waivers
        if any(waiver.covers(subject.fqdn, id_) for id_ in open_ids)
    )
