"""From records of services to verdicts: what the zones say of a target is what the checks ask."""

from dataclasses import replace

import pytest

from checks.evidence import Certificate
from checks.finding import Severity
from checks.verdict import Outcome, Verdict
from tests.checks.evidence import CA, LEAF, chain, terms, verdict_on
from tests.zones.build import company, targets
from zones.naming.rules import Rules

NOTHING_BUT_SERVICES = Rules(ports_for=lambda *_: ())
MAIL = ("company.com MX 10 mail.company.com", "mail.company.com A 192.0.2.25")
IMAP = ("_imap._tcp.company.com SRV 0 1 143 mail.company.com", "mail.company.com A 192.0.2.25")
WEB = ("company.com HTTPS 1 web.company.com", "web.company.com A 192.0.2.80")
TLSA = f"_25._tcp.mail.company.com TLSA 3 1 1 {'ab' * 32}"
UNUSABLE_TLSA = TLSA.replace("3 1 1", "1 1 1")
MTA_STS = '_mta-sts.company.com TXT "v=STSv1; id=20260601;"'


def presenting(*names: str, services: tuple[str, ...] = ()) -> Certificate:
    return replace(LEAF, dns_names=names, srv_names=services)


def judged(leaf: Certificate, *lines: str) -> Verdict:
    """Return what is said of the only target of those records, which serves that leaf."""
    [target] = targets(company(*lines), rules=NOTHING_BUT_SERVICES)
    return verdict_on(chain(leaf, CA), context=terms(target=target))


def said(verdict: Verdict) -> list[tuple[str, Severity]]:
    return [(finding.id, finding.severity) for finding in verdict.findings]


def test_a_mail_exchange_is_judged_by_its_own_name_and_softly() -> None:
    assert said(judged(presenting("mail.company.com"), *MAIL)) == []
    verdict = judged(presenting("company.com"), *MAIL)
    assert said(verdict) == [("hostname-mismatch", Severity.WARNING)]
    assert verdict.subject.starttls == "smtp"


@pytest.mark.parametrize(
    ("record", "name"), [(TLSA, "TLSA"), (MTA_STS, "MTA-STS")], ids=["TLSA", "MTA-STS"]
)
def test_a_mail_exchange_that_dns_speaks_for_is_judged_in_earnest(record: str, name: str) -> None:
    verdict = judged(presenting("company.com"), *MAIL, record)
    assert verdict.outcome is Outcome.ERROR
    assert [remark.startswith(f"{name} in DNS: ") for remark in verdict.remarks] == [True]


def test_a_tlsa_record_that_senders_make_nothing_of_demands_nothing() -> None:
    """RFC 7672 section 3.1.3: PKIX-EE(1)."""
    verdict = judged(presenting("company.com"), *MAIL, UNUSABLE_TLSA)
    assert said(verdict) == [("hostname-mismatch", Severity.WARNING)]


@pytest.mark.parametrize(
    "leaf",
    [presenting("company.com"), presenting("a.test", services=("_imap.company.com",))],
    ids=["domain", "SRV-ID"],
)
def test_a_service_is_its_domains(leaf: Certificate) -> None:
    verdict = judged(leaf, *IMAP)
    assert said(verdict) == []
    assert verdict.subject.starttls == "imap"


def test_a_port_of_two_services_needs_both_names() -> None:
    """Whoever comes for one of them takes no certificate of the other."""
    other = "_imap._tcp.company.com SRV 0 1 143 mail.company.com"
    both = (*IMAP, other.replace("_imap", "_pop3"))
    one, two = "_imap.company.com", "_pop3.company.com"
    for services in ((one,), (two,)):
        verdict = judged(presenting("a.test", services=services), *both)
        assert said(verdict) == [("hostname-mismatch", Severity.ERROR)]
    assert said(judged(presenting("a.test", services=(one, two)), *both)) == []


ALIAS = (
    "_imap._tcp.company.com CNAME _imap._tcp.shared.company.com",
    "_imap._tcp.shared.company.com SRV 0 1 143 mail.company.com",
    MAIL[1],
)


@pytest.mark.parametrize(
    ("leaf", "finding"),
    [
        (presenting("a.test", services=("_imap.company.com",)), []),
        (presenting("mail.company.com"), [("srv-target-name", Severity.NOTE)]),
        (presenting("shared.company.com"), [("hostname-mismatch", Severity.ERROR)]),
    ],
)
def test_a_service_behind_an_alias_is_its_owners(
    leaf: Certificate, finding: list[tuple[str, Severity]]
) -> None:
    found = targets(company(*ALIAS), rules=NOTHING_BUT_SERVICES)
    [target] = (each for each in found if each.fqdn == "company.com")
    assert said(verdict_on(chain(leaf, CA), context=terms(target=target))) == finding


def test_a_service_whose_host_alone_is_certified_is_noted() -> None:
    verdict = judged(presenting("mail.company.com"), *IMAP)
    assert said(verdict) == [("srv-target-name", Severity.NOTE)]
    assert verdict.outcome is Outcome.OK


def test_an_https_record_does_not_change_the_name() -> None:
    """RFC 9460 section 2.3."""
    assert said(judged(presenting("company.com"), *WEB)) == []
    assert said(judged(presenting("web.company.com"), *WEB)) == [
        ("hostname-mismatch", Severity.ERROR)
    ]
