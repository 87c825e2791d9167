"""The verdict of a test that could not make one: its worker crashed, or a fixture raised; pure."""

from checks.finding import CATALOGUE, Finding, Severity
from checks.text import clean
from checks.verdict import Outcome, Subject, SubjectKind, Verdict
from zones.inventory import Inventory, zone_ids
from zones.target import Target

COMPLIANCE_TESTS = "checks/"
"""Where the compliance tests are; what breaks elsewhere is not zonecert's."""
_ID = "scanner-broke"


def broken(nodeid: str, words: str, inventory: Inventory) -> Verdict | None:
    """Return the verdict of a test that ended without one; None for a test that is not ours.

    ``words`` is what pytest says of it.
    """
    if not nodeid.startswith(COMPLIANCE_TESTS):
        return None
    kind = CATALOGUE[_ID]
    finding = Finding(
        _ID,
        kind.title,
        Severity.ERROR,
        observed=clean(words.strip().rpartition("\n")[2]),
        remedy=kind.remedy,
        reference=kind.reference,
    )
    subject = _subject(_test_id(nodeid), inventory)
    return Verdict(subject, Outcome.ERROR, fails=True, findings=(finding,))


def subject_of(target: Target) -> Subject:
    """Return what reports show of a target."""
    return Subject(
        SubjectKind.TARGET,
        target.id,
        target.fqdn,
        target.zone,
        target.address,
        target.port,
        target.views,
        target.external,
        target.records,
    )


def _test_id(nodeid: str) -> str:
    # The bracket first: an IPv6 address in the parameter has colons of its own.
    before, bracket, parameter = nodeid.partition("[")
    return parameter.removesuffix("]") if bracket else before.rpartition("::")[2]


def _subject(test_id: str, inventory: Inventory) -> Subject:
    for target in inventory.targets:
        if target.id == test_id:
            return subject_of(target)
    for zone, zone_id in zip(inventory.zones, zone_ids(inventory.zones), strict=True):
        if zone_id == test_id:
            return Subject(SubjectKind.ZONE, zone_id, zone.origin, zone.origin, views=(zone.view,))
    return Subject(SubjectKind.RUN, test_id, test_id)
