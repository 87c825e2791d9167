"""compliance.toml made into settings; the only reader of configuration and environment."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from checks.context import Context
from checks.owner import Owner
from checks.place import ZonePolicy
from checks.policy import OWN_CA, Model, Overrides, Policy
from checks.scanners import Limits
from checks.stores import StoreError, StoreFile, find_stores, require_anchors, require_known
from checks.waiver import Waiver
from faults import repeated, shown, told, valid
from toml_file import MissingError, TomlError, read_toml
from zones.source_model import SourceModel, model_of, prepared
from zones.target import Target
from zones.targets import Rules

FILE_NAME = "compliance.toml"
HOW_TO_START = (
    "run 'pytest --demo' to see a run on a small world of its own, or copy"
    " compliance.toml.sample to compliance.toml and name your DNS server and zones in it"
)


class SettingsError(Exception):
    """The configuration cannot be used; a line for each fault: file, place, given, allowed."""


class Document(Model):
    """The whole file, but for the sources: their models depend on their types."""

    policy: Policy = Policy()
    zone: tuple[ZonePolicy, ...] = ()
    owner: tuple[Owner, ...] = ()
    waiver: tuple[Waiver, ...] = ()


@dataclass(frozen=True, eq=False)
class Settings:
    """All that a run is told by its user."""

    name: str
    """Of the file, as messages call it."""
    document: Document
    sources: tuple[SourceModel, ...]
    source_policies: Mapping[str, Overrides]
    """By the source's name."""
    stores: tuple[StoreFile, ...]
    sha256: str
    """Of the file's bytes, lower-case hex."""
    wire: str
    """What ``from_wire`` makes the same settings of, in another process."""

    @property
    def policy(self) -> Policy:
        """The policy before any override."""
        return self.document.policy

    @property
    def limits(self) -> Limits:
        """How hard the whole run may press."""
        names = ("deadline", "connect_timeout", "connections_per_address", "scans_at_once", "deny")
        return Limits(**{name: getattr(self.policy, name) for name in names})

    def policy_for(
        self, zones: Iterable[str], fqdn: str, address: str, views: Iterable[str]
    ) -> Policy:
        """Return the policy in force: the file's, its sources', then each ``[[zone]]`` in order.

        Of several zones each has to fit.
        """
        origins = tuple(zones)
        places = tuple(
            place
            for place, table in enumerate(self.document.zone)
            if all(table.applies_to(origin, fqdn, address) for origin in origins)
        )
        return self._combined(tuple(views), places)

    def zone_policy(self, origin: str, view: str) -> Policy:
        """Return the policy in force for a zone as a whole."""
        places = tuple(
            place for place, table in enumerate(self.document.zone) if table.is_of_whole(origin)
        )
        return self._combined((view,), places)

    @lru_cache(maxsize=1024)  # noqa: B019 - there is one Settings for a run
    def _combined(self, views: tuple[str, ...], places: tuple[int, ...]) -> Policy:
        policy = self.policy
        for view in views:
            policy = policy.overridden(self.source_policies[view])
        for place in places:
            policy = policy.overridden(self.document.zone[place].policy)
        return policy

    def context_of(self, target: Target, judged_at: datetime) -> Context:
        """Return the terms on which a target is judged."""
        policy = self.policy_for(target.own_zones, target.fqdn, target.address, target.own_views)
        return Context(target, policy, judged_at, self.stores, self.document.waiver)

    def _at(self, zone: str, fqdn: str, address: str, view: str) -> Policy:
        return self.policy_for([zone], fqdn, address, [view])

    def rules(self) -> Rules:
        """Return what the configuration has to say of which targets there are."""
        return Rules(
            ports_for=lambda *place: self._at(*place).ports,
            starttls_for=lambda *place: self._at(*place).starttls_by_port(),
            starttls_ports=frozenset().union(*map(Policy.starttls_by_port, self._policies())),
            external_for=lambda *place: self._at(*place).external,
            external_addresses=self.policy.external_addresses,
            ownership=self.policy.ownership,
            deny=self.policy.deny,
            families=self.policy.families,
            services=frozenset(self.policy.services),
            wildcard_names=self.policy.wildcard_names,
        )

    def prepared_sources(self) -> tuple[SourceModel, ...]:
        """Return the sources as they can be asked for zones, their secrets in hand.

        Raises SettingsError. Whoever takes the zones from elsewhere needs no secret.
        """
        faults: list[str] = []
        sources = prepared(self.sources, os.environ, faults)
        if faults:
            raise SettingsError(told(self.name, *faults))
        return sources

    def required_stores(self) -> frozenset[str]:
        """Return the names of the stores that any policy of the run requires."""
        known = frozenset(store.name for store in self.stores)
        names: set[str] = set()
        for policy in self._policies():
            if policy.trust != "own":
                chosen = policy.trust_stores
                names.update(known - {OWN_CA} if chosen == "all" else chosen)
            if policy.trust != "public":
                names.add(OWN_CA)
        return frozenset(names)

    def _policies(self) -> Iterable[Policy]:
        yield self.policy
        for overrides in self.source_policies.values():
            yield self.policy.overridden(overrides)
        for table in self.document.zone:
            yield self.policy.overridden(table.policy)


def load_settings(path: Path) -> Settings:
    """Return the settings of a file; raises SettingsError for one that cannot be used."""
    try:
        raw, text = read_toml(path)
    except TomlError as error:
        remedy = f"; {HOW_TO_START}" if isinstance(error, MissingError) else ""
        raise SettingsError(told(str(path), f"{error}{remedy}")) from error
    sha256 = hashlib.sha256(text).hexdigest()
    settings = make_settings(raw, str(path), path.absolute().parent, sha256)
    with _told_of(settings.name):
        require_anchors(settings.stores)
    return settings


def make_settings(raw: dict[str, Any], name: str, folder: Path, sha256: str = "") -> Settings:
    """Return the settings of a parsed file called ``name``; paths are relative to ``folder``.

    ``sha256`` is the file's; without one, that of what was parsed stands in.
    Raises SettingsError for what cannot be.
    """
    try:
        wire = json.dumps([raw, name, str(folder), sha256], default=str)
    except (ValueError, RecursionError) as error:
        # TOML has hexadecimal numbers of any length, and dotted keys of any depth.
        raise SettingsError(told(name, f"holds what no key takes: {error}")) from error
    sha256 = sha256 or hashlib.sha256(wire.encode()).hexdigest()
    raw = json.loads(wire)[0]
    faults: list[str] = []
    tables = _source_tables(raw.pop("source", []), faults)
    document = valid(Document, raw, "", faults)
    sources = [_source(table, f"source[{at}]", faults) for at, table in enumerate(tables)]
    faults += repeated(source.name for source, _ in filter(None, sources))
    if faults or document is None:
        raise SettingsError(told(name, *faults))
    policy = document.policy.located(folder)
    with _told_of(name):
        stores = find_stores(policy)
    settings = Settings(
        name=name,
        document=document.model_copy(update={"policy": policy}),
        sources=tuple(source.located(folder) for source, _ in filter(None, sources)),
        source_policies={source.name: policy for source, policy in filter(None, sources)},
        stores=stores,
        sha256=sha256,
        wire=wire,
    )
    with _told_of(name):
        require_known(settings.required_stores(), stores)
    return settings


def from_wire(wire: str) -> Settings:
    """Return the settings whose ``wire`` that is."""
    raw, name, folder, sha256 = json.loads(wire)
    return make_settings(raw, name, Path(folder), sha256)


def shard_of_ci() -> str:
    """Return this job's part, as ``--shard`` has it; empty unless GitLab runs it in parallel."""
    index, total = os.environ.get("CI_NODE_INDEX"), os.environ.get("CI_NODE_TOTAL")
    return f"{index}/{total}" if index and total else ""


def _source_tables(raw: object, faults: list[str]) -> list[dict[str, Any]]:
    if raw == []:
        faults.append(f"source: no [[source]] table, so there are no zones; {HOW_TO_START}")
    elif not isinstance(raw, list) or not all(isinstance(table, dict) for table in raw):
        faults.append(f"source: given {shown(raw)}; allowed: tables headed [[source]]")
    else:
        return raw
    return []


def _source(
    table: dict[str, Any], place: str, faults: list[str]
) -> tuple[SourceModel, Overrides] | None:
    model = model_of(table, place, faults)
    policy = valid(Overrides, table.pop("policy", {}), f"{place}.policy", faults)
    source = valid(model, table, place, faults) if model else None
    return (source, policy) if source and policy else None


@contextmanager
def _told_of(name: str) -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise SettingsError(told(name, f"{error.place}: {error}")) from error
