"""zonecert run as its users run it: pytest in a process of its own, in the checkout."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from demo.comparison import Place, found
from demo.planted import Planted
from tests.sessions.remains import remains

ROOT = Path(__file__).parents[2]
CSV, JUNIT, HTML, LOG = "night.csv", "night.xml", "night.html", "night.log"
COVERAGE = "coverage.csv"
REPORTS = (
    *(f"--csv={CSV}", f"--junitxml={JUNIT}", f"--html={HTML}", f"--log-file={LOG}"),
    f"--coverage-csv={COVERAGE}",
)
_VOLATILE = ("run_id", "judged_at")
_PATIENCE = 300

Row = dict[str, str]


@dataclass(frozen=True)
class Session:
    """What came of one that has ended."""

    folder: Path
    code: int
    output: str
    left: tuple[str, ...] = ()
    """Command lines of the processes that it left behind."""
    transfers: tuple[str, ...] = ()
    """Zones that the world's primary was asked for meanwhile."""

    @cached_property
    def csv(self) -> bytes:
        """The file's bytes, with one and the same run id and time of judgement for every run."""
        text = (self.folder / CSV).read_bytes()
        for column in _VOLATILE:
            text = text.replace(self._all_rows[0][column].encode(), column.encode())
        return text

    @property
    def rows(self) -> list[Row]:
        """The CSV's rows on targets, without what differs from run to run."""
        rows = [row for row in self._all_rows if row["ip_address"]]
        return [{name: row[name] for name in row if name not in _VOLATILE} for row in rows]

    @property
    def coverage(self) -> list[Row]:
        """The rows on records of the zones."""
        with (self.folder / COVERAGE).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    @property
    def seen(self) -> dict[Place, Planted]:
        """What the CSV says, in the form of what is planted."""
        return found((self.folder / CSV).read_text(encoding="utf-8").splitlines())

    def cases(self) -> list[ET.Element]:
        """Return the testcases of the JUnit report."""
        return list(ET.parse(self.folder / JUNIT).iter("testcase"))

    def log(self) -> list[str]:
        """Return the lines of the logger, in an order that no schedule changes."""
        return sorted((self.folder / LOG).read_text(encoding="utf-8").splitlines())

    def page(self) -> str:
        """Return the HTML report."""
        return (self.folder / HTML).read_text(encoding="utf-8")

    @cached_property
    def _all_rows(self) -> list[Row]:
        with (self.folder / CSV).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))


def start(folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    """Start pytest in the checkout as a session of the system's own; its files go to the folder."""
    folder.mkdir(exist_ok=True)
    placed = [_placed(option, folder) for option in options]
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "-o", f"cache_dir={folder / 'cache'}", *placed],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def finish(folder: Path, process: "subprocess.Popen[bytes]") -> Session:
    """Wait for the end, and for all that was started on the way; nothing is let live on."""
    try:
        code = process.wait(_PATIENCE)
    finally:
        left = remains(process.pid)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()
    output = (folder / "output").read_text(encoding="utf-8", errors="backslashreplace")
    return Session(folder, code, output, tuple(left.values()))


def play(folder: Path, *options: str) -> Session:
    """Run pytest in the checkout to its end."""
    return finish(folder, start(folder, *options))


def environment() -> dict[str, str]:
    """Return the tests' own environment, less what pytest left in it, on a wide terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return kept | {"COLUMNS": "300"}


def toml(document: Mapping[str, Any]) -> str:
    """Return the text of a configuration: tables, or lists of tables, of plain values."""
    lines = []
    for name, content in document.items():
        is_list = isinstance(content, list)
        for table in content if is_list else [content]:
            lines.append(f"[[{name}]]" if is_list else f"[{name}]")
            lines += [f"{key} = {_value(value)}" for key, value in table.items()]
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(f"{json.dumps(key)} = {_value(each)}" for key, each in value.items())
            + "}"
        )
    # What JSON and TOML write alike: strings, numbers, truth values, and lists of them.
    return json.dumps(value)


def _placed(option: str, folder: Path) -> str:
    """Return the option with the folder before the name of its report."""
    return option.replace("=", f"={folder}/", 1) if option in REPORTS else option
