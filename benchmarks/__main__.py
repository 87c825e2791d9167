"""Measure zonecert beside what it is compared with, and print what was reached."""

import argparse
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from benchmarks.audit import command
from benchmarks.bench import Bench, machine, say, warm_up
from benchmarks.goals.delay import delay
from benchmarks.goals.growth import growth
from benchmarks.goals.records import records
from benchmarks.goals.silence import silence
from benchmarks.goals.speed import speed
from benchmarks.measure import BenchmarkError
from benchmarks.size import FULL, SHORT
from benchmarks.table import Goal, goals_table, runs_table
from benchmarks.world import World, new_world, places, zone

GOALS: dict[str, Callable[[Bench], Iterator[Goal]]] = {
    "speed": speed,
    "delay": delay,
    "silence": silence,
    "records": records,
    "growth": growth,
}


def main() -> int:
    """Return 0 where everything could be measured, whatever was reached."""
    options = _options()
    # Each address that nginx or a proxy listens on takes a descriptor.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with new_world() as world:
        if options.serve:
            _serve(world, options.serve)
            return 0
        warm_up(world)
        size = FULL if options.full else SHORT
        bench = Bench(world, replace(size, repetitions=options.repetitions or size.repetitions))
        return _measure(bench, options.only or list(GOALS))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="all counts; takes about half an hour")
    parser.add_argument("--repetitions", type=int, help="of each comparison, A B A B")
    parser.add_argument("--only", nargs="+", choices=GOALS, help="these only")
    parser.add_argument(
        "--serve",
        type=int,
        metavar="COUNT",
        help="measure nothing: bring up a zone of so many targets to try things on",
    )
    return parser.parse_args()


def _measure(bench: Bench, names: list[str]) -> int:
    goals: list[Goal] = []
    unmeasured: list[str] = []
    for name in names:
        say(f"-- {name}")
        try:
            goals += GOALS[name](bench)
        except (BenchmarkError, OSError, pytest.skip.Exception, pytest.fail.Exception) as error:
            # An hour's figures are not lost for one that could not be had.
            unmeasured.append(f"{name} was not measured: {error}")
    form = f"{bench.size.name} form, {bench.size.repetitions} repetitions, medians"
    sys.stdout.write(f"{machine()}; {form}.\n\n{goals_table(goals)}\n\n{runs_table(bench.runs)}\n")
    sys.stdout.writelines(f"\n{each}\n" for each in unmeasured)
    return 1 if unmeasured else 0


def _serve(world: World, count: int) -> None:
    at = places(count)
    with world.serving(at) as port, zone(at) as server:
        configuration = world.configured(server, port)
        sys.stdout.write(f"{' '.join(command(configuration))}\n")
        say("Return ends it")
        sys.stdin.readline()


if __name__ == "__main__":
    sys.exit(main())
