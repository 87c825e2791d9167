"""Sources of octoDNS that do what real providers do when they fail."""

from logging import getLogger
from threading import Event

from octodns.source.base import BaseSource
from octodns.zone import Zone


class Strict(BaseSource):  # type: ignore[misc] # octoDNS is untyped
    """A source that cannot list its zones."""

    SUPPORTS = frozenset({"A"})
    SUPPORTS_GEO = False

    def __init__(self, id: str, token: str, account: dict[str, object] | None = None) -> None:  # noqa: A002 - octoDNS's name
        self.log = getLogger(f"Strict[{id}]")
        super().__init__(id)
        self.token = token
        self.account = account or {}

    def populate(self, zone: Zone, target: bool = False, lenient: bool = False) -> None:  # noqa: ARG002 - octoDNS's signature
        """Refuse, in the words of a careless library."""
        raise RuntimeError(
            f"401 for https://api.example/zones/{zone.name}?token={self.token}\n{self.account}"
        )


class Listing(Strict):
    """A source that fails where it is to list its zones."""

    def list_zones(self) -> list[str]:
        """Refuse."""
        raise KeyError(self.token)


class Idle(Listing):
    """A source that has no zone."""

    def list_zones(self) -> list[str]:
        """Yield none."""
        return []


class Loud(Listing):
    """A source that warns, as octoDNS does of records that it thinks little of."""

    def list_zones(self) -> list[str]:
        """Yield one."""
        return ["Company.com."]

    def populate(self, zone: Zone, target: bool = False, lenient: bool = False) -> None:  # noqa: ARG002 - octoDNS's signature
        """Yield none of its records."""
        self.log.warning("nothing to see in %s", zone.name)


class Stalling(Listing):
    """A source that never comes back."""

    asked: list[str] = []  # noqa: RUF012 - to be looked at by a test

    def list_zones(self) -> list[str]:
        """Yield two."""
        return ["a.com.", "b.com."]

    def populate(self, zone: Zone, target: bool = False, lenient: bool = False) -> None:  # noqa: ARG002 - octoDNS's signature
        """Wait for ever."""
        self.asked.append(zone.name)
        Event().wait()
