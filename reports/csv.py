"""``--csv=FILE``: one row for each finding, and one for every target without any.

Rows are appended and flushed as verdicts come in, so that a run that is killed leaves what it knew;
at the end the sorted file takes the place of the grown one in a single rename.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from checks.verdict import Verdict
from reports.file import opened, replace, spoil, usable, write
from reports.results import RESULTS_KEY, is_controller
from reports.rows import COLUMNS, FIRST_COLUMNS, ancestral, cells, rows
from reports.run import RUN_KEY
from reports.subject import Order, order

Cells = tuple[str, ...]


class CsvReport:
    """The file as it grows, and its rows in memory for the sorted one."""

    def __init__(self, path: Path, config: pytest.Config, *, findings_only: bool) -> None:
        self._path = path
        self._config = config
        self._findings_only = findings_only
        self._columns = FIRST_COLUMNS if findings_only else COLUMNS
        self._rows: list[tuple[Order, int, Cells]] = []
        self._file: IO[str] | None = None
        self._whole = 0
        """Bytes of the grown file up to the end of its last whole row."""
        self._trouble = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        """Begin the file: only here, so that a run that fails to start leaves the last one be."""
        if not self._config.option.collectonly:
            try:
                self._file = opened(self._path)
            except OSError as error:
                raise pytest.UsageError(f"--csv={self._path}: {error.strerror}") from error
            self._append([self._columns])

    def pytest_zonecert_verdict(self, verdict: Verdict) -> None:
        """Append the verdict's rows."""
        if self._file is not None:
            self._append(self._kept(verdict))

    def _kept(self, verdict: Verdict) -> list[Cells]:
        """Return the verdict's rows, which are kept for the sorted file."""
        found = rows(verdict, self._config.stash[RUN_KEY])
        kept = ancestral(found) if self._findings_only else found
        lines = [cells(row, self._columns) for row in kept]
        self._rows += [(order(verdict.subject), place, line) for place, line in enumerate(lines)]
        return lines

    def pytest_sessionfinish(self) -> None:
        """Put the sorted file in the place of the grown one, with a row for each missing target."""
        if self._file is None:
            return
        for verdict in self._config.stash[RESULTS_KEY].missing():
            self._append(self._kept(verdict))
        with suppress(OSError):
            self._file.close()
        try:
            replace(self._path, [self._columns, *(line for _, _, line in sorted(self._rows))])
            self._trouble = ""
        except OSError as error:
            left = "not complete" if self._trouble else "complete, in the order of arrival"
            self._trouble = f"{error.strerror}; the file is {left}"
            spoil(self._config)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell where the file is, as pytest does of its own, or why it is of no use."""
        if self._trouble:
            terminalreporter.write_sep("-", f"--csv={self._path}: {self._trouble}", red=True)
        elif self._file is not None:
            terminalreporter.write_sep("-", f"generated csv file: {self._path}")

    def _append(self, lines: Iterable[Cells]) -> None:
        # A full disk must not end the audit: at the end the whole file is tried once more.
        if self._file is None or self._trouble:
            return
        try:
            write(self._file, lines)
            self._whole = self._file.tell()
        except OSError as error:
            self._trouble = error.strerror or str(error)
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                os.truncate(self._path, self._whole)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--csv=FILE`` and ``--csv-findings-only``."""
    group = parser.getgroup("zonecert")
    group.addoption(
        "--csv",
        metavar="FILE",
        help="write one row for each finding and for every target without any to FILE; "
        "write the '=': pytest takes a path after a space for tests to run",
    )
    group.addoption(
        "--csv-findings-only",
        action="store_true",
        help="write errors and warnings only, in five columns: " + ", ".join(FIRST_COLUMNS),
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin in the controller, if the file is wanted."""
    name = config.getoption("--csv")
    findings_only = config.getoption("--csv-findings-only")
    if findings_only and not name:
        raise pytest.UsageError("--csv-findings-only: no file is written; add --csv=FILE")
    if name and is_controller(config):
        path = usable(config, "--csv", config.invocation_params.dir / Path(name).expanduser())
        report = CsvReport(path, config, findings_only=findings_only)
        config.pluginmanager.register(report, "zonecert-csv")
