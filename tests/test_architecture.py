"""How the house is built (docs/architecture.md), read from the source."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = (
    {"zones"},
    {"checks"},
    {"faults", "toml_file"},
    {"settings"},
    {"frozen"},
    {"audit", "distribution", "reports"},
    {"auditor"},
    {"conftest"},
)
"""Each room imports itself and what lies below it, and nothing beside it."""
ROOMS = [room for floor in FLOORS for room in sorted(floor)]
OUTSIDE = {"benchmarks", "demo", "tests"}
NATIVE = {"sslyze", "nassl", "OpenSSL", "cryptography"}
"""What scans run on."""
PYTEST = {"pytest", "_pytest", "xdist", "pytest_html", "pytest_metadata"}
NAMED = re.compile(r"``((?:zones|checks|reports|demo|tests)(?:\.\w+)+)``")
"""A module that a docstring or a comment names, or something in one."""
LONG = {"checks/finding.py"}
"""Over the budget of lines: a catalogue, of which each row is a line of a table."""


def files(*rooms: str) -> list[Path]:
    """Return the modules of rooms, each a folder or a module of its own."""
    found = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    return sorted(found + [path for room in rooms if (path := ROOT / f"{room}.py").is_file()])


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the absolute names of all modules that are imported anywhere below."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield from (f"{module}.{alias.name}" for alias in node.names)


def packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(parsed(path))}


def importers(paths: list[Path], unwanted: set[str]) -> list[str]:
    return [f"{name_of(path)}: {each}" for path in paths for each in packages(path) & unwanted]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function, its docstring and decorators left out."""
    body = function.body
    last = function.end_lineno or function.lineno
    is_documented = ast.get_docstring(function) is not None
    docstring = (body[0].end_lineno or 0) - body[0].lineno + 1 if is_documented else 0
    return last - function.lineno + 1 - docstring


def undocumented(node: ast.Module | ast.ClassDef, place: str) -> Iterator[str]:
    for child in node.body:
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if child.name.startswith("_"):
            continue
        if ast.get_docstring(child) is None:
            yield f"{place}.{child.name}"
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, f"{place}.{child.name}")


PRODUCT = files(*ROOMS)
EVERYTHING = files(*ROOMS, "demo", "tools")
OWN_TESTS = files("tests")


def test_every_room_is_on_a_floor() -> None:
    known = {*ROOMS, *OUTSIDE, "tools"}
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    modules = {path.stem for path in ROOT.glob("*.py")}

    assert folders | modules <= known
    assert all(files(room) for room in ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_go_down_only(room: str) -> None:
    floor = next(number for number, rooms in enumerate(FLOORS) if room in rooms)
    not_below = {other for rooms in FLOORS[floor:] for other in rooms} - {room}

    assert importers(files(room), not_below) == []


def test_nothing_imports_the_tests_and_only_conftest_the_demo_when_asked_to() -> None:
    assert importers(EVERYTHING, {"tests"}) == []
    assert importers(PRODUCT, {"demo"}) == ["conftest.py: demo"]
    at_start = [node for node in parsed(ROOT / "conftest.py").body if not is_definition(node)]
    assert "demo" not in {name.partition(".")[0] for node in at_start for name in imported(node)}


def is_definition(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef)


def test_what_scans_run_on_is_imported_in_scanner_processes_only() -> None:
    """But for its version, which reports show."""
    in_children = set(files("checks/scan")) - {
        ROOT / "checks/scan/__init__.py",
        ROOT / "checks/scan/task.py",
    }

    assert importers([path for path in PRODUCT if path not in in_children], NATIVE) == [
        "reports/describe.py: cryptography"
    ]
    assert importers(sorted(in_children), NATIVE) != []


def test_of_the_scan_only_its_tasks_are_imported_by_others() -> None:
    others = [path for path in PRODUCT if path.parent != ROOT / "checks/scan"]
    names = {name for path in others for name in imported(parsed(path))}
    scanning = {name for name in names if name.startswith("checks.scan.")}

    assert {name.split(".")[2] for name in scanning} == {"task"}


def test_pytest_is_known_to_the_tests_the_reports_and_the_wiring_only() -> None:
    compliance_tests = set(ROOT.glob("checks/test_*.py"))
    below = (
        set(files("zones", "checks", "faults", "toml_file", "settings", "audit")) - compliance_tests
    )

    assert importers(sorted(below), PYTEST) == []


def test_dns_is_known_to_the_zones_only() -> None:
    others = [path for path in PRODUCT if ROOT / "zones" not in path.parents]

    assert importers(others, {"dns"}) == []


def test_no_check_reads_the_clock_and_only_settings_the_environment() -> None:
    def uses(path: Path, *names: str) -> list[str]:
        attributes = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute))
        return [f"{name_of(path)}: {node.attr}" for node in attributes if node.attr in names]

    clocks = [use for path in files("checks") for use in uses(path, "now", "utcnow", "today")]
    others = [path for path in PRODUCT if path.name != "settings.py"]
    assert clocks == []
    assert [use for path in others for use in uses(path, "environ", "getenv")] == []


@pytest.mark.parametrize("path", [*EVERYTHING, *OWN_TESTS], ids=name_of)
def test_no_file_and_no_function_is_long(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert name_of(path) in LONG or lines <= (400 if path in OWN_TESTS else 250)
    assert {each.name: length(each) for each in functions(path) if length(each) > 40} == {}


def test_most_functions_are_short() -> None:
    lengths = [length(each) for path in EVERYTHING for each in functions(path)]

    assert median(lengths) <= 6
    assert quantiles(lengths, n=10)[-1] <= 20


def test_everything_public_is_documented() -> None:
    assert [name_of(path) for path in EVERYTHING if not ast.get_docstring(parsed(path))] == []
    names = (name for path in EVERYTHING for name in undocumented(parsed(path), name_of(path)))
    assert [*names] == []


def is_there(dotted: str) -> bool:
    """Tell whether that is a package, a module, or a word of a module."""
    parts = dotted.split(".")
    paths = [ROOT.joinpath(*parts[:count]) for count in range(len(parts), 0, -1)]
    place, path = next(each for each in enumerate(paths) if each[1].exists() or is_module(each[1]))
    if place == 0:
        return True
    words = path.with_suffix(".py").read_text(encoding="utf-8") if is_module(path) else ""
    return re.search(rf"\b{parts[len(parts) - place]}\b", words) is not None


def is_module(path: Path) -> bool:
    return path.with_suffix(".py").is_file()


def test_what_docstrings_name_is_there() -> None:
    """Also after modules have moved."""
    assert is_there("zones.zone.Record")
    assert not is_there("zones.record")
    paths = [*EVERYTHING, *OWN_TESTS]
    named = ((path, each) for path in paths for each in NAMED.findall(path.read_text("utf-8")))
    assert [f"{name_of(path)}: {each}" for path, each in named if not is_there(each)] == []
