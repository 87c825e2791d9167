"""Work for crews of child processes: what children do well and badly."""

import os
import resource
import signal
import threading
from collections.abc import Callable
from math import ceil
from time import process_time
from typing import Any

Emit = Callable[[object], None]


class Chores:
    """Does as the task says: a word, and what it is about."""

    def __init__(self) -> None:
        self._together = threading.Barrier(3)

    def __call__(self, task: tuple[str, Any], emit: Emit) -> object:
        word, value = task
        chore: Callable[[Any, Emit], object] = getattr(self, word)
        return chore(value, emit)

    def double(self, value: int, _emit: Emit) -> int:
        return 2 * value

    def pid(self, _value: None, _emit: Emit) -> int:
        return os.getpid()

    def fail(self, value: str, _emit: Emit) -> None:
        raise ValueError(value)

    def panic(self, value: str, _emit: Emit) -> None:
        """Raise what is no Exception, as Rust code does."""
        raise BaseException(value)  # noqa: TRY002

    def crash(self, value: object, emit: Emit) -> None:
        emit(value)
        os.kill(os.getpid(), signal.SIGKILL)

    def hang(self, value: object, emit: Emit) -> None:
        emit(value)
        threading.Event().wait()

    def meet(self, value: int, _emit: Emit) -> int:
        """Return only when two others are here as well."""
        self._together.wait(30)
        return value

    def burn(self, value: object, emit: Emit) -> None:
        emit((value, os.getpid()))
        resource.setrlimit(resource.RLIMIT_CPU, (ceil(process_time()) + 1, -1))
        while True:
            pass
