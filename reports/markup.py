"""HTML built from text that is not trusted; pure.

Only ``Markup`` is put into a page as it stands; every ``str`` is cleaned and escaped on its way in,
so that forgetting to is a type error and not a script in an auditor's browser.
"""

from collections.abc import Iterable
from html import escape
from typing import NewType

from checks.text import clean

Markup = NewType("Markup", str)


def text(content: str, limit: int = 2000) -> Markup:
    """Return foreign text, cleaned of control characters, cut and escaped."""
    return Markup(escape(clean(content, limit)))


def tag(name: str, *children: Markup, css: str = "") -> Markup:
    """Return an element of our own choosing around its children."""
    opening = f'{name} class="{css}"' if css else name
    return Markup(f"<{opening}>{''.join(children)}</{name}>")


def table(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> Markup:
    """Return a table of texts; nothing where there is no line."""
    body = [tag("tr", *(tag("td", text(cell)) for cell in line)) for line in lines]
    if not body:
        return Markup("")
    head = tag("tr", *(tag("th", text(cell)) for cell in heads))
    return tag("table", head, *body, css="zonecert")


def pairs(lines: Iterable[tuple[str, str]]) -> Markup:
    """Return a table of labels and texts, those left out whose text is empty."""
    body = [
        tag("tr", tag("th", text(label)), tag("td", text(content)))
        for label, content in lines
        if content
    ]
    return tag("table", *body, css="zonecert")


def folded(summary: str, content: Markup) -> Markup:
    """Return what opens at a click."""
    return tag("details", tag("summary", text(summary)), content)
