"""Reading the files that a configuration names: ordinary ones, of a size that somebody has.

A pipe, a device or a socket may keep its reader for ever, and an endless file takes all memory.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class FileError(Exception):
    """Why a file cannot be read, as words that go after its path."""


class TooLargeError(FileError):
    """A file has more bytes than it may have."""


class UnreadableError(FileError):
    """The system does not open or read the file."""


def read_file(path: Path, most: int) -> bytes:
    """Return what the file holds, at most that many bytes; raises FileError."""
    with opened(path, most) as file:
        return content(file, most)


def opened(path: Path, most: int) -> BinaryIO:
    """Return the file, open to be read; raises FileError where it is none, or larger than that."""
    try:
        # Before it is opened: to open a device may set something going.
        _require_ordinary(path.stat(), most)
        # In between it may have become a pipe; to open one that nobody writes to waits for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise _unreadable(error) from error
    file = os.fdopen(handle, "rb")
    try:
        _require_ordinary(os.fstat(handle), most)
    except BaseException:
        file.close()
        raise
    return file


def content(file: BinaryIO, most: int) -> bytes:
    """Return what an open file holds; raises FileError where that is more than so many bytes."""
    try:
        # Some of /proc say that they are empty, and have no end. None: nothing is there yet.
        held = file.read(most + 1) or b""
    except OSError as error:
        raise _unreadable(error) from error
    if len(held) > most:
        raise TooLargeError(f"has more than {most} bytes")
    return held


def _require_ordinary(status: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise FileError(f"is {kind}, and no ordinary file")
    if status.st_size > most:
        raise TooLargeError(f"has more than {most} bytes")


def _unreadable(error: OSError | ValueError) -> UnreadableError:
    why = error.strerror if isinstance(error, OSError) else error
    return UnreadableError(f"cannot be read ({why})")
