"""Ctrl-C and SIGTERM, which end a run between two reports and not within one.

The CSV has a row at once, JUnit and the page a moment later: what is told is told by all of them.
"""

import signal
from collections.abc import Generator
from types import FrameType

import pytest

from reports.results import is_controller


class Interruption:
    """Puts off an interruption until all reports have heard of what is being told."""

    def __init__(self) -> None:
        self._holds = self._came = False

    def install(self) -> None:
        """Hear of both signals from now on; of Ctrl-C not where it was ignored from the start."""
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._hear)
        # As Ctrl-C: the reports are written, and the demo is taken down.
        signal.signal(signal.SIGTERM, self._hear)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self) -> Generator[None, None, None]:
        """Hold an interruption back; raises KeyboardInterrupt for one that came meanwhile."""
        self._holds = True
        try:
            yield
        finally:
            self._holds = False
        if self._came:
            self._came = False
            raise KeyboardInterrupt

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        # The second one is for a report that hangs, such as on a terminal that takes no more.
        if not self._holds or self._came:
            raise KeyboardInterrupt
        self._came = True


def pytest_configure(config: pytest.Config) -> None:
    """Begin in the controller."""
    if is_controller(config):
        interruption = Interruption()
        interruption.install()
        config.pluginmanager.register(interruption, "zonecert-interruption")
