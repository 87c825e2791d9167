"""RFC 9525 section 6, and what findings say of a leaf for other names."""

from dataclasses import replace

import pytest

from checks.evidence import Certificate
from checks.finding import Severity
from checks.hostname import findings, matches
from checks.policy import Policy
from tests.checks.evidence import (
    BY_MX,
    BY_SRV,
    CA,
    GOOD,
    LEAF,
    RECORD,
    TARGET,
    WILDCARD,
    chain,
    found_on,
    served,
    terms,
)

NO_NAMES = replace(LEAF, has_san=False, dns_names=())


def presenting(*names: str) -> Certificate:
    return replace(LEAF, dns_names=names)


@pytest.mark.parametrize(
    ("presented", "wanted"),
    [
        ("www.company.test", "www.company.test"),
        ("WWW.Company.TEST", "www.company.test"),
        ("www.company.test", "WWW.company.test."),
        ("*.company.test", "www.company.test"),
        ("*.Company.test", "www.company.test"),
        ("a_b.company.test", "a_b.company.test"),
        ("xn--bcher-kva.company.test", "xn--bcher-kva.company.test"),
    ],
)
def test_presented_identifier_matches(presented: str, wanted: str) -> None:
    assert matches(presenting(presented), wanted)


@pytest.mark.parametrize(
    ("presented", "wanted"),
    [
        ("company.test", "www.company.test"),
        ("*.company.test", "company.test"),
        ("*.company.test", "a.b.company.test"),
        ("www.*.test", "www.company.test"),
        ("*.*.test", "www.company.test"),
        ("*.test", "company.test"),
        ("*.company.test", "localhost"),
        ("w*.company.test", "www.company.test"),
        ("w*", "www"),
        ("www.company.test.", "www.company.test"),
        (" www.company.test", "www.company.test"),
        ("bücher.company.test", "xn--bcher-kva.company.test"),
        ("", "www.company.test"),
        ("192.0.2.1", "192.0.2.1"),
        ("www.company.test", "not a name"),
    ],
)
def test_presented_identifier_does_not_match(presented: str, wanted: str) -> None:
    assert not matches(presenting(presented), wanted)


def test_whole_label_wildcard_matches_an_a_label() -> None:
    assert matches(presenting("*.company.test"), "xn--bcher-kva.company.test")


@pytest.mark.parametrize("odd", ["192.0.2.1", "*", "", "f*.company.test", "*.*", "ä", "*."])
def test_odd_name_beside_a_good_one_does_no_harm(odd: str) -> None:
    assert found_on(chain(presenting(odd, "www.company.test"), CA)) == []


def test_common_name_is_not_looked_at() -> None:
    leaf = replace(NO_NAMES, subject="CN=www.company.test")
    assert found_on(chain(leaf, CA)) == ["no-san"]


def test_other_name_is_a_mismatch_that_says_what_is_wanted_and_what_is_there() -> None:
    (finding,) = findings(served(chain(presenting("a.test", "b.test"), CA)), terms())
    assert finding.id == "hostname-mismatch"
    assert finding.message == (
        "subject does not match hostname: wants www.company.test, has a.test, b.test"
    )
    assert finding.certificate is not None
    assert finding.certificate.position == 0


def test_illegal_name_is_told_as_matching_nothing() -> None:
    (finding,) = findings(served(chain(presenting("a.test", "w*.company.test"), CA)), terms())
    assert "'w*.company.test' (matches nothing)" in finding.message


def test_many_names_are_cut_and_counted() -> None:
    leaf = presenting(*(f"n{n}.test" for n in range(20)))
    (finding,) = findings(served(chain(leaf, CA)), terms())
    assert finding.message.endswith("n7.test and 12 more")


@pytest.mark.parametrize(
    "leaf",
    [
        NO_NAMES,
        replace(LEAF, dns_names=()),
        replace(LEAF, dns_names=(), other_names=("rfc822Name:admin@company.test",)),
        presenting("f*.company.test"),
        presenting("*"),
    ],
    ids=["no extension", "empty", "mail", "partial wildcard", "bare wildcard"],
)
def test_leaf_without_a_usable_name_is_no_san(leaf: Certificate) -> None:
    assert found_on(chain(leaf, CA)) == ["no-san"]


def test_address_alone_is_a_usable_name_for_others() -> None:
    leaf = replace(LEAF, dns_names=(), ip_addresses=("192.0.2.1",))
    (finding,) = findings(served(chain(leaf, CA)), terms())
    assert finding.id == "hostname-mismatch"
    assert finding.message.endswith("has 192.0.2.1")


def test_wildcard_target_is_matched_by_its_probe_name() -> None:
    context = terms(target=WILDCARD)
    assert found_on(chain(presenting("*.company.test"), CA), context=context) == []


def test_wildcard_target_that_is_not_covered_is_a_finding_of_its_own() -> None:
    (finding,) = findings(served(GOOD), terms(target=WILDCARD))
    assert finding.id == "wildcard-probe-mismatch"
    assert "*.company.test" in finding.message
    assert "zonecert-" not in finding.message


def test_leaf_whose_names_cannot_be_read_is_not_called_nameless() -> None:
    leaf = replace(NO_NAMES, unreadable="subjectAltName: twice")
    assert found_on(chain(leaf, CA, stores=())) == ["certificate-unreadable"]


def test_reference_identifier_is_the_server_name() -> None:
    target = replace(TARGET, server_name="other.company.test")
    assert found_on(GOOD, context=terms(Policy(), target)) == ["hostname-mismatch"]


@pytest.mark.parametrize("presented", ["company.test", "COMPANY.test"])
def test_of_an_srv_record_the_source_domain_is_the_reference_identifier(presented: str) -> None:
    """RFC 9525 section 6.1.2, RFC 6120 section 13.7.2.1."""
    assert found_on(chain(presenting(presented), CA), context=terms(target=BY_SRV)) == []


@pytest.mark.parametrize("presented", ["_imap.company.test", "_IMAP.Company.test"])
def test_of_an_srv_record_its_service_is_one_as_well(presented: str) -> None:
    """RFC 9525 sections 6.1.1 and 6.5: SRV-ID, without regard to case."""
    leaf = replace(presenting("other.test"), srv_names=(presented,))
    assert found_on(chain(leaf, CA), context=terms(target=BY_SRV)) == []


@pytest.mark.parametrize(
    "presented",
    ["_imaps.company.test", "_imap.mail.company.test", "_imap._tcp.company.test", "company.test"],
)
def test_another_service_or_domain_is_no_srv_id(presented: str) -> None:
    """RFC 9525 section 6.5: the service and the domain are one identifier."""
    leaf = replace(presenting("other.test"), srv_names=(presented,))
    (finding,) = findings(served(chain(leaf, CA)), terms(target=BY_SRV))
    assert finding.id == "hostname-mismatch"
    assert f"SRVName:{presented}" in finding.message


def test_a_certificate_for_the_srv_records_target_is_a_note() -> None:
    """RFC 9525 section 6.1.1: a name from DNS is none unless a protocol says so; many do it."""
    leaf = presenting("mail.company.test")
    (finding,) = findings(served(chain(leaf, CA)), terms(target=BY_SRV))
    assert (finding.id, finding.severity) == ("srv-target-name", Severity.NOTE)
    assert finding.message == (
        "certificate is for the SRV record's target mail.company.test, not for company.test:"
        " has mail.company.test"
    )
    assert finding.expected == "company.test"


def test_a_certificate_for_neither_is_a_mismatch() -> None:
    assert found_on(GOOD, context=terms(target=BY_SRV)) == ["hostname-mismatch"]


@pytest.mark.parametrize("names", [("mail.company.test",), ()])
def test_what_a_record_of_another_type_names_as_well_needs_its_own_name(
    names: tuple[str, ...],
) -> None:
    """Who comes by an address record knows neither the service nor the record's target."""
    target = replace(BY_SRV, records=(RECORD, *BY_SRV.records))
    leaf = replace(presenting("a.test", *names), srv_names=("_imap.company.test",))
    assert found_on(chain(leaf, CA), context=terms(target=target)) == ["hostname-mismatch"]


def test_a_service_of_an_srv_record_is_nothing_to_a_host() -> None:
    leaf = replace(presenting("a.test"), srv_names=("_imap.www.company.test",))
    assert found_on(chain(leaf, CA)) == ["hostname-mismatch"]


def test_of_an_mx_record_the_exchange_is_the_reference_identifier() -> None:
    """RFC 8461 section 4.2, RFC 7672 section 3.2.2; never the domain that has the record."""
    wanted, domain = presenting("mail.company.test"), presenting("company.test")
    assert found_on(chain(wanted, CA), context=terms(target=BY_MX)) == []
    assert found_on(chain(domain, CA), context=terms(target=BY_MX)) == ["hostname-mismatch"]
