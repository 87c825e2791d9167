"""Files that reports write: where they may be, and how one takes the place of another."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from os.path import expandvars
from pathlib import Path
from typing import IO

import pytest

PLACES_KEY = pytest.StashKey[dict[Path, str]]()
"""Which option has which file: of two reports with one file, the first would be lost unheard."""


def usable(config: pytest.Config, option: str, path: Path) -> Path:
    """Return where the file of an option is to be written, symbolic links resolved.

    So a rename replaces the file that a link leads to, not the link. Raises pytest.UsageError where
    no file can be, or where another report's is to be.
    """
    resolved = path.resolve()
    owner = config.stash.setdefault(PLACES_KEY, {}).setdefault(resolved, option)
    if owner != option:
        raise pytest.UsageError(f"{option}={path}: that is the file of {owner}; name another")
    if not resolved.parent.is_dir():
        raise pytest.UsageError(f"{option}={path}: there is no folder {resolved.parent}; make it")
    if resolved.exists() and not resolved.is_file():
        raise pytest.UsageError(f"{option}={path}: that is no ordinary file; name another")
    try:
        # The only way to know, where permissions and mounts have a say.
        _beside(resolved).touch()
        _beside(resolved).unlink()
    except OSError as error:
        raise pytest.UsageError(f"{option}={path}: {error.strerror}; name another") from error
    return resolved


def made_usable(config: pytest.Config, option: str, name: str) -> Path:
    """Return the same of an option of pytest's kind: with variables, and a folder that is made."""
    path = Path(expandvars(name)).expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        words = f"{option}={path}: there is no folder {path.parent}, nor can it be made"
        raise pytest.UsageError(f"{words}: {error.strerror}; name another") from error
    return usable(config, option, path)


def opened(path: Path) -> IO[str]:
    """Return the file, empty and open for rows; raises OSError."""
    return path.open("w", encoding="utf-8", newline="")


def write(file: IO[str], rows: Iterable[Iterable[str]]) -> None:
    """Write the rows as CSV (RFC 4180), and flush them; raises OSError."""
    csv.writer(file).writerows(rows)
    file.flush()


def replace(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """Put a file of those rows in the place of what is there; raises as ``replaced`` does."""
    with replaced(path) as fresh, opened(fresh) as file:
        write(file, rows)


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Yield where to write what then takes the place of what is there, in one rename.

    A folder that has vanished is made again. Raises OSError; then the file that was there is still
    there, and nothing beside it.
    """
    fresh = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield fresh
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def spoil(config: pytest.Config) -> None:
    """Have the run end with a code that says that a report is not whole: neither 0 nor 1."""
    session = config.pluginmanager.get_plugin("session")
    # Not where pytest only shows its help.
    if isinstance(session, pytest.Session):
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")
