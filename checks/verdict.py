"""What is said of one target, zone or run: the findings, and what they amount to."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter

from checks.finding import CertificateRef, Finding
from zones.target import RecordRef


class Outcome(StrEnum):
    """The status column of the CSV."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNREACHABLE = "unreachable"
    WAIVED = "waived"


class SubjectKind(StrEnum):
    """What a verdict speaks of."""

    TARGET = "target"
    ZONE = "zone"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Subject:
    """What was judged, as every report shows it."""

    kind: SubjectKind
    id: str
    """The test's id; for a target ``fqdn-address-port``."""
    fqdn: str
    """For a zone its origin; for the run ``inventory``."""
    zone: str = ""
    address: str = ""
    port: int | None = None
    views: tuple[str, ...] = ()
    external: bool = False
    records: tuple[RecordRef, ...] = ()
    """The DNS records that named a target."""
    starttls: str = ""
    """The protocol in which a target begins in the clear; empty for TLS from the first byte."""
    demanded_by: tuple[str, ...] = ()
    """What in DNS says that a mail exchange's clients check its certificate."""
    team: str = ""
    """Who looks after it, as the ``[[owner]]`` tables have it; empty where none speaks of it."""
    tags: tuple[str, ...] = ()
    """The scopes that it is in, such as ``pci``, likewise; sorted."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One certificate chain that a target serves, as a pass shows what was judged."""

    key_type: str
    tls_versions: tuple[str, ...]
    leaf: CertificateRef
    trusted_by: tuple[str, ...]
    """Required stores, sorted."""
    refused_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that a waiver takes the sting out of."""

    finding: Finding
    reason: str
    approved_by: str
    expires: str
    """ISO date; the waiver holds until the end of that day, UTC."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole result of one test; every report is a view of it."""

    subject: Subject
    outcome: Outcome
    fails: bool = False
    """Whether the policy fails the test for it."""
    incomplete: bool = False
    """Whether the run has not looked at all that it should have (exit code 6)."""
    reason: str = ""
    """Of an unreachable target: ``EXCLUDED: refused``, ``NOT-VERIFIED: no answer``, ..."""
    findings: tuple[Finding, ...] = ()
    """Not waived; gravest first."""
    waived: tuple[Waived, ...] = ()
    remarks: tuple[str, ...] = ()
    """What a reader should know besides, such as that a waiver has run out."""
    deployments: tuple[Deployment, ...] = ()

    def to_json(self) -> str:
        """Return the wire form: one JSON object, of which nothing is lost."""
        return _ADAPTER.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Verdict":
        """Return the verdict that ``to_json`` wrote.

        Raises pydantic.ValidationError for anything else.
        """
        return _ADAPTER.validate_json(text)


_ADAPTER: TypeAdapter[Verdict] = TypeAdapter(Verdict)
