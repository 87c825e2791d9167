"""RFC 9525 section 6, and what findings say of a leaf for other names."""

from dataclasses import replace

import pytest

from checks.evidence import Certificate
from checks.hostname import findings, matches
from checks.policy import Policy
from tests.checks.evidence import CA, GOOD, LEAF, TARGET, WILDCARD, chain, found_on, served, terms

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
