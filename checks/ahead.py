"""Scans begun a window ahead of the tests that ask for them.

What waits costs nobody anything: a scan whose server has been silent for a moment gives its place
to another, and a test that waits for such a server lets the window grow.
"""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from time import monotonic

from checks.evidence import Scan
from zones.target import Target

SILENCE = 1.0
"""Seconds after which a scan that has not ended counts as waiting for a silent server."""
HELD = 4
"""Times as many scans as may run at once should be held, silent ones counted."""
_WINDOW, _WIDE_WINDOW = 2, 32
"""Times as many scans as may run at once may be done or under way and not yet asked for; the wide
one while a test waits for a silent server, since there is nothing else to do then."""

Key = tuple[str, str, int]


@dataclass(eq=False, slots=True)
class _UnderWay:
    """One scan that was begun."""

    address: str
    future: Future[Scan]
    begun: float
    """On the monotonic clock."""
    is_silent: bool = False
    is_over: bool = False


class Ahead:
    """Begins scans in the order in which they are expected, what a test waits for first.

    What is expected is a hint: a target that nobody foresaw is scanned when it is asked for.
    """

    def __init__(
        self,
        begin: "Callable[[Target], Future[Scan]]",
        *,
        at_once: int,
        held: int,
        per_address: int,
        silence: float = SILENCE,
    ) -> None:
        """Begin nothing yet.

        ``begin`` must not block. ``at_once`` scans run at a time, ``per_address`` of them of one
        address; ``silence`` is the seconds after which one is silent and does not count. ``held``
        are under way at the most, silent ones counted.
        """
        self._begin, self._at_once, self._per_address = begin, at_once, per_address
        self._held, self._silence = held, silence
        self._changed = threading.Condition(threading.RLock())
        self._demanded: dict[Key, tuple[Target, Future[Scan]]] = {}
        # A dict that loses its first key again and again goes over all that it has lost each time.
        self._expected = OrderedDict[Key, Target]()
        self._ahead: dict[Key, _UnderWay] = {}
        """What was begun and not asked for."""
        self._awaited: _UnderWay | None = None
        """What was asked for last."""
        self._recent: deque[_UnderWay] = deque()
        """What was begun less than ``silence`` ago, oldest first, and some that have ended."""
        self._busy: Counter[str] = Counter()
        """Scans under way, by address."""
        self._under_way = self._talking = 0
        """Scans that have not ended; those of them that are not silent."""
        self._is_beginning = self._is_closing = False
        self._listener = threading.Thread(target=self._listen, name="silence", daemon=True)
        self._listener.start()

    def expect(self, targets: Iterable[Target]) -> None:
        """Take the targets to come, in order; what was expected before is forgotten."""
        expected = {_key(target): target for target in targets}
        with self._changed:
            # What is done and will not be asked for would fill the window for ever.
            self._ahead = {key: scan for key, scan in self._ahead.items() if key in expected}
            self._expected = OrderedDict(
                (key, target) for key, target in expected.items() if key not in self._ahead
            )
            self._begin_some()

    def take(self, target: Target) -> "Future[Scan]":
        """Return the future of a target's scan, which is the asker's from now on."""
        key = _key(target)
        with self._changed:
            self._expected.pop(key, None)
            self._awaited = self._ahead.pop(key, None)
            future = self._awaited.future if self._awaited else Future()
            if self._awaited is None:
                self._demanded[key] = target, future
            self._begin_some()
            return future

    def close(self) -> None:
        """Forget what was expected; what is under way is not waited for.

        Ctrl-C may have come while one was begun, of which nobody will ever say that it has ended.
        """
        with self._changed:
            self._is_closing = True
            self._expected.clear()
            self._changed.notify_all()
        self._listener.join()

    def _begin_some(self) -> None:
        # What ends at once comes here while the loop goes on, which sees to the rest.
        if self._is_beginning:
            return
        self._is_beginning = True
        try:
            while self._begin_demanded() or self._begin_expected():
                pass
        finally:
            self._is_beginning = False

    def _begin_demanded(self) -> bool:
        for key, (target, future) in self._demanded.items():
            if self._has_room_for(target):
                del self._demanded[key]
                self._awaited = self._begin_one(target, future)
                return True
        return False

    def _begin_expected(self) -> bool:
        is_blocked = self._awaited is not None and self._awaited.is_silent
        window = self._at_once * (_WIDE_WINDOW if is_blocked else _WINDOW)
        if self._talking >= self._at_once or len(self._ahead) >= window:
            return False
        # What waits for a busy address is passed over, but not by more than a window.
        for key, target in islice(self._expected.items(), window):
            if self._has_room_for(target):
                del self._expected[key]
                self._ahead[key] = self._begin_one(target, Future())
                return True
        return False

    def _has_room_for(self, target: Target) -> bool:
        return (
            self._talking < self._at_once
            and self._under_way < self._held
            and self._busy[target.address] < self._per_address
        )

    def _begin_one(self, target: Target, future: "Future[Scan]") -> _UnderWay:
        scan = _UnderWay(target.address, future, monotonic())
        self._busy[target.address] += 1
        self._under_way += 1
        self._talking += 1
        if not self._recent:
            self._changed.notify_all()
        self._recent.append(scan)
        self._begin(target).add_done_callback(lambda done: self._end(scan, done))
        return scan

    def _end(self, scan: _UnderWay, done: "Future[Scan]") -> None:
        error = done.exception()
        if error is None:
            scan.future.set_result(done.result())
        else:
            scan.future.set_exception(error)
        with self._changed:
            scan.is_over = True
            self._under_way -= 1
            self._talking -= not scan.is_silent
            scan.is_silent = False
            self._busy[scan.address] -= 1
            if not self._busy[scan.address]:
                del self._busy[scan.address]
            self._begin_some()

    def _listen(self) -> None:
        with self._changed:
            while not self._is_closing:
                self._changed.wait(self._seconds_to_next_silence())
                self._note_silence()
                self._begin_some()

    def _seconds_to_next_silence(self) -> float | None:
        if not self._recent:
            return None
        return max(0.0, self._recent[0].begun + self._silence - monotonic())

    def _note_silence(self) -> None:
        now = monotonic()
        while self._recent and (
            self._recent[0].is_over or now >= self._recent[0].begun + self._silence
        ):
            scan = self._recent.popleft()
            if not scan.is_over:
                scan.is_silent = True
                self._talking -= 1


def _key(target: Target) -> Key:
    return target.fqdn, target.address, target.port
