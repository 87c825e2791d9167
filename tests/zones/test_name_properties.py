"""Domain names and test ids, whatever bytes labels are made of (RFC 1035 section 2.3.4)."""

import re

import dns.name
from hypothesis import given, settings
from hypothesis import strategies as st

from zones.name import ancestors, is_name_text, moved, name_text, parent, parse_name
from zones.target import printable

PRINTABLE_ID = re.compile(r"[A-Za-z0-9._*:%-]*")

LABELS = st.one_of(
    st.binary(min_size=1, max_size=20),
    st.text("abcXYZ019-_*", min_size=1, max_size=20).map(str.encode),
)
NAMES = (
    st.lists(LABELS, max_size=8)
    .filter(lambda labels: sum(len(label) + 1 for label in labels) < 255)
    .map(lambda labels: dns.name.Name([*labels, b""]))
)
TEXTS = NAMES.map(name_text)
unhurried = settings(deadline=None)


@unhurried
@given(NAMES)
def test_the_text_of_a_name_is_its_one_form(name: dns.name.Name) -> None:
    text = name_text(name)
    assert parse_name(text or ".") == name
    assert name_text(parse_name(text or ".")) == text


@unhurried
@given(NAMES, NAMES)
def test_two_names_have_one_text_only_if_they_are_the_same(
    one: dns.name.Name, other: dns.name.Name
) -> None:
    assert (name_text(one) == name_text(other)) == (one == other)


@unhurried
@given(NAMES)
def test_the_text_of_a_name_moves_no_cursor_and_ends_in_no_dot(name: dns.name.Name) -> None:
    text = name_text(name)
    assert text.isascii()
    assert text.isprintable()
    assert not re.search(r"(?<!\\)(\\\\)*\.$", text)


@unhurried
@given(TEXTS | st.text("aB.\\\\0 _*-\x1b", max_size=300))
def test_what_is_taken_for_the_text_of_a_name_is_just_that(text: str) -> None:
    try:
        is_text = name_text(parse_name(text or ".")) == text
    except ValueError:
        is_text = False
    assert is_name_text(text) == is_text


@unhurried
@given(NAMES)
def test_a_parent_is_the_name_without_its_first_label(name: dns.name.Name) -> None:
    if name != dns.name.root:
        assert parent(name_text(name)) == name_text(name.parent())
    assert len([*ancestors(name_text(name))]) == len(name.labels)


@unhurried
@given(NAMES, NAMES, NAMES)
def test_what_is_moved_keeps_its_first_labels_or_is_too_long(
    first: dns.name.Name, above: dns.name.Name, elsewhere: dns.name.Name
) -> None:
    kept = first.labels[:-1]
    if not kept or sum(len(label) + 1 for label in (*kept, *above.labels)) > 255:
        return
    name = dns.name.Name([*kept, *above.labels])
    found = moved(name_text(name), name_text(above), name_text(elsewhere))
    fits = sum(len(label) + 1 for label in (*kept, *elsewhere.labels)) <= 255
    expected = name_text(dns.name.Name([*kept, *elsewhere.labels])) if fits else None
    assert found == expected


@unhurried
@given(st.text(st.characters(codec="utf-8")))
def test_an_id_is_printable_and_holds_no_backslash(text: str) -> None:
    """pytest doubles backslashes, and -k cannot select what it escapes."""
    assert PRINTABLE_ID.fullmatch(printable(text))


@unhurried
@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_two_texts_have_two_ids(one: str, other: str) -> None:
    assert (printable(one) == printable(other)) == (one == other)


@unhurried
@given(st.text(st.characters(codec="utf-8")))
def test_an_id_can_be_read_back(text: str) -> None:
    read = re.sub(
        rb"%([0-9A-F]{2})", lambda code: bytes.fromhex(code[1].decode()), printable(text).encode()
    )
    assert read.decode() == text


@unhurried
@given(st.text(st.characters(), max_size=300))
def test_any_text_is_a_name_or_a_value_error(text: str) -> None:
    try:
        name = parse_name(text)
    except ValueError:
        return
    assert name.is_absolute()
    assert sum(len(label) + 1 for label in name.labels) <= 255
