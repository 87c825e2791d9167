"""Scans in threads that only wait, a window ahead of the tests that ask for them."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from checks.evidence import Scan
from zones.target import Target

Key = tuple[str, str, int]


class Ahead:
    """Runs scans in the order in which they are expected, what a test waits for first.

    What is expected is a hint: a target that nobody foresaw is scanned when it is asked for.
    """

    def __init__(self, scan: Callable[[Target], Scan], *, at_once: int, per_address: int) -> None:
        """Start no thread yet.

        ``at_once`` scans run at a time, ``per_address`` of them of one address; twice as many as
        run may be done and not yet asked for.
        """
        self._scan, self._at_once, self._per_address = scan, at_once, per_address
        self._window = 2 * at_once
        self._lock = threading.RLock()
        self._demanded: dict[Key, tuple[Target, Future[Scan]]] = {}
        self._expected: dict[Key, Target] = {}
        self._futures: dict[Key, Future[Scan]] = {}
        """Of what runs or is done, and was not asked for."""
        self._busy: Counter[str] = Counter()
        self._threads = ThreadPoolExecutor(at_once, "scan")

    def expect(self, targets: Iterable[Target]) -> None:
        """Take the targets to come, in order; what was expected before is forgotten."""
        expected = {_key(target): target for target in targets}
        with self._lock:
            # What is done and will not be asked for would fill the window for ever.
            self._futures = {
                key: future for key, future in self._futures.items() if key in expected
            }
            self._expected = {
                key: target for key, target in expected.items() if key not in self._futures
            }
            self._start_some()

    def take(self, target: Target) -> "Future[Scan]":
        """Return the future of a target's scan, which is the asker's from now on."""
        key = _key(target)
        with self._lock:
            self._expected.pop(key, None)
            future = self._futures.pop(key, None)
            if future is None:
                future = Future()
                self._demanded[key] = target, future
            self._start_some()
            return future

    def close(self) -> None:
        """Forget what was expected, and wait for the threads."""
        with self._lock:
            self._expected.clear()
        self._threads.shutdown(cancel_futures=True)

    def _start_some(self) -> None:
        for key, (target, future) in list(self._demanded.items()):
            if self._has_room_for(target):
                del self._demanded[key]
                self._start(target, future)
        # What waits for a busy address is passed over, but not by more than a window.
        for key, target in list(islice(self._expected.items(), self._window)):
            if len(self._futures) >= self._window:
                return
            if self._has_room_for(target):
                del self._expected[key]
                self._futures[key] = Future()
                self._start(target, self._futures[key])

    def _has_room_for(self, target: Target) -> bool:
        is_free = self._busy[target.address] < self._per_address
        return is_free and self._busy.total() < self._at_once

    def _start(self, target: Target, future: "Future[Scan]") -> None:
        self._busy[target.address] += 1
        self._threads.submit(self._run, target, future)

    def _run(self, target: Target, future: "Future[Scan]") -> None:
        try:
            future.set_result(self._scan(target))
        except Exception as error:  # noqa: BLE001 - handed on to the test that asks
            future.set_exception(error)
        with self._lock:
            self._busy[target.address] -= 1
            if not self._busy[target.address]:
                del self._busy[target.address]
            self._start_some()


def _key(target: Target) -> Key:
    return target.fqdn, target.address, target.port
