"""Domain names as text, in the form that ``zones.zone`` states."""

import re
from collections.abc import Iterator

import dns.exception
import dns.name

_FIRST_LABEL = re.compile(r"(?:\\.|[^.\\])+\.?")


def name_text(name: dns.name.Name) -> str:
    """Return the name lower-case, without a trailing dot; the root is the empty string."""
    if name == dns.name.root:
        return ""
    return name.to_text(omit_final_dot=True).lower()


def parse_name(text: str) -> dns.name.Name:
    """Return the absolute name that the text stands for; U-labels become A-labels.

    Raises ValueError for what is no domain name (RFC 1035 section 2.3.4).
    """
    try:
        return dns.name.from_text(text)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{text!r} is no domain name: {error}") from error


def parent(name: str) -> str:
    """Return the name without its first label; escaped dots separate nothing."""
    if "\\" in name:
        return _FIRST_LABEL.sub("", name, count=1)
    return name.partition(".")[2]


def ancestors(name: str) -> Iterator[str]:
    """Yield the name itself and each name above it, the root (the empty string) last."""
    yield name
    while name:
        name = parent(name)
        yield name
