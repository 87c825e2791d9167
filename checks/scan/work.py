"""What scanner processes do: the work of a handshake process and of a path process.

A worker is made once in its process and called for each task.
"""

import resource
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import ceil
from time import process_time

from cryptography import x509

from checks.evidence import Chain, Staple
from checks.scan import path, sent, staple
from checks.scan.certificate import facts, load
from checks.scan.deadline import Deadline, Watchdog
from checks.scan.handshake import shake_hands
from checks.scan.store import LoadedStore, load_stores
from checks.scan.task import ChainTask, Endpoint, RawScan, StapleTask
from checks.stores import StoreFile
from zones.naming.denial import Denial


@dataclass(frozen=True)
class HandshakeWork:
    """Yields the chains that an endpoint shows."""

    deadline: float
    """Seconds for all handshakes of one endpoint."""
    denial: Denial
    """What is not connected to."""

    def __call__(self, task: Endpoint) -> RawScan:
        """Return the chains, or why there are none; raises DeniedError."""
        self.denial.require_allowed(task.address)
        return shake_hands(task, Deadline(self.deadline, self._watchdog))

    @cached_property
    def _watchdog(self) -> Watchdog:
        return Watchdog()


@dataclass(frozen=True)
class PathWork:
    """Yields evidence of chains and staples; one at a time, each within its budget of CPU."""

    stores: Sequence[StoreFile]
    judged_at: datetime
    budget: int
    """Seconds of CPU time for one task, so that a busy machine changes no verdict."""

    @cached_property
    def _loaded(self) -> tuple[LoadedStore, ...]:
        return load_stores(self.stores)

    def __call__(self, task: ChainTask | StapleTask) -> Chain | Staple:
        """Return the evidence."""
        stores = self._loaded
        _allow_cpu_seconds(self.budget)
        match task:
            case ChainTask():
                return _chain(task, stores, self.judged_at)
            case StapleTask():
                leaf = load(task.certificates[0])
                issuers = _possible_issuers(leaf, task.certificates[1:], stores)
                return staple.judge(task.staple, leaf, issuers, self.judged_at)


def _chain(task: ChainTask, stores: Sequence[LoadedStore], judged_at: datetime) -> Chain:
    looked_at = task.certificates[: sent.LOOKED_AT]
    return Chain(
        certificates=tuple(map(facts, looked_at)),
        issuers=sent.issuers(looked_at),
        stores=tuple(path.judge(looked_at, stores, judged_at)) if task.is_verified else (),
        dropped=len(task.certificates) - len(looked_at),
    )


def _possible_issuers(
    leaf: x509.Certificate, others: Sequence[bytes], stores: Sequence[LoadedStore]
) -> list[x509.Certificate]:
    # A leaf that a root issued itself comes without its issuer.
    anchors = (anchor for store in stores for anchor in store.anchors)
    known = [*sent.parsed(others), *anchors]
    return [certificate for certificate in known if certificate.subject == leaf.issuer]


def _allow_cpu_seconds(seconds: int) -> None:
    # The kernel ends the process (SIGXCPU) even inside native code and without its parent.
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(process_time()) + seconds, hard))
