"""What the families of checks are given: one certificate chain, and the terms it is judged on."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from checks.evidence import Certificate, Chain, Handshake
from checks.policy import OWN_CA, Policy
from checks.stores import StoreFile
from checks.waiver import Waiver
from zones.target import Target


@dataclass(frozen=True, slots=True)
class Served:
    """One certificate_list that a server shows, with every handshake that showed it."""

    chain: Chain
    handshakes: tuple[Handshake, ...]
    """Never empty."""
    tls_1_3_only: bool
    """Whether no handshake with the target agreed on an earlier version."""

    @property
    def leaf(self) -> Certificate:
        """The end-entity certificate."""
        return self.chain.leaf


@dataclass(frozen=True, eq=False)
class Context:
    """The terms on which one target is judged; equal to itself only, so that it may be a key."""

    target: Target
    policy: Policy
    """The one in force for this target."""
    judged_at: datetime
    """Aware, UTC: the run's; no check reads the clock."""
    stores: tuple[StoreFile, ...]
    """Every trust store of the run."""
    waivers: tuple[Waiver, ...] = ()

    @cached_property
    def public(self) -> tuple[str, ...]:
        """Names of the stores that a chain of a public CA must be trusted by, sorted."""
        if self.policy.trust_stores != "all":
            return tuple(sorted(set(self.policy.trust_stores)))
        return tuple(sorted(store.name for store in self.stores if store.name != OWN_CA))

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Names of all stores whose verdict counts, sorted, ``own_ca`` last.

        For ``trust = "either"``: of both kinds, if there is an ``own_ca``.
        """
        match self.policy.trust:
            case "public":
                return self.public
            case "own":
                return (OWN_CA,)
            case "either":
                has_own = any(store.name == OWN_CA for store in self.stores)
                return (*self.public, OWN_CA) if has_own else self.public

    def is_current(self, name: str) -> bool:
        """Tell whether the store of that name is not older than the policy's ``max_store_age``."""
        return all(
            store.is_current(self.judged_at, self.policy.max_store_age)
            for store in self.stores
            if store.name == name
        )

    def called(self, name: str) -> str:
        """Return a store's name with its date, as a message about its age shows it."""
        fetched = next((store.fetched for store in self.stores if store.name == name), None)
        return name if fetched is None else f"{name} of {fetched.isoformat()}"
