"""Keys and signature hashes of the leaf and of its path."""

from dataclasses import replace

import pytest

from checks.evidence import Certificate
from checks.keys import findings
from tests.checks.evidence import (
    CA,
    CROSS,
    LEAF,
    NAMES,
    PATH,
    ROOT,
    SELF_SIGNED,
    chain,
    found_on,
    refusing,
    served,
    terms,
    trusting,
)


def with_key(kind: str, bits: int | None, curve: str | None = None) -> Certificate:
    return replace(LEAF, key_type=kind, key_bits=bits, key_curve=curve)


WEAK_CA = replace(CA, key_type="RSA", key_bits=1024, key_curve=None)
SHA1_CA = replace(CA, signature_hash="sha1")


@pytest.mark.parametrize(
    "leaf",
    [
        with_key("RSA", 2048),
        with_key("RSA", 4096),
        with_key("EC", 256, "secp256r1"),
        with_key("EC", 256, "brainpoolP256r1"),
        with_key("EC", 521, "secp521r1"),
        with_key("Ed25519", None),
        with_key("Ed448", None),
        with_key("RSA", None),
        with_key("1.2.3.4", None),
    ],
)
def test_key_of_today_is_strong_enough(leaf: Certificate) -> None:
    assert found_on(chain(leaf, CA)) == []


@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        (with_key("RSA", 1024), "RSA 1024"),
        (with_key("RSA", 2047), "RSA 2047"),
        (with_key("EC", 192, "secp192r1"), "EC secp192r1"),
        (with_key("EC", 224, "secp224r1"), "EC secp224r1"),
        (with_key("EC", 163, None), "EC 163"),
        (with_key("DSA", 3072), "DSA 3072"),
        (with_key("DSA", None), "DSA"),
    ],
)
def test_weak_key_is_named_by_type_and_size(leaf: Certificate, said: str) -> None:
    (finding,) = findings(served(chain(leaf, CA)), terms())
    assert finding.id == "weak-key"
    assert finding.message == f'key {said} is too weak: "CN=www"'


def test_weak_key_of_an_issuer_on_the_path_is_found() -> None:
    (finding,) = findings(served(chain(LEAF, WEAK_CA)), terms())
    assert finding.certificate is not None
    assert (finding.id, finding.certificate.position) == ("weak-key", 1)


def test_weak_keys_of_leaf_and_issuer_are_two_findings() -> None:
    assert found_on(chain(with_key("RSA", 1024), WEAK_CA)) == ["weak-key", "weak-key"]


def test_weak_key_off_the_path_is_no_finding() -> None:
    weak = replace(CROSS, key_type="RSA", key_bits=1024, key_curve=None)
    assert found_on(chain(LEAF, CA, weak, stores=trusting(PATH))) == []


def test_weak_key_of_an_anchor_is_found_once_for_all_stores() -> None:
    weak = replace(ROOT, key_type="RSA", key_bits=1024, key_curve=None)
    assert found_on(chain(LEAF, CA, stores=trusting((LEAF, CA, weak)))) == ["weak-key"]


@pytest.mark.parametrize(
    ("digest", "said"),
    [("sha1", "SHA-1"), ("md5", "MD5"), ("md2", "MD2"), ("1.2.840.113549.1.1.2", "MD2")],
)
def test_broken_hash_of_the_leaf_is_named(digest: str, said: str) -> None:
    leaf = replace(LEAF, signature_hash=digest)
    (finding,) = findings(served(chain(leaf, CA)), terms())
    assert finding.id == "weak-signature"
    assert finding.message == f'"CN=www" is signed with {said}'


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha3-256", None])
def test_hash_of_today_is_good(digest: str | None) -> None:
    assert found_on(chain(replace(LEAF, signature_hash=digest), CA)) == []


def test_broken_hash_of_an_intermediate_is_found() -> None:
    (finding,) = findings(served(chain(LEAF, SHA1_CA)), terms())
    assert finding.message == '"CN=CA" is signed with SHA-1'


def test_anchor_may_be_signed_with_anything() -> None:
    root = replace(ROOT, signature_hash="md5")
    assert found_on(chain(LEAF, CA, stores=trusting((LEAF, CA, root)))) == []
    assert found_on(chain(LEAF, SHA1_CA, stores=trusting((LEAF, SHA1_CA)))) == []


def test_anchor_of_one_store_is_an_intermediate_on_the_path_of_another() -> None:
    """What one store has in it does not vouch for the path that another takes."""
    shorter = trusting((LEAF, SHA1_CA), NAMES[:1])
    longer = trusting((LEAF, SHA1_CA, ROOT), NAMES[1:])
    for stores in ((*shorter, *longer), (*longer, *shorter)):
        assert found_on(chain(LEAF, SHA1_CA, stores=stores)) == ["weak-signature"]


def test_self_signed_certificate_may_be_signed_with_anything() -> None:
    leaf = replace(SELF_SIGNED, signature_hash="sha1")
    assert found_on(chain(leaf, stores=refusing(18, 0, leaf))) == ["self-signed"]


def test_without_a_trusted_path_the_path_that_was_sent_is_looked_at() -> None:
    shown = chain(LEAF, SHA1_CA, stores=refusing(20, 1, SHA1_CA))
    assert found_on(shown) == ["issuer-not-sent", "weak-signature"]


def test_paths_of_stores_that_are_not_required_are_not_looked_at() -> None:
    context = replace(terms(), policy=terms().policy.model_copy(update={"trust_stores": NAMES[:2]}))
    stores = (*trusting(PATH, NAMES[:2]), *trusting((LEAF, SHA1_CA, ROOT), NAMES[2:]))
    assert found_on(chain(LEAF, CA, stores=stores), context=context) == []
