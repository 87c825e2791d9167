"""How long a large zone takes from the transfer to the last collected test."""

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.audit import command
from benchmarks.baseline import dig_alone, pytest_alone
from benchmarks.bench import Bench
from benchmarks.measure import BenchmarkError, measure
from benchmarks.table import Goal, typical
from benchmarks.world import places, zone

_SAMPLE_EVERY = 0.1
_ASKED = 100_000
"""Records that the bounds are for."""
_COLLECT = "zonecert --collect-only"
_ALONE = "pytest's own collection"


def records(bench: Bench) -> Iterator[Goal]:
    """Yield time and memory of ``--collect-only`` on a zone of so many A records."""
    count = bench.size.records
    with zone(places(count)) as server:
        configuration = bench.world.configured(server, 443)
        peaks = []
        for _ in range(bench.size.repetitions):
            peaks.append(_collect(bench, configuration))
            bench.note("dig", count, dig_alone(server))
            bench.note(_ALONE, count, pytest_alone(count, "--collect-only"))
    own, alone = (typical(bench.runs, what) for what in (_COLLECT, _ALONE))
    share, figure = count / _ASKED, f"{count:,} A records to the last collected test"
    detail = f"pytest's own collection {alone.seconds:.1f} s"
    yield Goal(figure, 35 * share, 20 * share, own.seconds, "s", detail)
    detail = f"pytest's own collection {alone.main_memory / 1e6:.0f} MB"
    yield Goal(f"{figure}: memory", 700, 450, median(peaks) / 1e6, "MB", detail)


def _collect(bench: Bench, configuration: Path) -> int:
    """Return the peak of the memory of all processes, in bytes."""
    options = [*command(configuration), "--collect-only"]
    cost = measure(options, sample_every=_SAMPLE_EVERY)
    found = re.search(r"^(\d+) tests collected", cost.output, re.MULTILINE)
    if found is None or int(found[1]) < bench.size.records:
        raise BenchmarkError(f"not all was collected:\n{cost.output[-2000:]}")
    bench.note(_COLLECT, bench.size.records, cost)
    return max(cost.tree_rss, cost.main_rss)
