"""Findings to the logger ``zonecert``, for alerting: one line each, from the controller.

From inside the tests pytest would show every line a second time under "Captured log call".
"""

import logging
from collections.abc import Iterator

import pytest

from checks.failure import title, whose
from checks.finding import Severity
from checks.text import clean
from checks.verdict import Verdict
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


def pytest_configure(config: pytest.Config) -> None:
    """Listen in the controller."""
    if is_controller(config):
        config.pluginmanager.register(LogReport(), "zonecert-log")
