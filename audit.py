"""What every process of a run works from: the settings and the inventory, made once."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pydantic import TypeAdapter

from checks.ruling import Terms
from checks.scanners import Scanners
from checks.stores import StoreFile
from checks.zone import ZoneTally
from settings import Settings, from_wire
from zones.inventory import Inventory, ZoneResult
from zones.target import Target

_INVENTORY: TypeAdapter[Inventory] = TypeAdapter(Inventory)


@dataclass(frozen=True)
class Audit:
    """One run, as its controller and all its workers see it."""

    settings: Settings
    inventory: Inventory

    def to_wire(self) -> str:
        """Return the text that makes the same audit in another process; holds no secret."""
        inventory = _INVENTORY.dump_json(self.inventory).decode()
        return json.dumps([self.settings.wire, inventory])

    @classmethod
    def from_wire(cls, text: str) -> Self:
        """Return the audit that ``to_wire`` wrote."""
        settings, inventory = json.loads(text)
        return cls(from_wire(settings), _INVENTORY.validate_json(inventory))

    @property
    def required_stores(self) -> tuple[StoreFile, ...]:
        """The stores that any policy of the run requires."""
        required = self.settings.required_stores()
        return tuple(store for store in self.settings.stores if store.name in required)

    @property
    def terms(self) -> Terms:
        """What findings about the run as a whole are weighed by."""
        judged_at = self.inventory.judged_at
        return Terms(self.settings.policy, self.settings.document.waiver, judged_at)

    def zone_terms(self, zone: ZoneResult) -> Terms:
        """Return what findings about a zone are weighed by."""
        policy = self.settings.zone_policy(zone.origin, zone.view)
        return Terms(policy, self.settings.document.waiver, self.inventory.judged_at)

    def zone_tally(self, zone: ZoneResult, scanners: Scanners) -> ZoneTally:
        """Return how many of a zone's targets answer, asking no more of them than it takes."""
        targets = self._targets.get((zone.origin, zone.view), ())
        all_count = self.settings.zone_policy(zone.origin, zone.view).min_answered > 0
        endpoints = [(target.address, target.port) for target in targets]
        enough = len(endpoints) if all_count else 1
        return ZoneTally(len(targets), scanners.count_answering(endpoints, enough))

    @cached_property
    def _targets(self) -> Mapping[tuple[str, str], Sequence[Target]]:
        found = defaultdict(list)
        for target in self.inventory.targets:
            for view in target.views:
                found[target.zone, view].append(target)
        return found
