"""What users' CI installs: the lock file, and what is said of advisories about it."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.advisories import told

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENTRIES = re.split(r"\n(?=\S)", LOCK.strip())


def pins(text: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PINNED.findall(text)}


LOCKED = pins(LOCK)
SOURCES = ("route53", "octodns")
"""Extras that the lock has: libraries of sources, which users' CI may need."""


def dependencies() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    texts = (*project["dependencies"], *(text for extra in SOURCES for text in extras[extra]))
    return [*map(Requirement, texts)]


def wanted_by(name: str) -> list[str]:
    try:
        found = [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:
        return []
    here = [each for each in found if each.marker is None or each.marker.evaluate({"extra": ""})]
    return [canonicalize_name(each.name) for each in here]


@pytest.mark.parametrize("wanted", dependencies(), ids=str)
def test_the_lock_has_what_pyproject_asks_for(wanted: Requirement) -> None:
    """Where this fails: make lock."""
    assert LOCKED[canonicalize_name(wanted.name)] in wanted.specifier


def test_the_lock_has_all_that_its_packages_need_and_nothing_else() -> None:
    asked_for = [canonicalize_name(each.name) for each in dependencies()]
    needed = [name for locked in LOCKED for name in wanted_by(locked)]
    assert set(LOCKED) == {*asked_for, *needed}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.split(" ")[0])
def test_every_package_is_pinned_with_hashes_and_comes_from_nowhere_else(entry: str) -> None:
    first, *rest = (line.rstrip(" \\").strip() for line in entry.splitlines())
    assert PINNED.fullmatch(first)
    assert rest
    assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in rest)


def test_what_is_locked_is_what_is_tested() -> None:
    tested = pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert {name: tested.get(name) for name in LOCKED} == LOCKED


def looked_up(name: str, *ids: str) -> dict[str, Any]:
    vulns = [{"id": each, "fix_versions": ["2.0"]} for each in ids]
    return {"name": name, "version": "1.0", "vulns": vulns}


def test_an_advisory_fails_and_says_what_mends_it() -> None:
    lines, code = told([looked_up("one", "PYSEC-1"), looked_up("two")])
    assert code == 1
    assert lines == [
        "one 1.0: PYSEC-1, mended in 2.0",
        "2 of 2 packages looked up, 1 advisories",
    ]


def test_what_could_not_be_looked_up_is_never_told_as_free_of_advisories() -> None:
    """pip-audit says "No known vulnerabilities found" of this."""
    lines, code = told([{"name": "one", "skip_reason": "not found"}, looked_up("two")])
    assert code == 0
    assert lines == [
        "INCOMPLETE: 1 of 2 packages looked up, 0 advisories; no answer from here for one"
    ]
