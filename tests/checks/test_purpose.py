"""Certificates that are not for servers, or not of the Web PKI's shape."""

from dataclasses import replace

import pytest

from checks.context import Context
from checks.finding import Severity
from checks.policy import OWN_CA
from tests.checks.evidence import (
    CA,
    LEAF,
    NAMES,
    OWN,
    ROOT,
    chain,
    found_on,
    minding,
    refusing,
    terms,
    the_finding,
    trusting,
    verdict_on,
)

FOR_CLIENTS = ("1.3.6.1.5.5.7.3.2",)


def test_leaf_for_clients_is_one_finding_however_the_stores_put_it() -> None:
    leaf = replace(LEAF, extended_key_usage=FOR_CLIENTS)
    for stores in (minding("EKU"), refusing(26, 0, leaf), trusting((leaf, CA, ROOT))):
        assert found_on(chain(leaf, CA, stores=stores)) == ["wrong-purpose"]


@pytest.mark.parametrize(
    "bits", [("contentCommitment",), ("keyCertSign", "cRLSign"), ("dataEncipherment",), ()]
)
def test_leaf_whose_key_may_not_be_used_by_tls_is_not_for_servers(bits: tuple[str, ...]) -> None:
    leaf = replace(LEAF, key_usage=bits)
    finding = the_finding(chain(leaf, CA))
    assert finding.id == "wrong-purpose"
    assert finding.message == (
        'keyUsage has none of digitalSignature, keyEncipherment and keyAgreement: "CN=www"'
    )


@pytest.mark.parametrize("bit", ["digitalSignature", "keyEncipherment", "keyAgreement"])
def test_leaf_whose_key_may_be_used_by_tls_may_serve(bit: str) -> None:
    leaf = replace(LEAF, key_usage=("contentCommitment", bit))
    assert found_on(chain(leaf, CA)) == []


def test_leaf_for_clients_whose_key_may_not_be_used_by_tls_is_one_finding() -> None:
    leaf = replace(LEAF, extended_key_usage=FOR_CLIENTS, key_usage=())
    assert found_on(chain(leaf, CA)) == ["wrong-purpose"]


def test_issuer_needs_no_key_usage_of_tls() -> None:
    ca = replace(CA, key_usage=("keyCertSign", "cRLSign"))
    assert found_on(chain(LEAF, ca)) == []


def test_wrong_purpose_under_the_own_ca_is_told_without_the_shape() -> None:
    leaf = replace(LEAF, key_usage=("keyCertSign",), is_ca=True)
    shown = chain(leaf, CA, stores=minding("cA must not be asserted", (OWN_CA,)))
    assert found_on(shown, context=OWN) == ["wrong-purpose"]


def test_anchor_of_one_store_for_other_uses_is_on_the_path_of_another() -> None:
    ca = replace(CA, extended_key_usage=FOR_CLIENTS)
    stores = (*trusting((LEAF, ca), NAMES[:1]), *trusting((LEAF, ca, ROOT), NAMES[1:]))
    assert found_on(chain(LEAF, ca, stores=stores)) == ["wrong-purpose"]
    assert found_on(chain(LEAF, ca, stores=trusting((LEAF, ca)))) == []


@pytest.mark.parametrize("use", ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"])
def test_leaf_for_servers_or_for_any_use_may_serve(use: str) -> None:
    leaf = replace(LEAF, extended_key_usage=(use, *FOR_CLIENTS))
    assert found_on(chain(leaf, CA)) == []


def test_issuer_for_other_uses_is_a_wrong_purpose() -> None:
    finding = the_finding(chain(LEAF, CA, stores=refusing(26, 1, CA)))
    assert finding.id == "wrong-purpose"
    assert finding.message.startswith('"CN=CA" is not for servers')


def test_sound_chain_that_the_verifier_refuses_is_not_of_the_web_pkis_shape() -> None:
    finding = the_finding(chain(LEAF, CA, stores=minding("missing extension 2.5.29.35")))
    assert (finding.id, finding.severity) == ("shape", Severity.ERROR)
    assert finding.message == "not of the Web PKI's shape: missing extension 2.5.29.35"


@pytest.mark.parametrize("context", [terms(), OWN], ids=["public", "own"])
@pytest.mark.parametrize(
    ("words", "position"),
    [
        (
            "missing (encountered processing <Certificate(subject=<Name(CN=www)>, ...)>)",
            0,
        ),
        ("candidates exhausted: missing", None),
        ("", None),
    ],
    ids=["leaf", "some issuer", "nothing said"],
)
def test_shape_blames_whom_the_verifier_names_and_else_nobody(
    words: str, position: int | None, context: Context
) -> None:
    shown = chain(LEAF, CA, stores=minding(words, (*NAMES, OWN_CA)))
    (finding,) = verdict_on(shown, context=context).findings
    assert finding.id == "shape"
    named = finding.certificate and finding.certificate.position
    assert named == position
    assert (finding.certificate is None) is (position is None)


def test_store_that_minds_the_shape_of_an_issuer_alone_blames_nobody() -> None:
    stores = (*trusting(names=NAMES[1:]), *minding("candidates exhausted", NAMES[:1]))
    finding = the_finding(chain(LEAF, CA, stores=stores))
    assert (finding.id, finding.certificate) == ("store-refuses", None)
