"""Findings to the logger ``zonecert``, for alerting: one line each, from the controller.

From inside the tests pytest would show every line a second time under "Captured log call". With
``--log-file=FILE`` pytest writes them to a file, and says nothing where it cannot.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from _pytest.logging import LoggingPlugin

from checks.failure import title, whose
from checks.finding import Severity
from checks.text import clean
from checks.verdict import Verdict
from reports.file import spoil
from reports.results import is_controller

LOGGER = logging.getLogger("zonecert")
_LEVELS = {Severity.ERROR: logging.ERROR, Severity.WARNING: logging.WARNING}


class LogReport:
    """The logger's listener."""

    def pytest_zonecert_verdict(self, verdict: Verdict) -> None:
        """Log the verdict's errors and warnings; notes and waived findings are not told."""
        for level, line in lines(verdict):
            LOGGER.log(level, "%s", line)


def lines(verdict: Verdict) -> Iterator[tuple[int, str]]:
    """Yield level and line of each error and warning, at most 500 characters long."""
    said = whose(verdict.subject)
    owner = f" ({said})" if said else ""
    for finding in verdict.findings:
        level = _LEVELS.get(finding.severity)
        if level is not None:
            named = f"{title(verdict.subject)}{owner}: {finding.id}: {finding.message}"
            yield level, clean(named)


class LogFile:
    """What becomes of ``--log-file``, which pytest keeps."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._trouble = ""

    def pytest_sessionstart(self) -> None:
        """Hear of what cannot be written."""
        self._handler.handleError = self._give_up  # type: ignore[method-assign]

    def pytest_sessionfinish(self) -> None:
        """See whether the file is there."""
        if not Path(self._handler.baseFilename).exists():
            self._trouble = self._trouble or "has vanished"
        if self._trouble:
            spoil(self._config)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what is wrong with the file."""
        if self._trouble:
            told = f"--log-file={self._handler.baseFilename}: {self._trouble}"
            terminalreporter.write_sep("-", told, red=True)

    @property
    def _handler(self) -> logging.FileHandler:
        plugin = self._config.pluginmanager.get_plugin("logging-plugin")
        assert isinstance(plugin, LoggingPlugin)
        return plugin.log_file_handler

    def _give_up(self, record: logging.LogRecord) -> None:
        del record
        error = sys.exc_info()[1]
        if not isinstance(error, OSError) or self._trouble:
            return
        self._trouble = f"{error.strerror}; the file is not complete"
        # Closing it at the very end of the run, as pytest does, would raise once more.
        self._handler.addFilter(lambda _: False)
        full, self._handler.stream = self._handler.stream, None
        with suppress(OSError):
            if full is not None:
                full.close()


def pytest_configure(config: pytest.Config) -> None:
    """Listen in the controller; see that the file, if one is wanted, can be written."""
    if not is_controller(config):
        return
    config.pluginmanager.register(LogReport(), "zonecert-log")
    name = config.getoption("log_file", None)
    if name:
        _require_writable(Path(name))
        config.pluginmanager.register(LogFile(config), "zonecert-log-file")


def _require_writable(path: Path) -> None:
    # As pytest, which makes the folder, and takes devices too.
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a").close()
    except OSError as error:
        raise pytest.UsageError(f"--log-file={path}: {error.strerror}; name another") from error
