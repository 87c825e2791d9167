"""Scans, made ahead of the tests that will ask for them.

A scan runs in three stages: one TCP connection tells for all names of an (address, port) whether
anything answers; a handshake process shows what is served; a path process makes evidence of each
distinct chain, once for all names that serve it. The processes are expendable (``checks.crew``);
this one never imports SSLyze.
"""

import hashlib
import os
import resource
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from checks.ahead import HELD, Ahead
from checks.child import Work
from checks.crew import ChildDiedError, Crew
from checks.evidence import (
    Certificate,
    Chain,
    FailureKind,
    Handshake,
    HandshakeFailure,
    Reach,
    Scan,
    Staple,
)
from checks.memo import Memo
from checks.reach import reach
from checks.scan.task import ChainTask, Endpoint, RawHandshake, RawScan, StapleTask
from checks.steps import Steps, run
from checks.stores import StoreFile
from zones.naming.denial import Denial
from zones.naming.ownership import Network
from zones.target import Target

GRACE = 5.0
"""Seconds by which a handshake process may miss a target's deadline before it is killed."""
PATH_BUDGET = 5
"""Seconds of CPU time for one chain; a usual one takes 5 milliseconds."""
PATH_PATIENCE = 120.0
"""Seconds of wall clock for one chain: only for a system that does not count CPU time."""
CHAINS_KEPT = 512
"""Those that were seen last; to make the evidence of one anew takes half a millisecond."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard a run may press, and how long a target may take."""

    deadline: float = 15
    """Seconds for all handshakes of one target."""
    connect_timeout: float = 3
    """Seconds for one TCP connection."""
    connections_per_address: int = 4
    scans_at_once: int = 128
    """Those of silent servers not counted."""
    deny: tuple[Network, ...] = ()
    """Networks that are never connected to: no target is in them, and if one were, it would not be
    scanned."""
    processes: int = 1
    """Handshake processes, and as many path processes."""

    def shared_by(self, workers: int, cores: int) -> "Limits":
        """Return one worker's share, when so many xdist workers run on so many cores."""
        return replace(
            self,
            scans_at_once=max(1, self.scans_at_once // workers),
            processes=max(1, cores // workers),
        )


class Scanners:
    """Scans targets on demand, and ahead of demand where it is told what to expect."""

    def __init__(self, stores: Sequence[StoreFile], judged_at: datetime, limits: Limits) -> None:
        """Start no process yet: they come with the first scan."""
        self._limits = limits
        self._denial = Denial(limits.deny)
        held = min(HELD * limits.scans_at_once, room_for_connections())
        self._handshakes = Crew(
            Work("checks.scan.work", "HandshakeWork", (limits.deadline, self._denial)),
            size=limits.processes,
            slots=ceil(held / limits.processes),
            patience=limits.deadline + GRACE,
        )
        self._paths = Crew(
            Work("checks.scan.work", "PathWork", (tuple(stores), judged_at, PATH_BUDGET)),
            size=limits.processes,
            slots=1,
            patience=PATH_PATIENCE,
        )
        self._connections = ThreadPoolExecutor(held, "reach")
        self._reaches: Memo[Reach] = Memo()
        self._chains: Memo[Chain] = Memo(CHAINS_KEPT)
        self._staples: Memo[Staple] = Memo(CHAINS_KEPT)
        self._ahead = Ahead(
            lambda target: run(self._scan(target)),
            at_once=min(limits.scans_at_once, held),
            held=held,
            per_address=limits.connections_per_address,
        )

    def expect(self, targets: Iterable[Target]) -> None:
        """Take the targets that will be asked for, in that order, as a hint."""
        self._ahead.expect(targets)

    def scan(self, target: Target) -> Scan:
        """Return the scan of a target, made now if it was not foreseen.

        Raises checks.crew's errors where the scanner itself broke.
        """
        return self._ahead.take(target).result()

    def count_answering(self, endpoints: Iterable[tuple[str, int]], enough: int) -> int:
        """Return how many of the endpoints answer TCP, ``enough`` being enough to know.

        A refusal is no answer: nothing listens there.
        """
        answering = 0
        unasked = list(dict.fromkeys(endpoints))
        some_at_once = max(enough, self._limits.scans_at_once)
        while unasked and answering < enough:
            some, unasked = unasked[:some_at_once], unasked[some_at_once:]
            reaches = [self._reach(*endpoint) for endpoint in some]
            answering += sum(each.result() is Reach.ANSWERED for each in reaches)
        return answering

    def close(self) -> None:
        """End all processes; scans that are not done raise CrewClosedError."""
        # First of all: each that ends makes room for another, which would connect to somebody yet.
        self._ahead.close()
        self._handshakes.close()
        self._paths.close()
        self._connections.shutdown()

    def _reach(self, address: str, port: int) -> "Future[Reach]":
        """Begin to find out what comes of connecting there, once for all names of the address."""
        self._denial.require_allowed(address)
        seconds = self._limits.connect_timeout
        return self._reaches.get(
            (address, port), lambda: self._connections.submit(reach, address, port, seconds)
        )

    def _scan(self, target: Target) -> Steps[Scan]:
        answer = yield self._reach(target.address, target.port)
        if answer is not Reach.ANSWERED:
            return Scan(target, answer)
        raw = yield from self._shake_hands(target)
        shown = [self._chain(each.certificates) for each in raw.handshakes]
        handshakes = []
        for each, chain in zip(raw.handshakes, shown, strict=True):
            handshakes.append((yield from self._evidence(each, chain)))
        return Scan(target, answer, tuple(handshakes), raw.failure)

    def _shake_hands(self, target: Target) -> Steps[RawScan]:
        endpoint = Endpoint(target.address, target.port, target.server_name, target.starttls)
        try:
            raw: RawScan = yield self._handshakes.submit(endpoint)
        except ChildDiedError as error:
            if not error.overran:
                raise
            return RawScan((), HandshakeFailure(FailureKind.TLS_FAILED, _KILLED))
        return raw

    def _evidence(self, raw: RawHandshake, shown: "Future[Chain]") -> Steps[Handshake]:
        chain = yield shown
        staple = None
        if raw.staple is not None and not chain.leaf.unreadable:
            task = StapleTask(raw.certificates, raw.staple)
            key = (_digest(raw.certificates), raw.staple)
            staple = yield self._staples.get(key, lambda: self._paths.submit(task))
        return Handshake(raw.question, raw.tls_version, chain, staple)

    def _chain(self, certificates: tuple[bytes, ...]) -> "Future[Chain]":
        """Begin to make evidence of a chain, once for all that show it."""
        return self._chains.get(
            _digest(certificates), lambda: run(self._chain_evidence(certificates))
        )

    def _chain_evidence(self, certificates: tuple[bytes, ...]) -> Steps[Chain]:
        try:
            chain: Chain = yield self._paths.submit(ChainTask(certificates))
        except ChildDiedError as error:
            if not error.overran:
                raise
        else:
            return chain
        # Which of the two takes for ever, reading it or building paths, is not known yet.
        try:
            read: Chain = yield self._paths.submit(ChainTask(certificates, is_verified=False))
        except ChildDiedError:
            return unread(certificates)
        return replace(read, over_budget=True)


_KILLED = "the handshake did not end within the deadline, its process was killed"


def room_for_connections() -> int:
    """Return how many connections this process and each child may have open, others left out."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if descriptors == resource.RLIM_INFINITY else max(1, descriptors // 2)


def available_cores() -> int:
    """Return the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def unread(certificates: tuple[bytes, ...]) -> Chain:
    """Return what is known of a chain that cannot even be read within the budget."""
    sha256 = hashlib.sha256(certificates[0]).hexdigest()
    leaf = Certificate.unread(sha256, "reading it takes more than its share of CPU time")
    return Chain((leaf,), ((),), (), over_budget=True, dropped=len(certificates) - 1)


def _digest(certificates: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for certificate in certificates:
        digest.update(len(certificate).to_bytes(4) + certificate)
    return digest.digest()
