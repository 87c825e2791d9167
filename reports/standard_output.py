"""Standard output that nobody takes any more, or that has no room left: the audit goes on.

By itself pytest ends there and then, with exit code 1 and without any report.
"""

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

import pytest

from reports.file import spoil
from reports.results import is_controller


class Enduring:
    """A stream into which goes what it takes; the rest goes nowhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.trouble = ""
        """Why it takes no more; empty while it does."""

    def write(self, text: str) -> int:
        """See ``TextIO.write``; raises no OSError."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._give_up(error)
            return len(text)

    def flush(self) -> None:
        """See ``TextIO.flush``; raises no OSError."""
        try:
            self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a stream has
        return getattr(self._stream, name)

    def _give_up(self, error: OSError) -> None:
        self.trouble = error.strerror or str(error)
        # What is in its buffers still goes to the descriptor, pytest's very last flush too.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)


class Output:
    """Who looks after standard output to the end of the run."""

    def __init__(self, stream: Enduring, config: pytest.Config) -> None:
        self._stream = stream
        self._config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """Write out what is left; tell on standard error that something was lost."""
        self._stream.flush()
        if self._stream.trouble:
            spoil(self._config)
            with suppress(OSError):
                sys.stderr.write(f"standard output: {self._stream.trouble}; the rest is lost\n")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Stand before the stream in the controller, before pytest's terminal reporter takes it."""
    # Without any standard output there is None.
    if is_controller(config) and sys.stdout is not None:
        stream = sys.stdout = Enduring(sys.stdout)
        config.pluginmanager.register(Output(stream, config), "zonecert-output")
