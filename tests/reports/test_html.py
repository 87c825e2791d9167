import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from checks.evidence import NOT_READ
from checks.verdict import Outcome
from reports.facts import INCOMPLETE
from reports.markup import pairs, table, text
from reports.page import LISTED, details, plain_cells, row_cells, run_block
from tests.reports import sample
from tests.reports.session import Session, play

OURS = {
    *("div", "h3", "h4", "p", "ul", "li", "table", "tr", "th", "td"),
    *("details", "summary", "pre", "span", "style"),
}
FOREIGN = """
import pytest

@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>"])
def test_foreign(name):
    pytest.fail("<b>" + name, pytrace=False)
"""


class Page(HTMLParser):
    """The tags with their attributes, the text, and the data that the page's script draws."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.data = "{}"
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.data = dict(attrs).get("data-jsonblob") or self.data

    def handle_data(self, data: str) -> None:
        self.text += data


def _drawn(source: str) -> list[str]:
    """Return every piece that the page's script puts into the document as markup."""
    tests = json.loads(Page(source).data)["tests"]
    pieces = []
    for each in (test for same_id in tests.values() for test in same_id):
        pieces += [*each["resultsTableRow"], each["log"]]
        pieces += [extra["content"] for extra in each["extras"]]
    return pieces


def _shown(source: str) -> str:
    return "".join(Page(piece).text for piece in _drawn(source))


def test_nothing_drawn_holds_a_tag_or_attribute_that_is_not_ours(played: Session) -> None:
    pages = [Page(piece) for piece in _drawn(played.read("night.html"))]

    assert {tag for page in pages for tag in page.tags} <= OURS
    assert {name for page in pages for name in page.attributes} <= {"class", "hidden"}


def test_the_page_itself_holds_one_script_only(played: Session) -> None:
    assert Page(played.read("night.html")).tags.count("script") == 1


def test_hostile_text_is_shown_as_text(played: Session) -> None:
    shown = _shown(played.read("night.html"))

    assert "<script>document.title='owned'</script>" in shown
    assert "\\x1b]0;owned" in shown


@pytest.mark.parametrize("steering", ["\x1b", "\0", "\x9b", "\u202e", "\u2066", "\u2028"])
def test_no_character_steers_the_reader(played: Session, steering: str) -> None:
    assert steering not in _shown(played.read("night.html"))


def test_every_test_has_one_row(played: Session) -> None:
    tests = json.loads(Page(played.read("night.html")).data)["tests"]

    assert len(tests) == len(sample.VERDICTS)
    assert {len(same_id) for same_id in tests.values()} == {1}


def test_a_row_can_be_sorted_by_every_column(played: Session) -> None:
    tests = json.loads(Page(played.read("night.html")).data)["tests"]
    (test,) = tests["checks/test_made.py::test_certificate[www.company.com-192.0.2.1-443]"]

    columns = ["result", "ip", "port", "fqdn", "whose", "issuer", "notAfter", "stores", "findings"]
    assert set(columns) <= test.keys()
    assert len(test["resultsTableRow"]) == len(columns)


def test_a_pass_shows_what_was_judged(played: Session) -> None:
    tests = json.loads(Page(played.read("night.html")).data)["tests"]
    (test,) = tests["checks/test_made.py::test_certificate[www.company.com-192.0.2.1-443]"]
    shown = Page(test["extras"][0]["content"]).text

    for fact in ("ab" * 32, "cd" * 32, "TLS 1.2, TLS 1.3", "apple, mozilla", "A 192.0.2.1"):
        assert fact in shown


def test_the_page_starts_with_the_run_and_what_was_not_looked_at(played: Session) -> None:
    shown = Page(played.read("night.html")).text

    assert "zonecert: certificates behind DNS, judged at 2026-03-01T02:00:00Z" in shown
    for fact in (
        "20260301T020000Z-1",
        "SSLyze 6.3.1",
        "192.0.2.200",
        "ef" * 32,
        "serial 2026030100 from 192.0.2.53:53, at 2026-03-01T02:00:00Z, TSIG",
        "FAILED: answered REFUSED",
        "of 2026-02-01, 140 certificates, required",
        "no CRL and no responder is asked",
        "_sip.company.com A 192.0.2.9",
        '{"ports": [443]}',
        "1 nothing listens + 0 external left out + 1 filtered + 1 cannot be tested",
    ):
        assert fact in shown


def test_the_variables_of_ci_are_not_in_the_page(played: Session) -> None:
    assert "secret.example" not in played.read("night.html")


def test_a_test_whose_worker_crashed_is_in_the_page(crashed: Session) -> None:
    source = crashed.read("a.html")

    shown = _shown(source)
    assert shown.count("error scanner-broke") == 2
    assert "crashed while running" in shown
    assert "RuntimeError: no scanner is left" in shown
    assert "2 Errors" in Page(source).text


@pytest.mark.parametrize("place", ["checks", "mine"])
def test_a_foreign_tests_id_and_text_are_escaped(tmp_path: Path, place: str) -> None:
    play(tmp_path, "--html=a.html", "--self-contained-html", tests=FOREIGN, place=place)

    pieces = _drawn((tmp_path / "a.html").read_text())
    assert not {"img", "b"} & {tag for piece in pieces for tag in Page(piece).tags}
    assert any("onerror" in Page(piece).text for piece in pieces)


def test_without_pytest_html_the_other_reports_are_written(tmp_path: Path) -> None:
    session = play(tmp_path, "-p", "no:html", "-p", "no:metadata", "--csv=a.csv", "-k", "www")

    assert session.code == 0
    assert (tmp_path / "a.csv").exists()


def test_addresses_sort_by_number_and_not_by_letters() -> None:
    low, high = sample.target("a.test", "192.0.2.9"), sample.target("a.test", "192.0.2.10")

    keys = [next(row_cells(sample.verdict(each))) for each in (low, high)]

    assert keys == sorted(keys)


def test_a_store_that_refuses_one_leaf_is_not_shown_as_trusting() -> None:
    leaves = sample.deployment("EC"), sample.deployment("RSA", "apple")

    cells = "".join(row_cells(sample.verdict(sample.GOOD, deployments=leaves)))

    assert "refused by apple; trusted by mozilla" in cells


def test_the_fault_of_an_issuer_names_the_issuer() -> None:
    issuer = sample.leaf("CN=Issuing CA", position=1, sha256="11" * 32)
    never_sent = sample.leaf("CN=Missing CA", position=None, sha256="22" * 32)
    findings = (
        sample.finding("issuer-expired", certificate=issuer),
        sample.finding("missing-intermediate", certificate=never_sent),
    )

    shown = Page(details(sample.verdict(sample.GOOD, Outcome.ERROR, findings=findings))).text

    assert "position 1 as sent" in shown
    assert "CN=Issuing CA" in shown
    assert "one that was not sent" in shown


def test_the_leaf_at_fault_is_not_told_twice() -> None:
    failed = sample.verdict(sample.GOOD, findings=(sample.finding("expired"),))

    shown = Page(details(failed)).text

    assert shown.count("ab" * 32) == 1
    assert "the leaf, position 0 as sent" in shown


def test_the_page_says_so_where_the_run_is_incomplete(played: Session, tmp_path: Path) -> None:
    whole = play(tmp_path, "-k", "www", "--html=whole.html")

    assert INCOMPLETE in Page(played.read("night.html")).text
    assert INCOMPLETE not in Page(whole.read("whole.html")).text


def test_a_run_without_skips_findings_or_stores_leaves_them_out() -> None:
    block = run_block(sample.run(sample.inventory(sample.GOOD)), (), ())

    assert "named no target" not in block
    assert "<p>none</p>" in block


def test_a_date_that_could_not_be_read_is_no_date() -> None:
    unread = sample.deployment(not_before=NOT_READ, not_after=NOT_READ)
    verdict = sample.verdict(sample.GOOD, deployments=(unread,))

    assert "unknown to unknown" in Page(details(verdict)).text
    assert "1970" not in details(verdict) + "".join(row_cells(verdict))


def test_only_the_first_of_very_many_skips_are_listed() -> None:
    skips = sample.SKIPS * LISTED

    shown = run_block(sample.run(sample.inventory(skips=skips)), (), ())

    assert f"{2 * LISTED} records that named no target, of which the first {LISTED}" in shown
    assert shown.count("_sip.company.com") == LISTED // 2


@pytest.mark.parametrize("foreign", sample.HOSTILE.values(), ids=sample.HOSTILE)
def test_markup_made_of_foreign_text_has_our_tags_only(foreign: str) -> None:
    made = text(foreign) + table([foreign], [[foreign]]) + pairs([(foreign, foreign)])
    made += "".join(plain_cells(foreign))

    page = Page(made)
    assert set(page.tags) <= OURS
    assert page.attributes <= {"class"}
    assert page.text.isprintable()


def test_a_target_that_begins_in_the_clear_is_shown_so_with_the_record_that_named_it() -> None:
    verdict = sample.verdict(sample.MAIL)
    assert "25 STARTTLS smtp" in "".join(row_cells(verdict))
    shown = Page(details(verdict)).text
    assert "mail.company.com 192.0.2.7:25 (STARTTLS smtp)" in shown
    assert "company.com MX 10 mail.company.com" in shown
