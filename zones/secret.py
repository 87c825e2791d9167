"""Secrets, and the files that hold one: read only where nobody but their owner may."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from zones.source import ZoneSourceError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SecretError(ZoneSourceError):
    """A source cannot be asked for want of a key or a certificate; shows nothing secret."""


def read_private(path: Path) -> bytes:
    """Return what the file holds.

    Raises SecretError where it cannot be read, or where group or others may do anything with it.
    """
    with _opened(path) as file:
        _require_private(path, file)
        return file.read()


def require_private(path: Path) -> None:
    """Raise SecretError where ``read_private`` would."""
    with _opened(path) as file:
        _require_private(path, file)


def require_readable(path: Path) -> None:
    """Raise SecretError where the file cannot be read."""
    _opened(path).close()


def _require_private(path: Path, file: BinaryIO) -> None:
    # Of the open file: one that took its place since is not what is read.
    mode = os.fstat(file.fileno()).st_mode
    if mode & _OTHERS:
        what = f"{path}: others than its owner may use it (mode {stat.S_IMODE(mode):04o})"
        raise SecretError(what, f"run 'chmod 600 {path}', and renew the key if it was read")


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        what = f"{path}: cannot be read ({error.strerror})"
        raise SecretError(what, "mend the path, or let this user read it") from error
