"""A pytest plugin by which workers of pytest-xdist die at the tests of certificates.

``DEADLY`` has a regular expression of tests at which every worker dies; without it, of all.
``DEADLY_ONCE`` names a folder and has after a colon a test at which only the first worker dies.
"""

import os
import re
import signal
from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    if not hasattr(item.config, "workerinput") or "test_certificate" not in item.name:
        return
    if re.search(os.environ.get("DEADLY", ""), item.name):
        os._exit(9)
    folder, _, name = os.environ.get("DEADLY_ONCE", ":none").partition(":")
    if name in item.name and not (Path(folder) / "died").exists():
        (Path(folder) / "died").touch()
        os.kill(os.getpid(), signal.SIGSEGV)
