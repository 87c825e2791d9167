"""What targets cost that accept a connection and say nothing."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from benchmarks.bench import Bench
from benchmarks.table import Goal, typical
from benchmarks.world import SILENT, Place, address, places, zone

_DEADLINE = 5.0
_ONE_IN = 10
_WHATS = ("none silent", "one in ten silent")


def silence(bench: Bench) -> Iterator[Goal]:
    """Yield the time that silent targets add, over the time of a run without any."""
    at = places(bench.size.silence)
    with bench.world.serving(at) as port:
        mixed = [_silenced(number, place) for number, place in enumerate(at)]
        mute = [place.address for place in mixed[::_ONE_IN]]
        with zone(at) as all_well, zone(mixed) as some_silent, _accepting(mute, port):
            configured = bench.world.configured
            well = configured(all_well, port, deadline=_DEADLINE)
            ill = configured(some_silent, port, deadline=_DEADLINE)
            expected = {"ok": len(at) - len(mute), "error": len(mute)}
            for _ in range(bench.size.repetitions):
                bench.audit(_WHATS[0], well, {"ok": len(at)})
                bench.audit(_WHATS[1], ill, expected)
    none, some = (typical(bench.runs, what) for what in _WHATS)
    yield Goal(
        f"time with {len(mute)} of {len(at)} silent, less one deadline, over time with none",
        1.5,
        1.1,
        (some.seconds - _DEADLINE) / none.seconds,
        "x",
        f"{some.seconds:.1f} s - {_DEADLINE:.0f} s over {none.seconds:.1f} s",
    )


def _silenced(number: int, place: Place) -> Place:
    """Return the place, every so often moved to an address of its own that says nothing."""
    if number % _ONE_IN:
        return place
    return Place(place.name, address(SILENT, number // _ONE_IN))


@contextmanager
def _accepting(addresses: Sequence[str], port: int) -> Iterator[None]:
    """Have the kernel accept connections there; nobody ever reads them."""
    with ExitStack() as sockets:
        for each in addresses:
            sockets.enter_context(socket.create_server((each, port), backlog=64))
        yield
