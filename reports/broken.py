"""The verdict of a test that could not make one: its worker crashed, or a fixture raised; pure."""

from checks import judge
from checks.verdict import Subject, SubjectKind, Verdict
from zones.inventory import Inventory, zone_ids

COMPLIANCE_TESTS = "checks/"
"""Where the compliance tests are; what breaks elsewhere is not zonecert's."""


def broken(nodeid: str, words: str, inventory: Inventory) -> Verdict | None:
    """Return the verdict of a test that ended without one; None for a test that is not ours.

    ``words`` is what pytest says of it.
    """
    if not nodeid.startswith(COMPLIANCE_TESTS):
        return None
    return judge.broken(_subject(test_id(nodeid), inventory), words)


def test_id(nodeid: str) -> str:
    """Return what pytest has in the brackets of a test's node id, or else the test's name."""
    # The bracket first: an IPv6 address in the parameter has colons of its own.
    before, bracket, parameter = nodeid.partition("[")
    return parameter.removesuffix("]") if bracket else before.rpartition("::")[2]


def _subject(test_id: str, inventory: Inventory) -> Subject:
    for target in inventory.targets:
        if target.id == test_id:
            return judge.subject_of(target)
    for zone, zone_id in zip(inventory.zones, zone_ids(inventory.zones), strict=True):
        if zone_id == test_id:
            return Subject(SubjectKind.ZONE, zone_id, zone.origin, zone.origin, views=(zone.view,))
    return Subject(SubjectKind.RUN, test_id, test_id)
