"""``python -m tests.fuzz --seconds 40``: every harness for so long, and what came of it.

``python -m tests.fuzz judge --seconds 600`` runs one. What breaks a contract is left in
``build/fuzz``; it goes into the corpus, under a name that says what it is, with the fix.
"""

import argparse
import importlib.util
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz import HARNESSES

BUILD = Path("build") / "fuzz"
_DONE = re.compile(r"^#\d+\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)
_RUNS = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
_FOUND = re.compile(r"Test unit written to (\S+)")


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one harness."""

    name: str
    executions: str
    coverage: str
    """Branches of Python code that some input took."""
    kept: str
    """Inputs that took a branch of their own."""
    found: tuple[str, ...]
    """Files that hold what broke the contract."""
    ended_well: bool

    def __str__(self) -> str:
        found = ", ".join(self.found) or "nothing"
        return (
            f"{self.name}: {self.executions} executions, {self.coverage} branches,"
            f" {self.kept} inputs kept, found {found}"
        )


def main() -> int:
    """Run the harnesses; 1 where one of them broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(HARNESSES)}")
    parser.add_argument("--seconds", type=int, default=120, help="for each (default: 120)")
    given = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("fuzz: skipped, there is no atheris for this Python and system")
        return 0
    came = [run(name, given.seconds) for name in given.names or HARNESSES]
    print("\n".join(f"fuzz: {each}" for each in came))
    return 0 if all(each.ended_well for each in came) else 1


def run(name: str, seconds: int) -> Came:
    """Run one harness in a process of its own, which libFuzzer ends."""
    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.one", name, str(folder), str(seconds)]
    ended = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    (BUILD / f"{name}.log").write_text(ended.stdout)
    if ended.returncode:
        print(ended.stdout[-4000:])
    done, runs = _DONE.search(ended.stdout), _RUNS.search(ended.stdout)
    return Came(
        name,
        runs[1] if runs else "an unknown number of",
        done[1] if done else "an unknown number of",
        done[3] if done else "an unknown number of",
        tuple(_FOUND.findall(ended.stdout)),
        ended.returncode == 0,
    )


if __name__ == "__main__":
    sys.exit(main())
