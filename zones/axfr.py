"""The ``[[source]]`` tables of type ``axfr``: zones by zone transfer (RFC 5936)."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)

from zones.credentials import TlsTable, TsigTable, is_table
from zones.endpoint import DNS_PORT, Endpoint, parse_endpoint
from zones.origin import Origin, Origins, distinct
from zones.source import ZoneFailure
from zones.source_model import SourceModel
from zones.transfer.servers import AxfrServers
from zones.transfer.session import Terms
from zones.transfer.stream import DEFAULT, Limits
from zones.transfer.tls import XOT_PORT
from zones.zone import Zone


def _servers(value: object, info: ValidationInfo) -> tuple[Endpoint, ...]:
    """Return the servers; the port of one that is given without depends on ``tls``."""
    listed = value if isinstance(value, list | tuple) else (value,)
    port = DNS_PORT if info.data.get("tls") is None else XOT_PORT
    servers = tuple(parse_endpoint(each, port) for each in listed)
    if not servers:
        raise ValueError("names no server")
    distinct(tuple(map(str, servers)))
    return servers


def _written(servers: tuple[Endpoint, ...]) -> str | list[str]:
    texts = [*map(str, servers)]
    return texts[0] if len(texts) == 1 else texts


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(f"{text!r} is no IP address; write one of this host's") from None


Servers = Annotated[
    tuple[Endpoint, ...],
    PlainValidator(_servers),
    PlainSerializer(_written),
]


class AxfrSource(SourceModel):
    """Zones of servers that all have them, each transferred over TCP or TLS."""

    type: Literal["axfr"] = "axfr"
    tls: TlsTable | None = None
    """None: transfers run in the clear."""
    # Validated after ``tls``, which decides the port.
    server: Servers
    """IP address or host name, with or without a port; several are tried in order."""
    zones: Origins = ()
    catalog: Origin | None = None
    """A catalog zone (RFC 9432) of the servers: its members are transferred as well."""
    tsig: Annotated[TsigTable, BeforeValidator(is_table)] | None = None
    """None: transfers are not signed."""
    source_address: Annotated[str, AfterValidator(_address)] | None = None
    """Where connections come from; None: as the system chooses."""
    transfer_timeout: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = DEFAULT.seconds
    """Seconds for one whole transfer from one server."""
    max_records: Annotated[int, Field(ge=1)] = DEFAULT.records
    """Of all types, in one zone."""
    max_bytes: Annotated[int, Field(ge=1)] = DEFAULT.octets
    """Of one transfer."""

    _prepared: AxfrServers | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _has_zones(self) -> Self:
        if not self.zones and self.catalog is None:
            raise ValueError("names no zone; write zones, or catalog, or both")
        if self.catalog in self.zones:
            raise ValueError(f"names {self.catalog or '.'} in zones and as catalog; leave one")
        return self

    @property
    def origins(self) -> tuple[str, ...]:
        """See ``SourceModel.origins``: the zones, then the catalog."""
        return self.zones if self.catalog is None else (*self.zones, self.catalog)

    def located(self, folder: Path) -> Self:
        """See ``SourceModel.located``."""
        tables = {"tsig": self.tsig, "tls": self.tls}
        return self.model_copy(
            update={name: table and table.located(folder) for name, table in tables.items()}
        )

    def prepared(self, environment: Mapping[str, str]) -> Self:
        """See ``SourceModel.prepared``."""
        ready = self.model_copy()
        ready._prepared = self._made(environment)  # noqa: SLF001 - its own kind
        return ready

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        """See ``ZoneSource.collect``."""
        yield from self._ready.zones(self.zones, self.catalog)

    def zone(self, origin: str) -> Zone:
        """Return that zone, complete; raises ZoneSourceError."""
        return self._ready.zone(origin)

    @property
    def _ready(self) -> AxfrServers:
        return self._prepared or self._made({})

    def _made(self, environment: Mapping[str, str]) -> AxfrServers:
        terms = Terms(
            limits=Limits(self.transfer_timeout, self.max_records, self.max_bytes),
            key=self.tsig.key(environment) if self.tsig else None,
            tls=self.tls.client() if self.tls else None,
            source_address=self.source_address or "",
        )
        return AxfrServers(self.name, self.server, terms)
