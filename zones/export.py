"""What a run's sources yielded, in one file, so that other machines work from the same.

One JSON object, of which ``write_export`` shows the keys. The file is as sensitive as the zone
transfer that it came from, and only its owner may read it. It says nothing of when certificates are
judged: last week's zones must not be judged at last week's time.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from zones.ancestor import AncestorError, is_ancestors, read_ancestors
from zones.cut import cut
from zones.document import FaultError, checked, field, moment, parsed, table_of
from zones.inventory import Collected
from zones.name import is_below, is_name_text
from zones.naming.answer import Answer, Asked, from_row, to_row
from zones.naming.order import ip_version
from zones.ordinary_file import FileError, read_file
from zones.private_file import write_private
from zones.reading.rdata import is_rdata_text
from zones.source import ZoneFailure, ZoneSourceError
from zones.target import Target
from zones.zone import ALIASES, Record, Zone

FORMAT = "zonecert zones"
VERSION = 2
_READABLE = (1, VERSION)
"""Files of version 1 have no records of services, and no aliases; else they are the same."""
MOST_BYTES = 1024 * 1024 * 1024
"""Of a file that is read: some ten million records."""
_FAMILIES = {"A": 4, "AAAA": 6}
_NAMES = frozenset({"CNAME", "DNAME", "NS", *ALIASES})


class ExportError(Exception):
    """A file of zones cannot be written or read: which, where in it, what to do."""


@dataclass(frozen=True, slots=True)
class Export:
    """What the file holds."""

    collected: Collected
    exported_at: datetime
    """Aware, UTC."""
    configuration_sha256: str
    """Of the exporting run's configuration; empty where no run wrote the file."""
    targets: str
    """What ``fingerprint`` says of the targets that the exporting run derived; likewise."""
    sha256: str = ""
    """Of the file's bytes, lower-case hex; empty where it has not been read from one."""


def fingerprint(targets: Iterable[Target]) -> str:
    """Return what tells one list of targets from another, in whatever order they are."""
    ids = sorted(target.id for target in targets)
    return f"{len(ids)} {sha256(chr(10).join(ids).encode()).hexdigest()}"


def write_export(path: Path, export: Export) -> None:
    """Write the file, in the place of what was there in one rename, for its owner only.

    Raises ExportError where that cannot be.
    """
    document = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": export.exported_at.isoformat(),
        "configuration_sha256": export.configuration_sha256,
        "targets": export.targets,
        "zones": [_written(result) for result in export.collected.results],
        "answers": sorted(
            to_row(asked, answer) for asked, answer in export.collected.answers.items()
        ),
    }
    try:
        write_private(path, json.dumps(document).encode() + b"\n")
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror}; name another") from error


def read_export(path: Path) -> Export:
    """Return what the file holds, ours or dns-cert-checker's; raises ExportError where it is none.

    A zone of no view, the empty string, is of the source whose zone it is.
    """
    try:
        text = read_file(path, MOST_BYTES)
        document = table_of(parsed(text), "the file")
        if is_ancestors(document):
            return _ancestors(document, path, sha256(text).hexdigest())
        return _export(document, sha256(text).hexdigest())
    except AncestorError as fault:
        raise ExportError(f"{path}: {fault}; write it anew") from fault
    except FileError as error:
        raise ExportError(f"{path}: {error}; name a file of zones") from error
    except FaultError as fault:
        raise ExportError(f"{path}: {fault}; write it anew with --export-zones") from fault
    except (ValueError, RecursionError) as error:
        # JSONDecodeError and UnicodeDecodeError are ValueErrors, and so is a number too long.
        what = f"{path}: is no JSON: {error}; write it anew with --export-zones"
        raise ExportError(what) from error


def _written(result: Zone | ZoneFailure) -> dict[str, Any]:
    head = {"origin": result.origin, "view": result.view, "server": result.server}
    if isinstance(result, ZoneFailure):
        return head | {"error": result.error.what, "remedy": result.error.remedy}
    return head | {
        "serial": result.serial,
        "transferred_at": result.transferred_at.isoformat(),
        "authenticated": result.authenticated,
        "records": [[each.owner, each.rdtype, each.ttl, each.rdata] for each in result.records],
        "other_owners": result.other_owners,
        "members": result.members,
    }


def _ancestors(document: dict[str, Any], path: Path, digest: str) -> Export:
    written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    zones = tuple(read_ancestors(document, path.name, written_at))
    return Export(Collected(zones, {}), written_at, "", "", digest)


def _export(document: dict[str, Any], digest: str) -> Export:
    if document.get("format") != FORMAT:
        raise FaultError(f"is no file of zones that zonecert wrote: format is not {FORMAT!r}")
    if document.get("version") not in _READABLE:
        raise FaultError(f"version: given {document.get('version')!r}; allowed: 1, {VERSION}")
    results = tuple(
        _result(table_of(each, f"zones[{at}]"), f"zones[{at}]")
        for at, each in enumerate(field(document, "zones", list, ""))
    )
    if len({(result.origin, result.view) for result in results}) != len(results):
        raise FaultError("zones: a zone is there twice in one view")
    return Export(
        collected=Collected(results, dict(_answers(field(document, "answers", list, "")))),
        exported_at=moment(document, "exported_at", ""),
        configuration_sha256=field(document, "configuration_sha256", str, ""),
        targets=field(document, "targets", str, ""),
        sha256=digest,
    )


def _result(table: dict[str, Any], at: str) -> Zone | ZoneFailure:
    origin, view, server = (field(table, key, str, at) for key in ("origin", "view", "server"))
    checked(origin, is_name_text, f"{at}.origin")
    if "error" in table:
        error = ZoneSourceError(field(table, "error", str, at), field(table, "remedy", str, at))
        return ZoneFailure(origin, view, server, error)
    others = field(table, "other_owners", list, at)
    members = field({"members": []} | table, "members", list, at)
    return Zone(
        origin=origin,
        serial=field(table, "serial", int, at),
        records=tuple(sorted(_records(field(table, "records", list, at), origin, at))),
        view=view,
        server=server,
        transferred_at=moment(table, "transferred_at", at),
        authenticated=_authenticated(table, at),
        other_owners=tuple(checked(name, _within(origin), f"{at}.other_owners") for name in others),
        members=tuple(checked(name, is_name_text, f"{at}.members") for name in members),
    )


def _authenticated(table: dict[str, Any], at: str) -> bool | None:
    if table.get("authenticated", False) is None:
        return None
    found: bool = field(table, "authenticated", bool, at)
    return found


def _records(rows: list[Any], origin: str, at: str) -> Iterator[Record]:
    is_owner = _within(origin)
    for place, row in enumerate(rows):
        match row:
            case [str(owner), str(rdtype), int(ttl), str(rdata)] if (
                is_owner(owner) and ttl >= 0 and _is_rdata(rdtype, rdata)
            ):
                yield Record(owner, rdtype, rdata, ttl)
            case _:
                raise FaultError(
                    f"{at}.records[{place}]: is no record of the zone: {cut(str(row), 100)}"
                )


def _answers(rows: list[Any]) -> Iterator[tuple[Asked, Answer]]:
    for place, row in enumerate(rows):
        found = from_row(row)
        if found is None:
            raise FaultError(f"answers[{place}]: is no answer: {cut(str(row), 100)}")
        yield found


def _within(origin: str) -> Callable[[object], bool]:
    """Return what tells whether a name is in the zone and written as all sources write it."""
    return lambda name: is_name_text(name) and is_below(str(name), origin)


def _is_rdata(rdtype: str, rdata: str) -> bool:
    if rdtype in _FAMILIES:
        return ip_version(rdata) == _FAMILIES[rdtype]
    return is_name_text(rdata) if rdtype in _NAMES else is_rdata_text(rdtype, rdata)
