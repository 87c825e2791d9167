"""Options of octoDNS's providers, with ``env/NAME`` in the place of secrets."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

_PREFIX = "env/"
# Azure's is ``key`` and no more.
_SECRET_KEY = re.compile(
    r".*secret.*|.*(?:password|passwd|passphrase|token|api_?key|private_key)|key", re.IGNORECASE
)

Options = Mapping[str, Any]
"""As TOML has them: text, numbers, and tables of these."""


def secrets_written_out(options: Options) -> Iterator[str]:
    """Yield each key that a secret stands at, to judge by its name, without ``env/``."""
    for key, value in options.items():
        if isinstance(value, dict):
            yield from secrets_written_out(value)
        elif isinstance(value, str) and _SECRET_KEY.fullmatch(key) and not _is_reference(value):
            yield key


def references(options: Options) -> Iterator[str]:
    """Yield each ``env/NAME`` or ``env/NAME/DEFAULT`` of the options, in order."""
    for value in options.values():
        if isinstance(value, dict):
            yield from references(value)
        elif _is_reference(value):
            yield value


def looked_up(reference: str, environment: Mapping[str, str]) -> str | int | float:
    """Return what that reference stands for, a number where it reads as one, as octoDNS has it.

    Raises KeyError for a variable that is not set, where there is no default.
    """
    name, has_default, default = reference.removeprefix(_PREFIX).partition("/")
    text = environment.get(name, default) if has_default else environment[name]
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def resolved(options: Options, values: Mapping[str, str | float]) -> dict[str, Any]:
    """Return the options with each reference replaced by its value."""
    return {
        key: resolved(value, values)
        if isinstance(value, dict)
        else values[value]
        if _is_reference(value)
        else value
        for key, value in options.items()
    }


def redacted(text: str, values: Mapping[str, str | float]) -> str:
    """Return the text with each value, as it may stand in an error or a URL, as its reference."""
    spellings = {
        spelling: reference
        for reference, value in values.items()
        for spelling in _spellings(str(value))
    }
    for spelling in sorted(filter(None, spellings), key=len, reverse=True):
        text = text.replace(spelling, spellings[spelling])
    return text


def _spellings(secret: str) -> tuple[str, ...]:
    return secret, quote(secret, safe=""), quote(secret), quote_plus(secret), repr(secret)[1:-1]


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_PREFIX)
