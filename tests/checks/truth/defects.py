"""Every defect of a certificate or a chain, alone, and what must be said of it."""

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509.oid import ExtendedKeyUsageOID

from demo.pki import UNKNOWN_CRITICAL, Authority, CaDraft, KeyKind
from tests.checks.truth.case import Expected, error, note, warning
from tests.checks.truth.pki import NOW, Changes, Hierarchy, Pki
from tests.checks.truth.plan import Plan, Sent

FOR_CLIENTS = (ExtendedKeyUsageOID.CLIENT_AUTH,)
AIA = "http://ca.truth.test/issuing.crt"
_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True)
class Defect:
    """What is planted, and what must be said of it and of nothing else."""

    name: str
    plan: Plan
    expected: tuple[Expected, ...] = ()
    family: str = ""
    """Two of one family are never planted together; empty: a family of its own."""


def days(age: float, remaining: float) -> Changes:
    """Return the validity of a certificate, from and to the moment of judgement."""
    return {"age": timedelta(age), "remaining": timedelta(remaining)}


def path(name: str, plan: Plan, *expected: Expected) -> Defect:
    """Return a defect of what trust rests on: verifiers stop at the first of these."""
    return Defect(name, plan, expected, family="path")


def leaf(name: str, changes: Changes, *expected: Expected) -> Defect:
    """Return a defect of the leaf alone."""
    return Defect(name, Plan(leaf=changes), expected)


def sending(name: str, plan: Plan, *expected: Expected) -> Defect:
    """Return a defect of what is sent although the path is there."""
    return Defect(name, plan, expected)


def only_for(*uses: str) -> Changes:
    """Return the changes to a leaf whose keyUsage has those bits set and no other."""
    usage = x509.KeyUsage(**{name: name in uses for name in _KEY_USAGES})
    return {"has_key_usage": False, "extra": ((usage, True),)}


def namesake(made: Hierarchy) -> Authority:
    """Return a root of the name of the right one, with another key and key identifier."""
    (name,) = made.root.certificate.subject
    return Authority.root(str(name.value), NOW)


def nothing(_made: Hierarchy, _pki: Pki) -> Sent:
    """Send the leaf alone."""
    return ()


def issuing_only(made: Hierarchy, _pki: Pki) -> Sent:
    """Send no policy CA."""
    return made.sent[:1]


def reversed_(made: Hierarchy, _pki: Pki) -> Sent:
    """Send the policy CA before the issuing CA."""
    return made.sent[::-1]


def reversed_with_root(made: Hierarchy, _pki: Pki) -> Sent:
    """Send the root first."""
    return (made.root.certificate, *reversed(made.sent))


def with_root(made: Hierarchy, _pki: Pki) -> Sent:
    """Send the root, too."""
    return (*made.sent, made.root.certificate)


def twice(made: Hierarchy, _pki: Pki) -> Sent:
    """Send the issuing CA twice."""
    return (*made.sent, made.sent[0])


def with_unrelated(made: Hierarchy, pki: Pki) -> Sent:
    """Send a certificate that is on no path."""
    return (*made.sent, _unrelated(pki))


def alternative(remaining: float) -> CaDraft:
    """Return the draft of another certificate for the issuing CA, ending in so many days."""
    return CaDraft(remaining=timedelta(remaining))


def with_cross_signed(made: Hierarchy, _pki: Pki) -> Sent:
    """Send the issuing CA's other certificate, from the root itself, which lives longer."""
    crossed = made.root.cross_sign(made.issuing, alternative(3000))
    return (*made.sent, crossed.certificate)


def with_second_policy(made: Hierarchy, pki: Pki) -> Sent:
    """Send the policy CA's other certificate, from the second root."""
    crossed = pki.roots["Second Root"].cross_sign(made.policy)
    return (*made.sent, crossed.certificate)


def _unrelated(pki: Pki) -> x509.Certificate:
    return pki.roots["Root"].intermediate(pki.called("Unrelated CA")).certificate


NAMES = (
    leaf("wrong-name", {"names": ("other.truth.test",)}, error("hostname-mismatch")),
    leaf("only-common-name", {"names": ()}, error("no-san")),
    leaf("only-rfc822-name", {"names": (), "emails": ("a@truth.test",)}, error("no-san")),
    leaf("partial-wildcard", {"names": ("{initial}*.{parent}",)}, error("no-san")),
    leaf("wildcard-two-levels-up", {"names": ("*.truth.test",)}, error("hostname-mismatch")),
    leaf("only-an-address", {"names": ("127.0.0.1",)}, error("hostname-mismatch")),
    leaf("only-a-bare-wildcard", {"names": ("*",)}, error("no-san")),
)
DATES = (
    leaf("expired", days(87, -3), error("expired")),
    leaf("not-yet-valid", days(-5, 60), error("not-yet-valid")),
    leaf("expiring", days(80, 10), warning("expiring")),
    leaf("expiring-critically", days(87, 3), error("expiring")),
)
LEAF = (
    leaf("for-clients", {"extended_key_usage": FOR_CLIENTS}, error("wrong-purpose")),
    leaf("weak-key", {"key": KeyKind.RSA_1024}, error("weak-key", says="RSA 1024")),
    leaf("sha1", {"signature_hash": SHA1()}, error("weak-signature", says="SHA-1")),
    leaf("must-staple", {"must_staple": True}, error("must-staple-missing")),
)
PATH = (
    path(
        "no-key-identifier",
        Plan(leaf={"has_authority_key_identifier": False}),
        error("shape", says="2.5.29.35"),
    ),
    path(
        "for-any-use",
        Plan(leaf={"extended_key_usage": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)}),
        error("shape"),
    ),
    path("leaf-is-a-ca", Plan(leaf={"is_ca": True}), error("shape")),
    path(
        "unknown-critical",
        Plan(leaf={"extra": (UNKNOWN_CRITICAL,)}),
        error("path-invalid", says="critical extension"),
    ),
    path("self-signed", Plan(self_signed=True), error("self-signed")),
    path("unknown-root", Plan(root="Stranger Root"), error("issuer-not-sent", "Policy CA")),
    path(
        "unknown-root-sent",
        Plan(root="Stranger Root", sent=with_root),
        error("untrusted-root", "root"),
    ),
    path("no-chain", Plan(sent=nothing), error("issuer-not-sent")),
    path(
        "missing-intermediate",
        Plan(sent=nothing, leaf={"ca_issuers": AIA}),
        error("missing-intermediate", says=AIA),
    ),
    path("missing-policy-ca", Plan(sent=issuing_only), error("issuer-not-sent", "Issuing CA")),
    path(
        "missing-policy-ca-of-a-url",
        Plan(sent=issuing_only, issuing={"ca_issuers": AIA}),
        error("issuer-not-sent", "Issuing CA", AIA),
    ),
    path(
        "namesake-of-a-root",
        Plan(signer=namesake, sent=nothing),
        error("path-invalid", "leaf", "another key"),
    ),
    path("issuer-expired", Plan(issuing=days(900, -100)), error("issuer-expired", "Issuing CA")),
    path("policy-ca-expired", Plan(policy=days(900, -100)), error("issuer-expired", "Policy CA")),
    path("root-ended", Plan(root="Ended Root"), error("issuer-expired", "root")),
    path(
        "issuer-of-tomorrow",
        Plan(issuing=days(-1, 3000)),
        error("path-invalid", "Issuing CA", "not valid yet"),
    ),
    path(
        "not-a-ca",
        Plan(issuing={"is_ca": False}),
        error("path-invalid", "Issuing CA", "not a CA"),
    ),
    path(
        "path-length",
        Plan(policy={"path_length": 0}),
        error("path-invalid", "Policy CA", "path length"),
    ),
    path(
        "not-permitted",
        Plan(issuing={"permitted": ("elsewhere.test",)}),
        error("path-invalid", "leaf", "permitted"),
    ),
    path(
        "excluded",
        Plan(issuing={"excluded": ("truth.test",)}),
        error("path-invalid", "leaf", "excluded"),
    ),
    path("leaf-tampered", Plan(tampered="leaf"), error("path-invalid", "leaf", "signature")),
    path(
        "issuer-tampered",
        Plan(tampered="issuing"),
        error("path-invalid", "Issuing CA", "signature"),
    ),
    path(
        "impostor",
        Plan(signer=lambda made: made.issuing.impostor()),
        error("path-invalid", "leaf", "signature"),
    ),
    path(
        "unknown-critical-issuer",
        Plan(issuing={"extra": (UNKNOWN_CRITICAL,)}),
        error("path-invalid", "Issuing CA", "critical extension"),
    ),
    path(
        "issuer-for-clients",
        Plan(issuing={"extended_key_usage": FOR_CLIENTS}),
        error("wrong-purpose", "Issuing CA"),
    ),
    path(
        "weak-issuer",
        Plan(issuing={"key": KeyKind.RSA_1024}),
        error("weak-key", "Issuing CA", "RSA 1024"),
    ),
    path(
        "sha1-issuer",
        Plan(issuing={"signature_hash": SHA1()}),
        error("weak-signature", "Issuing CA", "SHA-1"),
    ),
    path(
        "one-store-refuses",
        Plan(root="Second Root"),
        error("store-refuses", "Policy CA", "trusted by", refused_by=("apple",)),
    ),
    path(
        "stale-store-refuses",
        Plan(root="Third Root"),
        note("store-stale-refuses", "Policy CA", "java of 2023", ("java",)),
    ),
    path(
        "only-the-stale-store-trusts",
        Plan(root="Old Root"),
        error("store-refuses", "Policy CA", refused_by=("android", "apple", "mozilla", "windows")),
    ),
    path(
        "issuer-ends-first",
        Plan(issuing=days(300, 2)),
        warning("issuer-expiring", "Issuing CA"),
    ),
    path(
        "expired-beside-another-path",
        Plan(issuing=days(900, -100), sent=with_cross_signed),
        note("chain-extra", "Issuing CA", "expired alternative"),
    ),
    path("root-without-key-usage", Plan(root="Unkeyed Root"), error("shape", None)),
    path("root-not-critical", Plan(root="Uncritical Root"), error("shape", None)),
    path("root-of-ed25519", Plan(root="Edwards Root"), error("shape", None)),
)
SENT = (
    sending(
        "wrong-order",
        Plan(sent=reversed_),
        error("chain-order", "Issuing CA", milder_in_1_3=True),
    ),
    sending(
        "wrong-order-with-root",
        Plan(sent=reversed_with_root),
        error("chain-order", "Issuing CA", milder_in_1_3=True),
        note("anchor-sent", "root"),
    ),
    sending("root-sent", Plan(sent=with_root), note("anchor-sent", "root")),
    sending("sent-twice", Plan(sent=twice), note("chain-extra", "Issuing CA", "duplicate")),
    sending(
        "unrelated-sent",
        Plan(sent=with_unrelated),
        note("chain-extra", "Unrelated CA", "unrelated"),
    ),
)
DEFECTS = NAMES + DATES + LEAF + PATH + SENT

FINE = (
    leaf("good", {}),
    leaf("under-a-wildcard", {"names": ("*.{parent}",)}),
    leaf("beside-a-bare-wildcard", {"names": ("*", "{fqdn}")}),
    leaf("beside-an-address-as-a-name", {"names": ("192.0.2.1", "{fqdn}")}),
    leaf("empty-subject", {"common_name": "", "names": ("{fqdn}",)}),
    leaf("for-signatures-alone", only_for("digital_signature")),
    leaf("any-server-or-client", {"extended_key_usage": None}),
    leaf("days-left-of-a-short-life", days(35, 10)),
    sending("longer-lived-beside", Plan(issuing=days(300, 2), sent=with_cross_signed)),
    sending("cross-signed-policy-ca", Plan(sent=with_second_policy)),
)
"""What looks odd and is right: nothing must be said of it."""
