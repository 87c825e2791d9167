"""The filters in docs/from-dns-cert-checker.md leave out what the ancestor's did, and no more."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from zones.targets import Filter

PAGE = Path(__file__).parents[2] / "docs" / "from-dns-cert-checker.md"
NAMES = (
    "user1.company.com",
    "a.user-x.company.com",
    "user.company-community.org",
    "user.com.company-community.org",
    "www.company.com",
    "*.user.company.com",
    "*.company.com",
)


def _example(language: str) -> str:
    pattern = rf"^```{language}\n(.*?)^```$"
    [text] = re.findall(pattern, PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(text)


def _ancestor_leaves_out(name: str) -> bool:
    """Its rule: ``re.search``, and never for a name that starts with an asterisk."""
    filters = json.loads(_example("json"))["name_filters"]
    return not name.startswith("*") and any(re.search(each, name) for each in filters)


SOURCES: list[dict[str, Any]] = tomllib.loads(_example("toml"))["source"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source["name"])
def test_the_converted_example_leaves_out_the_same_names(source: dict[str, Any], name: str) -> None:
    made = Filter(exclude=tuple(map(re.compile, source["exclude"])))

    assert bool(made.rule_against(name)) == _ancestor_leaves_out(name)


def test_the_names_tell_the_filters_apart() -> None:
    assert [_ancestor_leaves_out(name) for name in NAMES] == [True] * 4 + [False] * 3
