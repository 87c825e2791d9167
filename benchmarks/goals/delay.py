"""What a way of 100 ms to every server costs."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.proxy import proxy
from benchmarks.table import Goal, typical
from benchmarks.world import PROXY, Place, address, places, zone

_DELAYS = {"no delay": 0.0, "100 ms each connection": 0.1}


def delay(bench: Bench) -> Iterator[Goal]:
    """Yield the time of a run with the delay over the time of one without."""
    behind = places(bench.size.delay)
    addresses = {
        each: number for number, each in enumerate(dict.fromkeys(p.address for p in behind))
    }
    at = [Place(each.name, address(PROXY, addresses[each.address])) for each in behind]
    with bench.world.serving(behind) as port, zone(at) as server:
        configuration = bench.world.configured(server, port)
        for _ in range(bench.size.repetitions):
            for what, seconds in _DELAYS.items():
                with proxy(seconds, port, len(addresses)):
                    bench.audit(f"through a proxy, {what}", configuration, {"ok": len(at)})
    without, delayed = (typical(bench.runs, f"through a proxy, {what}") for what in _DELAYS)
    yield Goal(
        "time with 100 ms for each connection over time without",
        1.5,
        1.1,
        delayed.seconds / without.seconds,
        "x",
        f"{delayed.seconds:.1f} s over {without.seconds:.1f} s",
    )
