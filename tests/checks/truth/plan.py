"""How a defect is planted: what differs from a certificate that is right in all respects."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self, TypeAlias

from cryptography import x509

from demo.pki import Authority, Credential, Draft, self_signed, with_broken_signature
from demo.tls import Site
from tests.checks.truth.pki import NOW, Changes, Hierarchy, Pki

Sent: TypeAlias = tuple[x509.Certificate, ...]
Planting: TypeAlias = Callable[[Pki, str], Site | None]
"""Makes what answers a name (fqdn); None: the server does not know the name."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What is different; as it stands nothing is. Two plans that touch different things add up."""

    leaf: Changes = field(default_factory=dict)
    """Of the draft. Names hold ``{fqdn}``, ``{parent}`` (without its first label) or ``{initial}``
    (its first letter)."""
    issuing: Changes = field(default_factory=dict)
    policy: Changes = field(default_factory=dict)
    root: str | None = None
    """None: the one that all stores hold."""
    signer: Callable[[Hierarchy], Authority] | None = None
    """Who signs the leaf; None: the issuing CA."""
    tampered: str | None = None
    """``leaf`` or ``issuing``: whose signature is broken afterwards."""
    sent: Callable[[Hierarchy, Pki], Sent] | None = None
    """What is sent behind the leaf; None: the issuing CA's certificate and the policy CA's."""
    self_signed: bool | None = None

    def __call__(self, pki: Pki, fqdn: str) -> Credential:
        """Return what the server of that name serves."""
        draft = _draft(self.leaf, pki, fqdn)
        if self.self_signed:
            return self_signed(fqdn, NOW, draft)
        made = pki.hierarchy(self.root or "Root", self.policy, self.issuing)
        if self.tampered == "issuing":
            broken = with_broken_signature(made.issuing.certificate)
            made = replace(made, issuing=replace(made.issuing, certificate=broken))
        signer = self.signer(made) if self.signer else made.issuing
        issued = signer.issue(fqdn, draft)
        if self.tampered == "leaf":
            issued = replace(issued, certificate=with_broken_signature(issued.certificate))
        return issued.sending(*(self.sent(made, pki) if self.sent else made.sent))

    def __add__(self, other: Self) -> Self:
        """Return both differences in one plan; they must not touch the same thing."""
        return replace(
            self,
            leaf={**self.leaf, **other.leaf},
            issuing={**self.issuing, **other.issuing},
            policy={**self.policy, **other.policy},
            **dict(_singles(other)),
        )

    def clashes(self, other: Self) -> bool:
        """Tell whether the two touch the same thing."""
        return not self._touches.isdisjoint(other._touches)

    @property
    def _touches(self) -> set[str]:
        touched = {f"{where}.{name}" for where in _DRAFTS for name in getattr(self, where)}
        touched |= {name for name, _ in _singles(self)}
        if self.self_signed:
            touched |= {"root", "signer", "tampered", "sent"}
        return touched


_DRAFTS = ("leaf", "issuing", "policy")


def _singles(plan: Plan) -> Iterator[tuple[str, Any]]:
    for one in fields(plan):
        value = getattr(plan, one.name)
        if one.name not in _DRAFTS and value is not None:
            yield one.name, value


def _draft(changes: Changes, pki: Pki, fqdn: str) -> Draft:
    first, _, parent = fqdn.partition(".")
    drafted = {"key": pki.leaf_key, **changes}
    if "names" in drafted:
        words = {"fqdn": fqdn, "parent": parent, "initial": first[0]}
        drafted["names"] = tuple(name.format(**words) for name in drafted["names"])
    return Draft(**drafted)
