from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from OpenSSL import crypto

from demo.pki import (
    UNKNOWN_CRITICAL,
    Authority,
    CaDraft,
    Credential,
    Draft,
    KeyKind,
    new_key,
    pem,
    self_signed,
    with_broken_signature,
)

NOW = datetime(2024, 2, 29, 12, 0, 0, 999, tzinfo=UTC)
NAME = "www.example.test"
ROOT = Authority.root("Test Root", NOW)
ISSUING = ROOT.intermediate("Test Issuing CA")


def verify(credential: Credential, root: Authority = ROOT) -> None:
    """Raise VerificationError unless the chain is good for NAME at NOW."""
    builder = PolicyBuilder().store(Store([root.certificate])).time(NOW)
    verifier = builder.build_server_verifier(x509.DNSName(NAME))
    verifier.verify(credential.certificate, list(credential.chain))


@pytest.mark.parametrize(
    "draft",
    [
        Draft(),
        Draft(key=KeyKind.RSA_2048),
        Draft(key=KeyKind.RSA_3072),
        Draft(key=KeyKind.P384),
        Draft(key=KeyKind.P521),
        Draft(signature_hash=hashes.SHA384()),
        Draft(common_name=""),
        Draft(must_staple=True, ca_issuers="http://ca.test/issuing.crt"),
        Draft(names=("other.test", "192.0.2.1", "2001:db8::1", NAME), emails=("a@example.test",)),
    ],
)
def test_leaf_without_defect_verifies(draft: Draft) -> None:
    verify(ISSUING.issue(NAME, draft))


def test_chain_over_two_intermediates_verifies() -> None:
    verify(ISSUING.intermediate("Deeper").issue(NAME))


def test_chain_under_an_rsa_root_verifies() -> None:
    root = Authority.root("RSA Root", NOW, CaDraft(key=KeyKind.RSA_2048))
    verify(root.intermediate("Issuing").issue(NAME), root)


def test_name_constraints_that_hold_verify() -> None:
    draft = CaDraft(permitted=("example.test",), excluded=("10.0.0.0/8", "example.com"))
    verify(ROOT.intermediate("Constrained", draft).issue(NAME))


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft(remaining=timedelta(seconds=-1)), "validation time"),
        (Draft(age=timedelta(seconds=-1)), "validation time"),
        (Draft(names=("other.test",)), "no matching subjectAltName"),
        (Draft(names=()), "has no subjectAltName"),
        (Draft(names=(), emails=("a@example.test",)), "no matching subjectAltName"),
        (Draft(extended_key_usage=(ExtendedKeyUsageOID.CLIENT_AUTH,)), "EKU"),
        (Draft(has_authority_key_identifier=False), "2.5.29.35"),
        (Draft(extra=(UNKNOWN_CRITICAL,)), "unaccounted-for critical"),
        (Draft(is_ca=True), "must not be asserted in an EE"),
        (Draft(signature_hash=hashes.SHA1()), "signature algorithm"),
    ],
)
def test_defect_of_the_leaf_is_refused_for_itself(draft: Draft, words: str) -> None:
    with pytest.raises(VerificationError, match=words):
        verify(ISSUING.issue(NAME, draft))


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (CaDraft(remaining=timedelta(seconds=-1)), "validation time"),
        (CaDraft(is_ca=False), "cA must be asserted"),
        (CaDraft(path_length=0), "path length"),
        (CaDraft(permitted=("example.com",)), "no permitted name constraints"),
        (CaDraft(excluded=("example.test",)), "excluded name constraint"),
        (CaDraft(basic_constraints_critical=False), "2.5.29.19"),
        (CaDraft(has_key_usage=False), "2.5.29.15"),
        (CaDraft(extra=(UNKNOWN_CRITICAL,)), "unaccounted-for critical"),
        (CaDraft(key=KeyKind.ED25519), "public key algorithm"),
        (CaDraft(key=KeyKind.RSA_1024), "RSA key"),
    ],
)
def test_defect_of_an_issuer_is_refused_for_itself(draft: CaDraft, words: str) -> None:
    faulty = ROOT.intermediate("Faulty", draft)
    with pytest.raises(VerificationError, match=words):
        verify(faulty.intermediate("Below").issue(NAME))


def test_missing_intermediate_is_refused() -> None:
    with pytest.raises(VerificationError, match="candidates exhausted"):
        verify(ISSUING.issue(NAME).sending())


def test_self_signed_leaf_is_its_own_issuer() -> None:
    credential = self_signed(NAME, NOW)
    certificate = credential.certificate
    certificate.verify_directly_issued_by(certificate)
    with pytest.raises(VerificationError):
        verify(credential)


def test_broken_signature_is_refused() -> None:
    broken = with_broken_signature(ISSUING.issue(NAME).certificate)
    with pytest.raises(InvalidSignature):
        broken.verify_directly_issued_by(ISSUING.certificate)


def test_cross_signed_authority_verifies_under_either_root() -> None:
    second = Authority.root("Second Root", NOW)
    crossed = second.cross_sign(ISSUING)
    assert crossed.certificate.subject == ISSUING.certificate.subject
    verify(crossed.issue(NAME), second)
    verify(crossed.issue(NAME).sending(*ISSUING.chain))


def test_impostor_has_the_name_and_key_identifier_and_another_key() -> None:
    fake, real = ISSUING.impostor().certificate, ISSUING.certificate
    identifiers = [
        one.extensions.get_extension_for_class(x509.SubjectKeyIdentifier) for one in (fake, real)
    ]
    assert fake.subject == real.subject
    assert identifiers[0] == identifiers[1]
    assert fake.public_key() != real.public_key()
    with pytest.raises(VerificationError, match="signature does not match"):
        verify(ISSUING.impostor().issue(NAME).sending(*ISSUING.chain))


@pytest.mark.parametrize(
    ("issuer_key", "wished"),
    [
        (KeyKind.P256, hashes.SHA1()),
        (KeyKind.RSA_2048, hashes.SHA1()),
        (KeyKind.RSA_2048, hashes.MD5()),
    ],
)
def test_broken_hash_is_in_the_certificate_and_its_signature_holds(
    issuer_key: KeyKind, wished: hashes.SHA1 | hashes.MD5
) -> None:
    issuer = ROOT.intermediate("Old CA", CaDraft(key=issuer_key))
    certificate = issuer.issue(NAME, Draft(signature_hash=wished)).certificate
    assert isinstance(certificate.signature_hash_algorithm, type(wished))
    assert openssl_accepts(certificate, issuer.certificate)
    assert not openssl_accepts(with_broken_signature(certificate), issuer.certificate)


def openssl_accepts(leaf: x509.Certificate, anchor: x509.Certificate) -> bool:
    """Tell what OpenSSL says, which takes broken hashes where cryptography does not."""
    store = crypto.X509Store()
    store.add_cert(crypto.X509.from_cryptography(anchor))
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    store.set_time(NOW)
    try:
        crypto.X509StoreContext(store, crypto.X509.from_cryptography(leaf)).verify_certificate()
    except crypto.X509StoreContextError:
        return False
    return True


def test_ecdsa_with_md5_does_not_exist() -> None:
    with pytest.raises(KeyError):
        ISSUING.issue(NAME, Draft(signature_hash=hashes.MD5()))


def test_weak_keys_are_as_weak_as_wished() -> None:
    small, curve = new_key(KeyKind.RSA_1024), new_key(KeyKind.P192)
    assert isinstance(small, rsa.RSAPrivateKey)
    assert isinstance(curve, ec.EllipticCurvePrivateKey)
    assert (small.key_size, curve.key_size) == (1024, 192)


def test_dates_are_relative_to_the_moment_in_whole_seconds() -> None:
    certificate = ISSUING.issue(NAME, Draft(remaining=timedelta(days=5))).certificate
    start = NOW.replace(microsecond=0)
    assert certificate.not_valid_before_utc == start - timedelta(days=30)
    assert certificate.not_valid_after_utc == start + timedelta(days=5)


def test_extras_of_the_leaf_are_in_it() -> None:
    draft = Draft(must_staple=True, ca_issuers="http://ca.test/issuing.crt")
    extensions = ISSUING.issue(NAME, draft).certificate.extensions
    access = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    feature = extensions.get_extension_for_class(x509.TLSFeature).value
    assert [one.access_location.value for one in access] == ["http://ca.test/issuing.crt"]
    assert list(feature) == [x509.TLSFeatureType.status_request]


def test_subject_alternative_name_is_critical_only_under_an_empty_subject() -> None:
    """RFC 5280 section 4.2.1.6."""
    named, unnamed = (ISSUING.issue(NAME, Draft(common_name=name)) for name in (None, ""))
    for credential, critical in ((named, False), (unnamed, True)):
        extensions = credential.certificate.extensions
        san = extensions.get_extension_for_class(x509.SubjectAlternativeName)
        assert san.critical is critical


def test_pem_keeps_the_order_given() -> None:
    credential = ISSUING.issue(NAME)
    read = x509.load_pem_x509_certificates(credential.chain_pem.encode())
    assert read == [credential.certificate, ISSUING.certificate]
    assert x509.load_pem_x509_certificates(pem(*reversed(read)).encode()) == read[::-1]
