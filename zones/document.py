"""A JSON document, which others may have written, taken apart; faults are told with their place."""

import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from zones.cut import cut

_SHOWN = 100
_SURROGATE = re.compile("[\ud800-\udfff]")


class FaultError(Exception):
    """What is wrong, with the place inside the file."""


def parsed(text: bytes) -> Any:  # noqa: ANN401 - of any kind
    """Return what the text says.

    Raises FaultError where a key is twice in one object, which may mean anything (RFC 8259 section
    4), and ValueError or RecursionError where it is no JSON.
    """
    return json.loads(text, object_pairs_hook=_distinct)


def table_of(value: object, at: str) -> dict[str, Any]:
    """Return the object; raises FaultError for anything else, as do those below."""
    table: dict[str, Any] = checked(value, lambda each: isinstance(each, dict), at)
    return table


def field(table: dict[str, Any], key: str, kind: type, at: str) -> Any:  # noqa: ANN401 - of that kind
    """Return the value of that key and of just that type."""
    is_good = is_text if kind is str else lambda each: type(each) is kind
    return checked(table.get(key), is_good, f"{at}.{key}".lstrip("."))


def is_text(value: object) -> bool:
    """Tell whether that is text which can be written: half a character may be escaped, too."""
    return isinstance(value, str) and not _SURROGATE.search(value)


def moment(table: dict[str, Any], key: str, at: str) -> datetime:
    """Return the value of that key as a moment in UTC."""
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(field(table, key, str, at))
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    raise FaultError(f"{at}.{key}: is no time with an offset".lstrip("."))


def checked(value: Any, is_good: Callable[[Any], bool], at: str) -> Any:  # noqa: ANN401 - of any kind
    """Return the value if it is good."""
    if not is_good(value):
        raise FaultError(f"{at}: given {cut(str(value), _SHOWN)!r}")
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise FaultError(f"the key {cut(twice, _SHOWN)!r} is there twice")
    return table
