"""Reports of verdicts that hold any text whatever: tables, pages and XML stay what they are."""

import csv
import io
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from _pytest.junitxml import bin_xml_escape
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.failure import failure_text
from checks.text import clean
from checks.verdict import Outcome, Verdict
from reports.junit import names
from reports.markup import table, text
from reports.page import details, row_cells
from reports.rows import COLUMNS, cells, guarded, rows
from tests.reports import sample

ODD = (
    "".join(sorted(set("".join(sample.HOSTILE.values()))))
    + "=+-@\t\r;'\"<>&]]>\\\u200f\u2069\ud800\uffff"
)
FOREIGN = st.text(st.characters(), max_size=80) | st.text(st.sampled_from(ODD), max_size=40)
"""Lone surrogates as well."""
ENCODABLE = st.text(st.characters(codec="utf-8"), max_size=80)
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
"""What OWASP's "CSV Injection" lists, but for tab and line ends: no cell begins with these."""
RUN = sample.run()
OWN_TAGS = {"b", "div", "details", "h4", "p", "span", "summary", "table", "td", "th", "tr"}
unhurried = settings(deadline=None)


def verdict_of(said: str) -> Verdict:
    """A verdict with that text wherever others than zonecert write."""
    ref = sample.leaf(said, issuer=said)
    found = sample.finding("untrusted-root", said, certificate=ref, observed=said, expected=said)
    judged = sample.deployment(subject=said, issuer=said)
    # No name of a zone holds a lone surrogate: sources yield ASCII.
    target = sample.target(f"{said.encode(errors='replace').decode()}.company.com")
    return sample.verdict(
        target, Outcome.ERROR, findings=(found,), remarks=(said,), deployments=(judged,)
    )


VERDICTS = FOREIGN.map(verdict_of)


@unhurried
@given(FOREIGN)
def test_no_cell_is_a_formula_in_any_field_that_a_spreadsheet_may_see(said: str) -> None:
    """OWASP's rule, and behind semicolons too, at which some locales split."""
    for field in guarded(said).split(";"):
        assert not field.strip().startswith(FORMULA)
    assert guarded(said).isprintable()


@unhurried
@given(FOREIGN)
def test_guarding_adds_apostrophes_and_nothing_else(said: str) -> None:
    assert guarded(said).replace("'", "") == clean(said, 32_000).replace("'", "")


@unhurried
@given(st.lists(VERDICTS, min_size=1, max_size=3))
def test_what_is_read_from_the_csv_is_what_was_written(verdicts: list[Verdict]) -> None:
    written = [cells(row, COLUMNS) for one in verdicts for row in rows(one, RUN)]
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(written)
    file.seek(0)
    assert [tuple(row) for row in csv.reader(file)] == written
    file.getvalue().encode()


@unhurried
@given(VERDICTS)
def test_the_failure_text_is_lines_that_a_terminal_can_show(verdict: Verdict) -> None:
    assert all(line.isprintable() for line in failure_text(verdict).split("\n"))


@unhurried
@given(VERDICTS)
def test_a_testcase_of_junit_is_well_formed(verdict: Verdict) -> None:
    """As pytest writes it: an attribute and a text."""
    classname, name = names(verdict.subject)
    case = ET.Element("testcase", classname=classname, name=name)
    case.text = bin_xml_escape(failure_text(verdict))
    read = ET.fromstring(ET.tostring(case, encoding="utf-8"))
    assert read.attrib == {"classname": classname, "name": name}
    assert read.text == failure_text(verdict)


@unhurried
@given(FOREIGN)
def test_markup_of_any_text_is_that_text(said: str) -> None:
    tree = ET.fromstring(table(("Head",), ((said,),)))
    assert [*tree.itertext()] == ["Head", *filter(None, [clean(said, 2000)])]


class Drawn(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@unhurried
@given(VERDICTS)
def test_no_tag_and_no_attribute_of_a_stranger_is_live_in_the_page(verdict: Verdict) -> None:
    drawn = Drawn()
    drawn.feed(details(verdict) + "".join(row_cells(verdict)))
    assert drawn.tags <= OWN_TAGS
    assert drawn.attributes <= {"class", "hidden"}


@unhurried
@given(ENCODABLE.map(verdict_of))
def test_nothing_of_a_verdict_is_lost_on_its_way_to_the_controller(verdict: Verdict) -> None:
    assert Verdict.from_json(verdict.to_json()) == verdict


@unhurried
@given(FOREIGN)
def test_text_in_a_page_is_cut(said: str) -> None:
    assert len(text(said * 100, 50)) <= 50 * len("&quot;")


@pytest.mark.parametrize("lone", ["\ud800", "a\udcffb"])
def test_a_lone_surrogate_never_reaches_the_wire(lone: str) -> None:
    """No source yields one; what certificates and servers say is cleaned before it is a verdict."""
    assert clean(lone).encode()
