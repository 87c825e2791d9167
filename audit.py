"""What every process of a run works from: the settings and the inventory, made once."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from pydantic import TypeAdapter

from checks.ruling import Terms
from checks.scanners import Scanners
from checks.stores import StoreFile
from checks.zone import Panel, ZoneTally
from settings import Settings, from_wire
from zones.inventory import Inventory, ZoneResult
from zones.shard import Shard
from zones.target import Target

_INVENTORY: TypeAdapter[Inventory] = TypeAdapter(Inventory)


@dataclass(frozen=True)
class Audit:
    """One run, as its controller and all its workers see it."""

    settings: Settings
    inventory: Inventory
    """The whole, whatever the shard; in a worker, what its tests need of it."""
    shard: Shard | None = None
    """None: all targets are tested."""

    @property
    def speaks_for_the_run(self) -> bool:
        """Whether the zones and the inventory are tested here: by one shard of several."""
        return self.shard is None or self.shard.speaks_for_the_run

    @property
    def zones(self) -> tuple[ZoneResult, ...]:
        """The zones that are tested."""
        return self.inventory.zones if self.speaks_for_the_run else ()

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The targets that are tested, in the inventory's order."""
        targets, shard = self.inventory.targets, self.shard
        return tuple(each for each in targets if shard is None or shard.keeps(each.address))

    def to_wire(self) -> str:
        """Return the text that makes the same audit in another process; holds no secret."""
        needed = self.inventory
        if not self.speaks_for_the_run:
            needed = replace(needed, zones=(), targets=self.targets, skips=())
        # Most targets leave what only services need at its default.
        inventory = _INVENTORY.dump_json(needed, exclude_defaults=True).decode()
        return json.dumps([self.settings.wire, inventory, self.shard and str(self.shard)])

    @classmethod
    def from_wire(cls, text: str) -> Self:
        """Return the audit that ``to_wire`` wrote."""
        settings, inventory, shard = json.loads(text)
        return cls(
            from_wire(settings),
            _INVENTORY.validate_json(inventory),
            Shard.parse(shard) if shard else None,
        )

    @property
    def required_stores(self) -> tuple[StoreFile, ...]:
        """The stores that any policy of the run requires."""
        required = self.settings.required_stores()
        return tuple(store for store in self.settings.stores if store.name in required)

    @cached_property
    def panels(self) -> tuple[Panel, ...]:
        """For each policy under which a target is judged the stores that it requires."""
        settings, judged_at = self.settings, self.inventory.judged_at
        by_name = {store.name: store for store in settings.stores}
        targets = self.inventory.targets
        required = {settings.context_of(target, judged_at).required for target in targets}
        return tuple(tuple(map(by_name.__getitem__, names)) for names in sorted(required))

    @property
    def tables(self) -> tuple[str, ...]:
        """The origins that ``[[zone]]`` tables name."""
        names = (table.name for table in self.settings.document.zone)
        return tuple(name for name in names if name is not None)

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
            # Where its records are: the zone that owns the name may be another source's.
            for place in {(record.zone, record.view) for record in target.records}:
                found[place].append(target)
        return found
