"""Every planted defect against every check: exactly what is expected is found, and nothing else.

Real TLS servers on loopback, scanned by real scanner processes and judged by real trust stores. The
tables are in ``tests/checks/truth``: ``defects`` has each defect alone, ``pairs`` two at a time,
``situations`` what depends on the policy, the server and the target, ``services`` what records of
services name, ``staples`` OCSP responses.
"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from checks.finding import CATALOGUE, Finding, Severity
from checks.verdict import Outcome, Verdict
from tests.checks.truth.case import Case
from tests.checks.truth.defects import DEFECTS, FINE
from tests.checks.truth.pairs import DIFFERENT, THOROUGHLY, pairs
from tests.checks.truth.pki import ROOTS
from tests.checks.truth.services import SERVICES
from tests.checks.truth.situations import SITUATIONS
from tests.checks.truth.staples import STAPLES
from tests.checks.truth.world import Spot, World

CASES = (
    *(Case(defect.name, defect.plan, defect.expected) for defect in FINE + DEFECTS),
    *pairs(),
    *SITUATIONS,
    *SERVICES,
)
SPOTS, STAPLED = Spot.all_of(CASES), Spot.all_of(STAPLES)

OF_NO_TARGET = {
    "zone-failed",
    "zone-empty",
    "zone-uncovered",
    "zone-too-small",
    "zone-unanswered",
    "no-targets",
    "no-current-store",
    "scanner-broke",
    "stopped-answering",
}
"""Ids of zones, of the run, and of a scanner that breaks, which no server can plant; and of a
silence, which takes a whole deadline to be seen (``test_scanners`` does)."""


@pytest.fixture(scope="module")
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    spots = selected(request)
    made = World(spots, tmp_path_factory.mktemp("truth"))
    with closing(made), made.serving([spot for spot in spots if not spot.case.situation.staple]):
        yield made


@pytest.fixture(scope="module")
def stapling(request: pytest.FixtureRequest, world: World) -> Iterator[World]:
    with world.serving([spot for spot in selected(request) if spot.case.situation.staple]):
        yield world


def selected(request: pytest.FixtureRequest) -> list[Spot]:
    """Return the spots that this session asks for: one alone needs no thousand servers."""
    items = (item for item in request.session.items if isinstance(item, pytest.Function))
    params = (item.callspec.params for item in items if hasattr(item, "callspec"))
    return [spot for each in params if isinstance(spot := each.get("spot"), Spot)]


@pytest.mark.parametrize("spot", SPOTS, ids=str)
def test_what_is_planted_is_found_and_nothing_else(spot: Spot, world: World) -> None:
    hold(spot, world.verdict(spot))


@pytest.mark.parametrize("spot", STAPLED, ids=str)
def test_what_is_stapled_is_told_and_nothing_else(spot: Spot, stapling: World) -> None:
    hold(spot, stapling.verdict(spot))


def test_every_id_that_a_target_can_raise_is_planted() -> None:
    planted = {expected.id for case in (*CASES, *STAPLES) for expected in case.expected}
    assert planted == set(CATALOGUE) - OF_NO_TARGET


def test_names_of_cases_are_unique() -> None:
    names = [case.name for case in (*CASES, *STAPLES)]
    assert len(set(names)) == len(names)


def test_every_pair_that_is_spoken_of_is_planted() -> None:
    planted = {frozenset(case.name.split(" and ")) for case in pairs()}
    assert planted >= THOROUGHLY | set(DIFFERENT)


def hold(spot: Spot, verdict: Verdict) -> None:
    """Hold a verdict against its row of the table."""
    case = spot.case
    wanted = [(each.severity_for(spot.speaks), each.id, each.at) for each in case.expected]
    told = [(each.severity, each.id, at_fault(each, spot)) for each in verdict.findings]
    assert sorted(told, key=str) == sorted(wanted, key=str), verdict.findings
    unmet = [
        each
        for each in case.expected
        if not any(each.is_met_by(one) for one in verdict.findings if one.id == each.id)
    ]
    assert not unmet, verdict.findings
    assert tuple(waived.finding.id for waived in verdict.waived) == case.situation.waived
    assert verdict.reason == case.skipped
    assert verdict.outcome is outcome(spot)
    assert verdict.fails == any(
        severity is Severity.ERROR or id_ == "expiring" for severity, id_, _ in wanted
    )


def at_fault(finding: Finding, spot: Spot) -> str | None:
    """Return whose certificate it is, as the table calls them."""
    if finding.certificate is None:
        return None
    if finding.certificate.position == 0:
        return "leaf"
    name = finding.certificate.subject.removeprefix("CN=").removesuffix(f" {spot.kind}")
    return "root" if name in ROOTS else name


def outcome(spot: Spot) -> Outcome:
    """Return the outcome that the expected findings amount to."""
    case = spot.case
    severities = {each.severity_for(spot.speaks) for each in case.expected}
    if case.skipped:
        return Outcome.UNREACHABLE
    if Severity.ERROR in severities:
        return Outcome.ERROR
    if Severity.WARNING in severities:
        return Outcome.WARNING
    return Outcome.WAIVED if case.situation.waived else Outcome.OK
