"""What policy and waivers make of findings."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from checks.context import Context
from checks.evidence import Certificate, Chain, FailureKind, HandshakeFailure, Reach, Scan
from checks.finding import Severity
from checks.judge import judge
from checks.policy import Policy
from checks.verdict import Outcome
from checks.waiver import Waiver
from tests.checks.evidence import (
    AIA,
    BY_MX,
    CA,
    EXTERNAL,
    GOOD,
    LEAF,
    NAMES,
    NOW,
    RECORD,
    ROOT,
    SELF_SIGNED,
    TARGET,
    chain,
    found_on,
    minding,
    refusing,
    terms,
    trusting,
    verdict_on,
)

TODAY = NOW.date()
EXPIRED = replace(LEAF, not_after=NOW - timedelta(1))
EXPIRING = replace(LEAF, not_before=NOW - timedelta(80), not_after=NOW + timedelta(10))
SHORT_CA = replace(CA, not_after=LEAF.not_after - timedelta(1))
WITH_NOTE = chain(LEAF, CA, CA)
WITH_WARNING = chain(LEAF, SHORT_CA)
MISSING = replace(LEAF, ca_issuers=(AIA,))
NOWHERE = chain(LEAF, CA, stores=refusing(20, 1, CA))


def waiver(finding: str, expires: date = TODAY, fqdn: str = "WWW.company.test.") -> Waiver:
    return Waiver(
        fqdn=fqdn, finding=finding, reason="gone\nin Q3", approved_by="sec@test", expires=expires
    )


def waiving(*waivers: Waiver) -> Context:
    return replace(terms(), waivers=waivers)


@pytest.mark.parametrize(
    ("shown", "outcome", "fails"),
    [
        (chain(EXPIRED, CA), Outcome.ERROR, True),
        (chain(EXPIRING, CA), Outcome.WARNING, True),
        (WITH_WARNING, Outcome.WARNING, False),
        (WITH_NOTE, Outcome.OK, False),
    ],
    ids=["error", "expiring", "warning", "note"],
)
def test_gravest_finding_makes_the_outcome(shown: Chain, outcome: Outcome, *, fails: bool) -> None:
    verdict = verdict_on(shown)
    assert (verdict.outcome, verdict.fails) == (outcome, fails)


def test_fail_on_may_name_warnings_or_leave_errors_out() -> None:
    assert verdict_on(WITH_WARNING, context=terms(Policy(fail_on=("warning",)))).fails
    assert not verdict_on(chain(EXPIRED, CA), context=terms(Policy(fail_on=("expiring",)))).fails


def test_severity_of_a_finding_is_the_policys() -> None:
    policy = Policy(severity={"chain-extra": Severity.ERROR, "issuer-expiring": Severity.NOTE})
    assert verdict_on(WITH_NOTE, context=terms(policy)).outcome is Outcome.ERROR
    assert verdict_on(WITH_WARNING, context=terms(policy)).outcome is Outcome.OK


def test_finding_that_is_off_is_not_there() -> None:
    context = terms(Policy(severity={"chain-extra": Severity.OFF}))
    assert found_on(WITH_NOTE, context=context) == []


# External targets


def external(policy: Policy) -> Context:
    return terms(policy, EXTERNAL)


@pytest.mark.parametrize(
    "shown",
    [
        chain(LEAF, ROOT, CA),
        WITH_WARNING,
        WITH_NOTE,
        chain(LEAF, CA, ROOT),
        chain(MISSING, stores=refusing(20, 0, MISSING)),
    ],
    ids=["order", "issuer ends", "extra", "anchor", "missing intermediate"],
)
def test_how_somebody_elses_chain_is_put_together_is_only_noted(shown: Chain) -> None:
    loud = Policy(severity=dict.fromkeys(("chain-extra", "anchor-sent"), Severity.ERROR))
    verdict = verdict_on(shown, context=external(loud))
    assert verdict.outcome is Outcome.OK
    assert {finding.severity for finding in verdict.findings} == {Severity.NOTE}


def test_different_certificates_of_somebody_elses_server_are_only_noted() -> None:
    other = replace(LEAF, sha256="hash of the other", serial="2B")
    verdict = verdict_on(chain(LEAF, CA), chain(other, CA), context=external(Policy()))
    assert [finding.severity for finding in verdict.findings] == [Severity.NOTE]


@pytest.mark.parametrize(
    "shown",
    [
        NOWHERE,
        chain(SELF_SIGNED, stores=refusing(18, 0, SELF_SIGNED)),
        chain(LEAF, CA, ROOT, stores=refusing(19, 2, ROOT)),
        chain(LEAF, CA, stores=refusing(10, 1, CA)),
        chain(LEAF, CA, stores=refusing(7, 1, CA)),
        chain(LEAF, CA, stores=(*trusting(names=NAMES[1:]), *refusing(20, 1, CA, NAMES[:1]))),
        chain(LEAF, CA, stores=minding("no AKI")),
        chain(replace(LEAF, signature_hash="sha1"), CA),
        chain(replace(LEAF, key_type="RSA", key_bits=1024), CA),
        chain(replace(LEAF, extended_key_usage=()), CA),
    ],
    ids=[
        "issuer",
        "self-signed",
        "root",
        "expired issuer",
        "path",
        "store",
        "shape",
        "hash",
        "key",
        "purpose",
    ],
)
def test_distrust_counts_on_somebody_elses_server(shown: Chain) -> None:
    """The name is yours, and browsers show its visitors a warning."""
    verdict = verdict_on(shown, context=external(Policy()))
    assert (verdict.outcome, verdict.fails) == (Outcome.ERROR, True)


@pytest.mark.parametrize(
    "leaf", [EXPIRED, replace(LEAF, dns_names=("x.test",))], ids=["dates", "name"]
)
def test_name_and_dates_count_on_somebody_elses_server(leaf: Certificate) -> None:
    assert verdict_on(chain(leaf, CA), context=external(Policy())).outcome is Outcome.ERROR


def test_external_tell_makes_everything_a_note() -> None:
    verdict = verdict_on(chain(EXPIRED, CA), context=external(Policy(external="tell")))
    assert [finding.severity for finding in verdict.findings] == [Severity.NOTE]


def test_external_tell_leaves_own_targets_alone() -> None:
    policy = Policy(external="tell")
    assert verdict_on(chain(EXPIRED, CA), context=terms(policy)).outcome is Outcome.ERROR


def test_off_stays_off_on_external_targets() -> None:
    policy = Policy(external="tell", severity={"expired": Severity.OFF})
    assert found_on(chain(EXPIRED, CA), context=external(policy)) == []


# Mail exchanges

FOR_MAIL = replace(LEAF, dns_names=("mail.company.test",))
EXPIRED_MAIL = chain(replace(EXPIRED, dns_names=("mail.company.test",)), CA)
EXPIRING_MAIL = chain(replace(EXPIRING, dns_names=("mail.company.test",)), CA)


def mail(policy: Policy | None = None, *, demanded_by: tuple[str, ...] = ()) -> Context:
    return terms(policy or Policy(), replace(BY_MX, demanded_by=demanded_by))


@pytest.mark.parametrize(
    "shown",
    [GOOD, EXPIRED_MAIL, chain(FOR_MAIL, stores=refusing(20, 0, FOR_MAIL))],
    ids=["name", "dates", "trust"],
)
def test_errors_of_a_mail_exchange_that_nobody_checks_are_warnings(shown: Chain) -> None:
    """RFC 3207 section 4.1: what to believe is the sender's own matter, and all of them believe."""
    verdict = verdict_on(shown, context=mail())
    assert (verdict.outcome, verdict.fails) == (Outcome.WARNING, False)
    (remark,) = verdict.remarks
    assert remark.startswith("neither TLSA nor MTA-STS in the zones: ")


@pytest.mark.parametrize("demanded_by", [("TLSA",), ("MTA-STS",), ("MTA-STS", "TLSA")])
def test_errors_of_a_mail_exchange_that_is_checked_are_errors(demanded_by: tuple[str, ...]) -> None:
    """RFC 7672 section 2.2, RFC 8461 section 4.2."""
    verdict = verdict_on(EXPIRED_MAIL, context=mail(demanded_by=demanded_by))
    assert (verdict.outcome, verdict.fails) == (Outcome.ERROR, True)
    (remark,) = verdict.remarks
    assert remark.startswith(f"{' and '.join(demanded_by)} in DNS: senders check the certificate")


def test_a_tlsa_record_names_the_exchange_as_well_and_says_so() -> None:
    records = (*BY_MX.records, RECORD._replace(rdtype="TLSA"))
    target = replace(BY_MX, records=records, demanded_by=("TLSA",))
    verdict = verdict_on(EXPIRED_MAIL, context=terms(target=target))
    assert verdict.outcome is Outcome.ERROR
    assert len(verdict.remarks) == 1


@pytest.mark.parametrize("rdtype", ["A", "HTTPS", "SRV"])
def test_what_another_record_names_as_well_is_weighed_as_ever(rdtype: str) -> None:
    records = (*BY_MX.records, RECORD._replace(rdtype=rdtype))
    verdict = verdict_on(EXPIRED_MAIL, context=terms(target=replace(BY_MX, records=records)))
    assert (verdict.outcome, verdict.remarks) == (Outcome.ERROR, ())


def test_a_mail_exchange_in_order_needs_no_remark() -> None:
    assert verdict_on(chain(FOR_MAIL, CA), context=mail()).remarks == ()
    assert verdict_on(chain(FOR_MAIL, CA, CA), context=mail()).remarks == ()


def test_the_policys_severity_wins_over_the_record() -> None:
    policy = Policy(severity={"expired": Severity.ERROR, "hostname-mismatch": Severity.OFF})
    verdict = verdict_on(EXPIRED_MAIL, context=mail(policy))
    assert (verdict.outcome, verdict.fails) == (Outcome.ERROR, True)
    assert found_on(GOOD, context=mail(policy)) == []


def test_expiring_fails_no_test_where_expired_does_not() -> None:
    assert not verdict_on(EXPIRING_MAIL, context=mail()).fails
    assert verdict_on(EXPIRING_MAIL, context=mail(demanded_by=("TLSA",))).fails
    wanted = Policy(severity={"expiring": Severity.WARNING})
    assert verdict_on(EXPIRING_MAIL, context=mail(wanted)).fails


def test_warnings_of_a_mail_exchange_fail_where_warnings_do() -> None:
    assert verdict_on(EXPIRED_MAIL, context=mail(Policy(fail_on=("warning",)))).fails


@pytest.mark.parametrize("reach", [Reach.SILENT, Reach.REFUSED])
def test_a_mail_exchange_that_must_answer_must(reach: Reach) -> None:
    context = mail(Policy(must_answer=("mail.company.test",)))
    verdict = judge(Scan(context.target, reach), context)
    assert (verdict.outcome, verdict.fails) == (Outcome.ERROR, True)


def test_a_mail_exchange_without_starttls_is_a_warning() -> None:
    """RFC 3207 section 4: a server for all the world must not even require it."""
    failure = HandshakeFailure(FailureKind.NOT_TLS, "it speaks SMTP and offers no STARTTLS")
    context = mail()
    verdict = judge(Scan(context.target, Reach.ANSWERED, (), failure), context)
    assert [finding.id for finding in verdict.findings] == ["not-tls"]
    assert (verdict.outcome, verdict.fails) == (Outcome.WARNING, False)


# Waivers


def test_waived_finding_does_not_fail() -> None:
    verdict = verdict_on(chain(EXPIRED, CA), context=waiving(waiver("expired")))
    assert (verdict.outcome, verdict.fails, verdict.findings) == (Outcome.WAIVED, False, ())
    (waived,) = verdict.waived
    assert waived.finding.id == "expired"
    assert (waived.reason, waived.expires) == ("gone\\nin Q3", "2026-06-01")


def test_waiver_holds_for_one_finding_only() -> None:
    leaf = replace(EXPIRED, dns_names=("x.test",))
    verdict = verdict_on(chain(leaf, CA), context=waiving(waiver("expired")))
    assert (verdict.outcome, verdict.fails) == (Outcome.ERROR, True)
    assert len(verdict.waived) == 1


@pytest.mark.parametrize("fqdn", ["company.test", "a.www.company.test"])
def test_waiver_holds_for_one_name_only(fqdn: str) -> None:
    context = waiving(waiver("expired", fqdn=fqdn))
    assert verdict_on(chain(EXPIRED, CA), context=context).fails


def test_waiver_that_has_run_out_counts_for_nothing_and_says_so() -> None:
    ended = waiver("expired", TODAY - timedelta(1))
    verdict = verdict_on(chain(EXPIRED, CA), context=waiving(ended))
    assert verdict.fails
    (remark,) = verdict.remarks
    assert "ran out on 2026-05-31" in remark


def test_waiver_that_has_run_out_needs_no_word_where_another_holds_or_nothing_is_wrong() -> None:
    ended = waiver("expired", TODAY - timedelta(1))
    assert verdict_on(chain(EXPIRED, CA), context=waiving(ended, waiver("expired"))).remarks == ()
    assert verdict_on(chain(LEAF, CA), context=waiving(ended)).remarks == ()


def test_waived_error_beside_a_warning_is_a_warning() -> None:
    leaf = replace(EXPIRING, dns_names=("x.test",))
    verdict = verdict_on(chain(leaf, CA), context=waiving(waiver("hostname-mismatch")))
    assert verdict.outcome is Outcome.WARNING


def test_waived_note_leaves_a_pass_a_pass() -> None:
    verdict = verdict_on(WITH_NOTE, context=waiving(waiver("chain-extra")))
    assert verdict.outcome is Outcome.OK


def test_waiver_for_another_target_of_the_name_holds_too() -> None:
    """A waiver is for a name, whatever addresses it has."""
    other = replace(TARGET, address="127.0.0.9")
    context = replace(waiving(waiver("expired")), target=other)
    assert verdict_on(chain(EXPIRED, CA), context=context).outcome is Outcome.WAIVED
