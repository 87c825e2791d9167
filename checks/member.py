"""One child process of a crew, and the tasks that it holds."""

from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from checks.child import Work, serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

STARTING = 60.0
"""Seconds that a child has to start: much, since its slowness says nothing of the task."""
LEAVING = 2.0
"""Seconds that an idle child has to leave."""


@dataclass(eq=False)
class Job:
    """One task on its way to a result."""

    key: int
    task: object
    future: Future[Any] = field(default_factory=Future)
    overdue_at: float = inf
    """On the monotonic clock."""
    servers_lost: int = 0
    """How often the fork server died while it was done."""


@dataclass(eq=False)
class Member:
    """A child process, seen from its parent."""

    process: Any
    pipe: "Connection[Any, Any]"
    jobs: dict[int, Job] = field(default_factory=dict)
    is_for_suspects: bool = False
    is_ready: bool = False
    """Whether it has said that it can begin."""
    overran: bool = False
    """Whether it was killed for a task that took too long."""

    @classmethod
    def start(cls, context: Any, work: Work, slots: int) -> Self:  # noqa: ANN401 - multiprocessing's contexts have no common type
        """Return a new one, started and perhaps not ready yet.

        Raises OSError where this host has no room for another process, or EOFError where the fork
        server died of that, or of something else.
        """
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, work, slots), daemon=True)
        try:
            process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(process, ours)

    def give(self, job: Job, patience: float) -> None:
        """Send it a task; the task's clock begins when the child is ready."""
        job.overdue_at = monotonic() + patience + (0 if self.is_ready else STARTING)
        self.jobs[job.key] = job
        # That it has just died is noticed when its pipe is read.
        with suppress(OSError):
            self.pipe.send((job.key, job.task))

    def begin(self, patience: float) -> None:
        """Note that it is ready, and start the clocks of what it holds."""
        self.is_ready = True
        for job in self.jobs.values():
            job.overdue_at = monotonic() + patience

    def is_overdue(self, moment: float) -> bool:
        """Tell whether one of its tasks has taken too long at that moment (monotonic)."""
        return any(job.overdue_at <= moment for job in self.jobs.values())

    def end(self) -> None:
        """End the process, and wait for it."""
        self.pipe.close()
        if not self.jobs:
            # An idle child leaves by itself when its pipe closes.
            self.process.join(LEAVING)
        self.process.kill()
        self.process.join()
