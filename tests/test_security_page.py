"""SECURITY.md promises nothing that no test shows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_every_test_that_is_named_is_there(path: str, name: str) -> None:
    assert name in functions_of(ROOT / path)


def test_every_line_of_what_is_held_names_a_test() -> None:
    held = PAGE.partition("## What is held today")[2].partition("## What is not held yet")[0]
    lines = [line for line in held.splitlines() if line.startswith("| ")][2:]
    assert len(lines) > 10
    assert [line for line in lines if not re.search(r"`tests/[\w/]+\.py::test_\w+`", line)] == []
