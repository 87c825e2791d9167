"""``--junitxml=FILE``, pytest's own: named by zone and target, and starting with the run.

Jenkins' schema (junit-10.xsd) allows properties of a testsuite only, so a testcase gets none: its
findings are the failure text.
"""

from pathlib import Path

import pytest
from _pytest.junitxml import LogXML

from checks.failure import title
from checks.text import clean
from checks.verdict import Subject, SubjectKind, Verdict
from reports.facts import all_facts
from reports.file import made_usable
from reports.guard import Guard
from reports.results import RESULTS_KEY, is_controller
from reports.run import RUN_KEY

PREFIX = "zonecert "
"""Begins the name of each property of ours."""
EXIT_CODE = f"{PREFIX}exit code"


class JUnitNames:
    """What zonecert adds to pytest's JUnit report."""

    def __init__(self, path: Path, config: pytest.Config) -> None:
        self._path = path
        self._config = config

    def pytest_sessionstart(self) -> None:
        """Have pytest's file written whole or not at all."""
        Guard("--junitxml", self._path, _junit(self._config), "logfile").install(self._config)

    def pytest_zonecert_verdict(self, verdict: Verdict, report: pytest.TestReport) -> None:
        """Name the testcase; pytest keeps what it finds set."""
        classname, name = names(verdict.subject)
        case = _junit(self._config).node_reporter(report)
        case.add_attribute("classname", classname)
        case.add_attribute("name", name)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Add the run's facts as properties of the testsuite, and what it ends with."""
        xml = _junit(self._config)
        # pytest begins a testcase, without a name, with the setup of a test that never ended.
        named = [case for case in xml.node_reporters_ordered if case.to_xml().get("name")]
        xml.node_reporters_ordered[:] = named
        run = self._config.stash.get(RUN_KEY, None)
        if run is not None:
            results = self._config.stash[RESULTS_KEY]
            for label, text in all_facts(run, results.tally()):
                xml.add_global_property(f"{PREFIX}{label}", text)
            xml.add_global_property(EXIT_CODE, str(int(results.exit_code(exitstatus))))


def names(subject: Subject) -> tuple[str, str]:
    """Return classname and name of the testcase, unique in a run.

    The classname is the zone's origin, as Jenkins and GitLab group by it.
    """
    match subject.kind:
        case SubjectKind.TARGET:
            return clean(subject.zone or "."), title(subject)
        case SubjectKind.ZONE:
            views = f" ({', '.join(subject.views)})" if subject.views else ""
            return clean(subject.fqdn or "."), clean(f"zone transfer{views}")
        case SubjectKind.RUN:
            return "zonecert", clean(subject.id)


def pytest_configure(config: pytest.Config) -> None:
    """Begin in the controller, if the file is wanted."""
    name = config.getoption("xmlpath", None)
    if name and is_controller(config):
        path = made_usable(config, "--junitxml", name)
        config.pluginmanager.register(JUnitNames(path, config), "zonecert-junit")


def _junit(config: pytest.Config) -> LogXML:
    """Return pytest's JUnit plugin, for which there is no public way."""
    plugins = config.pluginmanager.get_plugins()
    return next(each for each in plugins if isinstance(each, LogXML))
