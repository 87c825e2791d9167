"""A crew of expendable child processes: tasks that may hang or crash in native code.

A child that overruns or dies takes every task down that it held. Which of them was to blame cannot
be told from outside, so all are suspects and are done again, each alone in a child: only a task
that brings its child down alone is told so.
"""

import multiprocessing
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from selectors import EVENT_READ, DefaultSelector
from time import monotonic, sleep
from typing import Any

from checks.child import Work
from checks.member import Job, Member

PRELOADED = ["sslyze", "OpenSSL.crypto", "sslyze.plugins.scan_commands"]
"""Imported once by the fork server, so that a new child costs milliseconds."""

SUSPECTS_AT_ONCE = 8
"""Children that do one suspect each: after a crash there may be a hundred that wait for silence."""
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds before each further try to start a child."""
_LOOKS_EVERY = 0.5
"""Seconds between two looks for tasks that overran."""


class ChildError(Exception):
    """A task could not be done because the code of its work raised; holds the traceback."""


@dataclass
class ChildDiedError(Exception):
    """A task brought its child process down, all by itself."""

    overran: bool
    """Whether it used up its time (of the wall clock or of the CPU); else it crashed."""
    exit_code: int | None

    def __str__(self) -> str:
        if self.overran:
            return "the task used up its time and its process was killed"
        return f"the process that did the task ended with exit code {self.exit_code}"


class CrewClosedError(Exception):
    """The crew was closed, or broke, before the task was done."""


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
        self._waiting: deque[Job] = deque()
        self._suspects: deque[Job] = deque()
        self._members: list[Member] = []
        self._keys = 0
        self._looked_at = 0.0
        self._closing = self._is_woken = False
        self._trouble = ""
        self._woken, self._waker = Pipe(duplex=False)
        self._selector = DefaultSelector()
        """Of the pipes; a key's data is the child, None for the waker."""
        self._thread = threading.Thread(target=self._run, name="crew", daemon=True)
        self._thread.start()

    def submit(self, task: object) -> Future[Any]:
        """Return the future of a task.

        It raises ChildError, ChildDiedError or CrewClosedError where there is no result.
        """
        with self._lock:
            self._keys += 1
            job = Job(self._keys, task)
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
            # Ctrl-C may have come between the note that it was woken and the waking.
            self._is_woken = False
        self._wake()
        self._thread.join()

    def _wake(self) -> None:
        with self._lock:
            is_awake, self._is_woken = self._is_woken, True
        # What a result leads to is submitted by the crew's thread itself, which looks next.
        if not is_awake and threading.current_thread() is not self._thread:
            with suppress(OSError, ValueError):
                self._waker.send_bytes(b"!")

    def _run(self) -> None:
        try:
            self._selector.register(self._woken, EVENT_READ)
            while not self._closing:
                self._hand_out()
                is_idle = not any(member.jobs for member in self._members)
                for ready, _ in self._selector.select(None if is_idle else _LOOKS_EVERY):
                    if ready.data is None:
                        self._woken.recv_bytes()
                    else:
                        self._receive(ready.data)
                self._kill_overdue()
        except Exception as error:  # noqa: BLE001 - told to all who wait, whatever it was
            self._trouble = f"scanner processes cannot be run: {error}"
        finally:
            self._end()

    def _hand_out(self) -> None:
        with self._lock:
            self._is_woken = False
            waiting = len(self._waiting)
        regular = [member for member in self._members if not member.is_for_suspects]
        while waiting > 0 and len(regular) < self._size:
            regular.append(self._start())
            waiting -= 1
        while self._waiting:
            free = min(regular, key=lambda member: len(member.jobs), default=None)
            if free is None or len(free.jobs) >= self._slots:
                break
            free.give(self._waiting.popleft(), self._patience)
        self._hand_out_suspects()

    def _hand_out_suspects(self) -> None:
        # Beside the others, so that suspects, which take their time, hold up nobody.
        own = [member for member in self._members if member.is_for_suspects]
        idle = [member for member in own if not member.jobs]
        while self._suspects and (idle or len(own) < SUSPECTS_AT_ONCE):
            if not idle:
                idle.append(self._start(is_for_suspects=True))
                own += idle
            idle.pop().give(self._suspects.popleft(), self._patience)
        for member in idle:
            self._forget(member)
            member.end()

    def _start(self, *, is_for_suspects: bool = False) -> Member:
        member = self._started()
        member.is_for_suspects = is_for_suspects
        self._members.append(member)
        self._selector.register(member.pipe, EVENT_READ, member)
        return member

    def _started(self) -> Member:
        # What there is no room for now may soon have some; and a fork server that has died is
        # started again by the next try.
        for pause in _PAUSES:
            try:
                return Member.start(self._context, self._work, self._slots)
            except (OSError, EOFError):
                sleep(pause)
        return Member.start(self._context, self._work, self._slots)

    def _receive(self, member: Member) -> None:
        try:
            key, kind, value = member.pipe.recv()
        except (EOFError, OSError):
            self._bury(member)
            return
        match kind:
            case "ready":
                member.begin(self._patience)
            case "done":
                member.jobs.pop(key).future.set_result(value)
            case _:
                member.jobs.pop(key).future.set_exception(ChildError(value))

    def _kill_overdue(self) -> None:
        now = monotonic()
        if now < self._looked_at + _LOOKS_EVERY:
            return
        self._looked_at = now
        for member in self._members:
            if member.is_overdue(now):
                member.overran = True
                # Its pipe closes, and it is buried for that.
                member.process.kill()

    def _bury(self, member: Member) -> None:
        self._forget(member)
        member.pipe.close()
        member.process.join()
        jobs, code = list(member.jobs.values()), member.process.exitcode
        overran = member.overran or code == _SIGXCPU
        is_proof = member.is_for_suspects or (overran and self._slots == 1)
        for job in jobs:
            job.servers_lost += code == _SERVER_DIED
            if is_proof and (code != _SERVER_DIED or job.servers_lost > _SERVERS):
                job.future.set_exception(ChildDiedError(overran, code))
            else:
                self._suspects.append(job)

    def _forget(self, member: Member) -> None:
        self._members.remove(member)
        self._selector.unregister(member.pipe)

    def _end(self) -> None:
        with self._lock:
            self._closing = True
            undone = [*self._waiting, *self._suspects]
        self._selector.close()
        for member in self._members:
            member.pipe.close()
        for member in self._members:
            member.end()
            undone += member.jobs.values()
        for job in undone:
            job.future.set_exception(CrewClosedError(self._trouble))
        self._waker.close()
        self._woken.close()


_SERVER_DIED = 255
"""What multiprocessing says of a process whose fork server died, and it with that."""
_SERVERS = 5
"""Fork servers that may die while a task is done: it may be what kills them."""
_SIGXCPU = -24
"""Exit code of a process that used up its CPU time (RLIMIT_CPU)."""
