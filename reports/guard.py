"""Reports that pytest and pytest-html write: whole or not at all, and no other pays for them.

An error in one's ``pytest_sessionfinish`` would leave out whatever comes after it: other reports,
the end of the scanner processes, and the summary in the terminal.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from reports.file import replaced, spoil


class Guard:
    """Stands between pytest and the end of one plugin that writes a file."""

    def __init__(self, option: str, path: Path, plugin: Any, attribute: str) -> None:  # noqa: ANN401 - untyped upstream
        """Guard nothing yet.

        ``path`` is where the file is to be; ``attribute`` of the plugin is where it writes to.
        """
        self._option, self._path, self._plugin, self._attribute = option, path, plugin, attribute
        self._trouble = ""

    def install(self, config: pytest.Config) -> None:
        """Put our hooks in the place of the plugin's; others find the plugin as it was."""
        plugin, manager = self._plugin, config.pluginmanager
        finish, summary = plugin.pytest_sessionfinish, plugin.pytest_terminal_summary

        @wraps(finish)
        def finish_guarded(*arguments: object) -> None:
            self._write(config, lambda: finish(*arguments))

        @wraps(summary)
        def summary_guarded(reporter: pytest.TerminalReporter, *arguments: object) -> None:
            if self._trouble:
                reporter.write_sep("-", self._trouble, red=True)
            else:
                summary(reporter, *arguments)

        # Which hooks a plugin has is looked up when it is registered.
        name = manager.get_name(plugin)
        manager.unregister(plugin)
        plugin.pytest_sessionfinish = finish_guarded
        plugin.pytest_terminal_summary = summary_guarded
        manager.register(plugin, name)

    def _write(self, config: pytest.Config, finish: Callable[[], object]) -> None:
        plugin, attribute = self._plugin, self._attribute
        named = getattr(plugin, attribute)
        try:
            with replaced(self._path) as fresh:
                setattr(plugin, attribute, type(named)(fresh))
                finish()
        except OSError as error:
            self._trouble = f"{self._option}={named}: {error.strerror}; the file was not written"
            spoil(config)
        finally:
            setattr(plugin, attribute, named)
