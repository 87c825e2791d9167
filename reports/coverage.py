"""``--coverage-csv=FILE``: one row for each record of each zone, with what became of it.

The file is written at the end, whole, in one rename: half of it would look like lost records. A dry
run (``--collect-only``) writes it too, with what would be tested.
"""

from pathlib import Path

import pytest

from reports.file import replace, spoil, usable
from reports.ledger import ledger
from reports.results import RESULTS_KEY, is_controller
from reports.run import RUN_KEY

OPTION = "--coverage-csv"


class CoverageReport:
    """Who writes the file."""

    def __init__(self, path: Path, config: pytest.Config) -> None:
        self._path = path
        self._config = config
        self._outcome = ""
        self._failed = False

    def pytest_sessionfinish(self) -> None:
        """Write the file; a run that did not start leaves the last one be."""
        run = self._config.stash.get(RUN_KEY, None)
        if run is None:
            return
        standings = self._config.stash[RESULTS_KEY].standings
        try:
            replace(self._path, ledger(run.inventory, standings))
        except OSError as error:
            self._outcome, self._failed = f"{OPTION}={self._path}: {error.strerror}", True
            spoil(self._config)
        else:
            self._outcome = f"generated coverage file: {self._path}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell where the file is, or why there is none."""
        if self._outcome:
            terminalreporter.write_sep("-", self._outcome, red=self._failed)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--coverage-csv=FILE``."""
    parser.getgroup("zonecert").addoption(
        OPTION,
        metavar="FILE",
        help="write one row for each record of each zone to FILE: which tests looked at it, or why "
        "none did; write the '=', as of --csv",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin in the controller, if the file is wanted."""
    name = config.getoption(OPTION)
    if name and is_controller(config):
        path = usable(config, OPTION, config.invocation_params.dir / Path(name).expanduser())
        config.pluginmanager.register(CoverageReport(path, config), "zonecert-coverage")
