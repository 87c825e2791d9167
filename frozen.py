"""A run's inventory: taken now, or frozen in a file so that many machines share one run."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from checks.text import clean
from settings import Settings, shard_of_ci
from zones.export import Export, ExportError, fingerprint, read_export, write_export
from zones.inventory import Collected, Inventory, collect, completed, derived
from zones.shard import Shard
from zones.source import ZoneFailure
from zones.zone import Zone

OPTIONS = (
    ("--export-zones", "FILE", "write the zones, as they are now, to FILE for other machines"),
    ("--from-zones-json", "FILE", "take the zones from FILE: an export, or dns-cert-checker's"),
    ("--shard", "i/N", "look at the i-th of N parts of the targets, from 1/N to N/N"),
    ("--judged-at", "TIME", "judge certificates at TIME, such as 2026-03-01T02:00:00Z"),
)
"""Option, what it takes, what it does."""
_WORDS = 2000
"""Characters of an error: a path may be long."""
_CLOCKS_DIFFER = timedelta(minutes=1)


class RequestError(Exception):
    """The options cannot be had: which one, why, what to do; printable, whatever a file says."""

    def __init__(self, words: str) -> None:
        super().__init__(clean(words, _WORDS))


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks of the inventory."""

    now: datetime
    """Aware, UTC."""
    export_to: Path | None = None
    taken_from: Path | None = None
    """None: the sources are asked."""
    shard: Shard | None = None
    """None: all targets."""
    judged_at: datetime | None = None
    """Aware, UTC; None: now."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run works from."""

    inventory: Inventory
    """The whole, whatever the shard."""
    shard: Shard | None
    run_id: str
    started: datetime
    """Aware, UTC."""


def requested(options: Mapping[str, str | None], folder: Path, now: datetime) -> Request:
    """Return what the values of ``OPTIONS`` ask; paths are relative to ``folder``.

    The part that the CI system gives this job stands in for ``--shard`` only where zones come from
    a file: with a transfer of its own, no job looks at a part unawares. Raises RequestError.
    """
    export_to, taken_from, shard, judged_at = (options[name] for name, _, _ in OPTIONS)
    if shard and not taken_from:
        raise RequestError(
            f"--shard={shard}: needs --from-zones-json=FILE, so that all agree, and --judged-at="
            "TIME; one run writes the file by --export-zones=FILE (docs/many-machines.md)"
        )
    shard = shard or (shard_of_ci() if taken_from else "")
    if shard and export_to:
        raise RequestError(f"--export-zones: is for all shards; run it without --shard={shard}")
    if shard and not judged_at:
        raise RequestError(f"--shard={shard}: needs --judged-at=TIME, the same for all shards")
    return Request(
        now=now,
        export_to=folder / Path(export_to).expanduser() if export_to else None,
        taken_from=folder / Path(taken_from).expanduser() if taken_from else None,
        shard=_shard(shard) if shard else None,
        judged_at=_moment(judged_at, now) if judged_at else None,
    )


def take(settings: Settings, request: Request) -> Taken:
    """Return what is asked for: each source is asked once, or the file is read.

    Raises RequestError where the file is no such file, is of another configuration, or cannot be
    written; SettingsError where a source lacks what it needs to be asked; TooManyTargetsError.
    """
    judged_at = request.judged_at or request.now
    token = secrets.token_hex(4)
    if request.taken_from is not None:
        inventory, export = thawed(settings, request.taken_from, judged_at)
        if request.shard:
            require_agreement(settings, inventory, export, request.taken_from)
        token = export.sha256[:8] if request.judged_at else token
        collected = export.collected
    else:
        collected = collect(settings.prepared_sources(), settings.rules())
        inventory = derived(collected, settings.sources, settings.rules(), judged_at)
    if request.export_to is not None:
        _freeze(request.export_to, settings, collected, inventory, request.now)
    return Taken(inventory, request.shard, run_id(judged_at, token), request.now)


def run_id(judged_at: datetime, token: str) -> str:
    """Return what reports call a run; all shards of a run have one id, by the file they share."""
    return f"{judged_at:%Y%m%dT%H%M%SZ}-{token}"


def thawed(settings: Settings, path: Path, judged_at: datetime) -> tuple[Inventory, Export]:
    """Return the inventory that the settings make of the file's zones, and what is in the file.

    Names outside the zones that it has no answer for are resolved now; it has all answers for the
    configuration that it was exported with. Raises RequestError where the file is no such file, or
    the two have not the same zones.
    """
    try:
        export = read_export(path)
    except ExportError as error:
        raise RequestError(f"--from-zones-json={error}") from error
    results = tuple(_with_views(settings, export.collected.results, path))
    collected = replace(export.collected, results=results)
    fault = next(_strangers(settings, collected), None)
    if fault:
        raise RequestError(f"{path}: {fault}")
    if settings.sha256 != export.configuration_sha256:
        collected = completed(collected, settings.sources, settings.rules())
    inventory = derived(collected, settings.sources, settings.rules(), judged_at)
    return inventory, replace(export, collected=collected)


def require_agreement(settings: Settings, inventory: Inventory, export: Export, path: Path) -> None:
    """Raise RequestError unless the exporting run made the same targets by the same rules."""
    if not export.configuration_sha256:
        raise RequestError(
            f"{path}: was written by no run, so shards may find other addresses of names outside"
            f" its zones; run once with --from-zones-json={path} --export-zones=FILE, and hand"
            " that FILE to all of them"
        )
    if settings.sha256 != export.configuration_sha256:
        raise RequestError(
            f"{path}: was exported with another configuration (SHA-256"
            f" {export.configuration_sha256}, and this one's is {settings.sha256});"
            " all machines need the same: copy it, or export anew"
        )
    found = fingerprint(inventory.targets)
    if found != export.targets:
        raise RequestError(
            f"{path}: its run made other targets of it ({export.targets}) than this one does"
            f" ({found}); run the same zonecert on all machines, or export anew"
        )


def _freeze(
    path: Path, settings: Settings, collected: Collected, inventory: Inventory, now: datetime
) -> None:
    targets = fingerprint(inventory.targets)
    try:
        write_export(path, Export(collected, now, settings.sha256, targets))
    except ExportError as error:
        raise RequestError(f"--export-zones={error}") from error


def _with_views(
    settings: Settings, results: Iterable[Zone | ZoneFailure], path: Path
) -> Iterator[Zone | ZoneFailure]:
    """Yield the results, each of the source whose zone it is where the file does not say which.

    That is the one source that names it, or whose catalog lists it, or else the only source.
    """
    results = tuple(results)
    sources = _sources_by_zone(settings, results)
    every = [source.name for source in settings.sources]
    for result in results:
        match [result.view] if result.view else sources.get(result.origin, every):
            case [view]:
                yield replace(result, view=view)
            case views:
                raise RequestError(
                    f"{path}: zone {result.origin or '.'} is of one of {', '.join(views)}, and the"
                    " file does not say which; name it in zones of one source, or export with"
                    " --view=NAME"
                )


def _sources_by_zone(
    settings: Settings, results: Iterable[Zone | ZoneFailure]
) -> dict[str, list[str]]:
    listed = {each.origin: each.members for each in results if isinstance(each, Zone)}
    found = defaultdict(list)
    for source in settings.sources:
        members = chain.from_iterable(listed.get(origin, ()) for origin in source.origins)
        for origin in {*source.origins, *members}:
            found[origin].append(source.name)
    return found


def _strangers(settings: Settings, collected: Collected) -> Iterator[str]:
    """Yield what the file has and the configuration has not, or the other way round."""
    held = {(result.view, result.origin) for result in collected.results}
    if len(held) != len(collected.results):
        yield "has a zone twice in one view; export anew"
    views = {source.name for source in settings.sources}
    for view, origin in sorted(held):
        if view not in views:
            yield (
                f"zone {origin or '.'} is of view {view!r}, and the configuration has no source"
                " of that name; use the configuration that it was exported with"
            )
    wanted = [(source.name, origin) for source in settings.sources for origin in source.origins]
    for view, origin in (*wanted, *_listed(collected)):
        if (view, origin) not in held:
            yield f"has no zone {origin or '.'} of source {view!r}; export anew"


def _listed(collected: Collected) -> Iterator[tuple[str, str]]:
    """Yield each view and zone that the file's catalogs list."""
    for result in collected.results:
        if isinstance(result, Zone):
            yield from ((result.view, member) for member in result.members)


def _shard(text: str) -> Shard:
    try:
        return Shard.parse(text)
    except ValueError as error:
        raise RequestError(f"--shard: {error}") from error


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        in_utc = moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise RequestError(f"--judged-at={text}: is no time; write 2026-03-01T02:00:00Z") from error
    if moment.tzinfo is None:
        raise RequestError(f"--judged-at={text}: of which time zone? Add Z, or an offset (+01:00)")
    if moment > now + _CLOCKS_DIFFER:
        raise RequestError(f"--judged-at={text}: is yet to come; set it when the run starts")
    return in_utc
