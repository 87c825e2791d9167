"""Regular expressions of the configuration, matched in time that grows with the name alone.

Python's ``re`` goes back and tries again, for ever if need be. Rust's ``regex``, which pydantic has
inside, does not: its time is at most the name's length times the expression's size, and that has a
bound. What both read is taken, and what would mean something else there is refused.
"""

import re
import warnings
from dataclasses import dataclass, field

from pydantic_core import SchemaError, SchemaValidator, core_schema

_PARTS = re.compile(
    r"(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<otherwise>\\[<>]|\\b\{|[*+?}]\+|\{[\d,]*\s[\d,\s]*\})"
    r"|\\.",
    re.DOTALL,
)
r"""Sets of characters, and what means something else in Rust: possessive ``a*+``, there
``(?:a*)+``; ``\<`` and ``\b{``, there the start of a word; ``{ 2 }``, there a repetition."""
_SET_OTHERWISE = re.compile(r"\[\^?(?:\]-|(?:\\.|[^\\])*?(?:\[|&&|--|~~))", re.DOTALL)
"""``[a[b]]``, ``[a--b]`` and the like are sets of sets there, and ``[]-a]`` is no range."""
_WHY = re.compile(r"(?:.*error|.*SchemaError): (?P<why>.+)", re.DOTALL)

_UNBOUNDED = (
    "is a regular expression that cannot be matched in bounded time: {};"
    " say it by several expressions, or by include and exclude, which wins"
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression in the syntax of ``re`` that needs no going back.

    That leaves out look-around, back-references, atomic groups and possessive repetition. Raises
    ValueError for what cannot be read so, or is too large; its text says what the expression is.
    """

    pattern: str
    _validator: SchemaValidator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile it, twice: for what Python says of it, and to match with."""
        _require_python(self.pattern)
        object.__setattr__(self, "_validator", _compiled(self.pattern))

    def fullmatch(self, text: str) -> bool:
        """Tell whether it matches the whole text."""
        return self._validator.isinstance_python(text)


def _require_python(pattern: str) -> None:
    try:
        with warnings.catch_warnings():
            # Sets within sets are to come in Python, and are there in Rust.
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, FutureWarning) as error:
        # OverflowError, RecursionError: repetitions, or a depth, that re cannot hold.
        raise ValueError(f"is no regular expression: {error}") from error
    if any(found["otherwise"] for found in _PARTS.finditer(pattern)):
        unlike = (
            r"possessive repetition, \<, \> and \b{ are not supported, nor are blanks inside {}"
        )
        raise ValueError(_UNBOUNDED.format(unlike))
    if any(_is_set_otherwise(found["set"]) for found in _PARTS.finditer(pattern)):
        raise ValueError(r"inside of [] write \[, \&, \- and \~ for what stands for itself")


def _is_set_otherwise(text: str | None) -> bool:
    return text is not None and _SET_OTHERWISE.match(text) is not None


def _compiled(pattern: str) -> SchemaValidator:
    _validator(pattern)  # By itself first: errors show it as it was written.
    try:
        return _validator(rf"\A(?:{pattern})\z")
    except ValueError:
        # With (?x) it may end in a comment, which goes on to the end of the line.
        return _validator(f"\\A(?:{pattern}\n)\\z")


def _validator(pattern: str) -> SchemaValidator:
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
    except SchemaError as error:
        found = _WHY.fullmatch(str(error))
        why = found["why"] if found else str(error)
        raise ValueError(_UNBOUNDED.format(why)) from error
