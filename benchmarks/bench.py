"""What the measurements of one session share."""

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.audit import audit
from benchmarks.baseline import sslyze_alone
from benchmarks.measure import Cost
from benchmarks.size import Size
from benchmarks.table import Run
from benchmarks.world import World, places, zone
from checks.scanners import available_cores


@dataclass
class Bench:
    """A session: the world in which it runs, how much of it, and what was run so far."""

    world: World
    size: Size
    runs: list[Run] = field(default_factory=list)

    def note(self, what: str, count: int, cost: Cost) -> Run:
        """Keep a run that has ended."""
        return self.keep(Run(what, count, cost.seconds, cost.cpu, cost.main_rss, cost.tree_pss))

    def keep(self, run: Run) -> Run:
        """Keep a run that was measured by itself, and tell the terminal."""
        self.runs.append(run)
        say(f"{run.what}: {run.count} in {run.seconds:.1f} s, {run.rate:.0f}/s")
        return run

    def audit(
        self,
        what: str,
        configuration: Path,
        expected: dict[str, int],
        *options: str,
        sample_every: float = 0,
    ) -> Run:
        """Run zonecert and keep the run; see ``benchmarks.audit.audit``."""
        cost = audit(configuration, expected, *options, sample_every=sample_every)
        return self.note(what, sum(expected.values()), cost)


def warm_up(world: World) -> None:
    """Run a few targets, so that no run that counts has to compile what it imports."""
    at = places(8)
    with world.serving(at) as port, zone(at) as server:
        configuration = world.configured(server, port)
        for options in ((), ("-n", "2")):
            audit(configuration, {"ok": len(at)}, *options)
        sslyze_alone("bare", at, port)


def say(text: str) -> None:
    """Tell the terminal how far the session has come."""
    sys.stderr.write(f"bench: {text}\n")


def machine() -> str:
    """Return the date and the size of this machine, in a line."""
    memory = _field("/proc/meminfo", "MemTotal").removesuffix(" kB")
    model = _field("/proc/cpuinfo", "model name")
    today = datetime.now(UTC).date()
    version = ".".join(map(str, sys.version_info[:3]))
    size = f"{available_cores()} cores ({model}), {int(memory) / 1e6:.0f} GB"
    return f"{today}, {size}, Python {version}"


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "0"
