"""A crew of expendable child processes: tasks that may hang or crash in native code.

A child that overruns or dies takes every task down that it held. Which of them was to blame cannot
be told from outside, so all are suspects and are done again, one at a time in a child of their own:
only a task that brings its child down alone is told so.
"""

import multiprocessing
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from multiprocessing.connection import Connection, Pipe, wait
from time import monotonic
from typing import Any

from checks.child import Work, serve

PRELOADED = ["sslyze", "OpenSSL.crypto", "sslyze.plugins.scan_commands"]
"""Imported once by the fork server, so that a new child costs milliseconds."""


class ChildError(Exception):
    """A task could not be done because the code of its work raised; holds the traceback."""


@dataclass
class ChildDiedError(Exception):
    """A task brought its child process down, all by itself."""

    overran: bool
    """Whether it used up its time (of the wall clock or of the CPU); else it crashed."""
    exit_code: int | None
    parts: list[Any]
    """What had arrived until then."""

    def __str__(self) -> str:
        if self.overran:
            return "the task used up its time and its process was killed"
        return f"the process that did the task ended with exit code {self.exit_code}"


class CrewClosedError(Exception):
    """The crew was closed, or broke, before the task was done."""


@dataclass(eq=False)
class _Job:
    key: int
    task: object
    future: "Future[Any]" = field(default_factory=Future)
    parts: list[Any] = field(default_factory=list)
    overdue_at: float = inf


@dataclass(eq=False)
class _Child:
    process: Any
    pipe: "Connection[Any, Any]"
    jobs: dict[int, _Job] = field(default_factory=dict)
    is_for_suspects: bool = False
    is_ready: bool = False
    overran: bool = False


class Crew:
    """Does tasks in child processes and yields a future for each."""

    def __init__(self, work: Work, *, size: int, slots: int, patience: float) -> None:
        """Start nothing yet: children come with the first tasks.

        ``size`` is the number of processes, ``slots`` the tasks that each does at once,
        ``patience`` the seconds after which a task's process is killed.
        """
        methods = multiprocessing.get_all_start_methods()
        method = "forkserver" if "forkserver" in methods else "spawn"
        self._context: Any = multiprocessing.get_context(method)
        self._context.set_forkserver_preload(PRELOADED)
        self._work, self._size, self._slots, self._patience = work, size, slots, patience
        self._lock = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._suspects: deque[_Job] = deque()
        self._children: list[_Child] = []
        self._keys = 0
        self._closing = False
        self._trouble = ""
        self._woken, self._waker = Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="crew", daemon=True)
        self._thread.start()

    def submit(self, task: object) -> "Future[Any]":
        """Return the future of a task.

        It raises ChildError, ChildDiedError or CrewClosedError where there is no result.
        """
        with self._lock:
            self._keys += 1
            job = _Job(self._keys, task)
            if self._closing:
                job.future.set_exception(CrewClosedError(self._trouble))
                return job.future
            self._waiting.append(job)
        self._wake()
        return job.future

    def close(self) -> None:
        """End all children at once; tasks that are not done raise CrewClosedError."""
        with self._lock:
            self._closing = True
        self._wake()
        self._thread.join()

    def _wake(self) -> None:
        with suppress(OSError, ValueError):
            self._waker.send_bytes(b"!")

    def _run(self) -> None:
        try:
            while not self._closing:
                self._hand_out()
                pipes = {child.pipe: child for child in self._children}
                for ready in wait([self._woken, *pipes], self._seconds_to_next_overrun()):
                    if ready is self._woken:
                        self._woken.recv_bytes()
                    else:
                        self._receive(pipes[ready])  # type: ignore[index]
                self._kill_overdue()
        except OSError as error:
            self._trouble = f"scanner processes cannot be run: {error}"
        finally:
            self._end()

    def _hand_out(self) -> None:
        with self._lock:
            waiting = len(self._waiting)
        regular = [child for child in self._children if not child.is_for_suspects]
        while waiting > 0 and len(regular) < self._size:
            regular.append(self._start())
            waiting -= self._slots
        while self._waiting:
            free = min(regular, key=lambda child: len(child.jobs), default=None)
            if free is None or len(free.jobs) >= self._slots:
                break
            self._give(free, self._waiting.popleft())
        self._hand_out_suspect()

    def _hand_out_suspect(self) -> None:
        # Beside the others, so that suspects, which take their time, hold up nobody.
        own = next((child for child in self._children if child.is_for_suspects), None)
        if self._suspects:
            own = own or self._start(is_for_suspects=True)
            if not own.jobs:
                self._give(own, self._suspects.popleft())
        elif own is not None and not own.jobs:
            self._children.remove(own)
            _end(own)

    def _start(self, *, is_for_suspects: bool = False) -> _Child:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=serve, args=(theirs, self._work, self._slots), daemon=True
        )
        process.start()
        theirs.close()
        child = _Child(process, ours, is_for_suspects=is_for_suspects)
        self._children.append(child)
        return child

    def _give(self, child: _Child, job: _Job) -> None:
        # The clock of a child that is still starting begins when it is ready.
        job.overdue_at = monotonic() + self._patience + (0 if child.is_ready else _STARTING)
        child.jobs[job.key] = job
        # A child that has just died is noticed when its pipe is read.
        with suppress(OSError):
            child.pipe.send((job.key, job.task))

    def _receive(self, child: _Child) -> None:
        try:
            key, kind, value = child.pipe.recv()
        except (EOFError, OSError):
            self._bury(child)
            return
        if kind == "ready":
            child.is_ready = True
            for job in child.jobs.values():
                job.overdue_at = monotonic() + self._patience
            return
        job = child.jobs[key]
        if kind == "part":
            job.parts.append(value)
            return
        del child.jobs[key]
        if kind == "done":
            job.future.set_result(value)
        else:
            job.future.set_exception(ChildError(value))

    def _seconds_to_next_overrun(self) -> float | None:
        times = [job.overdue_at for child in self._children for job in child.jobs.values()]
        return max(0.0, min(times) - monotonic()) if times else None

    def _kill_overdue(self) -> None:
        now = monotonic()
        for child in self._children:
            if any(job.overdue_at <= now for job in child.jobs.values()):
                child.overran = True
                # Its pipe closes, and it is buried for that.
                child.process.kill()

    def _bury(self, child: _Child) -> None:
        self._children.remove(child)
        child.pipe.close()
        child.process.join()
        code = child.process.exitcode
        if self._slots > 1 and not child.is_for_suspects:
            for job in child.jobs.values():
                job.parts.clear()
            self._suspects.extend(child.jobs.values())
            return
        overran = child.overran or code == _SIGXCPU
        for job in child.jobs.values():
            job.future.set_exception(ChildDiedError(overran, code, job.parts))

    def _end(self) -> None:
        with self._lock:
            self._closing = True
            undone = [*self._waiting, *self._suspects]
        for child in self._children:
            child.pipe.close()
        for child in self._children:
            _end(child)
            undone += child.jobs.values()
        for job in undone:
            job.future.set_exception(CrewClosedError(self._trouble))
        self._waker.close()
        self._woken.close()


def _end(child: _Child) -> None:
    child.pipe.close()
    if not child.jobs:
        # An idle child leaves by itself when its pipe closes.
        child.process.join(_LEAVING)
    child.process.kill()
    child.process.join()


_STARTING = 60.0
"""Seconds that a child has to start: much, since it says nothing of the task."""
_LEAVING = 2.0
"""Seconds that an idle child has to leave."""
_SIGXCPU = -24
"""Exit code of a process that used up its CPU time (RLIMIT_CPU)."""
