"""A certificate chain without a server: the input is certificates in DER form, one after the other.

What is no DER at the end is one more certificate; the last one is also tried as a stapled OCSP
response. Whatever comes, there is a verdict, and every report of it is harmless.
"""

from datetime import date
from pathlib import Path

from checks.context import Context
from checks.evidence import Chain, Handshake, Reach, Scan, Staple
from checks.judge import judge
from checks.policy import Policy
from checks.scan import staple
from checks.scan.certificate import load
from checks.scan.store import load_stores
from checks.scan.task import ChainTask
from checks.scan.work import _chain, _possible_issuers
from checks.stores import StoreFile
from checks.verdict import Outcome, Verdict
from demo.der import forest
from tests.checks.evidence import NOW, TARGET
from tests.fuzz.printed import require_harmless

ROOT = Path(__file__).parent / "corpus" / "root.pem"
STORES = (StoreFile("mozilla", (ROOT,), date(2026, 3, 28), 1),)
LOADED = load_stores(STORES)
CONTEXT = Context(TARGET, Policy(), NOW, STORES)


def hold(data: bytes) -> None:
    """Judge the chain that the input is, and hold the verdict and every report of it."""
    sent = tuple(forest(data))
    if not sent:
        return
    chain = evidence(sent)
    verdict = judged(sent, chain)
    require_harmless(verdict)
    if verdict.outcome is Outcome.OK:
        require_trusted(chain)


def verdict_on(data: bytes) -> Verdict:
    """Return the verdict on a chain of at least one certificate."""
    sent = tuple(forest(data))
    return judged(sent, evidence(sent))


def evidence(sent: tuple[bytes, ...]) -> Chain:
    """Return what a path process makes of it."""
    return _chain(ChainTask(sent), LOADED, NOW)


def judged(sent: tuple[bytes, ...], chain: Chain) -> Verdict:
    """Return the verdict on a target that shows the chain."""
    shown = Handshake("TLS 1.3", "TLS 1.3", chain, stapled(chain, sent))
    return judge(Scan(TARGET, Reach.ANSWERED, (shown,)), CONTEXT)


def stapled(chain: Chain, sent: tuple[bytes, ...]) -> Staple | None:
    """Return what the last of several would say as an OCSP response; None: it is not asked."""
    if chain.leaf.unreadable or len(sent) == 1:
        return None
    leaf = load(sent[0])
    return staple.judge(sent[-1], leaf, _possible_issuers(leaf, sent[1:], LOADED), NOW)


def require_trusted(chain: Chain) -> None:
    """Hold that nothing passes but what the store trusts, for the name, now."""
    leaf = chain.leaf
    assert not leaf.unreadable
    assert leaf.not_before <= NOW <= leaf.not_after
    assert TARGET.server_name in leaf.dns_names or "*.company.test" in leaf.dns_names
    assert all(verdict.trusted for verdict in chain.stores)
    assert chain.stores
