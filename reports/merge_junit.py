"""The JUnit files of a run's shards made into the one that a single machine would have written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

from checks.failure import title
from checks.verdict import Subject, SubjectKind
from reports.facts import zone_facts
from reports.junit import EXIT_CODE, PREFIX, names
from reports.merge import MergeError, double, missing, subjects
from reports.results import EXIT_INCOMPLETE
from reports.tally import ZoneTally
from zones.inventory import Inventory

Name = tuple[str, str]
"""Classname and name."""

_ENDED = {0, 1, EXIT_INCOMPLETE}
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}
"""Attribute of a testsuite, and the elements that it counts."""


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    cases: dict[Name, ET.Element]
    properties: tuple[tuple[str, int, str], ...]
    """Name, which of that name, value."""
    attributes: Mapping[str, str]


@dataclass(slots=True)
class Suite:
    """What came of all files."""

    faults: list[str] = field(default_factory=list)
    exit_code: int = 0
    """0, 1 or 6, as a run on one machine would have ended."""
    root: ET.Element = field(default_factory=lambda: ET.Element("testsuites"))


def merge(paths: Sequence[Path], inventory: Inventory, tallies: Iterable[ZoneTally]) -> Suite:
    """Return the merged testsuite; of a double testcase the first is kept.

    ``tallies`` are those of the whole run. Raises MergeError for a file that is no JUnit of ours.
    """
    files = [_read(path) for path in paths]
    suite = Suite()
    cases = _cases(files, inventory, suite.faults)
    suite.faults += _unended(files)
    suite.exit_code = _exit_code(files, suite.faults, cases)
    suite.root.attrib.update({"name": "pytest tests"})
    merged = ET.SubElement(suite.root, "testsuite", _attributes(files, cases))
    properties = ET.SubElement(merged, "properties")
    facts = {f"{PREFIX}{fact.label}": fact.text for fact in zone_facts(tuple(tallies))}
    facts[EXIT_CODE] = str(suite.exit_code)
    for name, value in _properties(files, facts):
        ET.SubElement(properties, "property", {"name": name, "value": value})
    merged.extend(cases)
    return suite


def _read(path: Path) -> _File:
    try:
        suite = ET.parse(path).getroot().find("testsuite")  # noqa: S314 - what our shards wrote
    except (OSError, ET.ParseError) as error:
        raise MergeError(
            f"{path}: is no whole JUnit file: {error}; run that shard again"
        ) from error
    if suite is None or suite.find(f"properties/property[@name='{EXIT_CODE}']") is None:
        raise MergeError(f"{path}: was not written by a run of this zonecert")
    cases = {(each.get("classname", ""), each.get("name", "")): each for each in suite}
    cases = {name: case for name, case in cases.items() if case.tag == "testcase"}
    return _File(path, cases, tuple(_numbered(suite.iter("property"))), suite.attrib)


def _numbered(properties: Iterable[ET.Element]) -> Iterator[tuple[str, int, str]]:
    seen: dict[str, int] = {}
    for each in properties:
        name = each.get("name", "")
        seen[name] = seen.get(name, -1) + 1
        yield name, seen[name], each.get("value", "")


def _cases(files: Sequence[_File], inventory: Inventory, faults: list[str]) -> list[ET.Element]:
    """Return the testcases in the order of a run on one machine."""
    expected = {names(subject): subject for subject in subjects(inventory)}
    found: dict[Name, tuple[_File, ET.Element]] = {}
    for file in files:
        for name, case in file.cases.items():
            if name not in expected and name[0] != PREFIX.strip():
                faults.append(f"unknown: {file.path} has {' '.join(name)}, which no zone names")
            elif name in found:
                subject = expected.get(name) or Subject(SubjectKind.RUN, name[1], name[1])
                faults.append(double(subject, found[name][0].path, file.path))
            else:
                found[name] = file, case
    lost = (subject for name, subject in expected.items() if name not in found)
    faults += missing("JUnit", map(title, lost))
    ordered = [name for name in expected if name in found]
    return [
        found[name][1] for name in (*ordered, *(name for name in found if name not in expected))
    ]


def _unended(files: Iterable[_File]) -> Iterator[str]:
    for file in files:
        code = _ended_with(file)
        if code not in _ENDED:
            yield f"unended: {file.path} is of a shard that ended with {code}; run it again"


def _ended_with(file: _File) -> int:
    return next(int(value) for name, _, value in file.properties if name == EXIT_CODE)


def _exit_code(files: Iterable[_File], faults: Sequence[str], cases: Iterable[ET.Element]) -> int:
    codes = {_ended_with(file) for file in files}
    if faults or EXIT_INCOMPLETE in codes:
        return EXIT_INCOMPLETE
    failed = any(case.find(kind) is not None for case in cases for kind in ("failure", "error"))
    return int(failed or 1 in codes)


def _attributes(files: Sequence[_File], cases: Sequence[ET.Element]) -> dict[str, str]:
    """Return the testsuite's: its sums, and the time from the first start to the last end."""
    starts = [datetime.fromisoformat(file.attributes["timestamp"]) for file in files]
    lengths = [timedelta(seconds=float(file.attributes["time"])) for file in files]
    end = max(start + length for start, length in zip(starts, lengths, strict=True))
    counts = {
        attribute: str(sum(len(case.findall(element)) for case in cases))
        for attribute, element in _COUNTED.items()
    }
    return {
        "name": "pytest",
        **counts,
        "tests": str(len(cases)),
        "time": f"{(end - min(starts)).total_seconds():.3f}",
        "timestamp": min(starts).isoformat(),
        "hostname": _joined(file.attributes.get("hostname", "") for file in files),
    }


def _properties(files: Iterable[_File], facts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the shards' properties, each once, in their order; ``facts`` take the place of theirs.

    Where shards differ, as in the machine that they ran on, all values are told.
    """
    values: dict[tuple[str, int], list[str]] = {}
    for file in files:
        for name, number, value in file.properties:
            values.setdefault((name, number), []).append(value)
    for (name, _), found in values.items():
        match name.removeprefix(PREFIX):
            case "shard":
                continue
            case "started":
                yield name, min(found)
            case "ended":
                yield name, max(found)
            case _:
                yield name, facts.get(name, _joined(found))


def _joined(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(values))
