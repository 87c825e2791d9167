"""Order, extra certificates and anchors among what was sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.chain import findings
from checks.context import Served
from checks.evidence import Certificate, Chain
from checks.finding import Severity
from tests.checks.evidence import (
    AIA,
    CA,
    CROSS,
    GOOD,
    LEAF,
    NOW,
    OTHER_ROOT,
    PATH,
    ROOT,
    certificate,
    chain,
    found_on,
    ids,
    refusing,
    served,
    shaking,
    terms,
    trusting,
)

STRANGER = certificate("CN=Stranger", "CN=Nobody")


def sent(*certificates: Certificate) -> Chain:
    """What was sent, trusted by the usual path."""
    return chain(*certificates, stores=trusting(PATH))


@pytest.mark.parametrize(
    "shown",
    [
        sent(LEAF),
        GOOD,
        sent(LEAF, STRANGER, CA),
        sent(LEAF, CA, CROSS),
        sent(LEAF, CA, CA),
        sent(LEAF, LEAF, CA),
        sent(LEAF, CA, ROOT, ROOT),
        sent(LEAF, ROOT, CA, ROOT),
        sent(LEAF, CA, CROSS, ROOT, OTHER_ROOT),
    ],
)
def test_path_that_was_sent_upwards_is_in_order(shown: Chain) -> None:
    assert "chain-order" not in found_on(shown)


@pytest.mark.parametrize(
    "shown", [sent(LEAF, ROOT, CA), sent(LEAF, CROSS, CA), sent(LEAF, OTHER_ROOT, CROSS, CA)]
)
def test_issuer_before_what_it_issued_is_the_wrong_order(shown: Chain) -> None:
    assert "chain-order" in found_on(shown)


def test_wrong_order_says_which_certificate_comes_too_late() -> None:
    finding = next(findings(served(sent(LEAF, CROSS, CA)), terms()))
    assert finding.severity is Severity.ERROR
    assert finding.message == (
        'certificate chain does not have valid order: "CN=CA" (position 2) comes after'
        ' its issuer, "CN=Root" (position 1)'
    )


def test_wrong_order_is_a_warning_where_only_tls_1_3_is_spoken() -> None:
    bad = sent(LEAF, CROSS, CA)
    finding = next(findings(Served(bad, (shaking(bad),), tls_1_3_only=True), terms()))
    assert (finding.id, finding.severity) == ("chain-order", Severity.WARNING)


def test_wrong_order_of_an_untrusted_chain_is_a_second_cause() -> None:
    bad = chain(LEAF, ROOT, CA, stores=refusing(19, 2, ROOT))
    assert found_on(bad) == ["untrusted-root", "chain-order"]


def test_issuers_that_issue_each_other_do_not_loop() -> None:
    a = certificate("CN=A", "CN=B")
    b = certificate("CN=B", "CN=A")
    leaf = replace(LEAF, issuer="CN=A")
    assert "chain-order" not in found_on(sent(leaf, a, b))
    assert "chain-order" in found_on(sent(leaf, b, a))


def test_tangled_chain_is_given_up_in_time() -> None:
    """Each issues each, but the one that was sent first can only come last: 2**29 ways to fail."""
    tangle = tuple(certificate(f"CN={n}", "CN=CA") for n in range(30))
    above = tuple(range(1, 31))
    shown = Chain((LEAF, *tangle), (above[1:], *[above] * 30), trusting(PATH))
    assert "chain-order" not in found_on(shown)


def test_extra_certificates_are_one_note_that_says_which_and_why() -> None:
    old = replace(CROSS, not_after=NOW - timedelta(1))
    shown = sent(LEAF, CA, CA, STRANGER, old)
    (finding,) = (f for f in findings(served(shown), terms()) if f.id == "chain-extra")
    assert finding.severity is Severity.NOTE
    assert finding.message == (
        'extra certificate sent: duplicate "CN=CA", unrelated "CN=Stranger",'
        ' expired alternative "CN=Root"'
    )


def test_valid_alternative_is_no_extra() -> None:
    assert found_on(sent(LEAF, CA, CROSS)) == []


def test_expired_issuer_of_a_chain_that_nobody_trusts_is_no_alternative() -> None:
    old = replace(CA, not_after=NOW - timedelta(1))
    assert found_on(chain(LEAF, old, stores=refusing(10, 1, old))) == ["issuer-expired"]


def test_certificates_beyond_those_looked_at_are_told() -> None:
    shown = replace(GOOD, dropped=1968)
    (finding,) = findings(served(shown), terms())
    assert finding.message == "extra certificate sent: 1968 that were not looked at"


def test_sent_anchor_is_a_note() -> None:
    (finding,) = findings(served(sent(LEAF, CA, ROOT)), terms())
    assert (finding.id, finding.severity) == ("anchor-sent", Severity.NOTE)
    assert finding.certificate is not None
    assert finding.certificate.position == 2


def test_anchor_that_is_sent_twice_is_told_once() -> None:
    assert found_on(sent(LEAF, CA, ROOT, ROOT)) == ["chain-extra", "anchor-sent"]


def test_root_that_nobody_trusts_is_no_anchor() -> None:
    assert found_on(chain(LEAF, CA, ROOT, stores=refusing(19, 2, ROOT))) == ["untrusted-root"]


def test_root_that_one_store_lacks_is_an_anchor_all_the_same() -> None:
    stores = (*trusting(PATH, ("apple", "mozilla")), *refusing(19, 2, ROOT, ("java",)))
    assert found_on(chain(LEAF, CA, ROOT, stores=stores)) == ["store-refuses", "anchor-sent"]


def test_missing_intermediate_hides_behind_nothing() -> None:
    leaf = replace(LEAF, ca_issuers=(AIA,), not_after=NOW - timedelta(1))
    shown = chain(leaf, stores=refusing(20, 0, leaf))
    assert ids(verdict for verdict in findings(served(shown), terms())) == ["missing-intermediate"]
    assert found_on(shown) == ["expired", "missing-intermediate"]
