"""The CSV files of a run's shards made into the one that a single machine would have written.

Each row is taken over as it stands: a cell is on one line, so a line is a row. What a shard that
was ended before its time has left is merged as far as it goes, and what is missing is told.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from checks.failure import title
from checks.finding import Severity
from checks.judge import subject_of
from checks.verdict import Outcome, Subject, SubjectKind
from reports.rows import COLUMNS, Row, guarded
from reports.subject import order
from reports.tally import NOT_RUN, Standing, standing_of
from zones.inventory import Inventory, zone_ids


class MergeError(Exception):
    """The files cannot be merged: which one, why, what to do."""


class Key(NamedTuple):
    """What tells the rows of one subject from those of others, as cells."""

    address: str
    port: str
    fqdn: str
    view: str
    """Of a zone; a target has none here: it is one, whatever views led to it."""


@dataclass(slots=True)
class Merged:
    """What came of all files."""

    faults: list[str] = field(default_factory=list)
    """Sentences on what is missing, double, cut off or of no subject."""
    standings: dict[str, Standing] = field(default_factory=dict)
    """Of the targets, by id."""
    lines: dict[Key, list[str]] = field(default_factory=dict)
    """Line ends included."""


class Shards:
    """The files, and the subjects that they are to speak of."""

    def __init__(self, inventory: Inventory, run_id: str) -> None:
        self._subjects = {key_of(subject): subject for subject in subjects(inventory)}
        self._run_id = run_id
        self._merged = Merged()
        self._seen_in: dict[Key, Path] = {}

    def merge(self, paths: Iterable[Path]) -> Merged:
        """Return what the files hold together; of a double result the first is kept.

        Raises MergeError for a file of another run, or that is no CSV of ours.
        """
        for path in paths:
            for key, rows, lines in self._groups(path):
                self._take(path, key, rows, lines)
        self._merged.faults += missing(
            "CSV",
            (
                title(subject)
                for key, subject in self._subjects.items()
                if subject.kind is SubjectKind.TARGET and key not in self._seen_in
            ),
        )
        return self._merged

    def text(self) -> Iterator[str]:
        """Yield the lines of the merged file, in the order that every CSV has."""
        yield ",".join(COLUMNS) + "\r\n"
        found = sorted(self._merged.lines, key=lambda key: order(self._subjects[key]))
        for key in found:
            yield from self._merged.lines[key]

    def _groups(self, path: Path) -> Iterator[tuple[Key, list[Row], list[str]]]:
        """Yield the rows of each subject; in a file that has grown they are together too."""
        key, rows, lines = None, list[Row](), list[str]()
        for row, line in _read(path, self._merged.faults):
            if row["run_id"] != self._run_id:
                raise MergeError(
                    f"{path}: is of run {row['run_id']}, and this is run {self._run_id};"
                    " name the files of one run, and the zones that it started from"
                )
            if key != key_of_row(row) and key is not None:
                yield key, rows, lines
                rows, lines = [], []
            key = key_of_row(row)
            rows.append(row)
            lines.append(line)
        if key is not None:
            yield key, rows, lines

    def _take(self, path: Path, key: Key, rows: list[Row], lines: list[str]) -> None:
        subject = self._subjects.get(key)
        if subject is None and not key.address and not key.view:
            # A test of the run as a whole that broke is called by its own name.
            subject = self._subjects[key] = Subject(SubjectKind.RUN, key.fqdn, key.fqdn)
        faults = self._merged.faults
        if subject and rows[0]["message"] == NOT_RUN:
            # Missing, unless another file has it.
            return
        if subject is None:
            faults.append(f"unknown: {path} has {' '.join(key).strip()}, which no zone names")
        elif key in self._seen_in:
            faults.append(double(subject, self._seen_in[key], path))
        else:
            self._seen_in[key] = path
            self._merged.lines[key] = lines
            if subject.kind is SubjectKind.TARGET:
                self._merged.standings[subject.id] = standing_of_rows(rows)


def subjects(inventory: Inventory) -> Iterator[Subject]:
    """Yield the subject of each test that a run on one machine makes, in its order."""
    yield from map(subject_of, inventory.targets)
    yield Subject(SubjectKind.RUN, "inventory", "inventory")
    for zone, zone_id in zip(inventory.zones, zone_ids(inventory.zones), strict=True):
        yield Subject(SubjectKind.ZONE, zone_id, zone.origin, zone.origin, views=(zone.view,))


def key_of(subject: Subject) -> Key:
    """Return the key of a subject's rows."""
    port = "" if subject.port is None else str(subject.port)
    view = "" if subject.address else guarded("".join(subject.views))
    return Key(guarded(subject.address), port, guarded(subject.fqdn), view)


def key_of_row(row: Row) -> Key:
    """Return the same of one of them."""
    view = "" if row["ip_address"] else row["view"]
    return Key(row["ip_address"], row["port"], row["fqdn"], view)


def standing_of_rows(rows: list[Row]) -> Standing:
    """Return what a target's rows say of its verdict."""
    unwaived = [row for row in rows if not row["waiver"]]
    if unwaived:
        outcome = Outcome(unwaived[0]["status"])
    else:
        stings = any(row["severity"] != Severity.NOTE for row in rows)
        outcome = Outcome.WAIVED if stings else Outcome.OK
    # Remarks stand behind it.
    reason = rows[0]["message"].partition("; ")[0] if outcome is Outcome.UNREACHABLE else ""
    return standing_of(outcome, {row["finding_id"] for row in rows}, reason)


def missing(kind: str, names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for each subject without a result in the files of that kind."""
    return (f"missing: no {kind} file has a result of {name}" for name in names)


def double(subject: Subject, first: Path, second: Path) -> str:
    """Return the sentence on a subject with two results."""
    return f"double: {title(subject)} is in {first} and again in {second}; the first is kept"


def first_row(paths: Iterable[Path]) -> Row:
    """Return a row to tell the run by; raises MergeError where no file has any."""
    for path in paths:
        for row, _ in _read(path, []):
            return row
    raise MergeError("no CSV file has any result; name those that the shards wrote")


def _read(path: Path, faults: list[str]) -> Iterator[tuple[Row, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            if next(lines, "") != ",".join(COLUMNS) + "\r\n":
                raise MergeError(
                    f"{path}: has not the columns of --csv; shards must be run by this zonecert,"
                    " without --csv-findings-only"
                )
            for number, line in enumerate(lines, 2):
                cells = next(csv.reader([line]), [])
                if len(cells) == len(COLUMNS) and line.endswith("\r\n"):
                    yield dict(zip(COLUMNS, cells, strict=True)), line
                else:
                    faults.append(f"cut off: {path} has no whole row in line {number}")
    except (OSError, ValueError, csv.Error) as error:
        raise MergeError(f"{path}: cannot be read: {error}") from error
