"""Files that reports write: where they may be, and how one takes the place of another."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import pytest


def usable(option: str, path: Path) -> Path:
    """Return where the file of an option is to be written, symbolic links resolved.

    So a rename replaces the file that a link leads to, not the link. Raises pytest.UsageError where
    no file can be.
    """
    resolved = path.resolve()
    if not resolved.parent.is_dir():
        raise pytest.UsageError(f"{option}={path}: there is no folder {resolved.parent}; make it")
    if resolved.exists() and not resolved.is_file():
        raise pytest.UsageError(f"{option}={path}: that is no ordinary file; name another")
    return resolved


def opened(path: Path) -> IO[str]:
    """Return the file, empty and open for rows; raises OSError."""
    return path.open("w", encoding="utf-8", newline="")


def write(file: IO[str], rows: Iterable[Iterable[str]]) -> None:
    """Write the rows as CSV (RFC 4180), and flush them; raises OSError."""
    csv.writer(file).writerows(rows)
    file.flush()


def replace(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """Put a file of those rows in the place of what is there, in one rename.

    Raises OSError; then the file that was there is still there, and nothing beside it.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        with opened(fresh) as file:
            write(file, rows)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
