"""``--html=FILE``, by pytest-html: for an auditor who was not there.

pytest-html puts the test's id into the page as it stands; here every cell is replaced by one of our
own, which is escaped.
"""

from pathlib import Path
from typing import Any, Literal

import pytest
from pytest_html import extras
from pytest_html.basereport import BaseReport

from checks.text import moment
from checks.verdict import Verdict
from reports.facts import INCOMPLETE, finding_counts
from reports.file import made_usable
from reports.guard import Guard
from reports.markup import tag, text
from reports.page import details, header_cells, plain_cells, row_cells, run_block
from reports.results import RESULTS_KEY, is_controller
from reports.run import RUN_KEY

_PHASES = {"setup", "call", "teardown"}


class HtmlReport:
    """What zonecert makes of pytest-html's report."""

    def __init__(self, path: Path, config: pytest.Config) -> None:
        self._path = path
        self._config = config
        self._pending: dict[str, tuple[pytest.TestReport, Verdict]] = {}

    def pytest_sessionstart(self) -> None:
        """Have pytest-html's file written whole or not at all."""
        page = _page(self._config)
        Guard("--html", self._path, page, "_report_path").install(self._config)

    def pytest_html_report_title(self, report: Any) -> None:  # noqa: ANN401 - untyped upstream
        """Set the title."""
        run = self._config.stash.get(RUN_KEY, None)
        judged = f", judged at {moment(run.inventory.judged_at)}" if run else ""
        report.title = f"zonecert: certificates behind DNS{judged}"

    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Start with the run."""
        run = self._config.stash.get(RUN_KEY, None)
        if run is not None:
            results = self._config.stash[RESULTS_KEY]
            if results.incomplete:
                prefix.append(tag("h3", text(INCOMPLETE)))
            counts = finding_counts(results.findings, results.waived)
            prefix.append(run_block(run, results.tally(), counts))

    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Put our columns after the result."""
        cells[1:] = header_cells()

    def pytest_zonecert_verdict(self, verdict: Verdict, report: pytest.TestReport) -> None:
        """Keep the verdict until its row is made, which pytest-html does at the test's teardown."""
        if report.when in _PHASES:
            self._keep(verdict, report)
        else:
            self._show_crash(verdict, report)

    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Put our cells after the result."""
        decider, verdict = self._pending.get(report.nodeid, (None, None))
        if verdict is not None and decider is report:
            del self._pending[report.nodeid]
            cells[1:] = row_cells(verdict)
        else:
            cells[1:] = plain_cells(report.nodeid)

    def pytest_html_results_table_html(self, report: pytest.TestReport, data: list[str]) -> None:
        """Leave out the failure's text where the details say the same with more order."""
        if hasattr(report, "zonecert"):
            data.clear()

    def _keep(self, verdict: Verdict, report: pytest.TestReport) -> None:
        earlier = getattr(report, "extras", [])
        vars(report)["extras"] = [*earlier, extras.html(details(verdict))]
        self._pending[report.nodeid] = report, verdict

    def _show_crash(self, verdict: Verdict, report: pytest.TestReport) -> None:
        # A crashed worker's report is of no phase, and pytest-html leaves out what has no teardown.
        failed, ended = _phase(report, "setup", "failed"), _phase(report, "teardown", "passed")
        self._keep(verdict, failed)
        page = _page(self._config)
        page.pytest_runtest_logreport(failed)
        page.pytest_runtest_logreport(ended)


@pytest.hookimpl(optionalhook=True)
def pytest_metadata(metadata: dict[str, Any]) -> None:
    """Keep pytest-metadata's table empty: it copies CI's variables and pytest-html escapes none.

    In the workers too, since theirs are merged into the controller's.
    """
    metadata.clear()


def pytest_configure(config: pytest.Config) -> None:
    """Begin in the controller, if the page is wanted."""
    name = config.getoption("htmlpath", None)
    if name and is_controller(config):
        path = made_usable(config, "--html", name)
        config.pluginmanager.register(HtmlReport(path, config), "zonecert-html")


def _page(config: pytest.Config) -> Any:  # noqa: ANN401 - untyped upstream
    """Return pytest-html's plugin, for which there is no public way."""
    plugins = config.pluginmanager.get_plugins()
    return next(each for each in plugins if isinstance(each, BaseReport))


def _phase(
    report: pytest.TestReport,
    when: Literal["setup", "teardown"],
    outcome: Literal["passed", "failed"],
) -> pytest.TestReport:
    text = report.longreprtext if outcome == "failed" else None
    return pytest.TestReport(report.nodeid, report.location, {}, outcome, text, when)
