"""Crews of child processes: what comes back, and who is blamed when a child dies."""

import errno
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from checks.child import Work
from checks.crew import SUSPECTS_AT_ONCE, ChildDiedError, ChildError, Crew, CrewClosedError
from checks.member import Member

WORK = Work("tests.checks.chores", "Chores")


@pytest.fixture
def crew() -> Iterator[Crew]:
    """A crew of two children with three slots each, and time enough."""
    made = Crew(WORK, size=2, slots=3, patience=60)
    yield made
    made.close()


def answered(futures: list["Future[Any]"]) -> list[Any]:
    return [future.result(60) for future in futures]


def test_a_task_yields_what_its_work_returned(crew: Crew) -> None:
    assert answered([crew.submit(("double", n)) for n in range(50)]) == list(range(0, 100, 2))


def test_a_child_does_as_many_tasks_at_once_as_it_has_slots() -> None:
    crew = Crew(WORK, size=1, slots=3, patience=60)
    assert answered([crew.submit(("meet", n)) for n in range(3)]) == [0, 1, 2]
    crew.close()


def test_tasks_go_to_all_children(crew: Crew) -> None:
    pids = answered([crew.submit(("pid", None)) for _ in range(20)])
    assert len(set(pids)) == 2
    assert os.getpid() not in pids


def test_work_that_raises_is_told_with_its_traceback(crew: Crew) -> None:
    with pytest.raises(ChildError, match="ValueError: no such thing"):
        crew.submit(("fail", "no such thing")).result(60)
    assert crew.submit(("double", 2)).result(60) == 4


def test_work_that_panics_is_told_at_once(crew: Crew) -> None:
    with pytest.raises(ChildError, match="BaseException: attempt to subtract"):
        crew.submit(("panic", "attempt to subtract with overflow")).result(60)


def test_suspects_hold_up_nobody() -> None:
    """Even one process goes on with the others while suspects are tried, each alone."""
    crew = Crew(WORK, size=1, slots=3, patience=2)
    bad = [crew.submit(("hang", number)) for number in range(SUSPECTS_AT_ONCE + 1)]
    for future in bad[:1]:
        with pytest.raises(ChildDiedError):
            future.result(60)
    assert answered([crew.submit(("double", n)) for n in range(9)]) == list(range(0, 18, 2))
    crew.close()


def test_only_the_task_that_crashes_alone_is_blamed(crew: Crew) -> None:
    bad = crew.submit(("crash", "seen"))
    good = [crew.submit(("double", n)) for n in range(12)]
    assert answered(good) == list(range(0, 24, 2))
    with pytest.raises(ChildDiedError) as death:
        bad.result(60)
    assert not death.value.overran
    assert death.value.exit_code == -signal.SIGKILL


def test_two_tasks_that_crash_are_blamed_each(crew: Crew) -> None:
    bad = [crew.submit(("crash", n)) for n in range(2)]
    good = [crew.submit(("double", n)) for n in range(12)]
    assert answered(good) == list(range(0, 24, 2))
    for future in bad:
        with pytest.raises(ChildDiedError):
            future.result(60)


@pytest.mark.parametrize("slots", [1, 3])
@pytest.mark.parametrize("end", ["crash_once", "kill_the_server_once"])
def test_a_task_whose_child_died_of_something_else_is_done_again(
    tmp_path: Path, slots: int, end: str
) -> None:
    """As where memory is short, and the kernel kills whom it likes."""
    crew = Crew(WORK, size=2, slots=slots, patience=60)
    ill_fated = crew.submit((end, tmp_path / "died"))
    good = [crew.submit(("double", n)) for n in range(12)]
    assert ill_fated.result(60) == "done"
    assert answered(good) == list(range(0, 24, 2))
    crew.close()


def test_a_task_that_takes_the_fork_server_with_it_each_time_is_blamed_in_the_end(
    crew: Crew,
) -> None:
    with pytest.raises(ChildDiedError):
        crew.submit(("kill_the_server", None)).result(60)
    assert crew.submit(("double", 2)).result(60) == 4


def test_a_task_that_wants_more_memory_than_there_is_costs_no_other(crew: Crew) -> None:
    greedy = crew.submit(("hoard", None))
    good = [crew.submit(("double", n)) for n in range(12)]
    assert answered(good) == list(range(0, 24, 2))
    with pytest.raises(ChildError, match="MemoryError"):
        greedy.result(60)


class NoRoom:
    """A host that has no room for another process, for so many tries."""

    def __init__(self, tries: int) -> None:
        self._tries, self._start = tries, Member.start

    def __call__(self, *arguments: Any) -> Member:  # noqa: ANN401 - as of what it stands for
        self._tries -= 1
        if self._tries >= 0:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return self._start(*arguments)


def test_a_child_that_there_is_no_room_for_is_started_a_little_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Member, "start", NoRoom(3))
    crew = Crew(WORK, size=1, slots=1, patience=60)
    assert crew.submit(("double", 1)).result(60) == 2
    crew.close()


def test_where_there_is_no_room_for_a_child_at_all_everybody_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Member, "start", NoRoom(100))
    monkeypatch.setattr("checks.crew._PAUSES", (0.0, 0.0))
    crew = Crew(WORK, size=1, slots=1, patience=60)
    for future in [crew.submit(("double", n)) for n in range(3)]:
        with pytest.raises(CrewClosedError, match=r"cannot be run: .*temporarily"):
            future.result(60)
    crew.close()


def test_only_the_task_that_overruns_alone_is_blamed() -> None:
    crew = Crew(WORK, size=1, slots=4, patience=1)
    bad = crew.submit(("hang", "begun"))
    good = [crew.submit(("double", n)) for n in range(12)]
    assert answered(good) == list(range(0, 24, 2))
    with pytest.raises(ChildDiedError) as death:
        bad.result(60)
    assert death.value.overran
    assert "killed" in str(death.value)
    crew.close()


def test_a_task_that_uses_up_its_cpu_time_overran() -> None:
    """The kernel ends it, so that it ends even where its parent cannot."""
    crew = Crew(WORK, size=1, slots=1, patience=60)
    bad, good = crew.submit(("burn", "begun")), crew.submit(("double", 4))
    with pytest.raises(ChildDiedError) as death:
        bad.result(60)
    assert death.value.overran
    assert good.result(60) == 8
    crew.close()


def test_work_that_cannot_be_imported_is_told_and_not_tried_for_ever() -> None:
    crew = Crew(Work("tests.checks.chores", "NoSuchWork"), size=1, slots=1, patience=60)
    with pytest.raises(ChildDiedError, match="exit code 1"):
        crew.submit(("double", 1)).result(60)
    crew.close()


def test_ctrl_c_while_a_crew_is_woken_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_message: bytes) -> None:
        raise KeyboardInterrupt

    crew = Crew(WORK, size=1, slots=1, patience=60)
    assert crew.submit(("double", 1)).result(60) == 2
    with monkeypatch.context() as patching:
        patching.setattr(crew._waker, "send_bytes", interrupted)
        with pytest.raises(KeyboardInterrupt):
            crew.submit(("double", 1))
    closing = threading.Thread(target=crew.close, daemon=True)
    closing.start()
    closing.join(60)
    assert not closing.is_alive()


def test_closing_ends_the_children_and_what_is_not_done_is_told() -> None:
    crew = Crew(WORK, size=1, slots=1, patience=60)
    pid = crew.submit(("pid", None)).result(60)
    begun, waiting = crew.submit(("hang", None)), crew.submit(("double", 1))
    crew.close()
    for future in (begun, waiting, crew.submit(("double", 1))):
        with pytest.raises(CrewClosedError):
            future.result(60)
    assert pid not in {child.pid for child in multiprocessing.active_children()}


PARENT = """
import sys
from checks.child import Work
from checks.crew import Crew

crew = Crew(Work("tests.checks.chores", "Chores"), size=1, slots=1, patience=600)
crew.submit(("hang", None))
busy = Crew(Work("tests.checks.chores", "Chores"), size=1, slots=1, patience=600)
job = busy.submit(("pid", None))
print(job.result(60), flush=True)
busy.submit(("hang", None))
sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watches a process as Linux does")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_children_end_when_their_parent_is_killed(end: signal.Signals) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PARENT]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(end)
    # A process descriptor becomes readable when the process has ended (pidfd_open(2)).
    assert select.select([child], [], [], 30)[0]
    os.close(child)
