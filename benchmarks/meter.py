"""What a command costs, with every process that it starts: ``python -m benchmarks.meter``.

The meter is the command's parent and adopts what the command leaves behind (Linux:
PR_SET_CHILD_SUBREAPER), so that the kernel's account of its children holds the whole run. It ends
when nothing of the run is left, and ends it by force when its time is over.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PR_SET_CHILD_SUBREAPER = 36
_PARENT = 1
"""Place in /proc/PID/stat, counted from behind the name, which may hold blanks (proc(5))."""
_LIMIT = 1800
"""Seconds for the whole run."""
_LEAVING = 60
"""Seconds for what the command leaves behind."""
_KIB = 1024


class Sampler:
    """Looks at the memory of all processes of a run now and then, and keeps the most it saw."""

    def __init__(self, interval: float) -> None:
        self.rss = self.pss = 0
        """Bytes, the processes' added up: shared pages counted by each, or divided among them."""
        self._interval, self._stopping = interval, Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while self._interval and not self._stopping.wait(self._interval):
            seen = [memory_of(pid) for pid in descendants()]
            self.rss = max(self.rss, sum(rss for rss, _ in seen))
            self.pss = max(self.pss, sum(pss for _, pss in seen))


def memory_of(pid: int) -> tuple[int, int]:
    """Return RSS and PSS of a process in bytes; zeros for one that has ended."""
    found = {"Rss:": 0, "Pss:": 0}
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
            name, value, *_ = line.split()
            if name in found:
                found[name] = int(value) * _KIB
    return found["Rss:"], found["Pss:"]


def descendants() -> list[int]:
    """Return the ids of all processes below this one."""
    parents = dict(_parents())
    below, new = set[int](), {os.getpid()}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new}
        below |= new
    return sorted(below)


def _parents() -> list[tuple[int, int]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            stat = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            found.append((int(folder.name), int(stat[_PARENT])))
    return found


def run(command: list[str], interval: float) -> dict[str, float]:
    """Run the command to the end of all its processes, and return what it cost."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGALRM, _end_by_force)
    signal.alarm(_LIMIT)
    began = monotonic()
    child = os.posix_spawnp(command[0], command, os.environ)
    sampler = Sampler(interval)
    cost: dict[str, float] = {}
    for pid, status, usage in _ends():
        if pid == child:
            seconds, code = monotonic() - began, os.waitstatus_to_exitcode(status)
            cost |= {"code": code, "seconds": seconds, "main_rss": usage.ru_maxrss * _KIB}
            signal.alarm(_LEAVING)
    sampler.stop()
    all_usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = all_usage.ru_utime + all_usage.ru_stime
    return cost | {"cpu": cpu, "tree_rss": sampler.rss, "tree_pss": sampler.pss}


def _ends() -> "Iterator[tuple[int, int, resource.struct_rusage]]":
    with suppress(ChildProcessError):
        while True:
            yield os.wait3(0)


def _end_by_force(_number: int, _frame: FrameType | None) -> None:
    for pid in descendants():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    result, wanted, *rest = sys.argv[1:]
    Path(result).write_text(json.dumps(run(rest, float(wanted))), encoding="ascii")
