"""How long a large zone takes from the transfer to the last collected test."""

import re
from collections.abc import Iterator

from benchmarks.audit import command
from benchmarks.baseline import dig_alone, pytest_alone
from benchmarks.bench import Bench
from benchmarks.measure import BenchmarkError, measure
from benchmarks.table import Goal, typical
from benchmarks.world import places, zone

_SAMPLE_EVERY = 0.1
_COLLECT = "zonecert --collect-only"
_ALONE = "pytest's own collection"


def records(bench: Bench) -> Iterator[Goal]:
    """Yield time and memory of ``--collect-only`` on a zone of so many A records."""
    count = bench.size.records
    peaks = []
    with zone(places(count)) as server:
        configuration = bench.world.configured(server, 443)
        for _ in range(bench.size.repetitions):
            cost = measure([*command(configuration), "--collect-only"], sample_every=_SAMPLE_EVERY)
            found = re.search(r"^(\d+) tests collected", cost.output, re.MULTILINE)
            if found is None or int(found[1]) < count:
                raise BenchmarkError(f"not all was collected:\n{cost.output[-2000:]}")
            bench.note(_COLLECT, count, cost)
            peaks.append(max(cost.tree_rss, cost.main_rss))
            bench.note("dig", count, dig_alone(server))
            bench.note(_ALONE, count, pytest_alone(count, "--collect-only"))
    own, alone = (typical(bench.runs, what) for what in (_COLLECT, _ALONE))
    share = count / 100_000
    yield Goal(
        f"{count:,} A records to the last collected test",
        35 * share,
        20 * share,
        own.seconds,
        "s",
        f"pytest's own collection {alone.seconds:.1f} s",
    )
    yield Goal(
        f"{count:,} A records: memory of all processes",
        700,
        450,
        max(peaks) / 1e6,
        "MB",
        f"pytest's own collection {alone.main_memory / 1e6:.0f} MB",
    )
