"""What the keys of a ``[[source]]`` table have in common, and how text becomes their values."""

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
)

from zones.cut import cut
from zones.endpoint import Endpoint, parse_address_endpoint
from zones.expression import Expression
from zones.naming.ownership import Network
from zones.source import SOURCE_TYPES, ZoneFailure, ZoneSourceError
from zones.zone import Zone

_SHOWN = 100
"""Characters of a wrong value."""


def _regex(value: object) -> Expression:
    if isinstance(value, Expression):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no regular expression; write it as text")  # noqa: TRY004 - pydantic reports ValueErrors only
    try:
        return Expression(value)
    except ValueError as error:
        # Its reason has to stay in sight.
        raise ValueError(f"{cut(value, _SHOWN)!r} {error}") from error


def _network(value: object) -> object:
    # pydantic makes the network, and speaks of both versions of IP where the text is neither.
    if isinstance(value, str):
        try:
            ip_network(value)
        except ValueError as error:
            raise ValueError(f"{cut(value, _SHOWN)!r} is no network: {_instead(value)}") from error
    return value


def _instead(value: str) -> str:
    """Return what to write in place of text that is no network."""
    try:
        return f"bits of a host are set; write '{ip_network(value, strict=False)}'"
    except ValueError:
        return "write one as '10.0.0.0/8' or '2001:db8::/32'"


Regex = Annotated[
    Expression, PlainValidator(_regex), PlainSerializer(lambda expression: expression.pattern)
]
WrittenNetwork = Annotated[Network, BeforeValidator(_network)]
Nameserver = Annotated[Endpoint, BeforeValidator(parse_address_endpoint), PlainSerializer(str)]


class LibraryMissingError(Exception):
    """A type of source needs a library that is not installed: which, and how to install it."""


class SourceModel(BaseModel):
    """The keys that every ``[[source]]`` table has, whatever its type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    # It stands in test ids, which pytest's -k has to be able to select.
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Also the view's name."""
    include: tuple[Regex, ...] = ()
    """On the whole fqdn."""
    exclude: tuple[Regex, ...] = ()
    """Likewise; wins over ``include``."""
    nameservers: tuple[Nameserver, ...] = ()
    """IP addresses, with or without a port."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Zones that the configuration names; none where the server says which there are."""
        return ()

    def located(self, folder: Path) -> Self:  # noqa: ARG002 - few have paths
        """Return the source with its relative paths taken from that folder, the configuration's."""
        return self

    def prepared(self, environment: Mapping[str, str]) -> Self:  # noqa: ARG002 - few have secrets
        """Return the source as it can be asked: secrets, and whatever it reads of files, in hand.

        Raises ZoneSourceError where something is missing. A secret stands in no field.
        """
        return self

    def failed(self, server: str, error: ZoneSourceError) -> Iterator[ZoneFailure]:
        """Yield the failure of each zone that the configuration names, of what hinders them all.

        Raises the error where it names none.
        """
        if not self.origins:
            raise error
        for origin in self.origins:
            yield ZoneFailure(origin, self.name, server, error)

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        """See ``ZoneSource.collect``."""
        raise NotImplementedError


def source_class(type_name: str) -> type[SourceModel]:
    """Return the model, itself a ZoneSource, of the sources of that type.

    Raises KeyError for a type that is not in ``SOURCE_TYPES``, and LibraryMissingError for one
    whose extra is not installed.
    """
    module, _, attribute = SOURCE_TYPES[type_name].partition(":")
    try:
        model: type[SourceModel] = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise LibraryMissingError(
            f"needs the library {str(error.name).partition('.')[0]}, which is not installed;"
            f" install the extra {type_name}: pip install -e '.[{type_name}]'"
        ) from error
    return model


def model_of(
    table: Mapping[str, object], place: str, faults: list[str]
) -> type[SourceModel] | None:
    """Return the model of the table's type; None, and one fault more, where there is none to have.

    ``place`` is the table's own in the file.
    """
    kind = table.get("type")
    given = f"given {cut(json.dumps(kind), _SHOWN)}" if "type" in table else "is missing"
    if not isinstance(kind, str) or kind not in SOURCE_TYPES:
        faults.append(f"{place}.type: {given}; allowed: {', '.join(SOURCE_TYPES)}")
        return None
    try:
        return source_class(kind)
    except LibraryMissingError as error:
        faults.append(f"{place}.type: {given}; {error}")
        return None


def prepared(
    sources: Iterable[SourceModel], environment: Mapping[str, str], faults: list[str]
) -> tuple[SourceModel, ...]:
    """Return the sources as they can be asked; of one that cannot, more faults."""
    ready = []
    for source in sources:
        try:
            ready.append(source.prepared(environment))
        except ZoneSourceError as error:
            faults.append(f"source {source.name!r}: {error}")
    return tuple(ready)
