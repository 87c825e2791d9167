"""Work for crews of child processes: what children do well and badly."""

import os
import resource
import signal
import threading
from collections.abc import Callable
from math import ceil
from pathlib import Path
from time import process_time
from typing import Any


class Chores:
    """Does as the task says: a word, and what it is about."""

    def __init__(self) -> None:
        self._together = threading.Barrier(3)

    def __call__(self, task: tuple[str, Any]) -> object:
        word, value = task
        chore: Callable[[Any], object] = getattr(self, word)
        return chore(value)

    def double(self, value: int) -> int:
        return 2 * value

    def pid(self, _value: None) -> int:
        return os.getpid()

    def fail(self, value: str) -> None:
        raise ValueError(value)

    def panic(self, value: str) -> None:
        """Raise what is no Exception, as Rust code does."""
        raise BaseException(value)  # noqa: TRY002

    def crash(self, _value: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def crash_once(self, marker: Path) -> str:
        """Return only where another child has crashed before."""
        self._once(marker, os.getpid())
        return "done"

    def kill_the_server_once(self, marker: Path) -> str:
        """Likewise, where all children have lost the fork server, and have died of that."""
        self._once(marker, os.getppid())
        return "done"

    def kill_the_server(self, _value: object) -> None:
        """Likewise, each time."""
        os.kill(os.getppid(), signal.SIGKILL)
        threading.Event().wait()

    def _once(self, marker: Path, pid: int) -> None:
        if not marker.exists():
            marker.touch()
            os.kill(pid, signal.SIGKILL)
            threading.Event().wait()

    def hoard(self, _value: object) -> int:
        """Take more memory than the process may have."""
        limit = 2 * 1024**3
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        return len(bytes(2 * limit))

    def hang(self, _value: object) -> None:
        threading.Event().wait()

    def meet(self, value: int) -> int:
        """Return only when two others are here as well."""
        self._together.wait(30)
        return value

    def burn(self, _value: object) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (ceil(process_time()) + 1, -1))
        while True:
            pass
