"""Zones by zone transfer from authoritative servers (RFC 5936); needs no library but dnspython."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic

from zones.catalog import CatalogCollector, as_catalog
from zones.endpoint import Endpoint
from zones.name import parse_name
from zones.reading.collector import Collector
from zones.source import ZoneFailure, ZoneSourceError
from zones.transfer.failure import TransferFailure
from zones.transfer.session import Terms, Transfer, transfer
from zones.zone import Zone

# BIND lets ten transfers out at once; a nightly audit leaves most of them to the secondaries.
_TRANSFERS_AT_ONCE = 4


class AxfrError(ZoneSourceError):
    """A zone could not be transferred, or not completely."""


class Patience:
    """How long servers may be waited for in vain, all zones together.

    A catalog may list any number, and a server may let each of them run into its deadline.
    """

    def __init__(self, seconds: float = 3600.0) -> None:
        self.seconds = seconds
        self._spent = 0.0

    @property
    def is_over(self) -> bool:
        """Whether no more zones should be asked for."""
        return self._spent >= self.seconds

    def spend(self, seconds: float) -> None:
        """Count what was waited for in vain."""
        # Threads that count at once may lose a little of it, and nothing depends on that.
        self._spent += seconds


@dataclass(frozen=True, slots=True)
class AxfrServers:
    """Servers that hold the same zones, and how they are asked for them."""

    view: str
    servers: tuple[Endpoint, ...]
    """Tried in this order, for each zone anew."""
    terms: Terms

    def __str__(self) -> str:
        return ", ".join(map(str, self.servers))

    def zones(
        self,
        origins: Sequence[str],
        catalog: str | None = None,
        patience: Patience | None = None,
    ) -> Iterator[Zone | ZoneFailure]:
        """Yield each zone, complete, or why it could not be had, in that order.

        Then the catalog zone of that origin (RFC 9432) and those that it lists, or why it could not
        be had; one that is among the others already is not taken again, as section 5.2 has it. When
        patience is over, by default an hour, each further zone is a failure.
        """
        zone_or_failure = partial(self._zone_or_failure, patience or Patience())
        with ThreadPoolExecutor(_TRANSFERS_AT_ONCE) as pool:
            yield from pool.map(zone_or_failure, origins)
            if catalog is None:
                return
            try:
                listing = as_catalog(self.zone(catalog, CatalogCollector))
            except ZoneSourceError as error:
                yield ZoneFailure(catalog, self.view, str(self), error)
            else:
                yield listing
                known = {*origins, catalog}
                new = (each for each in listing.members if each not in known)
                yield from pool.map(zone_or_failure, new)

    def zone(self, origin: str, collecting: type[Collector] = Collector) -> Zone:
        """Return that zone, complete, of the first server that has it; raises AxfrError.

        ``collecting`` decides which records are kept.
        """
        name, failures = parse_name(origin or "."), []
        for server in self.servers:
            try:
                return self._zone(origin, transfer(name, server, self.terms, collecting))
            except TransferFailure as failure:
                failures.append((server, failure))
        raise _error(origin, failures) from failures[-1][1]

    def _zone(self, origin: str, result: Transfer) -> Zone:
        return Zone(
            origin=origin,
            serial=result.serial,
            records=result.records,
            view=self.view,
            server=str(result.server),
            transferred_at=datetime.now(UTC),
            authenticated=self.terms.key is not None,
            other_owners=result.other_owners,
        )

    def _zone_or_failure(self, patience: Patience, origin: str) -> Zone | ZoneFailure:
        began = monotonic()
        try:
            if patience.is_over:
                raise _unasked(origin, patience)
            return self.zone(origin)
        except AxfrError as error:
            patience.spend(monotonic() - began)
            return ZoneFailure(origin, self.view, str(self), error)


def _unasked(origin: str, patience: Patience) -> AxfrError:
    what = f"was not asked for: those before it that failed took {patience.seconds:g} s"
    remedy = "look why the servers do not answer, or lower transfer_timeout"
    return AxfrError(f"zone {origin or '.'} {what}", remedy)


def _error(origin: str, failures: Sequence[tuple[Endpoint, TransferFailure]]) -> AxfrError:
    """Return an error that names each server, its cause, and its remedy where they differ."""
    causes = "; ".join(f"server {server} {failure.cause}" for server, failure in failures)
    remedies = {failure.remedy: server for server, failure in reversed(failures)}
    if len(remedies) == 1:
        (remedy,) = remedies
    else:
        told = ((server, failure.remedy) for server, failure in failures)
        remedy = "; ".join(f"for {server}: {words}" for server, words in told)
    return AxfrError(f"zone {origin or '.'}: {causes}", remedy)
