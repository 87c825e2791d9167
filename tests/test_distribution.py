from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from xdist.scheduler import Scheduling
from xdist.workermanage import WorkerController

from checks.scanners import Scanners
from distribution import QUEUED, AddressScheduling, Foresight, address_of, part_of, shares
from zones.target import Target

ROOT = Path(__file__).parents[1]
TEST = "checks/test_certificates.py::test_certificate"
CONFTEST = """
import pytest
from distribution import AddressScheduling

def pytest_xdist_make_scheduler(config, log):
    return AddressScheduling(config, log)

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    if hasattr(report, "node") and report.when in {"call", "???"}:
        with open("results", "a") as results:
            worker = report.node.gateway.id
            results.write(f"{report.nodeid} {report.outcome} {worker}\\n")
"""
TESTS = """
import os
import pytest

NAMES = [f"h{number}.test" for number in range(COUNT)]
IDS = [f"{name}-127.0.0.{number % ADDRESSES}-443" for number, name in enumerate(NAMES)]

@pytest.mark.parametrize("name", NAMES, ids=IDS)
def test_certificate(name):
    if name == VICTIM:
        os._exit(3)
    assert name != FAILING
"""


class Worker:
    """What a scheduler asks of xdist's WorkerController, with no process behind it."""

    def __init__(self) -> None:
        self.gateway = SimpleNamespace(id="gw")
        self.sent: list[int] = []
        self.shutting_down = False
        self.is_dead = False
        """Whether its process has ended, which nobody was told yet."""

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        assert not self.shutting_down
        if self.is_dead:
            raise OSError("cannot send (already closed?)")
        self.sent += indices

    def shutdown(self) -> None:
        self.shutting_down = True


class Hearing(Scanners):
    """Scanners that only note what they are to expect."""

    def __init__(self) -> None:
        self.heard: list[list[str]] = []

    def expect(self, targets: Iterable[Target]) -> None:
        self.heard.append([target.fqdn for target in targets])


def node_ids(count: int, addresses: int) -> list[str]:
    return [f"{TEST}[h{n}.test-127.0.0.{n % addresses}-443]" for n in range(count)]


def scheduled(
    config: pytest.Config, collection: list[str], count: int, last: list[str] | None = None
) -> tuple[AddressScheduling, list[Worker]]:
    """Return a scheduler that has shared the tests out to so many workers.

    The last of them has collected other tests, where these are given.
    """
    config.option.tx = ["popen"] * count
    scheduling = AddressScheduling(config)
    workers = [Worker() for _ in range(count)]
    for worker in workers:
        scheduling.add_node(controller(worker))
    for worker in workers:
        is_odd = worker is workers[-1] and last is not None
        scheduling.add_node_collection(controller(worker), last if is_odd else collection)
    scheduling.schedule()
    return scheduling, workers


def controller(worker: Worker) -> WorkerController:
    return cast("WorkerController", worker)


def finish(scheduling: AddressScheduling, worker: Worker, test: int) -> None:
    scheduling.mark_test_complete(controller(worker), test)


@pytest.fixture
def config(pytester: pytest.Pytester) -> pytest.Config:
    return pytester.parseconfig("-n2")


@pytest.mark.parametrize(
    ("nodeid", "address"),
    [
        (f"{TEST}[www.example.com-192.0.2.1-443]", "192.0.2.1"),
        (f"{TEST}[*.a-b.example.com-192.0.2.1-443]", "192.0.2.1"),
        (f"{TEST}[www.example.com-2001:db8::1-8443]", "2001:db8::1"),
        ("checks/test_zones.py::test_zone[example.com]", None),
        ("checks/test_zones.py::test_inventory", None),
    ],
)
def test_address_is_read_from_a_targets_test_id(nodeid: str, address: str | None) -> None:
    assert address_of(nodeid) == (address or nodeid)


def test_part_of_an_address_is_the_same_in_every_process() -> None:
    """Python's own hash of a text differs from process to process."""
    parts = [part_of(f"127.0.0.{n}", 4) for n in range(8)]

    assert parts == [2, 0, 2, 0, 3, 1, 3, 1]
    assert {part_of(f"192.0.2.{n}", 3) for n in range(50)} == {0, 1, 2}


def test_shares_keep_addresses_together_and_the_order_within() -> None:
    collection = node_ids(60, 7)
    found = shares(collection, 3)
    owners = {(address_of(collection[at]), part) for part in range(3) for at in found[part]}

    assert sorted(at for share in found for at in share) == list(range(60))
    assert all(share == deque(sorted(share)) for share in found)
    assert len(owners) == 7


def test_it_is_a_scheduling_as_xdist_knows_them(config: pytest.Config) -> None:
    wanted = [name for name in dir(Scheduling) if not name.startswith("_")]
    scheduling, _ = scheduled(config, node_ids(4, 2), 2)

    assert [name for name in wanted if not hasattr(scheduling, name)] == []


def test_worker_gets_the_tests_of_its_own_addresses(config: pytest.Config) -> None:
    collection = node_ids(100, 8)
    _, workers = scheduled(config, collection, 2)

    assert [worker.sent for worker in workers] == [list(share) for share in shares(collection, 2)]


def test_no_more_than_a_window_waits_in_a_worker(config: pytest.Config) -> None:
    scheduling, workers = scheduled(config, node_ids(1000, 8), 2)
    assert [len(worker.sent) for worker in workers] == [QUEUED, QUEUED]
    for turn in range(100):
        finish(scheduling, workers[0], workers[0].sent[turn])
        waiting = len(scheduling.node2pending[controller(workers[0])])
        assert QUEUED // 2 <= waiting <= QUEUED


def test_workers_are_told_to_end_once_all_is_handed_out(config: pytest.Config) -> None:
    scheduling, workers = scheduled(config, node_ids(200, 8), 2)
    assert not any(worker.shutting_down for worker in workers)
    for turn in range(100):
        for worker in workers:
            if turn < len(worker.sent):
                finish(scheduling, worker, worker.sent[turn])

    assert sorted(workers[0].sent + workers[1].sent) == list(range(200))
    assert all(worker.shutting_down for worker in workers)
    assert scheduling.tests_finished


def test_worker_that_is_done_helps_the_one_with_most_left(config: pytest.Config) -> None:
    """What the other may have scanned ahead stays with it."""
    scheduling, workers = scheduled(config, node_ids(1000, 1), 2)
    idle, busy = sorted(workers, key=lambda worker: worker.sent[:1] == [0])
    share = list(range(QUEUED, 1000))

    assert len(busy.sent) == len(idle.sent) == QUEUED
    assert idle.sent == share[-QUEUED:]
    assert not scheduling.tests_finished


def test_what_its_owner_will_soon_ask_for_is_taken_by_nobody(config: pytest.Config) -> None:
    scheduling, workers = scheduled(config, node_ids(2 * QUEUED, 1), 2)
    idle, busy = sorted(workers, key=lambda worker: worker.sent[:1] == [0])
    for test in busy.sent:
        finish(scheduling, busy, test)

    assert (idle.sent, busy.sent) == ([], list(range(2 * QUEUED)))
    assert idle.shutting_down


def test_tests_of_a_worker_that_died_are_left_to_others(config: pytest.Config) -> None:
    scheduling, (first, second) = scheduled(config, node_ids(300, 8), 2)
    finish(scheduling, first, first.sent[0])
    died_at = scheduling.remove_node(controller(first))
    for test in second.sent:
        finish(scheduling, second, test)

    assert died_at is None
    assert sorted([first.sent[0], *second.sent]) == list(range(300))
    assert second.sent[-1] == first.sent[1]
    assert second.shutting_down


def test_test_during_which_two_workers_died_is_told_so_and_not_done_again(
    config: pytest.Config,
) -> None:
    collection = node_ids(30, 1)
    scheduling, [first] = scheduled(config, collection, 1)
    assert scheduling.remove_node(controller(first)) is None
    second = Worker()
    scheduling.add_node(controller(second))
    scheduling.add_node_collection(controller(second), collection)
    scheduling.schedule()
    for test in second.sent[:-1]:
        finish(scheduling, second, test)

    assert second.sent[-1] == 0
    assert scheduling.remove_node(controller(second)) == collection[0]
    assert scheduling.tests_finished


def test_worker_that_has_died_unheard_ends_no_run(config: pytest.Config) -> None:
    """xdist reads what the worker sent last before it learns of its end."""
    scheduling, (dying, other) = scheduled(config, node_ids(400, 8), 2)
    queued = list(dying.sent)
    dying.is_dead = True
    for test in queued[: QUEUED // 2]:
        finish(scheduling, dying, test)
    scheduling.remove_node(controller(dying))
    while scheduling.node2pending[controller(other)] and not other.shutting_down:
        finish(scheduling, other, scheduling.node2pending[controller(other)][0])

    assert {*queued[: QUEUED // 2], *other.sent} == set(range(400))


def test_worker_that_replaces_a_dead_one_gets_what_that_one_had(config: pytest.Config) -> None:
    collection = node_ids(50, 1)
    scheduling, workers = scheduled(config, collection, 1)
    scheduling.remove_node(controller(workers[0]))
    replacement = Worker()
    assert scheduling.has_pending
    assert not scheduling.tests_finished

    scheduling.add_node(controller(replacement))
    scheduling.add_node_collection(controller(replacement), collection)
    scheduling.schedule()

    assert replacement.sent == [*range(1, 50), 0]


def test_test_that_is_to_run_again_is_handed_out_again(config: pytest.Config) -> None:
    collection = node_ids(200, 1)
    scheduling, [worker] = scheduled(config, collection, 1)
    scheduling.mark_test_pending(collection[3])
    for test in worker.sent:
        finish(scheduling, worker, test)

    assert sorted(worker.sent) == sorted([*range(200), 3])


def test_nothing_is_handed_out_where_workers_collected_different_tests(
    config: pytest.Config,
) -> None:
    _, workers = scheduled(config, node_ids(5, 2), 2, node_ids(6, 2))

    assert [worker.sent for worker in workers] == [[], []]


def play(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *options: str, **plan: object
) -> tuple[pytest.RunResult, list[tuple[str, str, str]]]:
    """Run trivial tests by two real workers; return nodeid, outcome and worker of each result."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest(CONFTEST)
    plan = {"COUNT": 1, "ADDRESSES": 8, "VICTIM": "", "FAILING": "", **plan}
    head = "".join(f"{name} = {value!r}\n" for name, value in plan.items())
    pytester.makepyfile(test_made=head + TESTS)
    ended = pytester.runpytest_subprocess("-n2", "-p", "no:cacheprovider", *options)
    lines = (pytester.path / "results").read_text().splitlines()
    return ended, [cast("tuple[str, str, str]", tuple(line.split())) for line in lines]


def test_whole_addresses_go_to_one_worker(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, results = play(pytester, monkeypatch, COUNT=60)

    assert ended.ret == 0
    assert len(results) == len({nodeid for nodeid, _, _ in results}) == 60
    assert len({(address_of(nodeid), worker) for nodeid, _, worker in results}) == 8


@pytest.mark.parametrize("victim", ["h150.test", "h299.test"])
def test_crash_of_a_worker_costs_one_test_and_no_other_result(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, victim: str
) -> None:
    ended, results = play(pytester, monkeypatch, COUNT=300, VICTIM=victim)

    assert ended.ret == 1
    assert len(results) == len({nodeid for nodeid, _, _ in results}) == 300
    [failed] = [nodeid for nodeid, outcome, _ in results if outcome == "failed"]
    assert f"[{victim}-" in failed


def test_single_worker_that_crashes_is_replaced(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, results = play(pytester, monkeypatch, "-n1", COUNT=100, VICTIM="h50.test")

    assert len(results) == len({nodeid for nodeid, _, _ in results}) == 100


def test_first_failure_stops_all_workers_soon(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, results = play(pytester, monkeypatch, "-x", COUNT=600, FAILING="h5.test")

    assert 0 < len(results) < 600


def test_fewer_tests_than_workers_are_run_too(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, results = play(pytester, monkeypatch, COUNT=1)

    assert (ended.ret, len(results)) == (0, 1)


def targets(count: int, addresses: int) -> list[Target]:
    return [
        Target(f"h{n}.test", f"127.0.0.{n % addresses}", 443, f"h{n}.test", "test", (), False, ())
        for n in range(count)
    ]


def test_first_target_announces_all_that_follow() -> None:
    scanners, all_targets = Hearing(), targets(5, 2)
    foresight = Foresight(all_targets, 1, scanners)
    for target in all_targets:
        foresight.look_ahead_of(target)

    assert scanners.heard == [["h0.test", "h1.test", "h2.test", "h3.test", "h4.test"]]


def test_worker_expects_its_own_part_only() -> None:
    scanners, all_targets = Hearing(), targets(8, 8)
    foresight = Foresight(all_targets, 2, scanners)
    mine = [each for each in all_targets if part_of(each.address, 2) == 1]
    for target in mine:
        foresight.look_ahead_of(target)

    assert scanners.heard == [[target.fqdn for target in mine]]


def test_target_of_another_part_announces_what_follows_in_that_part() -> None:
    scanners, all_targets = Hearing(), targets(16, 8)
    foresight = Foresight(all_targets, 2, scanners)
    mine, other = ([each for each in all_targets if part_of(each.address, 2) == n] for n in (0, 1))
    foresight.look_ahead_of(mine[0])
    foresight.look_ahead_of(other[-2])

    assert scanners.heard[1] == [target.fqdn for target in other[-2:]]
