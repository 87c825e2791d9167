"""How many targets a second, and for how much CPU, beside SSLyze alone."""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from benchmarks.baseline import sslyze_alone
from benchmarks.bench import Bench
from benchmarks.table import Goal, Run, typical
from benchmarks.world import places, zone

_KINDS = {"a certificate each": False, "one wildcard": True}
_REPORTS = ("zonecert", "zonecert -n 2")


def speed(bench: Bench) -> Iterator[Goal]:
    """Yield what was reached with a certificate for each name, and with one for all names."""
    for kind, one_certificate in _KINDS.items():
        _compete(bench, kind, one_certificate=one_certificate)
        own = partial(typical, bench.runs)
        scanner, bare = own(_scanner(kind)), own(_bare(kind))
        for what in _REPORTS:
            yield _rate_goal(own(f"{what}, {kind}"), scanner)
        for what in _REPORTS:
            yield _cpu_goal(own(f"{what}, {kind}"), bare)


def _scanner(kind: str) -> str:
    return f"SSLyze's Scanner, {kind}"


def _bare(kind: str) -> str:
    return f"SSLyze's calls, {kind}"


def _compete(bench: Bench, kind: str, *, one_certificate: bool) -> None:
    """Run everybody in turn, so that what else the machine does falls on all alike."""
    at = places(bench.size.speed)
    few = at[: bench.size.baseline]
    with bench.world.serving(at, one_certificate=one_certificate) as port, zone(at) as server:
        configuration = bench.world.configured(server, port)

        def zonecert(what: str, *options: str) -> None:
            bench.audit(f"{what}, {kind}", configuration, {"ok": len(at)}, *options)

        def sslyze(what: str, how: Literal["scanner", "bare"]) -> None:
            took = sslyze_alone(how, few, port)
            bench.keep(Run(what, took.done, took.seconds, took.cpu))

        for _ in range(bench.size.repetitions):
            zonecert("zonecert")
            sslyze(_scanner(kind), "scanner")
            zonecert("zonecert -n 2", "-n", "2")
            sslyze(_bare(kind), "bare")


def _rate_goal(run: Run, scanner: Run) -> Goal:
    ratio = run.rate / scanner.rate
    detail = f"{run.rate:.0f} over {scanner.rate:.0f}"
    return Goal(f"targets/s over SSLyze's Scanner: {run.what}", 4, 6, ratio, "x", detail)


def _cpu_goal(run: Run, bare: Run) -> Goal:
    ratio = run.cpu_each / bare.cpu_each
    detail = f"{run.cpu_each * 1000:.2f} ms over {bare.cpu_each * 1000:.2f} ms"
    return Goal(f"CPU a target over SSLyze's calls: {run.what}", 1.3, 0.8, ratio, "x", detail)
