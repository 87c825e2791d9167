import dns.name
import pytest

from zones.name import ancestors, name_text, parent, parse_name


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("WWW.Company.COM", "www.company.com"),
        ("www.company.com.", "www.company.com"),
        (".", ""),
        ("bücher.example", "xn--bcher-kva.example"),
        (r"a\.b.example", r"a\.b.example"),
        (r"\195\188.example", r"\195\188.example"),
    ],
)
def test_names_have_one_form(written: str, text: str) -> None:
    assert name_text(parse_name(written)) == text


@pytest.mark.parametrize("text", ["a..b", "x" * 64, ".".join(["x" * 63] * 5)])
def test_what_is_no_domain_name_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="is no domain name"):
        parse_name(text)


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("a.b.c", "b.c"),
        ("c", ""),
        ("", ""),
        (r"a\.b.c", "c"),
        (r"a\\.b.c", "b.c"),
        (r"\000.c\.d", r"c\.d"),
    ],
)
def test_the_parent_lacks_the_first_label(name: str, above: str) -> None:
    assert parent(name) == above
    if name:
        assert name_text(dns.name.from_text(name).parent()) == above


def test_ancestors_end_at_the_root() -> None:
    assert list(ancestors("a.b.c")) == ["a.b.c", "b.c", "c", ""]
