"""The sessions that many tests look at, each run once; every one of them writes all reports."""

from collections.abc import Iterator

import pytest

from tests.sessions.session import REPORTS, Session
from tests.sessions.world import World, running_world


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with running_world() as running:
        yield running


@pytest.fixture(scope="session")
def plain(world: World, tmp_path_factory: pytest.TempPathFactory) -> Session:
    return world.run(tmp_path_factory.mktemp("plain"), *REPORTS)


@pytest.fixture(scope="session")
def two_workers(world: World, tmp_path_factory: pytest.TempPathFactory) -> Session:
    return world.run(tmp_path_factory.mktemp("two"), *REPORTS, "-n", "2")


@pytest.fixture(params=["plain", "two_workers"])
def session(request: pytest.FixtureRequest) -> Session:
    chosen: Session = request.getfixturevalue(request.param)
    return chosen
