"""``python -m reports merge``: the reports of a run's shards made into those of one machine."""

import argparse
import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, NoReturn
from xml.etree import ElementTree as ET

from frozen import RequestError, require_agreement, run_id, thawed
from reports import merge_junit
from reports.ledger import ledger
from reports.merge import MergeError, Shards, first_row
from reports.results import EXIT_INCOMPLETE
from reports.tally import tally
from settings import FILE_NAME, SettingsError, load_settings
from zones.export import Export
from zones.inventory import Inventory

EXIT_USAGE = 4
"""As pytest's."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be merged into what."""

    compliance: Path
    zones: Path
    csv: Path
    junitxml: Path
    coverage: Path | None
    csv_parts: tuple[Path, ...]
    junit_parts: tuple[Path, ...]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """See ``ArgumentParser.error``; ends with pytest's code for a usage error."""
        self.exit(EXIT_USAGE, f"{self.format_usage()}{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Merge, say what is missing, and return the exit code that one machine would have ended with.

    That is 6 also where a result is missing or double, and 4 where nothing can be merged.
    """
    job = _job(arguments)
    try:
        return _merge(job)
    except (MergeError, RequestError, SettingsError) as error:
        sys.stderr.write(f"merge: {error}\n")
        return EXIT_USAGE


def _merge(job: Job) -> int:
    inventory, export = _frozen(job)
    shards = Shards(inventory, run_id(inventory.judged_at, export.sha256[:8]))
    merged = shards.merge(job.csv_parts)
    tallies = tally(inventory, merged.standings)
    suite = merge_junit.merge(job.junit_parts, inventory, tallies)
    _write(job.csv, lambda file: file.writelines(shards.text()))
    _write(job.junitxml, lambda file: _write_xml(file, suite.root))
    if job.coverage:
        # From the results of all targets: a shard's own file knows of its targets alone.
        lines = ledger(inventory, merged.standings)
        _write(job.coverage, lambda file: csv.writer(file).writerows(lines))
    faults = list(dict.fromkeys((*merged.faults, *suite.faults)))
    _tell(faults)
    done, wanted = len(merged.standings), len(inventory.targets)
    sys.stdout.write(f"merge: {done} of {wanted} targets in {job.csv} and {job.junitxml}\n")
    return EXIT_INCOMPLETE if faults else suite.exit_code


def _frozen(job: Job) -> tuple[Inventory, Export]:
    """Return what the shards worked from, judged when they judged."""
    settings = load_settings(job.compliance)
    judged_at = datetime.fromisoformat(first_row(job.csv_parts)["judged_at"])
    inventory, export = thawed(settings, job.zones, judged_at)
    require_agreement(settings, inventory, export, job.zones)
    return inventory, export


def _write(path: Path, write: Callable[[IO[str]], None]) -> None:
    """Write the file anew and put it in its place in one rename."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as file:
            write(file)
        fresh.replace(path)
    except OSError as error:
        raise MergeError(f"{path}: cannot be written: {error.strerror}; name another") from error


def _write_xml(file: IO[str], root: ET.Element) -> None:
    file.write('<?xml version="1.0" encoding="utf-8"?>')
    file.write(ET.tostring(root, encoding="unicode"))


def _tell(faults: Iterable[str]) -> None:
    sys.stderr.writelines(f"merge: {fault}\n" for fault in faults)


def _job(arguments: Sequence[str]) -> Job:
    parser = _Parser(prog="python -m reports", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="merge")
    merge = commands.add_parser("merge", help="merge the CSV and JUnit files of shards")
    merge.add_argument("--compliance", type=Path, metavar="FILE", default=Path(FILE_NAME))
    for name in ("--zones", "--csv", "--junitxml"):
        merge.add_argument(name, type=Path, metavar="FILE", required=True)
    merge.add_argument("--coverage-csv", type=Path, metavar="FILE")
    merge.add_argument("parts", type=Path, metavar="SHARD", nargs="+")
    given = parser.parse_args(arguments)
    parts = {kind: tuple(each for each in given.parts if each.suffix == kind) for kind in _KINDS}
    if any(each.suffix not in _KINDS for each in given.parts) or not all(parts.values()):
        merge.error("SHARD: name the CSV and the JUnit file of each shard, *.csv and *.xml")
    outputs = filter(None, (given.csv, given.junitxml, given.coverage_csv))
    if {each.resolve() for each in outputs} & {each.resolve() for each in given.parts}:
        merge.error(
            "--csv, --junitxml, --coverage-csv: would overwrite a SHARD's file; name others"
        )
    return Job(
        given.compliance,
        given.zones,
        given.csv,
        given.junitxml,
        given.coverage_csv,
        parts[".csv"],
        parts[".xml"],
    )


_KINDS = (".csv", ".xml")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
