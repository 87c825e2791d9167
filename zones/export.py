"""What a run's sources yielded, in one file, so that other machines work from the same.

One JSON object, of which ``write_export`` shows the keys. The file is as sensitive as the zone
transfer that it came from, and only its owner may read it. It says nothing of when certificates are
judged: last week's zones must not be judged at last week's time.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from zones.ancestor import AncestorError, is_ancestors, read_ancestors
from zones.answer import Answer, Asked, from_row, to_row
from zones.inventory import Collected
from zones.name import is_name_text
from zones.order import ip_version
from zones.private_file import write_private
from zones.rdata import is_rdata_text
from zones.source import ZoneFailure, ZoneSourceError
from zones.target import Target
from zones.zone import ALIASES, Record, Zone

FORMAT = "zonecert zones"
VERSION = 2
_READABLE = (1, VERSION)
"""Files of version 1 have no records of services, and no aliases; else they are the same."""
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


class _FaultError(Exception):
    """What is wrong, with the place inside the file."""


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
        text = path.read_bytes()
        document = _table(json.loads(text), "the file")
        if is_ancestors(document):
            return _ancestors(document, path, sha256(text).hexdigest())
        return _export(document, sha256(text).hexdigest())
    except AncestorError as fault:
        raise ExportError(f"{path}: {fault}; write it anew") from fault
    except OSError as error:
        raise ExportError(f"{path}: cannot be read: {error.strerror}") from error
    except _FaultError as fault:
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
        raise _FaultError(f"is no file of zones that zonecert wrote: format is not {FORMAT!r}")
    if document.get("version") not in _READABLE:
        raise _FaultError(f"version: given {document.get('version')!r}; allowed: 1, {VERSION}")
    results = tuple(
        _result(_table(each, f"zones[{at}]"), f"zones[{at}]")
        for at, each in enumerate(_get(document, "zones", list, ""))
    )
    if len({(result.origin, result.view) for result in results}) != len(results):
        raise _FaultError("zones: a zone is there twice in one view")
    return Export(
        collected=Collected(results, dict(_answers(_get(document, "answers", list, "")))),
        exported_at=_moment(document, "exported_at", ""),
        configuration_sha256=_get(document, "configuration_sha256", str, ""),
        targets=_get(document, "targets", str, ""),
        sha256=digest,
    )


def _result(table: dict[str, Any], at: str) -> Zone | ZoneFailure:
    origin, view, server = (_get(table, key, str, at) for key in ("origin", "view", "server"))
    if "error" in table:
        error = ZoneSourceError(_get(table, "error", str, at), _get(table, "remedy", str, at))
        return ZoneFailure(origin, view, server, error)
    others = _get(table, "other_owners", list, at)
    members = _get({"members": []} | table, "members", list, at)
    return Zone(
        origin=origin,
        serial=_get(table, "serial", int, at),
        records=tuple(sorted(_records(_get(table, "records", list, at), origin, at))),
        view=view,
        server=server,
        transferred_at=_moment(table, "transferred_at", at),
        authenticated=_get(table, "authenticated", bool, at),
        other_owners=tuple(
            _checked(name, _within(origin), f"{at}.other_owners") for name in others
        ),
        members=tuple(_checked(name, is_name_text, f"{at}.members") for name in members),
    )


def _records(rows: list[Any], origin: str, at: str) -> Iterator[Record]:
    is_owner = _within(origin)
    for place, row in enumerate(rows):
        match row:
            case [str(owner), str(rdtype), int(ttl), str(rdata)] if (
                is_owner(owner) and ttl >= 0 and _is_rdata(rdtype, rdata)
            ):
                yield Record(owner, rdtype, rdata, ttl)
            case _:
                raise _FaultError(
                    f"{at}.records[{place}]: is no record of the zone: {str(row)[:100]}"
                )


def _answers(rows: list[Any]) -> Iterator[tuple[Asked, Answer]]:
    for place, row in enumerate(rows):
        found = from_row(row)
        if found is None:
            raise _FaultError(f"answers[{place}]: is no answer: {str(row)[:100]}")
        yield found


def _within(origin: str) -> Callable[[object], bool]:
    """Return what tells whether a name is in the zone and written as all sources write it."""
    below = f".{origin}" if origin else ""

    def is_within(name: object) -> bool:
        return is_name_text(name) and (name == origin or str(name).endswith(below))

    return is_within


def _is_rdata(rdtype: str, rdata: str) -> bool:
    if rdtype in _FAMILIES:
        return ip_version(rdata) == _FAMILIES[rdtype]
    return is_name_text(rdata) if rdtype in _NAMES else is_rdata_text(rdtype, rdata)


def _table(value: object, at: str) -> dict[str, Any]:
    table: dict[str, Any] = _checked(value, lambda each: isinstance(each, dict), at)
    return table


def _get(table: dict[str, Any], key: str, kind: type, at: str) -> Any:  # noqa: ANN401 - of that kind
    value = table.get(key)
    return _checked(value, lambda each: type(each) is kind, f"{at}.{key}".lstrip("."))


def _moment(table: dict[str, Any], key: str, at: str) -> datetime:
    with suppress(ValueError):
        moment = datetime.fromisoformat(_get(table, key, str, at))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise _FaultError(f"{at}.{key}: is no time with an offset".lstrip("."))


def _checked(value: Any, is_good: Callable[[Any], bool], at: str) -> Any:  # noqa: ANN401 - of any kind
    if not is_good(value):
        raise _FaultError(f"{at}: given {str(value)[:100]!r}")
    return value
