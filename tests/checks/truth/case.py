"""A row of the truth table: what is planted, and exactly what must be said of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from ssl import TLSVersion
from typing import TypeAlias

from checks.finding import Finding, Severity
from checks.policy import Overrides
from demo.pki import Credential
from demo.tls import Site, Terms
from tests.checks.truth.pki import Kind, Pki
from tests.checks.truth.plan import Planting


class Speaks(StrEnum):
    """Which versions of TLS a server speaks."""

    TLS_1_2 = "1.2"
    TLS_1_3 = "1.3"
    BOTH = "1.2+1.3"

    @property
    def terms(self) -> Terms:
        """What a server asks of its clients."""
        return Terms(
            TLSVersion.TLSv1_3 if self is Speaks.TLS_1_3 else TLSVersion.TLSv1_2,
            TLSVersion.TLSv1_2 if self is Speaks.TLS_1_2 else TLSVersion.TLSv1_3,
        )


@dataclass(frozen=True, slots=True)
class Expected:
    """One finding that must be there."""

    id: str
    severity: Severity
    at: str | None = "leaf"
    """Whose certificate is at fault: ``leaf``, ``root``, or a CA's name; None: none was seen."""
    says: str = ""
    """Words that the message must hold."""
    refused_by: tuple[str, ...] | None = None
    """The stores that refuse for it; None: whichever."""
    deployments: tuple[str, ...] = ()
    milder_in_1_3: bool = False
    """Only a warning where the server speaks TLS 1.3 only."""

    def severity_for(self, speaks: Speaks) -> Severity:
        """Return how grave it is at a server of those versions."""
        if self.milder_in_1_3 and speaks is Speaks.TLS_1_3:
            return Severity.WARNING
        return self.severity

    def is_met_by(self, finding: Finding) -> bool:
        """Tell whether the finding says what it must, beyond its id and certificate."""
        return (
            self.says in finding.message
            and set(self.deployments) == set(finding.deployments)
            and self.refused_by in {None, finding.stores_refusing}
        )


def error(
    id_: str,
    at: str | None = "leaf",
    says: str = "",
    *,
    refused_by: tuple[str, ...] | None = None,
    deployments: tuple[str, ...] = (),
    milder_in_1_3: bool = False,
) -> Expected:
    """Return an expected error."""
    return Expected(id_, Severity.ERROR, at, says, refused_by, deployments, milder_in_1_3)


def warning(
    id_: str, at: str | None = "leaf", says: str = "", *, deployments: tuple[str, ...] = ()
) -> Expected:
    """Return an expected warning."""
    return Expected(id_, Severity.WARNING, at, says, deployments=deployments)


def note(
    id_: str, at: str | None = "leaf", says: str = "", refused_by: tuple[str, ...] | None = None
) -> Expected:
    """Return an expected note."""
    return Expected(id_, Severity.NOTE, at, says, refused_by)


OwnServer: TypeAlias = Callable[[Site | None, Speaks], AbstractContextManager[int]]
"""Runs a server that answers with the site, and yields its port."""
Stapling: TypeAlias = Callable[[Credential, Pki], bytes]
"""Makes the OCSP response for what a server of that kind serves, in DER form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is special about a target besides its certificates; as it stands nothing is."""

    overrides: Overrides | None = None
    """What the policy says for it."""
    must_answer: bool = False
    external: bool = False
    rdtype: str = ""
    """Type of the record that named the target; empty: one that no rule asks about."""
    starttls: str = ""
    demanded_by: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    """Finding ids with a waiver that holds."""
    label: str = ""
    """First label of the fqdn; empty: the case's name."""
    owns_leaf: bool = False
    """Whether ``own_ca`` holds the leaf itself."""
    server: OwnServer | None = None
    """None: the server that most cases share."""
    staple: Stapling | None = None
    """What nginx staples; None: nothing, and there is no nginx."""
    kinds: tuple[Kind, ...] = tuple(Kind)
    speaks: tuple[Speaks, ...] = tuple(Speaks)


USUAL = Situation()


@dataclass(frozen=True, eq=False)
class Case:
    """What is planted, and all that must be said of it."""

    name: str
    planted: Planting
    expected: tuple[Expected, ...] = ()
    situation: Situation = USUAL
    skipped: str = ""
    """Why the target is not judged at all; empty: it is."""
