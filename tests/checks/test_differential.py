"""zonecert beside ``openssl verify`` and beside SSLyze's own verdict, on some thousand chains.

The chains are those of the truth table, without servers: every defect alone with both kinds of
keys, and every pair. Where verdicts differ the tables below say why; any other difference is a bug.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sslyze.plugins.certificate_info._cert_chain_analyzer import CertificateDeploymentAnalyzer

from checks.context import Context
from checks.evidence import Handshake, Reach, Scan
from checks.finding import Severity
from checks.judge import judge
from checks.scan.store import LoadedStore, load_stores
from checks.scan.task import ChainTask
from checks.scan.work import _chain
from checks.stores import StoreFile, find_stores
from demo.pki import Credential
from tests.checks.truth.defects import DEFECTS, FINE
from tests.checks.truth.pairs import pairs
from tests.checks.truth.pki import NOW, Kind, Pki, write_stores
from tests.checks.truth.plan import Plan
from tests.support.program import find_program
from zones.target import Target

STORE = "mozilla"

BESIDE_OPENSSL = {
    "no-san": "OpenSSL falls back on the common name; RFC 9525 section 6.3 and browsers do not",
    "hostname-mismatch": "it does so too where the subjectAltName holds addresses only",
    "expiring": "nothing is wrong yet",
    "must-staple-missing": "openssl verify knows nothing of the handshake",
    "weak-key": "openssl verify asks for no security level",
    "weak-signature": "likewise",
    "shape": "the Web PKI's profile of RFC 5280 is not OpenSSL's business",
    "chain-order": "OpenSSL takes what was sent in any order",
}
"""Errors of ours, by id, on chains that ``openssl verify`` takes."""
BESIDE_SSLYZE = {
    "expiring": "nothing is wrong yet",
    "must-staple-missing": "a property of its own in SSLyze",
    "weak-key": "its verifier asks for 2048 bits of issuers only",
    "chain-order": "a property of its own in SSLyze",
}
"""Errors of ours on chains that SSLyze's verifier takes, for the name and at the moment."""
_RULE = (
    "SSLyze wants each certificate to be issued by the next; RFC 8446 section 4.4.2 lets others in"
)
ORDER = {
    "sent-twice": _RULE,
    "unrelated-sent": _RULE,
    "expired-beside-another-path": _RULE,
    "longer-lived-beside": _RULE,
    "cross-signed-policy-ca": _RULE,
}
"""Defects with which SSLyze finds the order wrong and we right, as the path itself is in order."""
CODES = {
    "expired": {10},
    "not-yet-valid": {9},
    "issuer-expired": {10},
    "hostname-mismatch": {62},
    "no-san": {62},
    "self-signed": {18},
    "untrusted-root": {19},
    "issuer-not-sent": {20, 21},
    "missing-intermediate": {20, 21},
    "wrong-purpose": {26},
    # Of a leaf for any use: the Web PKI wants serverAuth by its name, and so does OpenSSL.
    "shape": {26},
    # 26, 32 and 79 are three ways to say that an issuer is no CA.
    "path-invalid": {7, 9, 20, 25, 26, 32, 34, 47, 48, 79},
}
"""OpenSSL's codes (X509_V_ERR) for each finding of ours."""
UNTOLD = {
    ("for-any-use", 26): "shape, which hides behind a name or signature that is no good at all",
    ("only-an-address", 47): "without a dNSName OpenSSL constrains the common name",
    ("only-an-address", 48): "likewise",
}
"""Codes of OpenSSL's beside a defect of which we say something else."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One chain and what the three say of it."""

    defects: frozenset[str]
    """Names, of none to two."""
    kind: Kind
    errors: frozenset[str]
    """Ids of our findings."""
    codes: frozenset[int]
    """Of OpenSSL; empty: it takes the chain."""
    sslyze: str
    """Why SSLyze's verifier refuses; empty: it takes the chain."""
    is_ordered: bool
    """SSLyze's word."""

    def __str__(self) -> str:
        codes, errors = sorted(self.codes), sorted(self.errors)
        said = f"ours {errors}, OpenSSL {codes}, SSLyze {self.sslyze!r}"
        return f"{sorted(self.defects)} {self.kind}: {said}"


def plans() -> Iterator[tuple[frozenset[str], Kind, Plan]]:
    """Yield each chain's defects, kind of keys and plan."""
    for defect in FINE + DEFECTS:
        for kind in Kind:
            yield frozenset({defect.name}), kind, defect.plan
    for case in pairs():
        assert isinstance(case.planted, Plan)
        yield frozenset(case.name.split(" and ")), case.situation.kinds[0], case.planted


@pytest.fixture(scope="module")
def chains(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """Every chain, judged by all three."""
    folder = tmp_path_factory.mktemp("differential")
    pkis = {kind: Pki(kind) for kind in Kind}
    policy = write_stores(folder, pkis.values(), ()).model_copy(update={"trust_stores": (STORE,)})
    (file,) = (store for store in find_stores(policy) if store.name == STORE)
    (loaded,) = load_stores([file])
    made = []
    for place, (defects, kind, plan) in enumerate(plans()):
        fqdn = f"n{place}.{kind.lower()}.truth.test"
        credential = plan(pkis[kind], fqdn)
        errors = ours(credential, loaded, Context(target(fqdn), policy, NOW, (file,)))
        codes = openssl(credential, fqdn, file, folder)
        made.append(Judged(defects, kind, errors, codes, *analysed(credential, fqdn, loaded)))
    return made


def target(fqdn: str) -> Target:
    return Target(fqdn, "127.0.0.1", 443, fqdn, "truth.test", ("inside",), False, ())


def ours(credential: Credential, store: LoadedStore, context: Context) -> frozenset[str]:
    sent = tuple(
        one.public_bytes(Encoding.DER) for one in (credential.certificate, *credential.chain)
    )
    handshake = Handshake("TLS 1.2", "TLS 1.2", _chain(ChainTask(sent), [store], NOW))
    verdict = judge(Scan(context.target, Reach.ANSWERED, (handshake,)), context)
    return frozenset(one.id for one in verdict.findings if one.severity is Severity.ERROR)


def openssl(credential: Credential, fqdn: str, store: StoreFile, folder: Path) -> frozenset[int]:
    leaf, rest = folder / "leaf.pem", folder / "rest.pem"
    first, *others = pems(credential)
    leaf.write_text(first)
    rest.write_text("".join(others))
    untrusted = ["-untrusted", str(rest)] if others else []
    asked = subprocess.run(
        [
            *(find_program("openssl", "openssl"), "verify", "-CAfile", str(store.paths[0])),
            *(
                "-no-CApath",
                "-no-CAstore",
                "-purpose",
                "sslserver",
                "-attime",
                str(int(NOW.timestamp())),
            ),
            *("-verify_hostname", fqdn, *untrusted, str(leaf)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    codes = frozenset(map(int, re.findall(r"^error (\d+) at", asked.stderr, re.MULTILINE)))
    assert bool(codes) == bool(asked.returncode), asked
    return codes


def analysed(credential: Credential, fqdn: str, store: LoadedStore) -> tuple[str, bool]:
    subject, sent = x509.DNSName(fqdn), pems(credential)
    (verifier,) = store.by_file
    result = verifier.verify_certificate_chain(sent, subject, NOW)
    order = CertificateDeploymentAnalyzer(subject, sent, None, []).perform()
    return result.validation_error or "", bool(order.received_chain_has_valid_order)


def pems(credential: Credential) -> list[str]:
    return [_pem(one) for one in (credential.certificate, *credential.chain)]


@cache
def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def shown(judged: Iterable[Judged]) -> list[str]:
    """Return them so that a failing test can be read."""
    return [*map(str, judged)]


def test_what_openssl_takes_is_taken_or_explained(chains: list[Judged]) -> None:
    beside = [one for one in chains if not one.codes and one.errors]
    assert shown(one for one in beside if not one.errors <= BESIDE_OPENSSL.keys()) == []
    assert set().union(*(one.errors for one in beside)) == BESIDE_OPENSSL.keys()


def test_what_openssl_refuses_is_refused(chains: list[Judged]) -> None:
    """Without exception: this would be a false pass."""
    assert shown(one for one in chains if one.codes and not one.errors) == []


def test_what_sslyze_takes_is_taken_or_explained(chains: list[Judged]) -> None:
    beside = [one for one in chains if not one.sslyze and one.errors]
    assert shown(one for one in beside if not one.errors <= BESIDE_SSLYZE.keys()) == []
    assert set().union(*(one.errors for one in beside)) == BESIDE_SSLYZE.keys()


def test_what_sslyze_refuses_is_refused(chains: list[Judged]) -> None:
    """Without exception likewise."""
    assert shown(one for one in chains if one.sslyze and not one.errors) == []


def test_order_is_as_sslyze_sees_it_or_explained(chains: list[Judged]) -> None:
    differ = [one for one in chains if ("chain-order" in one.errors) == one.is_ordered]
    assert shown(one for one in differ if one.defects.isdisjoint(ORDER)) == []
    assert shown(one for one in differ if "chain-order" in one.errors) == []
    assert set(ORDER) <= set().union(*(one.defects for one in differ))


def test_reasons_are_openssls(chains: list[Judged]) -> None:
    """Each code of OpenSSL's is one that a finding of ours stands for."""
    assert shown(one for one in chains if not one.codes <= known_codes(one)) == []


def known_codes(one: Judged) -> set[int]:
    untold = {code for defect, code in UNTOLD if defect in one.defects}
    return untold.union(*(CODES.get(each, set()) for each in one.errors))


def test_there_are_hundreds_of_chains_and_most_are_refused(chains: list[Judged]) -> None:
    assert len(chains) > 900
    assert sum(bool(one.codes) for one in chains) > 500
