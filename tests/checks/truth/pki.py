"""The authorities of the truth table, in RSA and in ECDSA, and the stores that hold their roots."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from cryptography import x509

from checks.policy import Policy
from demo.pki import Authority, CaDraft, KeyKind, PrivateKey, new_key, pem

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""When all is judged: no check reads the clock."""
FRESH, STALE = NOW - timedelta(60), NOW - timedelta(1200)

Changes: TypeAlias = Mapping[str, Any]
"""Fields of a draft that are not as they should be."""

_ODD: dict[str, Changes] = {
    "Unkeyed Root": {"has_key_usage": False},
    "Uncritical Root": {"basic_constraints_critical": False},
    "Edwards Root": {"key": KeyKind.ED25519},
}
_PUBLIC = {"Root", "Second Root", "Third Root", "Ended Root", *_ODD}
STORES: dict[str, tuple[datetime, set[str]]] = {
    "android": (FRESH, _PUBLIC),
    "apple": (FRESH, _PUBLIC - {"Second Root"}),
    "java": (STALE, _PUBLIC - {"Third Root"} | {"Old Root"}),
    "mozilla": (FRESH, _PUBLIC),
    "windows": (FRESH, _PUBLIC),
}
"""The date of each public store, and the roots that it holds."""
OWN_ROOTS = {"Private Root", *_ODD}
ROOTS: dict[str, Changes] = {
    "Root": {},
    "Second Root": {},
    "Third Root": {},
    "Old Root": {},
    "Private Root": {},
    "Stranger Root": {},
    "Ended Root": {"age": timedelta(4000), "remaining": timedelta(-10)},
    **_ODD,
}
"""All roots, and what is odd about them; no store at all holds the Stranger Root."""


class Kind(StrEnum):
    """Of which keys a whole chain is made."""

    RSA = "RSA"
    EC = "EC"

    def key(self) -> PrivateKey:
        """Return a new key of that kind."""
        return new_key(KeyKind.RSA_2048 if self is Kind.RSA else KeyKind.P256)


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A root, a policy CA under it, and the issuing CA under that."""

    root: Authority
    policy: Authority
    issuing: Authority

    @property
    def sent(self) -> tuple[x509.Certificate, ...]:
        """What a server should send behind its own certificate."""
        return self.issuing.certificate, self.policy.certificate


class Pki:
    """All authorities of one kind of keys; a key of each role is made once, since RSA is slow."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.leaf_key, self.other_key = kind.key(), kind.key()
        self._root_key, self._policy_key, self._issuing_key = kind.key(), kind.key(), kind.key()

    @cached_property
    def roots(self) -> dict[str, Authority]:
        """Every root by its name."""
        return {
            name: Authority.root(self.called(name), NOW, self._draft(self._root_key, odd))
            for name, odd in ROOTS.items()
        }

    def called(self, name: str) -> str:
        """Return the common name of an authority: those of two kinds never share one."""
        return f"{name} {self.kind}"

    def hierarchy(self, root: str, policy: Changes, issuing: Changes) -> Hierarchy:
        """Return the authorities under a root, two of them changed."""
        top = self.roots[root]
        middle = top.intermediate(self.called("Policy CA"), self._draft(self._policy_key, policy))
        draft = self._draft(self._issuing_key, issuing)
        return Hierarchy(top, middle, middle.intermediate(self.called("Issuing CA"), draft))

    @staticmethod
    def _draft(key: PrivateKey, changes: Changes) -> CaDraft:
        return CaDraft(**{"key": key, **changes})


def write_stores(folder: Path, pkis: Iterable[Pki], leaves: Iterable[x509.Certificate]) -> Policy:
    """Write all stores, the leaves into that of the organisation, and return a policy of them."""
    made, leaves = list(pkis), list(leaves)
    public = folder / "public"
    public.mkdir()
    for name, (fetched, roots) in STORES.items():
        (public / f"{name}.pem").write_text(_bundle(made, roots))
        (public / f"{name}.yaml").write_text(f"date_fetched: {fetched.date()}\n")
    files = [folder / "roots.pem", *(folder / f"{place}.pem" for place, _ in enumerate(leaves))]
    for file, text in zip(files, (_bundle(made, OWN_ROOTS), *map(pem, leaves)), strict=True):
        file.write_text(text)
    return Policy(stores_dir=public, own_ca=tuple(files))


def _bundle(pkis: Iterable[Pki], names: Iterable[str]) -> str:
    return pem(*(pki.roots[name].certificate for pki in pkis for name in sorted(names)))
