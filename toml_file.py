"""A file of TOML, read in bounded time and memory, whoever wrote it."""

import re
import tomllib
from pathlib import Path
from typing import Any

from zones.ordinary_file import FileError, UnreadableError, read_file

MOST_BYTES = 4 * 1024 * 1024
"""Some 40,000 waivers."""
MOST_PARTS = 100
"""Of a key: every key that there is has three at most."""
_QUOTED = re.compile(
    r"""(?P<comment>\#[^\n]*+)
    |\"{3}(?:\\.|[^\\])*?(?:\"{3,5}|\Z)
    |'{3}.*?(?:'{3,5}|\Z)
    |\"(?:\\.|[^\"\\\n])*+\"?
    |'[^'\n]*+'?""",
    re.DOTALL | re.VERBOSE,
)
"""What may hold dots that part no key; of what is never closed the rest, which is no TOML."""
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}")


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
        if _LONG_KEY.search(_QUOTED.sub(_word, text)):
            raise ValueError(f"a key of more than {MOST_PARTS} parts")  # noqa: TRY301 - as tomllib does
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # TOMLDecodeError and UnicodeDecodeError are ValueErrors, and so is a number too long.
        raise TomlError(f"is no TOML: {error}") from error


def _word(quoted: re.Match[str]) -> str:
    """Return a part of a key that stands for a quoted one."""
    return "" if quoted["comment"] else "x"
