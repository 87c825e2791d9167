"""Secrets, and the files that hold one: read only where nobody but their owner may."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from zones.source import ZoneSourceError

_MOST = 1 << 20
"""Bytes of a file of keys: more than anybody has."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SecretError(ZoneSourceError):
    """A source cannot be asked for want of a key or a certificate; shows nothing secret."""


def read_private(path: Path) -> bytes:
    """Return what the file holds.

    Raises SecretError where it cannot be read, or where group or others may do anything with it.
    """
    with _opened(path) as file:
        _require_private(path, file)
        content = file.read(_MOST + 1)
    if len(content) > _MOST:
        raise SecretError(f"{path}: has more than {_MOST} bytes", "name the file of the key")
    return content


def require_private(path: Path) -> None:
    """Raise SecretError where ``read_private`` would, and where nobody could read it twice."""
    with _opened(path) as file:
        _require_private(path, file)
        _require_ordinary(path, file)


def require_readable(path: Path) -> None:
    """Raise SecretError where the file cannot be read, and read again."""
    with _opened(path) as file:
        _require_ordinary(path, file)


def _require_private(path: Path, file: BinaryIO) -> None:
    # Of the open file: one that took its place since is not what is read.
    mode = os.fstat(file.fileno()).st_mode
    if mode & _OTHERS:
        what = f"{path}: others than its owner may use it (mode {stat.S_IMODE(mode):04o})"
        raise SecretError(what, f"run 'chmod 600 {path}', and renew the key if it was read")


def _require_ordinary(path: Path, file: BinaryIO) -> None:
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise SecretError(f"{path}: is no ordinary file", "name one that can be read twice")


def _opened(path: Path) -> BinaryIO:
    try:
        # To open a pipe that nobody writes to would wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(handle, True)
        return os.fdopen(handle, "rb")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        what = f"{path}: cannot be read ({why})"
        raise SecretError(what, "mend the path, or let this user read it") from error
