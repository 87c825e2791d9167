"""The most memory that the processes of a session take, as Linux counts it in /proc."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from tests.sessions.remains import living

_LOOKS_EVERY = 0.1
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
"""Of what was ever resident (proc(5)): between two looks nothing is missed but a process's last."""


@dataclass
class Peaks:
    """Megabytes, by process id."""

    session: int
    """The id of the first process."""
    by_process: dict[int, float] = field(default_factory=dict)
    before_scans: float = 0
    """Of the first process, when there was no crew of children yet."""
    _has_crew: bool = False

    @property
    def growth(self) -> float:
        """What scanning cost the first process."""
        return self.by_process[self.session] - self.before_scans

    @property
    def scanners(self) -> list[float]:
        """Of all processes but the first."""
        return [most for process, most in self.by_process.items() if process != self.session]

    def look(self) -> None:
        """Note what the processes have taken so far."""
        found = living(self.session)
        for process in found:
            self.by_process[process] = max(self.by_process.get(process, 0), _peak(process))
        # Not at the end, when its children have gone, and nothing of the growth would be left; and
        # trust stores are looked at in a process of their own, before.
        self._has_crew = self._has_crew or len(found) > 2
        if not self._has_crew:
            self.before_scans = self.by_process.get(self.session, 0)


@contextmanager
def watched(session: int) -> Iterator[Peaks]:
    """Look at a session's processes while the block lasts."""
    peaks, done = Peaks(session), Event()

    def watch() -> None:
        while not done.wait(_LOOKS_EVERY):
            peaks.look()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()


def _peak(process: int) -> float:
    try:
        match = _PEAK.search(Path(f"/proc/{process}/status").read_text(encoding="ascii"))
    except OSError:  # It has ended meanwhile.
        match = None
    # One that is ending has no memory any more.
    return int(match[1]) / 1024 if match else 0
