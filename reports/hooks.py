"""The hook that the reports implement, and the plugin that calls it.

``reports.results`` is no plugin itself: what conftest.py imports by name pytest can't rewrite.
"""

import pytest

from checks.verdict import Verdict
from reports.results import RESULTS_KEY, Results, is_controller


class Hooks:
    """What a report may implement."""

    @pytest.hookspec
    def pytest_zonecert_verdict(self, verdict: Verdict, report: pytest.TestReport) -> None:
        """Hear of one test's verdict, in the controller, before pytest's own reports do.

        ``report`` is the one that decided it. Each test has one verdict at most.
        """


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make our hook known."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_configure(config: pytest.Config) -> None:
    """Listen in the controller."""
    if is_controller(config):
        results = Results(config)
        config.stash[RESULTS_KEY] = results
        config.pluginmanager.register(results, "zonecert-results")
