"""Secrets, and the files that hold one: read only where nobody but their owner may."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from zones.ordinary_file import FileError, UnreadableError, content, opened
from zones.source import ZoneSourceError

_MOST = 1 << 20
"""Bytes of a file of keys: more than anybody has."""
_MOST_PUBLIC = 16 * _MOST
"""Of one of certificates."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SecretError(ZoneSourceError):
    """A source cannot be asked for want of a key or a certificate; shows nothing secret."""


def read_private(path: Path) -> bytes:
    """Return what the file holds.

    Raises SecretError where it cannot be read, or where group or others may do anything with it.
    """
    with _opened(path) as file:
        _require_private(path, file)
        try:
            return content(file, _MOST)
        except FileError as error:
            raise _fault(path, error) from error


def require_private(path: Path) -> None:
    """Raise SecretError where ``read_private`` would."""
    with _opened(path) as file:
        _require_private(path, file)


def require_readable(path: Path) -> None:
    """Raise SecretError where the file is none that can be read."""
    _opened(path, _MOST_PUBLIC).close()


def _require_private(path: Path, file: BinaryIO) -> None:
    # Of the open file: one that took its place since is not what is read.
    mode = os.fstat(file.fileno()).st_mode
    if mode & _OTHERS:
        what = f"{path}: others than its owner may use it (mode {stat.S_IMODE(mode):04o})"
        raise SecretError(what, f"run 'chmod 600 {path}', and renew the key if it was read")


def _opened(path: Path, most: int = _MOST) -> BinaryIO:
    try:
        return opened(path, most)
    except FileError as error:
        raise _fault(path, error) from error


def _fault(path: Path, error: FileError) -> SecretError:
    is_closed = isinstance(error, UnreadableError)
    remedy = "mend the path, or let this user read it" if is_closed else "name the file itself"
    return SecretError(f"{path}: {error}", remedy)
