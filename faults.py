"""What is wrong with a table of the configuration, in its writer's terms; pure.

pydantic names places in its own tree of types; here a place is one in the file.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from checks.text import clean
from zones.cut import cut

Table = TypeVar("Table", bound=BaseModel)

_SHOWN = 100
"""Characters of a wrong value."""
_LINE = 1000
"""Characters of one fault: a path may be long."""
_TOLD = 100
"""Faults of one file."""


def told(name: str, *faults: str) -> str:
    """Return a line for each fault of a file: printable, since keys may hold anything."""
    rest = len(faults) - _TOLD
    lines = [*faults[:_TOLD], f"and {rest} more faults"] if rest > 0 else faults
    return "\n".join(clean(f"{name}: {fault}", _LINE) for fault in lines)


def valid(model: type[Table], raw: object, place: str, faults: list[str]) -> Table | None:
    """Return the table that the raw values make; None, and more faults, where they cannot.

    ``place`` is the table's own in the file, such as ``source[0]``; empty for the whole.
    """
    # As JSON: there pydantic's strict mode takes arrays for tuples and text for paths and dates.
    try:
        return model.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        faults += _told(error, raw, place)
        return None


def shown(value: object) -> str:
    """Return a wrong value as a message shows it."""
    return cut(json.dumps(value), _SHOWN)


def repeated(names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each name of a source that another has already."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"source: two are named {name!r}; a source's name is its view's, choose another"
        seen.add(name)


def _told(error: ValidationError, raw: object, place: str) -> Iterator[str]:
    """Yield a sentence for each place; where several forms are allowed, it names all of them."""
    allowed = defaultdict(list)
    for detail in error.errors(include_url=False):
        if not _is_consequence(detail):
            given, words = _given_and_allowed(detail)
            allowed[_place(place, detail["loc"], raw) + given].append(words)
    return (f"{start}{', or: '.join(words)}".removeprefix(": ") for start, words in allowed.items())


def _is_consequence(detail: Any) -> bool:  # noqa: ANN401 - pydantic's ErrorDetails
    # Of a list it counts the good items only, and each bad one is told by itself.
    is_short = detail["type"] == "too_short"
    return is_short and bool(len(detail["input"]) >= detail["ctx"]["min_length"])


def _given_and_allowed(detail: Any) -> tuple[str, str]:  # noqa: ANN401 - likewise
    match detail["type"]:
        case "missing":
            return ": ", "is missing"
        case "extra_forbidden":
            return ": ", "is not known; compliance.toml.sample has every key"
        case "model_type" | "dict_type":
            words = "Input should be a table"
        case "too_short":
            words = "at least one is needed"
        case "json_invalid":
            # It was JSON when it was handed over; what pydantic does not go into is its depth.
            return ": ", "is nested too deep"
        case "hidden":
            return ": ", detail["msg"]
        case _:
            words = detail["msg"].removeprefix("Value error, ")
    return f": given {shown(detail['input'])}; ", words


def _place(place: str, steps: Sequence[int | str], raw: object) -> str:
    for at, step in enumerate(steps):
        if isinstance(raw, list) and isinstance(step, int):
            place, raw = f"{place}[{step}]", raw[step]
        elif isinstance(raw, dict) and (step in raw or at + 1 == len(steps)):
            place, raw = f"{place}.{step}", raw.get(step)
        # Any other step is a branch of a type, which the file knows nothing of.
    return place.lstrip(".")
