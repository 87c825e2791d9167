"""Foreign text made fit to print."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from checks.evidence import NOT_READ
from checks.text import clean, listed, moment, named, shortened
from tests.checks.evidence import LEAF


def test_plain_text_stays_as_it_is() -> None:
    assert clean("CN=Bücher, O=日本 — x") == "CN=Bücher, O=日本 — x"


@pytest.mark.parametrize(
    "character",
    [*"\x00\x07\x1b\n\r\t\x7f\x85\x9b\u2028\u202e\ud800"],
)
def test_invisible_character_becomes_its_escape(character: str) -> None:
    shown = clean(f"a{character}b")
    assert shown.isprintable()
    assert shown.startswith("a\\")
    assert shown.endswith("b")


@pytest.mark.parametrize("text", ["x" * 501, "\x00" * 400, "x" * 70_000])
def test_long_text_is_cut_and_says_so(text: str) -> None:
    assert len(clean(text)) == 500
    assert clean(text).endswith("...")


def test_text_of_just_the_limit_is_whole() -> None:
    assert clean("x" * 500) == "x" * 500


def test_cleaning_twice_is_cleaning_once() -> None:
    once = clean("a\x1b" * 300)
    assert clean(once) == once


def test_list_says_how_many_it_leaves_out() -> None:
    assert listed(["a", "b"], most=2) == "a, b"
    assert listed(["a", "b", "c"], most=2) == "a, b and 1 more"
    assert listed([]) == ""


def test_certificate_without_a_name_is_called_by_its_serial() -> None:
    assert named(LEAF) == '"CN=www"'
    assert named(replace(LEAF, subject="")) == "certificate without a subject, serial 1A2B"
    nothing = replace(LEAF, subject="", serial="")
    assert named(nothing) == "certificate without a subject, serial unknown"


def test_date_that_was_not_read_is_no_date() -> None:
    assert moment(NOT_READ) == ""
    assert moment(datetime(1970, 1, 1, tzinfo=UTC)) == "1970-01-01T00:00:00Z"


def test_text_that_is_shortened_stays_as_it_stands_and_says_that_it_was_cut() -> None:
    assert shortened("\x1b" * 500) == "\x1b" * 500
    assert shortened("x" * 501) == f"{'x' * 497}..."
