"""The moment at which a path is judged, in the process that judges many."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from checks.scan.path import judge
from checks.scan.store import load_stores
from checks.stores import find_stores
from demo.pki import Credential
from tests.checks.truth.defects import days
from tests.checks.truth.pki import NOW, Kind, Pki, write_stores
from tests.checks.truth.plan import Plan

EXCLUDED = Plan(issuing={"excluded": ("truth.test",)})
OUTSIDE_ITS_SUBTREE = 48


def der(shown: Credential) -> list[bytes]:
    return [one.public_bytes(Encoding.DER) for one in (shown.certificate, *shown.chain)]


def test_each_chain_is_judged_at_its_own_moment_whatever_was_judged_before(tmp_path: Path) -> None:
    """OpenSSL keeps the first time that a store is given, and drops every later one."""
    pki = Pki(Kind.EC)
    stores = load_stores(find_stores(write_stores(tmp_path, [pki], [])))
    for plan in (EXCLUDED, EXCLUDED + Plan(leaf=days(400, -300)), EXCLUDED):
        verdicts = list(judge(der(plan(pki, "www.truth.test")), stores[:1], NOW))
        assert [verdict.code for verdict in verdicts] == [OUTSIDE_ITS_SUBTREE]
