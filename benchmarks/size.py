"""How much is measured: the short form and the full one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Counts of targets, records and repetitions."""

    name: str
    repetitions: int
    speed: int
    """Targets of a run for speed and CPU."""
    baseline: int
    """Of these, targets that SSLyze alone is given: its rate hardly depends on how many."""
    delay: int
    silence: int
    """Targets, of which a tenth may be silent."""
    records: int
    growth: tuple[int, int, int]


SHORT = Size(
    name="short",
    repetitions=1,
    speed=800,
    baseline=200,
    delay=500,
    silence=800,
    records=20_000,
    growth=(300, 1000, 2000),
)
FULL = Size(
    name="full",
    repetitions=3,
    speed=2000,
    baseline=2000,
    delay=1000,
    silence=2000,
    records=100_000,
    growth=(1000, 5000, 10_000),
)
