"""What a source of zones is, which types of it there are, and how one fails."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from zones.endpoint import Endpoint, parse_address_endpoint, parse_endpoint
from zones.zone import Zone

SOURCE_TYPES = {"axfr": "zones.axfr:AxfrSource"}
"""The ``type`` of a ``[[source]]`` table, and the model of its keys as ``module:class``; imported
only when it is asked for, so that nobody needs the libraries of sources that he does not use."""


class ZoneSourceError(Exception):
    """A zone could not be had."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what = what
        """Zone, server and cause; holds no volatile number."""
        self.remedy = remedy
        """What to do about it."""

    def __str__(self) -> str:
        return f"{self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class ZoneFailure:
    """A zone that a source was to yield and could not."""

    origin: str
    view: str
    server: str
    """As the configuration names it, with its port."""
    error: ZoneSourceError


class ZoneSource(Protocol):
    """Where zones come from: one ``[[source]]`` table of the configuration."""

    @property
    def name(self) -> str:
        """The source's name, and its view's."""

    @property
    def include(self) -> tuple[re.Pattern[str], ...]:
        """What an fqdn has to match (re.fullmatch) one of; empty: every fqdn will do."""

    @property
    def exclude(self) -> tuple[re.Pattern[str], ...]:
        """What an fqdn must not match (re.fullmatch) any of; wins over ``include``."""

    @property
    def nameservers(self) -> tuple[Endpoint, ...]:
        """Who resolves names that leave the transferred zones; empty: the system's."""

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        """Yield each zone, complete, or why it could not be had, in the order of configuration.

        Raises nothing for a zone that fails: the others still come. Raises ZoneSourceError where it
        cannot tell which zones there are, or more of them; that is told of the root, ``.``.
        """


def _regex(value: object) -> re.Pattern[str]:
    if isinstance(value, re.Pattern):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no regular expression; write it as text")  # noqa: TRY004 - pydantic reports ValueErrors only
    try:
        return re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from error


Regex = Annotated[re.Pattern[str], BeforeValidator(_regex)]
Server = Annotated[Endpoint, BeforeValidator(parse_endpoint), PlainSerializer(str)]
Nameserver = Annotated[Endpoint, BeforeValidator(parse_address_endpoint), PlainSerializer(str)]


class SourceModel(BaseModel):
    """The keys that every ``[[source]]`` table has, whatever its type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    # It stands in test ids, which pytest's -k has to be able to select.
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Also the view's name."""
    include: tuple[Regex, ...] = ()
    """On the fqdn, re.fullmatch."""
    exclude: tuple[Regex, ...] = ()
    """Likewise; wins over ``include``."""
    nameservers: tuple[Nameserver, ...] = ()
    """IP addresses, with or without a port."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Zones that the configuration names; none where the server says which there are."""
        return ()

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        """See ``ZoneSource.collect``."""
        raise NotImplementedError


def source_class(type_name: str) -> type[SourceModel]:
    """Return the model, itself a ZoneSource, of the sources of that type.

    Raises KeyError for a type that is not in ``SOURCE_TYPES``.
    """
    module, _, attribute = SOURCE_TYPES[type_name].partition(":")
    model: type[SourceModel] = getattr(import_module(module), attribute)
    return model
