"""What name servers answered about names outside of the zones, and its form in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zones.document import is_text
from zones.name import is_name_text
from zones.naming.order import ip_version


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why the addresses of an external name are not known."""

    why: str


@dataclass(frozen=True, slots=True)
class Aliased:
    """What an external name has that is an alias itself."""

    addresses: tuple[str, ...]
    names: tuple[str, ...]
    """Those that its CNAMEs lead through, the last included."""


Answer = tuple[str, ...] | Aliased | Unresolved
"""The addresses of a name, or those that it is an alias for, or why they are not known."""
Asked = tuple[str, str]
"""View and name."""
Answers = Mapping[Asked, Answer]
"""No addresses: the name has none."""


def to_row(asked: Asked, answer: Answer) -> list[Any]:
    """Return the answer as JSON has it."""
    match answer:
        case Unresolved(why):
            return [*asked, why]
        case Aliased(addresses, names):
            return [*asked, list(addresses), list(names)]
        case addresses:
            return [*asked, list(addresses)]


def from_row(row: object) -> tuple[Asked, Answer] | None:
    """Return what ``to_row`` made the row of; None where it is no such row."""
    match row:
        case [_, str(name), *_] if not is_name_text(name):
            return None
        case [str(view), str(name), str(why)] if is_text(why):
            return (view, name), Unresolved(why)
        case [str(view), str(name), list(addresses), *rest] if all(map(ip_version, addresses)):
            match rest:
                case []:
                    return (view, name), tuple(addresses)
                case [list(names)] if all(map(is_name_text, names)):
                    return (view, name), Aliased(tuple(addresses), tuple(names))
    return None
