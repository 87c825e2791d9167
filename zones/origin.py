"""Apex names, as a configuration writes them."""

from collections import Counter
from typing import Annotated

from pydantic import AfterValidator

from zones.name import parse_origin


def distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names; raises ValueError where one of them is there twice."""
    twice = sorted(name or "." for name, count in Counter(names).items() if count > 1)
    if twice:
        raise ValueError(f"named twice: {', '.join(twice[:8])}")
    return names


Origin = Annotated[str, AfterValidator(parse_origin)]
"""A zone's apex name, in any form that it may be written in."""
Origins = Annotated[tuple[Origin, ...], AfterValidator(distinct)]
