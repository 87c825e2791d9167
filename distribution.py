"""How pytest-xdist's workers share the targets: whole addresses, a window at a time.

A worker that owns an address keeps the limit of connections to it by itself, and knows what is
coming to it. xdist's own ``load`` tops up a slow worker one test at a time, which lets its scans
run dry; here each worker has a window of tests queued, the rest stays with the controller, so that
``-x`` stops soon and a worker that is done helps another.
"""

from collections import deque
from collections.abc import Sequence
from itertools import chain
from typing import Any
from zlib import crc32

from xdist.remote import Producer
from xdist.scheduler import LoadScheduling
from xdist.workermanage import WorkerController

from checks.scanners import Scanners
from zones.target import Target

RESTARTS = 100
"""Workers that may die in a run: pytest-xdist ends it after four for each, and a test that kills
its worker takes two. A number at all, for workers that die before any test."""
QUEUED = 64
"""Tests that wait in a worker; at least two, since xdist's worker looks one test ahead."""


def part_of(address: str, parts: int) -> int:
    """Return which of so many parts an address belongs to; the same in every process."""
    return crc32(address.encode()) % parts


def address_of(nodeid: str) -> str:
    """Return the address in a target's test id, ``fqdn-address-port``; of others, the whole id."""
    pieces = nodeid.rpartition("[")[2].removesuffix("]").rsplit("-", 2)
    return pieces[1] if len(pieces) == 3 else nodeid


def shares(nodeids: Sequence[str], parts: int) -> list[deque[int]]:
    """Return for each part the positions of its tests, in the order collected."""
    found: list[deque[int]] = [deque() for _ in range(parts)]
    for position, nodeid in enumerate(nodeids):
        found[part_of(address_of(nodeid), parts)].append(position)
    return found


class AddressScheduling(LoadScheduling):  # type: ignore[misc]
    """Gives each worker the tests of its own addresses."""

    def __init__(self, config: Any, log: Producer | None = None) -> None:  # noqa: ANN401 - as upstream
        """See ``LoadScheduling``."""
        super().__init__(config, log)
        self._shares: dict[WorkerController, deque[int]] = {}
        self._orphans: deque[int] = deque()
        """Positions of tests whose worker is gone."""
        self._suspects: set[int] = set()
        """Positions of tests during which a worker died."""
        self._is_shared_out = False

    @property
    def has_pending(self) -> bool:
        """See ``LoadScheduling.has_pending``."""
        return self._has_unsent or any(self.node2pending.values())

    @property
    def tests_finished(self) -> bool:
        """See ``LoadScheduling.tests_finished``: a worker ends its last test when it shuts down."""
        if not self.collection_is_completed or self._has_unsent:
            return False
        return all(len(pending) < 2 for pending in self.node2pending.values())

    @property
    def _has_unsent(self) -> bool:
        return bool(self._orphans) or any(self._shares.values())

    def schedule(self) -> None:
        """See ``LoadScheduling.schedule``."""
        if not self._is_shared_out:
            if not self._check_nodes_have_same_collection():
                return
            collection: list[str] = next(iter(self.node2collection.values()))
            self.collection = collection
            parts = shares(collection, len(self.nodes))
            self._shares = dict(zip(self.nodes, parts, strict=True))
            self._is_shared_out = True
        for node in self.nodes:
            self.check_schedule(node)

    def check_schedule(self, node: WorkerController, duration: float = 0) -> None:
        """See ``LoadScheduling.check_schedule``: fill the worker's queue up."""
        del duration
        if node.shutting_down:
            return
        room = QUEUED - len(self.node2pending[node])
        # Not for each test: a message costs more than a trivial test does.
        if room >= QUEUED // 8:
            self._send(node, self._choose(node, room))
        if not self._has_unsent:
            for each in self.nodes:
                each.shutdown()

    def _send(self, node: WorkerController, chosen: list[int]) -> None:
        if not chosen:
            return
        try:
            node.send_runtest_some(chosen)
        except OSError:
            # It has died, and xdist will say so when it comes to it: others do these.
            self._orphans.extendleft(reversed(chosen))
        else:
            self.node2pending[node].extend(chosen)

    def remove_node(self, node: WorkerController) -> str | None:
        """See ``LoadScheduling.remove_node``: what the worker had is left to the others.

        The test that it was at is done once more, as the last of them, since the worker may have
        died of something else; only one during which two workers died is told so.
        """
        pending = self.node2pending.pop(node)
        running, waiting = pending[:1], pending[1:]
        is_blamed = bool(running) and running[0] in self._suspects
        self._suspects.update(running)
        orphans = chain(waiting, self._shares.pop(node, ()), () if is_blamed else running)
        self._orphans.extend(orphans)
        for other in self.nodes:
            self.check_schedule(other)
        return self.collection[running[0]] if is_blamed and self.collection else None

    def mark_test_pending(self, item: str) -> None:
        """See ``LoadScheduling.mark_test_pending``."""
        assert self.collection is not None
        self._orphans.appendleft(self.collection.index(item))
        for node in self.nodes:
            self.check_schedule(node)

    def _choose(self, node: WorkerController, room: int) -> list[int]:
        """Return the next tests for a worker: its own, then orphans, then from the fullest."""
        own = self._shares.get(node) or self._orphans
        if own:
            return [own.popleft() for _ in range(min(room, len(own)))]
        fullest = max(self._shares.values(), key=len, default=deque[int]())
        # Its owner may have scanned a window ahead: what is near its end is left alone.
        spare = min(room, max(0, len(fullest) - QUEUED) // 2)
        return sorted(fullest.pop() for _ in range(spare))


class Foresight:
    """Tells the scanners which targets this process's tests will ask for next."""

    def __init__(self, targets: Sequence[Target], parts: int, scanners: Scanners) -> None:
        """Take the targets in the order of their tests, of which ``parts`` workers share."""
        self._targets, self._parts, self._scanners = targets, parts, scanners
        self._positions = {target.id: position for position, target in enumerate(targets)}
        self._foreseen: set[str] = set()

    def look_ahead_of(self, target: Target) -> None:
        """Have the scanners expect what comes after the target, if they did not expect it.

        What is to come is what lies behind it and belongs to the same part: a worker gets the
        tests of a part in order. Where that is wrong, it costs scans, not verdicts.
        """
        if target.id in self._foreseen:
            return
        part = part_of(target.address, self._parts)
        coming = [
            each
            for each in self._targets[self._positions[target.id] :]
            if part_of(each.address, self._parts) == part
        ]
        self._foreseen = {each.id for each in coming}
        self._scanners.expect(coming)
