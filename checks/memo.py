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
        """Keep so many of the latest values; None: all."""
        self._size = size
        # Making may end at once, and what fails is forgotten at once.
        self._lock = threading.RLock()
        self._futures = OrderedDict[Hashable, Future[Value]]()

    def get(self, key: Hashable, make: "Callable[[], Future[Value]]") -> "Future[Value]":
        """Return the future of a key's value, begun by ``make`` if nobody has asked before.

        What fails, fails for all who wait; who asks later has it made again.
        """
        with self._lock:
            known = self._futures.get(key)
            if known is not None:
                return known
            made = self._futures[key] = make()
            if self._size is not None and len(self._futures) > self._size:
                self._futures.popitem(last=False)
        made.add_done_callback(lambda done: self._keep_or_forget(key, done))
        return made

    def _keep_or_forget(self, key: Hashable, done: "Future[Value]") -> None:
        if done.exception() is not None:
            with self._lock:
                self._futures.pop(key, None)
