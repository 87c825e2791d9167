"""Paths judged by real verifiers: which path, at which moment, and what stands in for which."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from checks.evidence import StoreVerdict
from checks.scan.certificate import facts
from checks.scan.path import judge
from checks.scan.store import load_stores
from checks.stores import StoreFile
from demo.pki import Authority, CaDraft, Credential, Draft, pem
from tests.checks.truth.pki import NOW

ROOT = Authority.root("Root", NOW)
ISSUING = ROOT.intermediate("Issuing CA")
NAME = "www.path.test"
EXCLUDED = 48
NO_ISSUER = 20


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def asked(folder: Path, leaf: Credential, *sent: Authority, root: Authority = ROOT) -> StoreVerdict:
    """What a store of that one root says of what is sent."""
    (folder / "store.pem").write_text(pem(root.certificate))
    store = StoreFile("store", (folder / "store.pem",), NOW.date(), 1)
    shown = [der(leaf.certificate), *(der(issuer.certificate) for issuer in sent)]
    (verdict,) = judge(shown, load_stores([store]), NOW)
    return verdict


def ending(days: float) -> CaDraft:
    return CaDraft(remaining=timedelta(days))


@pytest.mark.parametrize("turn", [1, -1])
def test_the_longest_lived_path_is_found_in_whatever_order_it_was_sent(
    tmp_path: Path, turn: int
) -> None:
    """Of two variants that both end before the leaf the later one counts."""
    sent = (ROOT.cross_sign(ISSUING, ending(100)), ROOT.cross_sign(ISSUING, ending(9)))
    leaf = ISSUING.issue(NAME, Draft(remaining=timedelta(200)))
    verdict = asked(tmp_path, leaf, *sent[::turn])
    assert verdict.path[1] == facts(der(sent[0].certificate))


def expired_under(changes: CaDraft) -> tuple[Credential, Authority]:
    """A leaf that ended before the certificate of its issuer was renewed."""
    renewed = ROOT.intermediate("Issuing CA", replace(changes, age=timedelta(days=5)))
    ended = Draft(age=timedelta(days=100), remaining=timedelta(days=-10))
    return renewed.issue(NAME, ended), renewed


def test_a_leaf_that_ended_before_its_issuer_was_renewed_is_trusted_by_a_path(
    tmp_path: Path,
) -> None:
    leaf, renewed = expired_under(CaDraft())
    verdict = asked(tmp_path, leaf, renewed)
    assert (verdict.trusted, verdict.sound) == (True, True)
    assert [one.subject for one in verdict.path] == [f"CN={NAME}", "CN=Issuing CA", "CN=Root"]


def test_a_leaf_that_ended_before_its_issuer_was_renewed_keeps_to_name_constraints(
    tmp_path: Path,
) -> None:
    """OpenSSL looks at name constraints only after all dates were found good."""
    leaf, renewed = expired_under(CaDraft(excluded=("path.test",)))
    verdict = asked(tmp_path, leaf, renewed)
    assert (verdict.trusted, verdict.sound, verdict.code) == (False, False, EXCLUDED)


def test_an_issuer_that_is_over_does_not_stand_in_for_one_that_is_confined(
    tmp_path: Path,
) -> None:
    """Setting the leaf's dates aside must not set those of other issuers aside."""
    leaf, renewed = expired_under(CaDraft(excluded=("path.test",)))
    older = CaDraft(age=timedelta(days=99), remaining=timedelta(days=-50))
    over = ROOT.cross_sign(renewed, older)
    for sent in ((renewed, over), (over, renewed)):
        assert not asked(tmp_path, leaf, *sent).trusted


def test_a_store_says_that_it_holds_a_namesake_of_the_issuer_that_is_missed(
    tmp_path: Path,
) -> None:
    leaf = Authority.root("Root", NOW).issue(NAME)
    verdict = asked(tmp_path, leaf)
    assert (verdict.code, verdict.holds_namesake) == (NO_ISSUER, True)


def test_a_store_without_the_name_of_the_issuer_holds_no_namesake(tmp_path: Path) -> None:
    verdict = asked(tmp_path, Authority.root("Other Root", NOW).issue(NAME))
    assert (verdict.code, verdict.holds_namesake) == (NO_ISSUER, False)
