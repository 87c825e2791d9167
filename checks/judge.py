"""One target's scan made into its verdict: every family asked, every cause told once."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from checks import chain, hostname, keys, reachability, staple, trust, unreadable, validity
from checks.context import Context, Served
from checks.deployment import facts, inconsistent, labels, merged, served
from checks.evidence import Reach, Scan
from checks.finding import CATALOGUE, Finding
from checks.found import found
from checks.ruling import Terms, rule
from checks.text import clean
from checks.verdict import Outcome, Subject, SubjectKind, Verdict
from zones.target import SkipReason, Target

Family = Callable[[Served, Context], Iterator[Finding]]

FAMILIES: tuple[Family, ...] = (
    unreadable.findings,
    hostname.findings,
    validity.findings,
    trust.findings,
    chain.findings,
    keys.findings,
    staple.findings,
)
"""A new check is one new file and one line here."""

HIDES: dict[str, frozenset[str]] = {
    # A name of the wrong kind is the cause of what the verifier minds, too.
    "no-san": frozenset({"shape"}),
    "self-signed": frozenset({"untrusted-root", "shape"}),
    # What cannot be read is the likeliest issuer to be missed.
    "certificate-unreadable": frozenset({"missing-intermediate", "issuer-not-sent", "chain-extra"}),
}
"""Which findings on one chain are but the shadow of another."""


def judge(scan: Scan, context: Context) -> Verdict:
    """Return the verdict on one target.

    Raises ValueError where a required trust store gave no verdict.
    """
    subject = subject_of(scan.target)
    terms = Terms(context.policy, context.waivers, context.judged_at)
    why_not = reachability.excuse(scan, context)
    if why_not:
        return _excused(scan, rule(subject, reachability.unanswered(scan, context), terms), why_not)
    deployments = served(scan)
    verdict = rule(subject, _findings(scan, deployments, context), terms)
    return replace(
        verdict,
        remarks=(*verdict.remarks, *hostname.remarks(one.leaf for one in deployments)),
        deployments=tuple(facts(one, context) for one in deployments),
    )


def broken(subject: Subject, words: str) -> Verdict:
    """Return the verdict of a test that could not make one; no policy or waiver softens it.

    ``words`` is what is known of the cause, its last line the most telling.
    """
    finding = found("scanner-broke", CATALOGUE["scanner-broke"].title)
    finding = replace(finding, observed=clean(words.strip().rpartition("\n")[2]))
    return Verdict(subject, Outcome.ERROR, fails=True, findings=(finding,))


def subject_of(target: Target) -> Subject:
    """Return the target as verdicts name it."""
    return Subject(
        SubjectKind.TARGET,
        target.id,
        target.fqdn,
        target.zone,
        target.address,
        target.port,
        target.views,
        target.external,
        target.records,
        target.starttls,
        target.demanded_by,
    )


def _excused(scan: Scan, verdict: Verdict, why_not: str) -> Verdict:
    # No route: the run has not looked at all that it should have, whatever is said of the target.
    is_unseen = scan.reach is Reach.NO_ROUTE and why_not != SkipReason.EXTERNAL
    verdict = replace(verdict, incomplete=is_unseen)
    if verdict.outcome is not Outcome.OK:
        return verdict
    # A note changes nothing: whom nobody has seen cannot pass.
    return replace(verdict, outcome=Outcome.UNREACHABLE, reason=why_not)


def _findings(scan: Scan, deployments: tuple[Served, ...], context: Context) -> Iterator[Finding]:
    yield from reachability.failed(scan)
    chains = (_of_one(one, context) for one in deployments)
    yield from merged(dict(zip(labels(deployments), chains, strict=True)))
    yield from inconsistent(deployments)


def _of_one(one: Served, context: Context) -> tuple[Finding, ...]:
    findings = [finding for family in FAMILIES for finding in family(one, context)]
    hidden: set[str] = set().union(*(HIDES.get(finding.id, ()) for finding in findings))
    return tuple(finding for finding in findings if finding.id not in hidden)
