"""The text of a failing test."""

from dataclasses import replace
from datetime import timedelta

from checks.evidence import Reach, Scan
from checks.failure import failure_text, headline, waiver_text
from checks.finding import Finding, Severity
from checks.judge import judge
from checks.verdict import Outcome, Subject, SubjectKind, Verdict
from checks.waiver import Waiver
from tests.checks.evidence import (
    BY_MX,
    CA,
    GOOD,
    LEAF,
    NOW,
    RSA_LEAF,
    TARGET,
    chain,
    terms,
    verdict_on,
)
from tests.checks.test_zone import FAILED, on_run, on_zone
from zones.target import RecordRef

BAD = replace(LEAF, not_after=NOW - timedelta(1), dns_names=("x.test",))


def test_head_line_is_complete_in_itself() -> None:
    assert headline(verdict_on(chain(BAD, CA))) == (
        "www.company.test 127.0.0.1:443: 2 findings: hostname-mismatch, expired"
    )


def test_address_of_version_6_stands_in_brackets() -> None:
    context = terms(target=replace(TARGET, address="::1"))
    assert headline(verdict_on(GOOD, context=context)) == (
        "www.company.test [::1]:443: no findings"
    )


def test_what_begins_in_the_clear_says_so_and_which_record_named_it() -> None:
    text = failure_text(verdict_on(GOOD, context=terms(target=BY_MX)))
    assert text.split("\n")[:2] == [
        "mail.company.test 127.0.0.1:25 (STARTTLS smtp): 1 finding: hostname-mismatch",
        "  named by: company.test MX 10 mail.company.test",
    ]


def test_an_exchange_of_many_domains_names_some_and_counts_the_rest() -> None:
    records = tuple(
        RecordRef("inside", f"d{n}.test", f"d{n}.test", "MX", "10 mail.company.test")
        for n in range(300)
    )
    text = failure_text(verdict_on(GOOD, context=terms(target=replace(BY_MX, records=records))))
    assert "d7.test MX 10 mail.company.test and 292 more" in text


def test_notes_are_not_counted_but_told() -> None:
    text = failure_text(verdict_on(chain(BAD, CA, CA)))
    assert "2 findings" in text
    assert "  note chain-extra: " in text


def test_head_line_of_a_skip_is_its_reason() -> None:
    verdict = judge(Scan(TARGET, Reach.SILENT), terms())
    assert headline(verdict) == "www.company.test 127.0.0.1:443: NOT-VERIFIED: no answer"


def test_each_finding_has_its_certificate_and_remedy_under_it() -> None:
    lines = failure_text(verdict_on(chain(replace(BAD, dns_names=LEAF.dns_names), CA))).split("\n")
    assert lines[1:] == [
        "  error expired: certificate has expired (2026-05-31T12:00:00Z)",
        "    certificate: CN=www, serial 1A2B, position 0 as sent",
        "    remedy: renew it and reload the service; look at every address of the name",
    ]


def test_deployments_are_named() -> None:
    rsa = replace(RSA_LEAF, not_after=BAD.not_after)
    ec = replace(LEAF, not_after=BAD.not_after)
    assert "(2026-05-31T12:00:00Z) [EC, RSA]" in failure_text(
        verdict_on(chain(ec, CA), chain(rsa, CA))
    )


def test_waived_findings_and_remarks_are_told() -> None:
    waivers = tuple(
        Waiver(fqdn=TARGET.fqdn, finding=id_, reason="known", approved_by="me", expires=last)
        for id_, last in (
            ("expired", NOW.date()),
            ("hostname-mismatch", NOW.date() - timedelta(1)),
        )
    )
    verdict = verdict_on(chain(BAD, CA), context=replace(terms(), waivers=waivers))
    text = failure_text(verdict)
    assert "  waived expired: certificate has expired" in text
    assert "  remark: the waiver of hostname-mismatch ran out" in text
    assert waiver_text(verdict) == "WAIVED: expired: known (approved by me, until 2026-06-01)"


def test_zones_and_the_run_are_named() -> None:
    assert headline(on_zone(FAILED)) == "zone company.test: 1 finding: zone-failed"
    assert headline(on_run()) == "inventory: 1 finding: no-targets"


def test_foreign_text_stays_in_its_line() -> None:
    hostile = "\x1b[31m\r\nPASSED \u202e\x00" + "A" * 70_000
    subject = Subject(SubjectKind.TARGET, "id", hostile, address="127.0.0.1", port=443)
    finding = Finding("expired", hostile, Severity.ERROR, remedy=hostile)
    text = failure_text(Verdict(subject, Outcome.ERROR, findings=(finding,), remarks=(hostile,)))
    assert all(len(line) < 600 for line in text.split("\n"))
    assert len(text.split("\n")) == 4
    assert text.replace("\n", "").isprintable()
