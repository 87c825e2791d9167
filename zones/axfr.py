"""Zones by zone transfer from an authoritative server (RFC 5936)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from zones.name import name_text, parse_name
from zones.source import ZoneFailure, ZoneSourceError
from zones.source_model import Server, SourceModel
from zones.transfer import Limits, TransferFailure, transfer
from zones.zone import Zone

# BIND lets ten transfers out at once; a nightly audit leaves most of them to the secondaries.
_TRANSFERS_AT_ONCE = 4


class AxfrError(ZoneSourceError):
    """A zone could not be transferred, or not completely."""


def _origin(text: str) -> str:
    if not text:
        raise ValueError("a zone has a name; the root zone is written as '.'")
    return name_text(parse_name(text))


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name or "." for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"named twice: {', '.join(twice)}")
    return names


Origin = Annotated[str, AfterValidator(_origin)]


class AxfrSource(SourceModel):
    """Zones of one server, each transferred over TCP."""

    type: Literal["axfr"] = "axfr"
    server: Server
    """IP address or host name, with or without a port."""
    zones: Annotated[tuple[Origin, ...], Field(min_length=1), AfterValidator(_distinct)]
    transfer_timeout: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 60
    """Seconds for one whole transfer."""
    max_records: Annotated[int, Field(ge=1)] = 1_000_000
    """Of all types, in one zone."""
    max_bytes: Annotated[int, Field(ge=1)] = 256 * 1024 * 1024
    """Of one transfer."""

    @property
    def origins(self) -> tuple[str, ...]:
        """See ``SourceModel.origins``."""
        return self.zones

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        """See ``ZoneSource.collect``."""
        with ThreadPoolExecutor(_TRANSFERS_AT_ONCE) as pool:
            yield from pool.map(self._zone_or_failure, self.zones)

    def zone(self, origin: str) -> Zone:
        """Return that zone, complete; raises AxfrError."""
        limits = Limits(self.transfer_timeout, self.max_records, self.max_bytes)
        try:
            result = transfer(parse_name(origin or "."), self.server, limits)
        except TransferFailure as failure:
            what = f"zone {origin or '.'}: server {self.server} {failure.cause}"
            raise AxfrError(what, failure.remedy) from failure
        return Zone(
            origin=origin,
            serial=result.serial,
            records=result.records,
            view=self.name,
            server=str(result.server),
            transferred_at=datetime.now(UTC),
            other_owners=result.other_owners,
        )

    def _zone_or_failure(self, origin: str) -> Zone | ZoneFailure:
        try:
            return self.zone(origin)
        except AxfrError as error:
            return ZoneFailure(origin, self.name, str(self.server), error)
