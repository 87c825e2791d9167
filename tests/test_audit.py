from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit import Audit
from checks.scanners import Limits, Scanners
from settings import make_settings
from tests.support.program import free_port
from tests.support.tls_servers import silent
from zones.inventory import Inventory, ZoneResult
from zones.shard import Shard
from zones.target import RecordRef, Skipped, SkipReason, Target

MOMENT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
ZONES = (
    ZoneResult("a.test", "in", "127.0.0.1:53", 7, 2, MOMENT, uncovered=("child.a.test",)),
    ZoneResult("b.test", "in", "127.0.0.1:53", error="answered REFUSED", remedy="allow-transfer"),
)
SKIP = Skipped(RecordRef("in", "a.test", "x.a.test", "CNAME", "y.a.test"), SkipReason.DANGLING)


def target(name: str, port: int) -> Target:
    fqdn = f"{name}.a.test"
    record = RecordRef("in", "a.test", fqdn, "A", "127.0.0.1")
    return Target(fqdn, "127.0.0.1", port, fqdn, "a.test", ("in",), False, (record,))


def audit(*targets: Target, zone: Sequence[object] = (), **policy: object) -> Audit:
    source = {"name": "in", "type": "axfr", "server": "127.0.0.1", "zones": ["a.test", "b.test"]}
    all_answer = {"name": "a.test", "policy": {"min_answered": 1}}
    raw = {"source": [source], "policy": policy, "zone": [all_answer, *zone]}
    settings = make_settings(raw, "audit.toml", Path())
    return Audit(settings, Inventory(ZONES, targets, (SKIP,), MOMENT))


@pytest.fixture
def scanners() -> Iterator[Scanners]:
    made = Scanners((), MOMENT, Limits(connect_timeout=5))
    yield made
    made.close()


def test_other_process_works_from_the_same() -> None:
    sent = audit(target("www", 443))
    received = Audit.from_wire(sent.to_wire())

    assert received.inventory == sent.inventory
    assert received.settings.document == sent.settings.document
    assert received.settings.stores == sent.settings.stores


def test_only_required_stores_are_loaded() -> None:
    required = audit(trust_stores=["mozilla", "apple"]).required_stores

    assert [store.name for store in required] == ["apple", "mozilla"]


def test_panels_are_those_of_the_policies_that_targets_are_judged_by() -> None:
    overrides = [{"fqdn": "old.*", "policy": {"trust_stores": ["java"]}}]
    overrides += [{"fqdn": "nobody.*", "policy": {"trust_stores": ["windows"]}}]
    targets = (target(name, 443) for name in ("www", "old", "older", "mail"))
    panels = audit(*targets, zone=overrides, trust_stores=["mozilla", "apple"]).panels

    assert [[store.name for store in panel] for panel in panels] == [["apple", "mozilla"], ["java"]]


def test_run_and_zone_are_weighed_by_their_own_policies() -> None:
    made = audit()

    assert (made.terms.judged_at, made.terms.policy.min_answered) == (MOMENT, 0)
    assert made.zone_terms(ZONES[0]).policy.min_answered == 1
    assert made.zone_terms(ZONES[1]).policy.min_answered == 0


def test_all_targets_of_a_zone_are_counted_where_a_share_has_to_answer(scanners: Scanners) -> None:
    """A refusal is no answer."""
    with silent() as first, silent() as second:
        ports = (first.port, free_port(), second.port)
        made = audit(*(target(f"h{port}", port) for port in ports))
        tally = made.zone_tally(ZONES[0], scanners)

    assert (tally.targets, tally.answered) == (3, 2)


def test_one_answer_will_do_where_no_share_is_demanded(scanners: Scanners) -> None:
    zone = replace(ZONES[0], origin="b.test")
    with silent() as server:
        found = target("www", server.port)
        found = replace(found, records=(found.records[0]._replace(zone="b.test"),))
        tally = audit(found).zone_tally(zone, scanners)

    assert (tally.targets, tally.answered) == (1, 1)


def test_zone_of_which_all_refuse_has_no_answer(scanners: Scanners) -> None:
    tally = audit(target("www", free_port())).zone_tally(ZONES[0], scanners)

    assert (tally.targets, tally.answered) == (1, 0)


def test_target_counts_where_its_records_are(scanners: Scanners) -> None:
    """A name of one source's zone may be below a longer origin that another source holds."""
    found = replace(target("www.sub", free_port()), zone="sub.a.test")

    assert audit(found).zone_tally(ZONES[0], scanners).targets == 1


def test_zone_without_targets_has_none_to_answer(scanners: Scanners) -> None:
    tally = audit(target("www", 443)).zone_tally(ZONES[1], scanners)

    assert (tally.targets, tally.answered) == (0, 0)


def test_shards_have_each_target_once_and_know_all() -> None:
    whole = audit(*(replace(target("www", 443), address=f"192.0.2.{n}") for n in range(20)))
    shards = [replace(whole, shard=Shard(number, 3)) for number in (1, 2, 3)]
    found = [each for shard in shards for each in shard.targets]

    assert sorted(map(str, found)) == sorted(map(str, whole.targets))
    assert all(shard.inventory == whole.inventory for shard in shards)
    assert whole.targets == whole.inventory.targets


def test_first_shard_alone_speaks_for_the_run() -> None:
    whole = audit(target("www", 443))
    shards = [replace(whole, shard=Shard(number, 2)) for number in (1, 2)]

    assert [each.speaks_for_the_run for each in (whole, *shards)] == [True, True, False]
    assert [each.zones for each in (whole, *shards)] == [ZONES, ZONES, ()]


def test_worker_of_a_shard_gets_what_its_tests_need() -> None:
    """The first counts the answers of whole zones; the others have their own targets to see to."""
    whole = audit(*(replace(target("www", 443), address=f"192.0.2.{n}") for n in range(20)))
    first, second = (replace(whole, shard=Shard(number, 2)) for number in (1, 2))
    received = Audit.from_wire(second.to_wire())

    assert Audit.from_wire(first.to_wire()).inventory == whole.inventory
    assert received.inventory.targets == received.targets == second.targets
    assert (received.shard, received.zones, received.inventory.skips) == (Shard(2, 2), (), ())
