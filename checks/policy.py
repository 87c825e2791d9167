"""What the organisation demands: thresholds, required stores, severities; limits of a run."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from checks.finding import CATALOGUE, Severity
from zones.name import name_text, parse_name
from zones.naming.denial import DEFAULT
from zones.naming.ownership import Network, Ownership, name_pattern
from zones.naming.service import IMPLICIT, STARTTLS_BY_PORT, StartTls
from zones.reading.rdata import ServiceType

SSLYZE_STORES = ("android", "apple", "java", "mozilla", "windows")
"""Names of the trust stores that SSLyze ships."""
OWN_CA = "own_ca"
"""Name of the store that is made of the policy's ``own_ca`` files."""


def _known_finding(name: str) -> str:
    if name not in CATALOGUE:
        raise ValueError(f"no finding has the id {name!r}; docs/findings/ lists all of them")
    return name


def _host_name(text: str) -> str:
    name = name_text(parse_name(text))
    if not name or name.startswith("*"):
        raise ValueError(f"{text!r} is no name below a wildcard; write one, as shop.company.com")
    return name


def _failing(name: str) -> str:
    return name if name in {"error", "warning"} else _known_finding(name)


FindingId = Annotated[str, AfterValidator(_known_finding)]
FailingOn = Annotated[str, AfterValidator(_failing)]
Port = Annotated[int, Field(ge=1, le=65535)]
Family = Literal["ipv4", "ipv6"]
HostName = Annotated[str, AfterValidator(_host_name)]
NamePattern = Annotated[str, AfterValidator(name_pattern)]
StartTlsByPort = dict[Port, Literal[StartTls, "implicit"]]
# None at all would leave nothing to judge trust by.
StoreNames = Annotated[tuple[str, ...], Field(min_length=1)]


class Model(BaseModel):
    """A table of the configuration: unknown keys are errors, values keep their types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Expiry(Model):
    """When a certificate is about to expire: the smaller of days and share of its lifetime."""

    days: Annotated[float, Field(gt=0, le=3650)] = 30
    lifetime_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    """1: ``days`` alone counts."""
    critical_share: Annotated[float, Field(ge=0, le=1)] = 0.07
    """Below this share of the lifetime the finding is an error; 0: never."""

    def threshold(self, lifetime: timedelta) -> timedelta:
        """Return how long before notAfter a certificate of that lifetime counts as expiring."""
        return min(timedelta(days=self.days), lifetime * self.lifetime_share)

    def is_critical(self, remaining: timedelta, lifetime: timedelta) -> bool:
        """Tell whether so little remains that the finding is an error."""
        return remaining < lifetime * self.critical_share


class Overrides(Model):
    """The part of the policy that may differ by source, zone, name and network.

    None means: as it is above.
    """

    ports: Annotated[tuple[Port, ...], Field(min_length=1)] | None = None
    starttls: StartTlsByPort | None = None
    trust: Literal["public", "own", "either"] | None = None
    trust_stores: Literal["all"] | StoreNames | None = None
    expiry: Expiry | None = None
    fail_on: tuple[FailingOn, ...] | None = None
    severity: dict[FindingId, Severity] | None = None
    external: Literal["test", "tell", "skip"] | None = None
    min_answered: Annotated[float, Field(ge=0, le=1)] | None = None
    min_targets: Annotated[int, Field(ge=0)] | None = None


class Policy(Model):
    """The policy in force for a target."""

    ports: Annotated[tuple[Port, ...], Field(min_length=1)] = (443,)
    starttls: StartTlsByPort = {}
    """What differs from ``STARTTLS_BY_PORT``; ``implicit``: TLS from the first byte."""
    trust: Literal["public", "own", "either"] = "public"
    trust_stores: Literal["all"] | StoreNames = "all"
    """Names of the stores that must trust a chain; ``all``: every one that is loaded."""
    expiry: Expiry = Expiry()
    fail_on: tuple[FailingOn, ...] = ("error", "expiring")
    """Finding ids, ``error`` or ``warning``: what fails a test. A note never does."""
    severity: dict[FindingId, Severity] = {}
    external: Literal["test", "tell", "skip"] = "test"

    external_addresses: Annotated[int, Field(ge=1)] = 2
    """How many addresses of an external name are looked at."""
    owned: tuple[Network, ...] = ()
    """Networks of the organisation's own; with any, what lies outside of them is external."""
    third_party: tuple[NamePattern, ...] = ()
    """Names, with the wildcards of a shell: what is reached by way of them is external."""
    deny: tuple[Network, ...] = DEFAULT
    """Networks that are never connected to."""
    families: Annotated[tuple[Family, ...], Field(min_length=1)] = ("ipv4", "ipv6")
    services: tuple[ServiceType, ...] = ("MX", "SRV", "SVCB", "HTTPS", "TLSA")
    """Types of records that name services, of which targets are made."""
    wildcard_names: tuple[HostName, ...] = ()
    """Names known to exist under a wildcard."""
    own_ca: tuple[Path, ...] = ()
    """PEM files of roots of the organisation's own."""
    stores_dir: Path | None = None
    """A folder of NAME.pem files, each with a NAME.yaml that holds ``date_fetched``, that takes
    the place of SSLyze's stores."""
    max_store_age: Annotated[int, Field(gt=0, le=36500)] = 730
    """Days."""
    must_answer: tuple[str, ...] = ()
    """Fqdns whose targets have to answer."""
    min_answered: Annotated[float, Field(ge=0, le=1)] = 0
    """Share of a zone's addresses that must answer for the run to be complete."""
    min_targets: Annotated[int, Field(ge=0)] = 0
    """How many targets a zone must have."""
    deadline: Annotated[float, Field(gt=0, le=3600)] = 15
    """Seconds for all handshakes of one target."""
    connect_timeout: Annotated[float, Field(gt=0, le=60)] = 3
    """Seconds for one TCP connection; there is one retry."""
    connections_per_address: Annotated[int, Field(ge=1, le=1024)] = 4
    scans_at_once: Annotated[int, Field(ge=1, le=1024)] = 128
    """In the whole run, however many xdist workers it has; a scan whose server has been silent for
    a second does not count, and there may be three times as many of these."""

    def located(self, folder: Path) -> "Policy":
        """Return the policy with its relative paths taken from that folder, the configuration's."""
        own_ca = tuple(folder / path for path in self.own_ca)
        stores_dir = self.stores_dir and folder / self.stores_dir
        return self.model_copy(update={"own_ca": own_ca, "stores_dir": stores_dir})

    def overridden(self, overrides: Overrides) -> "Policy":
        """Return the policy with what the overrides set; of tables, key by key."""
        changes = {
            name: getattr(overrides, name)
            for name in overrides.model_fields_set
            if getattr(overrides, name) is not None
        }
        for table in {"severity", "starttls"} & changes.keys():
            changes[table] = {**getattr(self, table), **changes[table]}
        if overrides.expiry is not None:
            given = {
                name: getattr(overrides.expiry, name) for name in overrides.expiry.model_fields_set
            }
            changes["expiry"] = self.expiry.model_copy(update=given)
        return self.model_copy(update=changes)

    def starttls_by_port(self) -> dict[int, str]:
        """Return how TLS is begun on which port, as targets have it; elsewhere it is implicit."""
        given = {
            port: IMPLICIT if how == "implicit" else how for port, how in self.starttls.items()
        }
        return {**STARTTLS_BY_PORT, **given}

    @property
    def ownership(self) -> Ownership:
        """What sharpens who is external."""
        return Ownership(self.owned, self.third_party)

    def severity_of(self, finding_id: str, default: Severity) -> Severity:
        """Return what the policy makes of a finding of that id."""
        return self.severity.get(finding_id, default)

    def fails(self, finding_id: str, severity: Severity) -> bool:
        """Tell whether a finding of that id and severity fails a test."""
        if severity in {Severity.NOTE, Severity.OFF}:
            return False
        return finding_id in self.fail_on or severity.value in self.fail_on
