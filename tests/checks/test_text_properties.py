"""Foreign text made fit to print, whatever it holds."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from checks.text import LIMIT, NAME_LIMIT, clean, listed

NEVER = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""C0 and C1 controls, bidirectional and other format characters, surrogates, what is not assigned,
separators of lines and paragraphs (Unicode 4.5)."""

ANY = st.text(st.characters(), max_size=700)
"""Lone surrogates as well, as Python makes of bytes that are no UTF-8."""
STEERING = st.text(
    st.sampled_from(
        [*"\0\a\b\t\n\r\x1b\x7f\x85\x9b\u200e\u200f\u2028\u202a\u202e\u2066\u2069\ufeff\\ab"]
    ),
    max_size=700,
)
unhurried = settings(deadline=None)


@unhurried
@given(ANY | STEERING)
def test_nothing_that_steers_a_terminal_or_a_reader_is_left(text: str) -> None:
    assert {unicodedata.category(character) for character in clean(text)}.isdisjoint(NEVER)


@unhurried
@given(ANY | STEERING, st.integers(3, 700))
def test_text_is_cut_at_the_limit(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit


@unhurried
@given(ANY | STEERING)
def test_what_is_cut_is_marked_as_cut(text: str) -> None:
    """And what is not cut is whole: each character stands for itself or is an escape."""
    whole = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
    shown = clean(text)
    if len(whole) <= LIMIT:
        assert shown == whole
    else:
        assert shown == f"{whole[: LIMIT - 3]}..."


@unhurried
@given(ANY | STEERING)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@unhurried
@given(st.lists(ANY | STEERING, max_size=20), st.integers(1, 10))
def test_a_list_is_bounded_and_counts_what_it_leaves_out(items: list[str], most: int) -> None:
    shown = listed(items, most)
    assert shown.isprintable()
    assert len(shown) <= most * (NAME_LIMIT + 2) + len(" and 20 more")
    assert shown.endswith(f" and {len(items) - most} more") or len(items) <= most
