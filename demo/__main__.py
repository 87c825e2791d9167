"""``python -m demo``: the main job on the demo, and whether it found what was planted.

``python -m demo hostile`` takes the hostile world. Arguments are passed on to pytest. Exits with 0
exactly if the findings are the planted ones.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from demo.comparison import Place, differences, found
from demo.planted import Planted
from demo.worlds import ORDINARY, WORLDS

_CHECKOUT = Path(__file__).resolve().parent.parent
_REPORTS = _CHECKOUT / "build" / "demo"
_CSV, _JUNIT, _HTML = "findings.csv", "junit.xml", "report.html"
_FINDINGS = 1
"""pytest's exit code where tests have failed, as they must here."""


def main(arguments: list[str], reports: Path = _REPORTS) -> int:
    """Run the demo, say what came of it, and return the exit code.

    That is 1 for other findings than the planted ones, 2 for a run that ended otherwise than with
    findings.
    """
    name = ORDINARY
    if arguments and arguments[0] in WORLDS:
        name, *arguments = arguments
    planted = WORLDS[name].planted
    reports.mkdir(parents=True, exist_ok=True)
    for report in (_CSV, _JUNIT, _HTML):
        (reports / report).unlink(missing_ok=True)
    exit_code = _run_pytest(name, arguments, reports)
    if exit_code != _FINDINGS:
        print(f"demo: pytest ended with {exit_code}, not with {_FINDINGS} for the planted findings")
        return 2
    with (reports / _CSV).open(encoding="utf-8", newline="") as lines:
        wrong = list(differences(found(lines), planted))
    _tell(wrong, planted, reports)
    return 1 if wrong else 0


def _run_pytest(world: str, arguments: list[str], reports: Path) -> int:
    option = "--demo" if world == ORDINARY else f"--demo={world}"
    options = (f"--csv={reports / _CSV}", f"--junitxml={reports / _JUNIT}")
    command = (sys.executable, "-m", "pytest", option, *options, f"--html={reports / _HTML}")
    ended = subprocess.run([*command, *arguments], cwd=_CHECKOUT, check=False)  # noqa: S603 - ours
    return ended.returncode


def _tell(wrong: list[str], planted: Mapping[Place, Planted], reports: Path) -> None:
    for line in wrong:
        print(f"demo: {line}")
    count = sum(len(each.findings) for each in planted.values())
    outcome = (
        f"{len(wrong)} of {len(planted)} targets differ from what was planted"
        if wrong
        else f"all is as planted: {count} findings at {len(planted)} targets"
    )
    folder = reports.relative_to(_CHECKOUT) if reports.is_relative_to(_CHECKOUT) else reports
    print(f"demo: {outcome}; {_HTML}, {_JUNIT} and {_CSV} are in {folder}/")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
