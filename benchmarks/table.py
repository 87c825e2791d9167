"""What was measured, as Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isinf
from statistics import median


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure, what it should be, and what was reached."""

    figure: str
    must: float
    """The least that will do; infinity: nothing is asked. More is better where ``aim`` is more."""
    aim: float
    reached: float
    unit: str
    detail: str = ""
    """What the figure is made of."""

    @property
    def grade(self) -> str:
        """``aim``, ``must`` or ``missed``: the best of them that was reached."""
        sign = 1 if self.aim > self.must else -1
        for name, bound in (("aim", self.aim), ("must", self.must)):
            if not isinf(bound) and sign * self.reached >= sign * bound:
                return name
        return "missed"


@dataclass(frozen=True, slots=True)
class Run:
    """One run and what it took."""

    what: str
    count: int
    """Targets, records or tests."""
    seconds: float
    cpu: float = 0
    """Seconds, user and system; 0: not measured."""
    main_memory: int = 0
    """Bytes, peak of the first process; 0: not measured."""
    all_memory: int = 0
    """Bytes, peak of all processes, shared pages divided among them; 0: not measured."""

    @property
    def rate(self) -> float:
        """Targets a second."""
        return self.count / self.seconds

    @property
    def cpu_each(self) -> float:
        """Seconds of CPU for one target."""
        return self.cpu / self.count


def typical(runs: Iterable[Run], what: str) -> Run:
    """Return the medians of the runs of that description, of which there is at least one."""
    found = [run for run in runs if run.what == what]
    return Run(
        what,
        found[0].count,
        median(run.seconds for run in found),
        median(run.cpu for run in found),
        int(median(run.main_memory for run in found)),
        int(median(run.all_memory for run in found)),
    )


def goals_table(goals: Iterable[Goal]) -> str:
    """Return the table of what was to be reached and what was."""
    head = ("figure", "must reach", "aim at", "reached", "grade", "made of")
    rows = [
        (
            goal.figure,
            _amount(goal.must, goal.unit),
            _amount(goal.aim, goal.unit),
            _amount(goal.reached, goal.unit),
            goal.grade,
            goal.detail,
        )
        for goal in goals
    ]
    return _table(head, rows)


def runs_table(runs: Iterable[Run]) -> str:
    """Return the table of the single runs, in the order in which they were made."""
    head = ("run", "count", "seconds", "per second", "CPU ms each", "MB, first process", "MB, all")
    rows = [
        (
            run.what,
            f"{run.count:,}",
            f"{run.seconds:.2f}",
            f"{run.rate:,.0f}",
            f"{run.cpu_each * 1000:.2f}" if run.cpu else "",
            f"{run.main_memory / 1e6:,.0f}" if run.main_memory else "",
            f"{run.all_memory / 1e6:,.0f}" if run.all_memory else "",
        )
        for run in runs
    ]
    return _table(head, rows)


def _amount(value: float, unit: str) -> str:
    if isinf(value):
        return ""
    number = f"{value:,.0f}" if value >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{number}x" if unit == "x" else f"{number} {unit}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
