"""Whether many targets cost more each than few."""

from collections.abc import Iterator
from math import inf

from benchmarks.baseline import pytest_alone
from benchmarks.bench import Bench
from benchmarks.table import Goal, Run
from benchmarks.world import places, zone

_SAMPLE_EVERY = 0.5


def growth(bench: Bench) -> Iterator[Goal]:
    """Yield how time, CPU and memory for a target change with the number of targets."""
    own = [_audit(bench, count) for count in bench.size.growth]
    alone = [bench.note("pytest alone", count, pytest_alone(count)) for count in bench.size.growth]
    few, some, many = own
    span = f"{few.count:,} to {many.count:,} targets"
    yield _flat(f"time a target, {span}", 1000 / few.rate, 1000 / many.rate, "ms")
    parts = f"for one more target, last part over first part of {span}"
    cpu = _cpu_slope(few, some) * 1e3, _cpu_slope(some, many) * 1e3
    yield _flat(f"CPU {parts}", *cpu, "ms")
    memory = _all_slope(few, some) / 1e3, _all_slope(some, many) / 1e3
    yield _flat(f"memory of all processes {parts}", *memory, "kB")
    yield _beyond(span, _main_slope(few, many) / 1e3, _main_slope(alone[0], alone[-1]) / 1e3)


def _flat(figure: str, first: float, last: float, unit: str) -> Goal:
    detail = f"{last:.1f} {unit} over {first:.1f} {unit}"
    return Goal(figure, 1.2, 1.0, last / first, "x", detail)


def _beyond(span: str, own: float, alone: float) -> Goal:
    figure = f"memory for one more target beyond pytest's own, {span}"
    detail = f"{own:.1f} kB - {alone:.1f} kB, in the first process"
    return Goal(figure, inf, 5, own - alone, "kB", detail)


def _audit(bench: Bench, count: int) -> Run:
    at = places(count)
    with bench.world.serving(at) as port, zone(at) as server:
        configuration = bench.world.configured(server, port)
        expected = {"ok": count}
        return bench.audit("growth", configuration, expected, sample_every=_SAMPLE_EVERY)


def _cpu_slope(few: Run, many: Run) -> float:
    """Return the seconds of CPU that one more target takes."""
    return (many.cpu - few.cpu) / (many.count - few.count)


def _all_slope(few: Run, many: Run) -> float:
    """Return the bytes that one more target takes in all processes."""
    return (many.all_memory - few.all_memory) / (many.count - few.count)


def _main_slope(few: Run, many: Run) -> float:
    """Return the bytes that one more target takes in the first process."""
    return (many.main_memory - few.main_memory) / (many.count - few.count)
