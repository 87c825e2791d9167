"""Elements of BER and DER (X.690 section 8.1), from servers that mean no good."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.scan.ber import elements

HUGE = b"\x16\xa0" + b"\xff" * 32


def test_elements_are_taken_apart_one_by_one() -> None:
    assert [*elements(b"\x02\x01\x07\x04\x81\x02ab")] == [(2, b"\x07"), (4, b"ab")]


@pytest.mark.parametrize("content", [HUGE, b"\x04\x05abc", b"\x04\x84\xff\xff\xff\xffa", b"\x04"])
def test_a_length_beyond_the_end_is_a_value_error(content: bytes) -> None:
    """However long: no machine can hold a number of 32 octets, nor read as many bytes."""
    with pytest.raises(ValueError, match="too early"):
        [*elements(content)]


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_any_octets_are_elements_or_a_value_error(content: bytes) -> None:
    try:
        found = [*elements(content)]
    except ValueError:
        return
    assert sum(len(inside) for _, inside in found) <= len(content)
