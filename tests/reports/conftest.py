"""The sample played once without and once with pytest-xdist; many tests look at what came of it."""

import pytest

from tests.reports.session import Session, play

REPORTS = (
    "--csv=night.csv",
    "--junitxml=night.xml",
    "--html=night.html",
    "--self-contained-html",
    "--log-file=night.log",
    "-ra",
)
BREAKS = """
import os
import pytest
from tests.reports import sample

@pytest.fixture
def scan(verdict):
    if "shop" in verdict.subject.id:
        raise RuntimeError("no scanner is left")

@pytest.mark.parametrize("verdict", sample.VERDICTS[2:5], ids=lambda verdict: verdict.subject.id)
def test_certificate(verdict, scan):
    pass

@pytest.mark.parametrize("verdict", [None], ids=[sample.SILENT.id])
def test_worker(verdict):
    os._exit(9)
"""


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return play(tmp_path_factory.mktemp("plain"), *REPORTS)


@pytest.fixture(scope="session")
def distributed(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return play(tmp_path_factory.mktemp("distributed"), *REPORTS, "-n2")


@pytest.fixture(scope="session")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session in which one test's fixture raises and another's worker dies."""
    options = ("--csv=a.csv", "--junitxml=a.xml", "--html=a.html", "--self-contained-html")
    return play(tmp_path_factory.mktemp("crashed"), *options, "-n2", tests=BREAKS)


@pytest.fixture(params=["plain", "distributed"])
def played(request: pytest.FixtureRequest) -> Session:
    session: Session = request.getfixturevalue(request.param)
    return session
