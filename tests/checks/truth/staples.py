"""Stapled OCSP responses, right and wrong, and what must be said of them."""

from datetime import timedelta

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509.ocsp import OCSPCertStatus

from demo.ocsp import RESPONDER, StapleDraft, refusal, staple
from demo.pki import Credential
from tests.checks.truth.case import Case, Expected, Situation, Stapling, error, warning
from tests.checks.truth.defects import days
from tests.checks.truth.pki import Pki
from tests.checks.truth.plan import Plan

REVOKED = StapleDraft(status=OCSPCertStatus.REVOKED)


def saying(draft: StapleDraft) -> Stapling:
    """Return the stapling of a response for the leaf, by its issuer."""
    return lambda shown, pki: staple(
        shown.certificate, pki.hierarchy("Root", {}, {}).issuing, draft
    )


def for_another(_shown: Credential, pki: Pki) -> bytes:
    """Return a response for another leaf of the same issuer."""
    issuing = pki.hierarchy("Root", {}, {}).issuing
    return staple(issuing.issue("other.truth.test").certificate, issuing)


def by_a_stranger(shown: Credential, pki: Pki) -> bytes:
    """Return a response that another authority has signed."""
    draft = StapleDraft(signer=pki.roots["Stranger Root"])
    return staple(shown.certificate, pki.hierarchy("Root", {}, {}).issuing, draft)


def by_a_delegate(shown: Credential, pki: Pki) -> bytes:
    """Return a response that a responder of the issuer's has signed."""
    issuing = pki.hierarchy("Root", {}, {}).issuing
    draft = StapleDraft(signer=issuing.issue("responder.truth.test", RESPONDER))
    return staple(shown.certificate, issuing, draft)


def try_later(_shown: Credential, _pki: Pki) -> bytes:
    """Return a responder's error."""
    return refusal()


def stapled(name: str, stapling: Stapling, *expected: Expected, plan: Plan | None = None) -> Case:
    """Return the case of a leaf that is right unless said, and of what is stapled to it."""
    return Case(f"staple, {name}", plan or Plan(), expected, Situation(staple=stapling))


GOOD = saying(StapleDraft())
STALE = saying(StapleDraft(remaining=timedelta(days=-1), age=timedelta(days=8)))
DEMANDED = Plan(leaf={"must_staple": True})
STAPLES = (
    stapled("good", GOOD),
    stapled("by a delegate", by_a_delegate),
    stapled("demanded", GOOD, plan=DEMANDED),
    stapled("revoked", saying(REVOKED), error("revoked")),
    stapled(
        "revoked and expired",
        saying(REVOKED),
        error("revoked"),
        error("expired"),
        plan=Plan(leaf=days(87, -3)),
    ),
    stapled(
        "revoked and signed with SHA-1",
        saying(REVOKED),
        error("revoked"),
        error("weak-signature"),
        plan=Plan(leaf={"signature_hash": SHA1()}),
    ),
    stapled("stale", STALE, warning("staple-invalid", says="nextUpdate")),
    stapled("stale and demanded", STALE, warning("staple-invalid"), plan=DEMANDED),
    stapled(
        "of tomorrow",
        saying(StapleDraft(age=timedelta(days=-1))),
        warning("staple-invalid", says="thisUpdate"),
    ),
    stapled(
        "unknown",
        saying(StapleDraft(status=OCSPCertStatus.UNKNOWN)),
        warning("staple-invalid", says="unknown"),
    ),
    stapled("for another", for_another, warning("staple-invalid", says="another certificate")),
    stapled("by a stranger", by_a_stranger, warning("staple-invalid", says="signature")),
    stapled("try later", try_later, warning("staple-invalid", says="TRY_LATER")),
)
