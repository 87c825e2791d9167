"""Zones by master files (RFC 1035 section 5), as servers and repositories hold them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr

from zones.name import parse_name, parse_origin
from zones.origin import Origin, distinct
from zones.reading.collector import Collector
from zones.reading.entries import EntryError, Limits, read_entries
from zones.source import ZoneFailure, ZoneSourceError
from zones.source_model import SourceModel
from zones.zone import Zone


class MasterFileError(ZoneSourceError):
    """A zone's file could not be read as a whole."""


def _checked(raw: object) -> object:
    if isinstance(raw, dict):
        if any(isinstance(value, dict) for value in raw.values()):
            raise ValueError('write a name with dots in quotes: "company.com" = "company.com.zone"')
        distinct(tuple(map(parse_origin, raw)))
    return raw


class MasterFileSource(SourceModel):
    """Zones of which each has a file."""

    type: Literal["master_file"] = "master_file"
    files: Annotated[dict[Origin, Path], Field(min_length=1), BeforeValidator(_checked)]
    """The primary file by the zone's apex name; relative to the folder of the configuration."""
    max_records: Annotated[int, Field(ge=1)] = 1_000_000
    """Of all types, in one zone."""
    max_bytes: Annotated[int, Field(ge=1)] = 256 * 1024 * 1024
    """Of one zone's files together."""
    _folder: Path = PrivateAttr(default=Path())
    """What relative paths are relative to; ``files`` stays as it was written, for the reports."""

    @property
    def origins(self) -> tuple[str, ...]:
        """See ``SourceModel.origins``."""
        return tuple(self.files)

    def located(self, folder: Path) -> Self:
        """See ``SourceModel.located``."""
        source = self.model_copy()
        source._folder = folder  # noqa: SLF001 - its own
        return source

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        """See ``ZoneSource.collect``."""
        yield from map(self._zone_or_failure, self.files)

    def zone(self, origin: str) -> Zone:
        """Return that zone, complete; raises MasterFileError."""
        path = self.files[origin]
        collector = Collector(parse_name(origin or "."))
        try:
            read_entries(self._folder / path, collector, Limits(self.max_records, self.max_bytes))
        except EntryError as error:
            where = f"zone {origin or '.'}: file {path}"
            what = ": ".join(filter(None, (where, error.place, error.cause)))
            raise MasterFileError(what, error.remedy) from error
        return Zone(
            origin=origin,
            serial=collector.serial,
            records=collector.records(),
            view=self.name,
            server=str(path),
            # Not the file's own time: a checkout, a copy or a mount makes that anew.
            transferred_at=datetime.now(UTC),
            other_owners=collector.other_owners(),
        )

    def _zone_or_failure(self, origin: str) -> Zone | ZoneFailure:
        try:
            return self.zone(origin)
        except MasterFileError as error:
            return ZoneFailure(origin, self.name, str(self.files[origin]), error)
