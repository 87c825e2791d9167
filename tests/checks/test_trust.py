"""Why stores refuse: each cause told once, by the one family that owns it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.context import Context
from checks.evidence import Certificate, Chain, StoreVerdict
from checks.finding import Severity
from checks.policy import OWN_CA, Policy
from tests.checks.evidence import (
    AIA,
    CA,
    EITHER,
    LEAF,
    NAMES,
    NOW,
    OTHER_ROOT,
    OWN,
    PATH,
    ROOT,
    SELF_SIGNED,
    STORES_WITH_STALE,
    chain,
    found_on,
    minding,
    refusing,
    terms,
    the_finding,
    trusting,
    verdict_on,
)

STALE_JAVA = replace(terms(), stores=STORES_WITH_STALE)
OWN_TRUSTS = trusting(names=(OWN_CA,))


def test_chain_that_all_stores_trust_has_no_finding() -> None:
    assert found_on(chain(LEAF, CA)) == []


def test_self_signed_leaf_is_one_finding() -> None:
    finding = the_finding(chain(SELF_SIGNED, stores=refusing(18, 0, SELF_SIGNED)))
    assert finding.id == "self-signed"
    assert finding.message == 'self signed certificate: "CN=www"'
    assert finding.stores_refusing == NAMES


def test_self_signed_leaf_in_a_store_that_the_verifier_refuses_is_self_signed() -> None:
    stores = (*minding("missing AKI", NAMES[:1]), *refusing(18, 0, SELF_SIGNED, NAMES[1:]))
    assert found_on(chain(SELF_SIGNED, stores=stores)) == ["self-signed"]


def test_root_that_was_sent_and_that_no_store_holds_is_at_fault() -> None:
    finding = the_finding(chain(LEAF, CA, ROOT, stores=refusing(19, 2, ROOT)))
    assert finding.id == "untrusted-root"
    assert finding.message == 'chain ends in "CN=Root", which no required store holds'
    assert finding.certificate is not None
    assert finding.certificate.position == 2


def test_missing_intermediate_tells_where_it_could_be_fetched() -> None:
    leaf = replace(LEAF, ca_issuers=(AIA,))
    finding = the_finding(chain(leaf, stores=refusing(20, 0, leaf)))
    assert finding.id == "missing-intermediate"
    assert finding.message == (
        f'unable to get local issuer certificate: server did not send "CN=CA" (AIA: {AIA})'
    )


@pytest.mark.parametrize(
    ("code", "sent"), [(18, (SELF_SIGNED,)), (19, (LEAF, CA, ROOT)), (20, (LEAF, CA))]
)
def test_remedy_for_ones_own_root_leads_out(code: int, sent: tuple[Certificate, ...]) -> None:
    finding = the_finding(chain(*sent, stores=refusing(code, len(sent) - 1, sent[-1])))
    assert "own_ca and set trust to own or either" in finding.remedy


@pytest.mark.parametrize("code", [2, 20, 21])
def test_issuer_that_nobody_knows_was_not_sent(code: int) -> None:
    finding = the_finding(chain(LEAF, stores=refusing(code, 0, LEAF)))
    assert finding.id == "issuer-not-sent"
    assert finding.message == (
        'unable to get local issuer certificate: "CN=CA" was not sent and is in no required store'
    )


def test_unknown_root_that_was_not_sent_is_the_issuer_of_the_last_certificate() -> None:
    ca = replace(CA, ca_issuers=(AIA,))
    finding = the_finding(chain(LEAF, ca, stores=refusing(20, 1, ca)))
    assert finding.id == "issuer-not-sent"
    assert '"CN=Root" was not sent' in finding.message


def test_upper_intermediate_that_is_missing_tells_where_it_could_be_fetched() -> None:
    """It may be an unknown root as well: from below the two look alike."""
    ca = replace(CA, ca_issuers=(AIA,))
    finding = the_finding(chain(LEAF, ca, stores=refusing(20, 1, ca)))
    assert finding.id == "issuer-not-sent"
    assert finding.message.endswith(
        f'"CN=Root" was not sent and is in no required store (AIA: {AIA})'
    )


def with_namesake(stores: tuple[StoreVerdict, ...]) -> tuple[StoreVerdict, ...]:
    return tuple(replace(verdict, holds_namesake=True) for verdict in stores)


@pytest.mark.parametrize("holding", [NAMES, NAMES[:1]], ids=["all stores", "one store"])
def test_namesake_of_the_issuer_in_a_store_breaks_the_path(holding: tuple[str, ...]) -> None:
    """It is not true that the issuer is in no required store."""
    others = tuple(name for name in NAMES if name not in holding)
    stores = (*with_namesake(refusing(20, 1, CA, holding)), *refusing(20, 1, CA, others))
    finding = the_finding(chain(LEAF, CA, stores=stores))
    assert (finding.id, finding.stores_refusing) == ("path-invalid", NAMES)
    assert finding.message == (
        '"CN=CA" breaks the path: "CN=Root" is in the store, but with another key or key identifier'
    )


def test_namesake_in_one_store_beside_others_that_trust_is_told_of_that_store() -> None:
    stores = (*trusting(names=NAMES[1:]), *with_namesake(refusing(20, 1, CA, NAMES[:1])))
    finding = the_finding(chain(LEAF, CA, stores=stores))
    assert (finding.id, finding.stores_refusing) == ("store-refuses", NAMES[:1])
    assert "with another key" in finding.message


def test_issuer_of_the_same_name_with_another_key_breaks_the_path() -> None:
    sent = Chain((LEAF, CA), ((), ()), refusing(20, 0, LEAF))
    finding = the_finding(sent)
    assert finding.id == "path-invalid"
    assert '"CN=CA" was sent, but its key did not make this signature' in finding.message


def test_issuer_that_was_sent_and_that_openssl_leaves_out_breaks_the_path() -> None:
    finding = the_finding(chain(LEAF, CA, stores=refusing(20, 0, LEAF)))
    assert finding.id == "path-invalid"
    assert "key identifiers" in finding.message


def test_certificate_at_fault_that_was_not_sent_has_no_position() -> None:
    finding = the_finding(chain(LEAF, stores=refusing(20, 1, CA)))
    assert finding.id == "issuer-not-sent"
    assert finding.certificate is not None
    assert finding.certificate.position is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (7, "signature"),
        (9, "not valid yet"),
        (25, "path length"),
        (32, "keyUsage"),
        (34, "critical extension"),
        (47, "permitted"),
        (48, "excluded"),
        (79, "not a CA"),
        (77, "OpenSSL's words"),
    ],
)
def test_broken_path_names_the_certificate_and_the_rule(code: int, words: str) -> None:
    finding = the_finding(chain(LEAF, CA, stores=refusing(code, 1, CA)))
    assert finding.id == "path-invalid"
    assert finding.message.startswith('"CN=CA" breaks the path: ')
    assert words in finding.message


def test_refusal_without_a_reason_is_a_broken_path_all_the_same() -> None:
    finding = the_finding(chain(LEAF, CA, stores=(StoreVerdict("apple", False),)), only("apple"))
    assert finding.message == '"CN=www" breaks the path: no reason given'


def test_path_building_that_was_ended_is_a_broken_path() -> None:
    bomb = replace(chain(LEAF, CA, stores=()), over_budget=True)
    finding = the_finding(bomb)
    assert finding.id == "path-invalid"
    assert finding.stores_refusing == NAMES


def test_leaf_dates_are_never_told_as_distrust() -> None:
    leaf = replace(LEAF, not_after=NOW - timedelta(1))
    assert found_on(chain(leaf, CA, stores=refusing(10, 0, leaf))) == ["expired"]


def test_refusal_for_dates_that_are_fine_is_not_lost() -> None:
    assert found_on(chain(LEAF, CA, stores=refusing(10, 0, LEAF))) == ["path-invalid"]


def test_no_san_hides_shape() -> None:
    leaf = replace(LEAF, has_san=False, dns_names=())
    assert found_on(chain(leaf, CA, stores=minding("no SAN"))) == ["no-san"]


@pytest.mark.parametrize(
    ("faulty", "expected"),
    [
        (replace(LEAF, signature_hash="sha1"), "weak-signature"),
        (replace(LEAF, signature_hash="md5"), "weak-signature"),
    ],
)
def test_broken_hash_is_told_once_however_all_stores_refuse(
    faulty: Certificate, expected: str
) -> None:
    assert found_on(chain(faulty, CA, stores=minding("bad algorithm"))) == [expected]


def test_weak_issuer_key_explains_the_refusal() -> None:
    weak = replace(CA, key_type="RSA", key_bits=1024, key_curve=None)
    assert found_on(chain(LEAF, weak, stores=minding("weak"))) == ["weak-key"]


def test_weak_leaf_key_does_not_explain_a_refusal() -> None:
    weak = replace(LEAF, key_type="RSA", key_bits=1024, key_curve=None)
    assert found_on(chain(weak, CA, stores=minding("no AKI"))) == ["weak-key", "shape"]


@pytest.mark.parametrize("code", [66, 67, 68])
def test_openssls_security_level_is_told_as_weak_key_or_else_as_broken_path(code: int) -> None:
    weak = replace(LEAF, key_type="RSA", key_bits=512, key_curve=None)
    assert found_on(chain(weak, CA, stores=refusing(code, 0, weak))) == ["weak-key"]
    assert found_on(chain(LEAF, CA, stores=refusing(code, 0, LEAF))) == ["path-invalid"]


# Where stores differ


def only(*names: str) -> Context:
    return terms(Policy(trust_stores=names))


def test_one_store_that_refuses_is_named_with_those_that_trust() -> None:
    stores = (*trusting(names=("apple", "mozilla")), *refusing(20, 1, CA, ("java",)))
    finding = the_finding(chain(LEAF, CA, stores=stores))
    assert (finding.id, finding.severity) == ("store-refuses", Severity.ERROR)
    assert finding.message == (
        'refused by java, trusted by apple, mozilla: does not hold "CN=Root", the issuer of "CN=CA"'
    )
    assert finding.stores_refusing == ("java",)


def test_stores_that_are_not_required_do_not_count() -> None:
    stores = (*trusting(names=("apple", "mozilla")), *refusing(20, 1, CA, ("java",)))
    assert found_on(chain(LEAF, CA, stores=stores), context=only("apple", "mozilla")) == []


def test_stale_store_beside_a_current_one_that_trusts_is_a_note() -> None:
    stores = (*trusting(names=("apple", "mozilla")), *refusing(20, 1, CA, ("java",)))
    (finding,) = verdict_on(chain(LEAF, CA, stores=stores), context=STALE_JAVA).findings
    assert (finding.id, finding.severity) == ("store-stale-refuses", Severity.NOTE)
    assert finding.message.startswith("java of 2020-01-16 refuses")


def test_acceptance_by_a_stale_store_alone_proves_nothing() -> None:
    stores = (*trusting(names=("java",)), *refusing(20, 1, CA, ("apple", "mozilla")))
    finding = the_finding(chain(LEAF, CA, stores=stores), STALE_JAVA)
    assert finding.id == "store-refuses"
    assert finding.stores_refusing == ("apple", "mozilla")


def test_refusal_counts_where_no_store_is_current() -> None:
    context = replace(STALE_JAVA, judged_at=NOW + timedelta(3000))
    long = replace(LEAF, not_before=NOW, not_after=NOW + timedelta(9000))
    ca = replace(CA, not_after=NOW + timedelta(9999))
    stores = (*trusting((long, ca, ROOT), ("apple", "mozilla")), *refusing(20, 1, ca, ("java",)))
    assert found_on(chain(long, ca, stores=stores), context=context) == ["store-refuses"]


def test_refusal_by_every_store_is_one_error_though_one_is_stale() -> None:
    stores = refusing(20, 1, CA)
    assert found_on(chain(LEAF, CA, stores=stores), context=STALE_JAVA) == ["issuer-not-sent"]


def test_fault_of_the_chain_and_a_store_without_the_root_are_two_causes() -> None:
    old = replace(CA, not_after=NOW - timedelta(1))
    stores = (*refusing(10, 1, old, ("apple", "mozilla")), *refusing(20, 1, old, ("java",)))
    bad = chain(LEAF, old, stores=stores)
    assert found_on(bad) == ["issuer-expired", "store-refuses"]


def test_stale_store_is_no_note_where_no_current_one_trusts_the_path() -> None:
    """Current stores that refuse for another reason do not know better."""
    stores = (*refusing(48, 1, CA, ("apple", "mozilla")), *refusing(20, 1, CA, ("java",)))
    bad = chain(LEAF, CA, stores=stores)
    assert found_on(bad, context=STALE_JAVA) == ["store-refuses", "path-invalid"]


def test_stores_that_refuse_for_two_faults_give_two_findings() -> None:
    stores = (*refusing(79, 1, CA, ("apple", "mozilla")), *minding("no AKI", ("java",)))
    verdict = verdict_on(chain(LEAF, CA, stores=stores))
    told = {finding.id: finding.stores_refusing for finding in verdict.findings}
    assert told == {"path-invalid": ("apple", "mozilla"), "shape": ("java",)}


def test_stores_that_lack_different_roots_give_one_finding() -> None:
    stores = (*refusing(19, 2, ROOT, ("apple",)), *refusing(20, 1, OTHER_ROOT, ("java", "mozilla")))
    finding = the_finding(chain(LEAF, CA, ROOT, stores=stores))
    assert (finding.id, finding.stores_refusing) == ("untrusted-root", NAMES)


def test_refusal_by_one_store_for_a_broken_hash_is_told_as_the_hash_alone() -> None:
    weak = replace(CA, signature_hash="sha1")
    path = (LEAF, weak, ROOT)
    stores = (*trusting(path, ("apple", "mozilla")), *minding("bad algorithm", ("java",)))
    assert found_on(chain(LEAF, weak, stores=stores)) == ["weak-signature"]


# Own CA


def test_sound_path_to_the_own_ca_passes_with_a_note_on_its_shape() -> None:
    shown = chain(LEAF, CA, stores=(*refusing(20, 1, CA), *minding("no AKI", (OWN_CA,))))
    (finding,) = verdict_on(shown, context=OWN).findings
    assert (finding.id, finding.severity) == ("shape", Severity.NOTE)
    assert not verdict_on(shown, context=OWN).fails


def test_own_ca_trusts_where_only_the_own_is_asked() -> None:
    shown = chain(LEAF, CA, stores=(*refusing(20, 1, CA), *OWN_TRUSTS))
    assert found_on(shown, context=OWN) == []


def test_own_ca_does_not_count_where_the_public_is_asked() -> None:
    shown = chain(LEAF, CA, stores=(*refusing(20, 1, CA), *OWN_TRUSTS))
    assert found_on(shown) == ["issuer-not-sent"]


def test_broken_hash_under_the_own_ca_is_told_without_the_shape() -> None:
    weak = replace(LEAF, signature_hash="sha1")
    shown = chain(weak, CA, stores=minding("bad algorithm", (OWN_CA,)))
    assert found_on(shown, context=OWN) == ["weak-signature"]


def test_either_passes_by_the_own_ca() -> None:
    shown = chain(LEAF, CA, stores=(*refusing(20, 1, CA), *OWN_TRUSTS))
    assert found_on(shown, context=EITHER) == []


def test_either_passes_by_all_public_stores() -> None:
    shown = chain(LEAF, CA, stores=(*trusting(), *refusing(20, 1, CA, (OWN_CA,))))
    assert found_on(shown, context=EITHER) == []


def test_either_tells_the_fault_of_a_chain_of_the_own_ca() -> None:
    old = replace(CA, not_after=NOW - timedelta(1))
    shown = chain(LEAF, old, stores=(*refusing(20, 1, old), *refusing(10, 1, old, (OWN_CA,))))
    (finding,) = verdict_on(shown, context=EITHER).findings
    assert (finding.id, finding.stores_refusing) == ("issuer-expired", (OWN_CA,))


def test_either_tells_which_public_store_refuses() -> None:
    stores = (*trusting(names=("apple", "mozilla")), *refusing(20, 1, CA, ("java", OWN_CA)))
    (finding,) = verdict_on(chain(LEAF, CA, stores=stores), context=EITHER).findings
    assert (finding.id, finding.stores_refusing) == ("store-refuses", ("java",))


def test_either_tells_of_the_public_stores_where_one_trusts_whatever_the_own_ca_minds() -> None:
    stores = (*trusting(names=("apple", "mozilla")), *refusing(20, 1, CA, ("java",)))
    shown = chain(LEAF, CA, stores=(*stores, *refusing(79, 1, CA, (OWN_CA,))))
    assert found_on(shown, context=EITHER) == ["store-refuses"]


def test_either_names_all_stores_where_none_knows_the_root() -> None:
    shown = chain(LEAF, CA, stores=refusing(20, 1, CA, (*NAMES, OWN_CA)))
    (finding,) = verdict_on(shown, context=EITHER).findings
    assert finding.id == "issuer-not-sent"
    assert finding.stores_refusing == (*NAMES[:2], "mozilla", OWN_CA)


def test_either_without_an_own_ca_asks_the_public_stores() -> None:
    assert found_on(chain(LEAF, CA), context=terms(Policy(trust="either"))) == []


# Silence is no trust


@pytest.mark.parametrize(
    "context",
    [
        terms(Policy(trust_stores=("apple", "unheard-of"))),
        terms(Policy().model_copy(update={"trust_stores": ()})),
        terms(Policy(trust="own")),
        replace(terms(), stores=()),
    ],
    ids=["unknown store", "no store", "no own CA", "none loaded"],
)
def test_required_store_without_a_verdict_is_an_error_of_the_run(context: Context) -> None:
    with pytest.raises(ValueError, match="no verdict of the required trust stores"):
        verdict_on(chain(LEAF, CA), context=context)


@pytest.mark.parametrize("code", range(100))
@pytest.mark.parametrize("depth", [0, 1])
def test_chain_that_every_store_refuses_always_fails(code: int, depth: int) -> None:
    shown = chain(LEAF, CA, stores=refusing(code, depth, PATH[depth]))
    verdict = verdict_on(shown)
    assert verdict.fails
    assert len(verdict.findings) == 1
