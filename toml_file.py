"""A file of TOML, read in bounded time and memory, whoever wrote it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zones.ordinary_file import FileError, UnreadableError, read_file

MOST_BYTES = 4 * 1024 * 1024
"""Some 40,000 waivers."""
MOST_PARTS = 100
"""Of a key: every key that there is has three at most."""
_PART = re.compile(r"""(?<![\w-])(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*""")


class TomlError(Exception):
    """A file is no TOML that can be read; the words go after its path."""


class MissingError(TomlError):
    """The system does not open the file."""


def read_toml(path: Path) -> tuple[dict[str, Any], bytes]:
    """Return what the file says, and its bytes; raises TomlError."""
    try:
        raw = read_file(path, MOST_BYTES)
    except UnreadableError as error:
        raise MissingError(str(error)) from error
    except FileError as error:
        raise TomlError(f"{error}; name a file of TOML") from error
    return _parsed(raw), raw


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode()
        # The time that tomllib takes for a key grows with the square of its parts.
        if any(count > MOST_PARTS for count in _parts_in_a_row(text)):
            raise ValueError(f"a key of more than {MOST_PARTS} parts")  # noqa: TRY301 - as tomllib does
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # TOMLDecodeError and UnicodeDecodeError are ValueErrors, and so is a number too long.
        raise TomlError(f"is no TOML: {error}") from error


def _parts_in_a_row(text: str) -> Iterator[int]:
    """Yield how many words with dots after them there have been so far, at each of them."""
    count, end = 0, -1
    for part in _PART.finditer(text):
        count = count + 1 if part.start() == end else 1
        end = part.end()
        yield count
