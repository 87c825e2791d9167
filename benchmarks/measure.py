"""What a command costs, as a value."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent


class BenchmarkError(Exception):
    """A run did something else than what was to be measured."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took, all its processes together."""

    code: int
    """Exit code."""
    seconds: float
    """Wall clock, to the end of the command itself."""
    cpu: float
    """Seconds, user and system."""
    main_rss: int
    """Peak of the command's own process, in bytes."""
    tree_rss: int
    """Peak of all processes' sum, in bytes, shared pages counted by each; 0: not sampled."""
    tree_pss: int
    """Likewise, shared pages divided among those that share them."""
    output: str


def measure(command: Sequence[str], *, sample_every: float = 0) -> Cost:
    """Run a command in the checkout and return its cost.

    Memory is sampled every so many seconds; 0: not at all, since looking costs CPU too.
    """
    with TemporaryDirectory(prefix="zonecert-meter-") as folder:
        result, output = Path(folder, "result"), Path(folder, "output")
        meter = [sys.executable, "-m", "benchmarks.meter", str(result), str(sample_every)]
        with output.open("wb") as file:
            subprocess.run(  # noqa: S603 - of the benchmarks' own making
                [*meter, *command],
                cwd=ROOT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                check=True,
            )
        text = output.read_text(encoding="utf-8", errors="replace")
        return Cost(**json.loads(result.read_text(encoding="ascii")), output=text)


def _environment() -> dict[str, str]:
    # Else every process of a run would compile everything anew, which users' don't.
    return {name: os.environ[name] for name in os.environ if name != "PYTHONDONTWRITEBYTECODE"}
