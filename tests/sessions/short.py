"""A pytest plugin by which the host is short of descriptors, and of threads after ``THREADS``."""

import os
import resource
import threading
from itertools import count

_started = count(1)
_start = threading.Thread.start


def _start_if_there_is_room(self: threading.Thread) -> None:
    if next(_started) > int(os.environ.get("THREADS", "1000000")):
        raise RuntimeError("can't start new thread")
    _start(self)


threading.Thread.start = _start_if_there_is_room  # type: ignore[method-assign]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
