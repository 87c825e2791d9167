"""A whole pytest session that runs the reports on the sample's verdicts, scanning nothing."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFTEST = """
import os
import pytest
from reports import PLUGINS
from reports.run import RUN_KEY
from tests.reports import sample

pytest_plugins = PLUGINS

@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        session.config.stash[RUN_KEY] = sample.run()

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and "verdict" in getattr(item, "funcargs", ()):
        report.zonecert = item.funcargs["verdict"].to_json()
    return report
"""
TESTS = """
import pytest
from checks.text import clean
from checks.verdict import Outcome
from tests.reports import sample

@pytest.mark.parametrize("verdict", sample.VERDICTS, ids=lambda verdict: verdict.subject.id)
def test_certificate(verdict):
    if verdict.outcome is Outcome.UNREACHABLE:
        pytest.skip(verdict.reason)
    if verdict.outcome is Outcome.WAIVED:
        pytest.xfail("WAIVED: " + verdict.waived[0].reason)
    if verdict.fails:
        pytest.fail("; ".join(clean(each.message) for each in verdict.findings), pytrace=False)
"""


@dataclass(frozen=True)
class Session:
    """What came of it."""

    folder: Path
    code: int
    output: str

    def read(self, name: str) -> str:
        """Return a file as it stands, line ends included."""
        return (self.folder / name).read_bytes().decode()


def play(
    folder: Path,
    *options: str,
    tests: str = TESTS,
    conftest: str = CONFTEST,
    place: str = "checks",
    prefix: Sequence[str] = (),
) -> Session:
    """Run the sample's verdicts through a pytest of their own, in the folder.

    ``prefix`` comes before the command.
    """
    (folder / place).mkdir()
    (folder / "pytest.ini").write_text("[pytest]\njunit_family = xunit2\n")
    (folder / "conftest.py").write_text(conftest)
    (folder / place / "test_made.py").write_text(tests)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    ended = subprocess.run(
        [*prefix, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT), "BUILD_URL": "https://secret.example/"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        check=False,
    )
    return Session(folder, ended.returncode, ended.stdout.decode(errors="backslashreplace"))
