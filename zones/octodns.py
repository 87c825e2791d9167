"""Zones of whatever octoDNS has a provider for (the extra ``octodns``).

A provider is somebody else's code: what it raises, and what it puts into words, is anything at all.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from inspect import signature
from typing import Annotated, Any, Literal, Self
from warnings import filterwarnings

from octodns.source.base import BaseSource
from octodns.zone import Zone as OctodnsZone
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from zones.cut import cut
from zones.name import name_text, parse_name
from zones.origin import Origins
from zones.reading.collector import Collector
from zones.reading.patience import OutOfPatienceError, Result, within
from zones.reading.provider_record import keep_records
from zones.reading.reference import looked_up, redacted, references, resolved, secrets_written_out
from zones.source import ZoneFailure, ZoneSourceError
from zones.source_model import SourceModel
from zones.zone import Zone

_CLASS = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", re.ASCII)
_SHOWN = 200
"""Characters of what a provider says."""
_WAIT = "look at the network between here and it, or raise transfer_timeout"
_NONE = "look at the provider's options and credentials, or leave the source out"
_LOOK = "look at the provider's options and credentials, and at the network between here and it"


class OctodnsError(ZoneSourceError):
    """A provider did not give a zone, or not the list of them."""


class StalledError(OctodnsError):
    """A provider did not come back in time."""


def _class(text: str) -> type[Any]:
    """Return the class of that name; raises ValueError for what is no source of octoDNS."""
    if not _CLASS.fullmatch(text):
        raise ValueError("write the class with its module: octodns_cloudflare.CloudflareProvider")
    module, _, name = text.rpartition(".")
    try:
        found = getattr(import_module(module), name, None)
    except ImportError as error:
        raise ValueError(
            f"{module} cannot be imported ({error}); install the library that it is in"
        ) from error
    if not (isinstance(found, type) and issubclass(found, BaseSource)):
        raise ValueError(f"{module} has no source or provider of octoDNS of that name")  # noqa: TRY004 - pydantic reports ValueErrors only
    return found


def _checked_class(text: str) -> str:
    _class(text)
    return text


class Provider(BaseModel):
    """A provider as octoDNS's configuration writes it: its class, and the options of that."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, hide_input_in_errors=True)

    class_name: Annotated[str, Field(alias="class"), AfterValidator(_checked_class)]

    @property
    def options(self) -> dict[str, Any]:
        """All that is handed to the class."""
        return self.model_extra or {}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        written_out = ", ".join(secrets_written_out(self.options))
        if written_out:
            raise _fault(f'{written_out}: a secret stands in no file; write "env/NAME"')
        try:
            signature(_class(self.class_name)).bind("name", **self.options)
        except TypeError as error:
            raise _fault(f"{self.class_name} {error}") from None
        return self


def _fault(words: str) -> PydanticCustomError:
    """Return an error that does not show what was given: that may be a secret."""
    return PydanticCustomError("hidden", "{words}", {"words": words})


class OctodnsSource(SourceModel):
    """Zones of one provider."""

    type: Literal["octodns"] = "octodns"
    provider: Provider
    zones: Origins = ()
    """Empty: every zone that the provider lists."""
    transfer_timeout: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 300
    """Seconds for one zone, and for their list."""
    _values: dict[str, str | float] = PrivateAttr(default_factory=dict)
    """What each reference of the options stands for, once that is known."""

    @model_validator(mode="after")
    def _knows_its_zones(self) -> Self:
        if not self.zones and not hasattr(_class(self.provider.class_name), "list_zones"):
            raise _fault(f"zones: is missing; {self.provider.class_name} cannot list them")
        return self

    @property
    def origins(self) -> tuple[str, ...]:
        """See ``SourceModel.origins``."""
        return self.zones

    def prepared(self, environment: Mapping[str, str]) -> Self:
        """See ``SourceModel.prepared``."""
        source = self.model_copy()
        try:
            source._values = {  # noqa: SLF001 - its own kind
                reference: looked_up(reference, environment)
                for reference in references(self.provider.options)
            }
        except KeyError as error:
            what = f"the environment variable {error.args[0]} is not set"
            raise OctodnsError(what, "set it; an option of provider refers to it") from None
        return source

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        """See ``ZoneSource.collect``."""
        name = self.provider.class_name
        # What octoDNS will do without is its developers' affair; pytest would show it at each run.
        filterwarnings("ignore", ".*DEPRECATED", DeprecationWarning)
        try:
            provider = self._asked(f"{name} cannot be made", self._made)
            origins = self.zones or self._asked(
                f"{name} does not list its zones", lambda: _listed(provider)
            )
        except OctodnsError as error:
            yield from self.failed(name, error)
            return
        if not origins:
            raise OctodnsError(f"{name} lists no zone", _NONE)
        yield from self._each(provider, origins)

    def _made(self) -> BaseSource:
        options = resolved(self.provider.options, self._values)
        return _class(self.provider.class_name)(self.name, **options)

    def _each(self, provider: BaseSource, origins: tuple[str, ...]) -> Iterator[Zone | ZoneFailure]:
        stalled: OctodnsError | None = None
        for origin in origins:
            try:
                if stalled:
                    raise stalled
                yield self._zone(provider, origin)
            except StalledError as error:
                # It still hangs there: to wait as long for every other zone is of no use.
                stalled = error
                yield ZoneFailure(origin, self.name, self.provider.class_name, error)
            except OctodnsError as error:
                yield ZoneFailure(origin, self.name, self.provider.class_name, error)

    def _zone(self, provider: BaseSource, origin: str) -> Zone:
        where = f"zone {origin or '.'}: {self.provider.class_name}"
        zone = OctodnsZone(f"{origin}.", [])
        collector = Collector(parse_name(origin or "."))
        self._asked(f"{where} does not give it", lambda: provider.populate(zone, lenient=True))
        if not zone.records:
            raise OctodnsError(f"{where} has no record of it", "mend zones, or remove it there")
        self._asked(
            f"{where} has a record that cannot be read",
            lambda: keep_records(collector, zone.records),
            "mend the record there",
        )
        return Zone(
            origin=origin,
            serial=collector.serial,
            records=collector.records(),
            view=self.name,
            server=self.provider.class_name,
            transferred_at=datetime.now(UTC),
            other_owners=collector.other_owners(),
        )

    def _asked(self, what: str, work: Callable[[], Result], remedy: str = _LOOK) -> Result:
        """Return what the work yields; raises OctodnsError in words that show no secret.

        What is raised has no cause: that one's words do.
        """
        try:
            return within(self.transfer_timeout, work)
        except OutOfPatienceError as error:
            raise StalledError(f"{what} ({error})", _WAIT) from None
        except Exception as error:  # noqa: BLE001 - see the head of this module
            words = redacted(f"{type(error).__name__}: {error}", self._values)
            raise OctodnsError(f"{what} ({cut(' '.join(words.split()), _SHOWN)})", remedy) from None


def _listed(provider: Any) -> tuple[str, ...]:  # noqa: ANN401 - not every source has list_zones
    return tuple(sorted({name_text(parse_name(name)) for name in provider.list_zones()}))
