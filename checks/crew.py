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
    overdue_at: float = 0


@dataclass(eq=False)
class _Child:
    process: Any
    pipe: "Connection[Any, Any]"
    jobs: dict[int, _Job] = field(default_factory=dict)
    overran: bool = False
    holds_a_suspect: bool = False


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
            waiting = len(self._waiting) + len(self._suspects)
        while waiting and len(self._children) < self._size:
            self._children.append(self._start())
            waiting -= self._slots
            waiting = max(waiting, 0)
        self._hand_out_suspect()
        free = self._free_child()
        while free is not None and self._waiting:
            self._give(free, self._waiting.popleft())
            free = self._free_child()

    def _hand_out_suspect(self) -> None:
        if not self._suspects or any(child.holds_a_suspect for child in self._children):
            return
        idle = next((child for child in self._children if not child.jobs), None)
        if idle is None:
            # Beyond the size, for as long as the suspect takes.
            idle = self._start()
            self._children.append(idle)
        idle.holds_a_suspect = True
        self._give(idle, self._suspects.popleft())

    def _free_child(self) -> _Child | None:
        def load(child: _Child) -> int:
            return len(child.jobs)

        free = [
            child
            for child in self._children
            if not child.holds_a_suspect and len(child.jobs) < self._slots
        ]
        return min(free, key=load, default=None)

    def _start(self) -> _Child:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=serve, args=(theirs, self._work, self._slots), daemon=True
        )
        process.start()
        theirs.close()
        return _Child(process, ours)

    def _give(self, child: _Child, job: _Job) -> None:
        job.overdue_at = monotonic() + self._patience
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
        job = child.jobs[key]
        if kind == "part":
            job.parts.append(value)
            return
        del child.jobs[key]
        child.holds_a_suspect = False
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
        if self._slots > 1 and not child.holds_a_suspect:
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
            # An idle child leaves by itself when its pipe closes.
            child.pipe.close()
        for child in self._children:
            if not child.jobs:
                child.process.join(_LEAVE)
            child.process.kill()
            child.process.join()
            undone += child.jobs.values()
        for job in undone:
            job.future.set_exception(CrewClosedError(self._trouble))
        self._waker.close()
        self._woken.close()


_LEAVE = 2.0
"""Seconds that an idle child has to leave."""
_SIGXCPU = -24
"""Exit code of a process that used up its CPU time (RLIMIT_CPU)."""
