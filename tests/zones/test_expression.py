"""Regular expressions of the configuration: Python's syntax, and no name that takes for ever."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zones.expression import Expression

BACKTRACKING = (
    r"(a+)+b",
    r"(a|a)*b",
    r"(a|aa|a?)+b",
    r"(.*)(.*)(.*)(.*)(.*)(.*)(.*)b",
    r"(\w+\.?)+!",
)
"""Each would keep Python's re for longer than anybody waits."""
LONGEST = "a" * 1020
"""Octets of a name, each as an escape."""
USUAL = (
    r".*\.lab\.internal\.lan",
    r"dhcp-\d+\..*",
    r"(?:www|mail)[0-9]{1,3}\.company\.com",
    r"(?i)WWW.*",
    r"(?P<host>[\w-]{1,63})(\.[\w-]{1,63})*",
    r"\*\..*|_[^.]+\..*",
    r"a{2}|a{2,}b|[^a-c.]+\S?",
    "(?x) www  # the first\n \\.company\\.com",
    "(?x) www\\.company\\.com  # the first",
    r"[*+.a-z]+",
    r"[\]\[a\-b]*|[-a]b|a[]]|[a-]",
    "",
)
NAMES = ("www.company.com", "dhcp-12.company.com", "aab", "*.company.com", "mail7.company.com", "")


@pytest.mark.parametrize("pattern", BACKTRACKING)
def test_no_expression_goes_back_for_ever(pattern: str) -> None:
    expression = Expression(pattern)
    assert not any(expression.fullmatch(LONGEST) for _ in range(1000))


@pytest.mark.parametrize("pattern", USUAL)
def test_what_is_taken_matches_as_in_python(pattern: str) -> None:
    expression, python = Expression(pattern), re.compile(pattern)
    found = [expression.fullmatch(name) for name in NAMES]
    assert found == [python.fullmatch(name) is not None for name in NAMES]


@given(
    st.text(alphabet="ab.*+?|()[]{}^$-\\d1,&~ :", max_size=12), st.text("ab1-.[]&~:", max_size=8)
)
def test_no_expression_that_is_taken_means_something_else(pattern: str, name: str) -> None:
    try:
        expression = Expression(pattern)
    except ValueError:
        return
    assert expression.fullmatch(name) == (re.fullmatch(pattern, name) is not None)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "unterminated subpattern"),
        (r"(?!www).*", "look-around, including look-ahead and look-behind, is not supported"),
        (r"(a)\1", "backreferences are not supported"),
        (r"a*+b", "possessive repetition,"),
        (r"\<a", r"\\<, \\> and \\b{ are not supported"),
        (r"\b{start}a", "are not supported"),
        (r"a{ 2 }", "nor are blanks inside"),
        (r"a{2, 3}", "nor are blanks inside"),
        (r"[a[b]]", r"inside of \[\] write"),
        (r"[^[a]]", r"inside of \[\] write"),
        (r"[a[:digit:]]", r"inside of \[\] write"),
        (r"[&&a]", r"inside of \[\] write"),
        (r"[--a]", r"inside of \[\] write"),
        (r"[]-a]", r"inside of \[\] write"),
        (r"[a&&b]", "Possible set intersection"),
        (r"a)(b", "unbalanced parenthesis"),
        (r"(\w{1000}){1000}", "exceeds size limit"),
        ("a{99999999999}", "repetition number"),
        ("(" * 3000 + ")" * 3000, "maximum"),
    ],
)
def test_what_cannot_be_matched_in_bounded_time_is_refused_and_why(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Expression(pattern)


def test_expressions_are_equal_by_what_is_written() -> None:
    assert Expression("a") == Expression("a") != Expression("b")
    assert repr(Expression("a")) == "Expression(pattern='a')"
