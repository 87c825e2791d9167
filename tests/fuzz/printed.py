"""What every report promises of a verdict, whoever wrote the text in it."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from xml.etree import ElementTree as ET

from checks.failure import failure_text
from checks.text import LIMIT
from checks.verdict import Verdict
from reports.page import details, row_cells
from reports.rows import COLUMNS, cells, rows
from reports.run import Run
from tests.reports import sample

RUN: Run = sample.run()
AROUND = 150
"""Characters of our own around a piece of foreign text."""
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
OWN_TAGS = frozenset({"div", "details", "h4", "p", "span", "summary", "table", "td", "th", "tr"})


def require_harmless(verdict: Verdict) -> None:
    """Hold a verdict and its views: bounded, printable, no formula, no tag of a stranger's."""
    for text in texts(verdict):
        assert text.isprintable(), text
        assert len(text) <= LIMIT + AROUND, (len(text), text)
    assert Verdict.from_json(verdict.to_json()) == verdict
    assert all(line.isprintable() for line in failure_text(verdict).split("\n"))
    for row in rows(verdict, RUN):
        for cell in cells(row, COLUMNS):
            assert cell.isprintable(), cell
            assert not FORMULA.match(cell), cell
    require_own_tags(details(verdict))
    require_own_tags("".join(row_cells(verdict)))


def require_own_tags(page: str) -> None:
    """Hold a piece of a page: well-formed, and no element nor attribute that is not ours."""
    # The one attribute without a value, as HTML has it.
    tree = ET.fromstring(f"<div>{page.replace('<span hidden>', '<span>')}</div>")
    for element in tree.iter():
        assert element.tag in OWN_TAGS, element.tag
        assert set(element.attrib) <= {"class"}, element.attrib


def texts(value: object) -> Iterator[str]:
    """Yield every text in a dataclass, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from texts(each)
    elif is_dataclass(value):
        yield from texts([getattr(value, each.name) for each in fields(value)])
