"""A whole scan made into a verdict."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest

from checks.evidence import Certificate, Chain, FailureKind, HandshakeFailure, Reach, Scan
from checks.finding import Severity
from checks.judge import broken, judge, subject_of
from checks.policy import Policy
from checks.verdict import Outcome, SubjectKind, Verdict
from checks.waiver import Waiver
from tests.checks.evidence import (
    BY_MX,
    CA,
    EXTERNAL,
    GOOD,
    LEAF,
    NOW,
    RECORD,
    ROOT,
    TARGET,
    WILDCARD,
    chain,
    found_on,
    ids,
    refusing,
    scanned,
    terms,
    verdict_on,
)
from zones.target import Target

REFUSED_SNI = HandshakeFailure(
    FailureKind.TLS_FAILED, "alert unrecognized_name", unrecognized_name=True
)
MUST_ANSWER = Policy(must_answer=("WWW.company.test.",))

# Defects of the leaf, and of what stands above it: each pair is two causes.
LEAVES: dict[str, Certificate] = {
    "expired": replace(LEAF, not_after=NOW - timedelta(1)),
    "not-yet-valid": replace(LEAF, not_before=NOW + timedelta(1)),
    "hostname-mismatch": replace(LEAF, dns_names=("other.test",)),
    "no-san": replace(LEAF, has_san=False, dns_names=()),
    "weak-key": replace(LEAF, key_type="RSA", key_bits=1024),
    "weak-signature": replace(LEAF, signature_hash="sha1"),
    "wrong-purpose": replace(LEAF, extended_key_usage=("1.3.6.1.5.5.7.3.2",)),
    "must-staple-missing": replace(LEAF, must_staple=True),
}


def with_issuer_defect(defect: str, leaf: Certificate) -> Chain:
    old = replace(CA, not_after=NOW - timedelta(1))
    match defect:
        case "untrusted-root":
            return chain(leaf, CA, ROOT, stores=refusing(19, 2, ROOT))
        case "issuer-not-sent":
            return chain(leaf, stores=refusing(20, 0, leaf))
        case "issuer-expired":
            return chain(leaf, old, stores=refusing(10, 1, old))
        case "path-invalid":
            return chain(leaf, CA, stores=refusing(79, 1, CA))
        case _:
            return chain(leaf, ROOT, CA)


ABOVE = ("untrusted-root", "issuer-not-sent", "issuer-expired", "path-invalid", "chain-order")


def causes(shown: Chain) -> set[str]:
    verdict = verdict_on(shown)
    return {finding.id for finding in verdict.findings if finding.severity is not Severity.NOTE}


def test_good_target_passes() -> None:
    verdict = verdict_on(GOOD)
    assert (verdict.outcome, verdict.fails, verdict.findings) == (Outcome.OK, False, ())


@pytest.mark.parametrize("defect", LEAVES)
def test_defect_of_the_leaf_is_one_finding(defect: str) -> None:
    assert found_on(chain(LEAVES[defect], CA)) == [defect]


@pytest.mark.parametrize("above", ABOVE)
@pytest.mark.parametrize("defect", LEAVES)
def test_defects_of_leaf_and_path_are_two_findings(defect: str, above: str) -> None:
    assert causes(with_issuer_defect(above, LEAVES[defect])) == {defect, above}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pair
        for pair in combinations(LEAVES, 2)
        if pair not in {("expired", "not-yet-valid"), ("hostname-mismatch", "no-san")}
    ],
)
def test_two_defects_of_the_leaf_are_two_findings(one: str, other: str) -> None:
    changed = {
        name: getattr(LEAVES[defect], name)
        for defect in (one, other)
        for name in Certificate.__slots__
        if getattr(LEAVES[defect], name) != getattr(LEAF, name)
    }
    assert causes(chain(replace(LEAF, **changed), CA)) == {one, other}


def test_findings_stand_gravest_first_and_in_the_same_order_whatever_came_first() -> None:
    leaf = replace(LEAVES["expired"], dns_names=("other.test",))
    shown = chain(leaf, CA, CA)
    assert found_on(shown) == ["hostname-mismatch", "expired", "chain-extra"]


def test_unreadable_intermediate_is_not_told_as_missing() -> None:
    odd = Certificate.unread("odd", "the certificate: version 9")
    shown = chain(LEAF, odd, stores=refusing(20, 0, LEAF))
    assert found_on(shown) == ["certificate-unreadable"]


def test_half_readable_intermediate_is_not_told_as_an_impostor() -> None:
    odd = replace(CA, unreadable="extensions: twice the same")
    shown = Chain((LEAF, odd), ((), ()), refusing(20, 0, LEAF))
    assert found_on(shown) == ["certificate-unreadable"]


def test_unreadable_intermediate_hides_nothing_of_the_leaf() -> None:
    odd = Certificate.unread("odd", "the certificate: version 9")
    shown = chain(LEAVES["expired"], odd, odd, stores=refusing(20, 0, LEAF))
    assert found_on(shown) == ["expired", "certificate-unreadable"]


def test_leaf_that_cannot_be_parsed_at_all_is_one_finding() -> None:
    leaf = Certificate.unread("odd", "the certificate: \x1b[31m")
    (finding,) = verdict_on(chain(leaf, CA, stores=())).findings
    assert finding.message == "certificate cannot be parsed: the certificate: \\x1b[31m"


def test_subject_of_the_verdict_is_the_target() -> None:
    subject = verdict_on(GOOD).subject
    assert subject.kind is SubjectKind.TARGET
    assert subject.id == "www.company.test-127.0.0.1-443"
    assert (subject.address, subject.port, subject.records) == ("127.0.0.1", 443, (RECORD,))


def test_verdict_survives_the_wire() -> None:
    verdict = verdict_on(chain(LEAVES["expired"], ROOT, CA), GOOD)
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_subject_that_begins_in_the_clear_survives_the_wire() -> None:
    target = replace(BY_MX, demanded_by=("MTA-STS", "TLSA"))
    verdict = verdict_on(GOOD, context=terms(target=target))
    assert verdict.subject.starttls == "smtp"
    assert Verdict.from_json(verdict.to_json()) == verdict


# Nobody there


def unanswered(reach: Reach, policy: Policy | None = None) -> Verdict:
    return judge(Scan(TARGET, reach), terms(policy))


@pytest.mark.parametrize(
    ("reach", "reason", "incomplete"),
    [
        (Reach.REFUSED, "EXCLUDED: refused", False),
        (Reach.SILENT, "NOT-VERIFIED: no answer", False),
        (Reach.NO_ROUTE, "NOT-VERIFIED: no route from here", True),
    ],
)
def test_target_that_does_not_answer_is_skipped_with_its_reason(
    reach: Reach, reason: str, *, incomplete: bool
) -> None:
    verdict = unanswered(reach)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNREACHABLE, reason)
    assert (verdict.fails, verdict.incomplete) == (False, incomplete)


@pytest.mark.parametrize("reach", [Reach.REFUSED, Reach.SILENT, Reach.NO_ROUTE])
def test_name_that_must_answer_and_does_not_is_an_error(reach: Reach) -> None:
    verdict = unanswered(reach, MUST_ANSWER)
    assert ids(verdict.findings) == ["must-answer"]
    assert (verdict.outcome, verdict.fails) == (Outcome.ERROR, True)
    assert verdict.incomplete is (reach is Reach.NO_ROUTE)


@pytest.mark.parametrize(
    ("target", "policy"),
    [
        (EXTERNAL, MUST_ANSWER.model_copy(update={"external": "tell"})),
        (TARGET, MUST_ANSWER.model_copy(update={"severity": {"must-answer": Severity.NOTE}})),
    ],
    ids=["external", "severity"],
)
@pytest.mark.parametrize("is_waived", [False, True])
def test_note_on_a_target_that_nobody_saw_makes_no_pass_of_it(
    target: Target, policy: Policy, *, is_waived: bool
) -> None:
    waiver = Waiver(
        fqdn=target.fqdn,
        finding="must-answer",
        reason="moving",
        approved_by="ops@test",
        expires=NOW.date(),
    )
    context = replace(terms(policy, target), waivers=(waiver,) if is_waived else ())
    verdict = judge(Scan(target, Reach.SILENT), context)
    assert (verdict.outcome, verdict.fails) == (Outcome.UNREACHABLE, False)
    assert verdict.reason == "NOT-VERIFIED: no answer"
    told = [one.finding for one in verdict.waived] if is_waived else verdict.findings
    assert ids(told) == ["must-answer"]


def test_waived_silence_of_a_name_that_must_answer_is_waived() -> None:
    waiver = Waiver(
        fqdn=TARGET.fqdn,
        finding="must-answer",
        reason="moving",
        approved_by="ops@test",
        expires=NOW.date(),
    )
    context = replace(terms(MUST_ANSWER), waivers=(waiver,))
    assert judge(Scan(TARGET, Reach.SILENT), context).outcome is Outcome.WAIVED


def test_name_that_must_answer_and_does_is_fine() -> None:
    assert found_on(GOOD, context=terms(MUST_ANSWER)) == []


@pytest.mark.parametrize("kind", FailureKind)
def test_server_that_answers_without_a_certificate_never_passes(kind: FailureKind) -> None:
    scan = Scan(TARGET, Reach.ANSWERED, failure=HandshakeFailure(kind, "SSH-2.0\x07"))
    verdict = judge(scan, terms())
    assert ids(verdict.findings) == [kind.value]
    assert verdict.fails
    assert verdict.findings[0].message.endswith("SSH-2.0\\x07")


# Somebody there, who did not answer all questions


@pytest.mark.parametrize("kind", [FailureKind.STOPPED_ANSWERING, FailureKind.TLS_FAILED])
def test_server_that_left_questions_open_never_passes(kind: FailureKind) -> None:
    """Another certificate that it may have was not seen."""
    failure = HandshakeFailure(kind, "it completed a handshake and then fell silent")
    verdict = judge(replace(scanned(GOOD), failure=failure), terms())
    assert ids(verdict.findings) == [kind.value]
    assert verdict.fails
    assert len(verdict.deployments) == 1


def test_server_that_left_questions_open_is_judged_by_what_it_showed() -> None:
    failure = HandshakeFailure(FailureKind.STOPPED_ANSWERING, "it fell silent")
    scan = replace(scanned(chain(LEAVES["expired"], CA)), failure=failure)
    assert ids(judge(scan, terms()).findings) == ["expired", "stopped-answering"]


def test_server_that_refuses_the_name_to_one_of_several_questions_is_judged() -> None:
    """To decline by an alert is no failure."""
    scan = replace(scanned(GOOD), failure=REFUSED_SNI)
    assert judge(scan, terms()).outcome is Outcome.OK


def test_wildcard_whose_probe_was_answered_is_no_skip() -> None:
    shown = chain(LEAVES["expired"], CA)
    scan = replace(scanned(shown, target=WILDCARD), failure=REFUSED_SNI)
    verdict = judge(scan, terms(target=WILDCARD))
    assert verdict.reason == ""
    assert "expired" in ids(verdict.findings)


def test_names_that_match_nothing_are_remarked_upon_whatever_else_there_is() -> None:
    leaf = replace(LEAF, dns_names=("www.company.test", "f*.company.test", "192.0.2.1"))
    verdict = verdict_on(chain(leaf, CA))
    assert (verdict.outcome, verdict.findings) == (Outcome.OK, ())
    assert verdict.remarks == (
        "the subjectAltName holds what matches no name: 'f*.company.test', '192.0.2.1'",
    )


def test_scan_that_saw_nothing_and_says_nothing_never_passes() -> None:
    assert ids(judge(Scan(TARGET, Reach.ANSWERED), terms()).findings) == ["tls-failed"]


def test_not_tls_names_the_port() -> None:
    failure = HandshakeFailure(FailureKind.NOT_TLS, "HTTP")
    (finding,) = judge(Scan(TARGET, Reach.ANSWERED, failure=failure), terms()).findings
    assert finding.message == "port 443 answers, but not with TLS: HTTP"


@pytest.mark.parametrize("kind", [FailureKind.NOT_TLS, FailureKind.TLS_FAILED])
def test_remedy_where_tls_is_begun_otherwise_than_thought_names_the_policys_key(
    kind: FailureKind,
) -> None:
    scan = Scan(BY_MX, Reach.ANSWERED, failure=HandshakeFailure(kind, "TLS at once"))
    (finding,) = judge(scan, terms(target=BY_MX)).findings
    assert "starttls in the policy" in finding.remedy


def test_server_name_refused_for_a_wildcards_probe_is_a_skip() -> None:
    scan = Scan(WILDCARD, Reach.ANSWERED, failure=REFUSED_SNI)
    verdict = judge(scan, terms(target=WILDCARD))
    assert verdict.outcome is Outcome.UNREACHABLE
    assert verdict.reason == "EXCLUDED: the server refuses the probe name under the wildcard"


def test_server_name_refused_for_a_name_of_the_zone_is_an_error() -> None:
    scan = Scan(TARGET, Reach.ANSWERED, failure=REFUSED_SNI)
    assert ids(judge(scan, terms()).findings) == ["tls-failed"]


def test_wildcard_that_fails_otherwise_is_an_error() -> None:
    failure = HandshakeFailure(FailureKind.TLS_FAILED, "reset")
    scan = Scan(WILDCARD, Reach.ANSWERED, failure=failure)
    assert ids(judge(scan, terms(target=WILDCARD)).findings) == ["tls-failed"]


def test_external_target_is_left_alone_where_the_policy_skips_it() -> None:
    context = terms(Policy(external="skip"), EXTERNAL)
    verdict = judge(Scan(EXTERNAL, Reach.NO_ROUTE), context)
    assert (verdict.reason, verdict.incomplete) == ("EXCLUDED: external", False)


def test_broken_scanner_is_an_error_that_no_policy_softens() -> None:
    verdict = broken(subject_of(TARGET), "Traceback ...\nchild ended with SIGSEGV\x07\n")
    (finding,) = verdict.findings
    assert (finding.id, finding.observed) == ("scanner-broke", "child ended with SIGSEGV\\x07")
    assert (verdict.outcome, verdict.fails) == (Outcome.ERROR, True)
    assert verdict.subject == subject_of(TARGET)
