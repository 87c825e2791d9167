"""Domain names as text, in the form that ``zones.zone`` states."""

import re
from collections.abc import Iterator

import dns.exception
import dns.name

_ORDINARY = re.compile(rb"[A-Za-z0-9_*-]+")
_HOST = re.compile(r"[a-z0-9_*-]{1,63}(?:\.[a-z0-9_*-]{1,63})*")
_LONGEST = 253
"""Characters of a name without escapes (RFC 1035 section 2.3.4)."""
_LABEL = re.compile(r"(?:\\.|[^.\\])+")
_FIRST_LABEL = re.compile(rf"{_LABEL.pattern}\.?")


def name_text(name: dns.name.Name) -> str:
    """Return the name lower-case, without a trailing dot; the root is the empty string."""
    labels = name.labels[:-1]
    if all(map(_ORDINARY.fullmatch, labels)):
        # Nothing to escape, as in nearly every name; dnspython takes five times as long to see it.
        return b".".join(labels).decode().lower()
    return name.to_text(omit_final_dot=True).lower()


def is_name_text(name: object) -> bool:
    """Tell whether that is a name in the form that ``zones.zone`` states."""
    if not isinstance(name, str) or not name.isascii():
        return False
    if len(name) <= _LONGEST and _HOST.fullmatch(name):
        # As nearly every name is; there may be a million.
        return True
    try:
        return name_text(parse_name(name or ".")) == name
    except ValueError:
        return False


def is_below(name: str, origin: str) -> bool:
    """Tell whether the name is at or below the origin."""
    if "\\" in name:
        # The dot before what looks like the origin may be escaped.
        return origin in ancestors(name)
    return not origin or name == origin or name.endswith(f".{origin}")


def parse_name(text: str) -> dns.name.Name:
    """Return the absolute name that the text stands for; U-labels become A-labels.

    Raises ValueError for what is no domain name (RFC 1035 section 2.3.4).
    """
    try:
        return dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{text!r} is no domain name: {error}") from error


def parse_origin(text: str) -> str:
    """Return the apex name that the text stands for; raises ValueError where it is none."""
    if not text:
        raise ValueError("a zone has a name; the root zone is written as '.'")
    return name_text(parse_name(text))


def parent(name: str) -> str:
    """Return the name without its first label; escaped dots separate nothing."""
    if "\\" in name:
        return _FIRST_LABEL.sub("", name, count=1)
    return name.partition(".")[2]


def labels(name: str) -> list[str]:
    """Return the labels of the name, its own first; escaped dots separate nothing."""
    return _LABEL.findall(name) if "\\" in name else name.split(".")


def moved(name: str, above: str, elsewhere: str) -> str | None:
    """Return the name moved from below one name to below another (RFC 6672 section 2.2).

    None where that is longer than a name can be.
    """
    kept = name[: -len(above) - 1] if above else name
    text = f"{kept}.{elsewhere}" if elsewhere else kept
    try:
        return name_text(parse_name(text))
    except ValueError:
        return None


def ancestors(name: str) -> Iterator[str]:
    """Yield the name itself and each name above it, the root (the empty string) last."""
    yield name
    while name:
        name = parent(name)
        yield name
