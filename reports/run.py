"""The run that every report starts with: what was asked, when, with what, and what was left out."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest

from checks.owner import Owner
from zones.inventory import Inventory
from zones.shard import Shard

NOT_LOOKED_AT = (
    "Revocation is judged by a stapled OCSP response only: no CRL and no responder is asked.",
    "Only ports that the policy lists or DNS names are scanned; TLS on other ports is not seen.",
    "A wildcard record is judged by a probe name and the names known to be in use under it.",
    "TLSA records say where TLS is spoken; whether they match the certificate is not judged.",
    "Only the zones listed here were looked at; a name outside them is not known.",
    "The certificate is judged, not the service behind it: no cipher suites, no application.",
)
"""What no run looks at, each a sentence of its own."""


@dataclass(frozen=True, slots=True)
class Store:
    """One trust store as the run used it."""

    name: str
    fetched: date | None
    """When its roots were collected; None where that is not known, as for ``own_ca``."""
    certificate_count: int
    required: bool
    """Whether the policy demands that it trusts a chain."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a reader who was not there has to know before the first verdict."""

    run_id: str
    started: datetime
    """Aware, UTC."""
    versions: tuple[tuple[str, str], ...]
    """Name and version of zonecert, SSLyze, OpenSSL, Python and pytest, in the order to show."""
    host: str
    """Name of the machine that scanned."""
    source_address: str
    """The address that it scanned from; empty where that is not known."""
    configuration_sha256: str
    """Of the configuration file's bytes, lower-case hex."""
    policy: str
    """The policy in force, as JSON."""
    inventory: Inventory
    """Zones, targets and skips; its ``judged_at`` is the run's."""
    stores: tuple[Store, ...] = ()
    denied: tuple[str, ...] = ()
    """The networks that are never connected to, as the configuration has them."""
    owners: tuple[Owner, ...] = ()
    """In the order of the configuration."""
    shard: Shard | None = None
    """None: the run looks at all targets."""
    ended: datetime | None = None
    """Aware, UTC; None while the run goes on."""
    not_looked_at: tuple[str, ...] = NOT_LOOKED_AT

    @property
    def speaks_for_the_run(self) -> bool:
        """Whether the zones and the inventory are tested here: by one shard of several."""
        return self.shard is None or self.shard.speaks_for_the_run

    @property
    def is_without_tests(self) -> bool:
        """Whether this shard has got nothing to look at."""
        shard = self.shard
        if shard is None or shard.speaks_for_the_run:
            return False
        return not any(shard.keeps(target.address) for target in self.inventory.targets)


RUN_KEY = pytest.StashKey[Run]()
"""Where the controller's ``config.stash`` holds the run, from the start of the session on."""
