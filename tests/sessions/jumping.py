"""A pytest plugin by which the wall clock jumps after the first test, by ``CLOCK_JUMP`` seconds."""

import os
from pathlib import Path

import pytest


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish() -> None:
    Path(os.environ["CLOCK_SHIFT"]).write_text(os.environ["CLOCK_JUMP"])
