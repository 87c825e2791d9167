"""One test for each zone, and one for the inventory as a whole."""

from collections.abc import Callable

from checks.ruling import Terms
from checks.verdict import Verdict
from checks.zone import Configured, ZoneTally, judge_inventory, judge_zone
from zones.inventory import Inventory, ZoneResult

Settle = Callable[[Verdict], None]


def test_inventory(inventory: Inventory, audit: Configured, terms: Terms, settle: Settle) -> None:
    """There is something to test, and a trust store that is not out of date to test it by."""
    settle(judge_inventory(inventory, audit.panels, terms, audit.tables))


def test_zone(
    zone: ZoneResult, zone_id: str, zone_tally: ZoneTally, zone_terms: Terms, settle: Settle
) -> None:
    """The zone was transferred, holds what it should, and somebody answers for it."""
    settle(judge_zone(zone, zone_id, zone_tally, zone_terms))
