"""Whole runs of zonecert, as its users run it: pytest with CSV and JUnit XML."""

import csv
import sys
from collections import Counter
from pathlib import Path

from benchmarks.measure import BenchmarkError, Cost, measure


def audit(
    configuration: Path,
    expected: dict[str, int],
    *options: str,
    sample_every: float = 0,
) -> Cost:
    """Run zonecert and return what it cost.

    ``expected`` are the targets by status of the CSV. Raises BenchmarkError where it found
    anything else: then something else was measured.
    """
    folder = configuration.parent
    report = folder / "report.csv"
    cost = measure(
        [
            *command(configuration),
            f"--csv={report}",
            f"--junitxml={folder / 'report.xml'}",
            *options,
        ],
        sample_every=sample_every,
    )
    found = statuses(report)
    if found != expected:
        raise BenchmarkError(
            f"zonecert found {found} instead of {expected}:\n{cost.output[-2000:]}"
        )
    return cost


def command(configuration: Path) -> list[str]:
    """Return the command line of a run, without its reports."""
    cache = f"cache_dir={configuration.parent / 'cache'}"
    return [sys.executable, "-m", "pytest", "-q", f"--compliance={configuration}", "-o", cache]


def statuses(report: Path) -> dict[str, int]:
    """Return how many targets of a CSV report have which status."""
    with report.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["ip_address"]]
    return dict(Counter(row["status"] for row in rows))
