"""Several stores asked for one chain: none is told by another what it would not say itself."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from checks.scan.path import judge
from checks.scan.store import LoadedStore, load_stores
from checks.stores import StoreFile
from demo.pki import Authority, CaDraft, Draft, KeyKind, pem
from tests.checks.truth.pki import NOW

NAME = "www.shared.test"
OLD, NEW = Authority.root("Old Root", NOW), Authority.root("New Root", NOW)
NAMESAKE = OLD.impostor()
ISSUING = NEW.intermediate("Issuing CA")
YEAR = timedelta(365)
BY_OLD = OLD.cross_sign(ISSUING, CaDraft(remaining=timedelta(20)))
LEAF = ISSUING.issue(NAME, Draft(remaining=timedelta(60)))

Chain = list[bytes]


def sent(*authorities: Authority, leaf: Draft | None = None) -> Chain:
    end_entity = ISSUING.issue(NAME, leaf) if leaf else LEAF
    certificates = (end_entity.certificate, *(each.certificate for each in authorities))
    return [each.public_bytes(Encoding.DER) for each in certificates]


CHAINS: dict[str, Callable[[], Chain]] = {
    "one path": lambda: sent(ISSUING),
    "two paths, the one that ends first sent first": lambda: sent(BY_OLD, ISSUING),
    "two paths, the one that ends first sent last": lambda: sent(ISSUING, BY_OLD),
    "a path that ends before its leaf": lambda: sent(BY_OLD),
    "the issuer is missing": sent,
    "an expired leaf": lambda: sent(ISSUING, leaf=Draft(age=YEAR, remaining=timedelta(-1))),
    "a leaf that presents no name": lambda: sent(ISSUING, leaf=Draft(names=None)),
    "a leaf with a weak key": lambda: sent(ISSUING, leaf=Draft(key=KeyKind.RSA_1024)),
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadedStore, ...]:
    folder: Path = tmp_path_factory.mktemp("stores")
    held = {
        "both": (OLD, NEW),
        "namesake": (NAMESAKE,),
        "new": (NEW,),
        "old": (OLD,),
        "old too": (OLD,),
        "all": (NAMESAKE, NEW, OLD),
    }
    for name, roots in held.items():
        text = pem(*(root.certificate for root in roots))
        (folder / f"{name}.pem").write_text(text, encoding="ascii")
    files = (StoreFile(name, (folder / f"{name}.pem",), NOW.date(), 1) for name in held)
    return load_stores(tuple(files))


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("chain", CHAINS.values(), ids=list(CHAINS))
def test_a_store_says_beside_others_what_it_says_alone(
    stores: tuple[LoadedStore, ...], chain: Callable[[], Chain], turn: int
) -> None:
    """RFC 5280 section 6.1: what makes a path valid is on the path, and which anchors there are."""
    shown = chain()
    beside = list(judge(shown, stores[::turn], NOW))
    alone = [verdict for store in stores[::turn] for verdict in judge(shown, [store], NOW)]
    assert beside == alone


def test_stores_that_share_an_anchor_trust_by_one_path(stores: tuple[LoadedStore, ...]) -> None:
    verdicts = {verdict.store: verdict for verdict in judge(sent(ISSUING), stores, NOW)}
    assert {name for name, verdict in verdicts.items() if verdict.trusted} == {"both", "new", "all"}
    assert verdicts["both"].path == verdicts["new"].path == verdicts["all"].path
