"""The life of an expendable child process: it does its parent's tasks and ends with its parent."""

import ctypes
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Worker = Callable[[Any], object]
"""Does one task."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a child does, by name: its parent need not import what the child works with."""

    module: str
    name: str
    """Of a callable in the module that yields a ``Worker``."""
    arguments: tuple[object, ...] = ()

    def worker(self) -> Worker:
        """Import the module and return the worker."""
        made: Worker = getattr(import_module(self.module), self.name)(*self.arguments)
        return made


_PR_SET_PDEATHSIG = 1


def serve(pipe: "Connection[Any, Any]", work: Work, slots: int) -> None:
    """Do the tasks that come through the pipe, so many at once, until it closes.

    Messages in: (key, task). Messages out: (key, kind, value), kind one of ``done``,
    ``failed`` (value: the traceback's text); the first is ``ready``, of no task.
    """
    _live_and_die_quietly()
    worker = work.worker()
    sending = threading.Lock()

    def send(*message: object) -> None:
        # A parent that has gone away is no longer interested.
        with sending, suppress(OSError):
            pipe.send(message)

    def do(key: int, task: object) -> None:
        try:
            send(key, "done", worker(task))
        except BaseException:  # noqa: BLE001 - a panic in Rust is one; all is the parent's to tell
            send(key, "failed", traceback.format_exc())

    with ThreadPoolExecutor(slots) as threads:
        send(0, "ready", None)
        while True:
            try:
                key, task = pipe.recv()
            except (EOFError, OSError):
                # Threads may be stuck in native code: nothing is worth waiting for.
                os._exit(0)
            threads.submit(do, key, task)


def _live_and_die_quietly() -> None:
    # Ctrl-C goes to the whole terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        # Even a process that is stuck in native code ends when the parent was killed.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
