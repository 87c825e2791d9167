"""What a table of the configuration speaks of: a zone, or names or networks in it."""

from ipaddress import ip_address
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from checks.policy import Model, Overrides
from zones.name import name_text, parse_name
from zones.naming.ownership import Network
from zones.source_model import Regex


def _origin(text: str) -> str:
    return name_text(parse_name(text))


class Place(Model):
    """What a table speaks of: one zone, or names or networks; of everything without a key."""

    name: Annotated[str, AfterValidator(_origin)] | None = None
    """Origin of the zone; None: all."""
    fqdn: Regex | None = None
    """On the whole fqdn."""
    networks: tuple[Network, ...] = ()
    """Of the addresses; none: all."""

    def applies_to(self, zone: str, fqdn: str, address: str) -> bool:
        """Tell whether the table speaks of that name at that address."""
        return (
            self.name in {None, zone}
            and (self.fqdn is None or self.fqdn.fullmatch(fqdn))
            and (not self.networks or any(ip_address(address) in net for net in self.networks))
        )

    def is_of_whole(self, zone: str) -> bool:
        """Tell whether the table speaks of that zone as a whole, not of names or networks in it."""
        return self.name in {None, zone} and self.fqdn is None and not self.networks


class ZonePolicy(Place):
    """A ``[[zone]]`` table: policy for one zone, or for names or networks."""

    policy: Overrides

    @model_validator(mode="after")
    def _asks_zones_of_zones_only(self) -> Self:
        asked = {"min_answered", "min_targets"} & self.policy.model_fields_set
        if asked and (self.fqdn is not None or self.networks):
            raise ValueError(f"{', '.join(sorted(asked))}: is about a zone, not about names in it")
        return self
