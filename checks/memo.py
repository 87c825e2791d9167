"""Values that are made once, however many ask for them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """Yields the future of a key's value: what the first who asked has begun, to all others too."""

    def __init__(self, size: int | None = None) -> None:
        """Keep so many of the values that were asked for last; None: all."""
        self._size = size
        # Making may end at once.
        self._lock = threading.RLock()
        self._making: dict[Hashable, Future[Value]] = {}
        self._made = OrderedDict[Hashable, Value]()
        """Without their futures, which are larger than most values."""

    def get(self, key: Hashable, make: "Callable[[], Future[Value]]") -> "Future[Value]":
        """Return the future of a key's value, begun by ``make`` if nobody has asked before.

        What fails, fails for all who wait; who asks later has it made again.
        """
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return _done(self._made[key])
            if key in self._making:
                return self._making[key]
            future = self._making[key] = make()
        future.add_done_callback(lambda done: self._keep(key, done))
        return future

    def _keep(self, key: Hashable, done: "Future[Value]") -> None:
        with self._lock:
            del self._making[key]
            if done.exception() is None:
                self._made[key] = done.result()
                if self._size is not None and len(self._made) > self._size:
                    self._made.popitem(last=False)


def _done(value: Value) -> "Future[Value]":
    future = Future[Value]()
    future.set_result(value)
    return future
