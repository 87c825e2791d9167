"""Values that are made once, however many threads ask for them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """Yields the value of a key; the first thread to ask makes it, the others wait."""

    def __init__(self, size: int | None = None) -> None:
        """Keep so many of the latest values; None: all."""
        self._size = size
        self._lock = threading.Lock()
        self._futures: OrderedDict[Hashable, Future[Value]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made by ``make`` if nobody has asked for it before.

        Raises what ``make`` raised, to all who wait; who asks later has it made again.
        """
        future, is_first = self._future(key)
        if is_first:
            try:
                future.set_result(make())
            except Exception as error:  # noqa: BLE001 - handed on to all who wait
                with self._lock:
                    self._futures.pop(key, None)
                future.set_exception(error)
        return future.result()

    def _future(self, key: Hashable) -> "tuple[Future[Value], bool]":
        with self._lock:
            if key in self._futures:
                return self._futures[key], False
            future: Future[Value] = Future()
            self._futures[key] = future
            if self._size is not None and len(self._futures) > self._size:
                self._futures.popitem(last=False)
            return future, True
