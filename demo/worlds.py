"""The worlds that there are, by the name that ``--demo`` gives them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demo import planted
from demo.comparison import Place
from demo.hostile import planted as planted_hostile
from demo.hostile import world as hostile_world
from demo.planted import Planted
from demo.world import DemoWorld


@dataclass(frozen=True, slots=True)
class World:
    """How a world is brought up, and what a run must find in it."""

    start: Callable[[], DemoWorld]
    """Raises demo.port.DemoError."""
    planted: Mapping[Place, Planted]
    """By fqdn and address."""


ORDINARY, HOSTILE = "ordinary", "hostile"
WORLDS: dict[str, World] = {
    ORDINARY: World(DemoWorld.start, planted.PLANTED),
    HOSTILE: World(hostile_world.start, planted_hostile.PLANTED),
}
