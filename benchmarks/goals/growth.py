"""Whether many targets cost more each than few."""

from collections.abc import Iterator
from math import inf

from benchmarks.baseline import pytest_alone
from benchmarks.bench import Bench
from benchmarks.table import Goal, Run
from benchmarks.world import places, zone

_SAMPLE_EVERY = 0.5


def growth(bench: Bench) -> Iterator[Goal]:
    """Yield how time and memory for a target change with the number of targets."""
    own = [_audit(bench, count) for count in bench.size.growth]
    alone = [bench.note("pytest alone", count, pytest_alone(count)) for count in bench.size.growth]
    few, some, many = own
    span = f"{few.count:,} to {many.count:,} targets"
    yield Goal(
        f"time a target, {span}",
        1.2,
        1.0,
        few.rate / many.rate,
        "x",
        f"{1000 / many.rate:.1f} ms over {1000 / few.rate:.1f} ms",
    )
    first, last = _cpu_slope(few, some), _cpu_slope(some, many)
    yield Goal(
        f"CPU for one more target, last part over first part of {span}",
        1.2,
        1.0,
        last / first,
        "x",
        f"{last * 1e3:.1f} ms over {first * 1e3:.1f} ms",
    )
    first, last = _all_slope(few, some), _all_slope(some, many)
    yield Goal(
        f"memory for one more target in all processes, last part over first part of {span}",
        1.2,
        1.0,
        last / first,
        "x",
        f"{last / 1e3:.1f} kB over {first / 1e3:.1f} kB",
    )
    own_slope, alone_slope = _main_slope(few, many), _main_slope(alone[0], alone[-1])
    yield Goal(
        f"memory for one more target beyond pytest's own, {span}",
        inf,
        5,
        (own_slope - alone_slope) / 1e3,
        "kB",
        f"{own_slope / 1e3:.1f} kB - {alone_slope / 1e3:.1f} kB, in the first process",
    )


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
