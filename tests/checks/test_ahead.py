"""Scanning ahead: what is scanned when, and how often."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from checks.ahead import Ahead
from checks.evidence import Reach, Scan
from zones.target import Target


def target(number: int, address: str | None = None) -> Target:
    fqdn = f"w{number}.x.test"
    at = address or f"127.0.1.{number}"
    return Target(fqdn, at, 443, fqdn, "x.test", ("inside",), False, ())


class Gate:
    """A scan that ends when it is let go, and remembers who came."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.came: list[Target] = []
        self.most_at_once: Counter[str] = Counter()
        self._at_once: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._arrival = threading.Condition(self._lock)
        self._threads = ThreadPoolExecutor(200)

    def begin(self, target: Target) -> "Future[Scan]":
        return self._threads.submit(self._scan, target)

    def _scan(self, target: Target) -> Scan:
        with self._arrival:
            self.came.append(target)
            for key in (target.address, "all"):
                self._at_once[key] += 1
                self.most_at_once[key] = max(self.most_at_once[key], self._at_once[key])
            self._arrival.notify_all()
        self.open.wait(30)
        with self._lock:
            self._at_once.subtract([target.address, "all"])
        return Scan(target, Reach.REFUSED)

    def wait_for(self, count: int) -> None:
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.came) >= count, 30)

    def wait_for_all(self) -> None:
        self._threads.shutdown()


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.open.set()


NEVER = 3600.0
"""Seconds."""


def ahead(gate: Gate, *, at_once: int = 4, per_address: int = 2, silence: float = NEVER) -> Ahead:
    return Ahead(
        gate.begin, at_once=at_once, held=4 * at_once, per_address=per_address, silence=silence
    )


def test_each_target_is_scanned_once_and_yields_its_own_scan(gate: Gate) -> None:
    targets = [target(n) for n in range(40)]
    gate.open.set()
    scanning = ahead(gate)
    scanning.expect(targets)
    scans = [scanning.take(each).result(30) for each in targets]
    assert [scan.target for scan in scans] == targets
    assert sorted(gate.came, key=str) == sorted(targets, key=str)


def test_a_target_that_nobody_foresaw_is_scanned_when_it_is_asked_for(gate: Gate) -> None:
    gate.open.set()
    assert ahead(gate).take(target(1)).result(30).target == target(1)


def test_nothing_is_scanned_beyond_the_window(gate: Gate) -> None:
    """So that a run that stops early has not pressed everybody for nothing."""
    gate.open.set()
    scanning = ahead(gate, at_once=4)
    scanning.expect([target(n) for n in range(40)])
    gate.wait_for(8)
    scanning.close()
    assert len(gate.came) == 8


def test_what_is_taken_makes_room_in_the_window(gate: Gate) -> None:
    gate.open.set()
    scanning = ahead(gate, at_once=4)
    targets = [target(n) for n in range(40)]
    scanning.expect(targets)
    gate.wait_for(8)
    scanning.take(targets[0]).result(30)
    gate.wait_for(9)
    scanning.close()
    assert len(gate.came) == 9


def test_no_more_run_at_once_than_is_allowed(gate: Gate) -> None:
    scanning = ahead(gate, at_once=4)
    targets = [target(n) for n in range(20)]
    scanning.expect(targets)
    gate.wait_for(4)
    gate.open.set()
    for each in targets:
        scanning.take(each).result(30)
    assert gate.most_at_once["all"] == 4


@pytest.mark.parametrize("foreseen", [True, False])
def test_one_address_is_never_asked_by_more_than_is_allowed(gate: Gate, *, foreseen: bool) -> None:
    """Whether its names were foreseen or all asked for at once."""
    scanning = ahead(gate, at_once=8, per_address=2)
    targets = [target(n, "127.0.0.1") for n in range(12)]
    scanning.expect(targets if foreseen else [])
    futures = [scanning.take(each) for each in targets]
    gate.wait_for(2)
    gate.open.set()
    assert [future.result(30).target for future in futures] == targets
    assert gate.most_at_once["127.0.0.1"] == 2


def test_a_busy_address_does_not_hold_up_the_others(gate: Gate) -> None:
    scanning = ahead(gate, at_once=8, per_address=1)
    scanning.expect([*(target(n, "127.0.0.1") for n in range(4)), target(8), target(9)])
    gate.wait_for(3)
    assert {each.address for each in gate.came} == {"127.0.0.1", "127.0.1.8", "127.0.1.9"}


def test_what_a_test_waits_for_goes_first(gate: Gate) -> None:
    scanning = ahead(gate, at_once=1)
    scanning.expect([target(n) for n in range(4)])
    gate.wait_for(1)
    asked = scanning.take(target(9))
    gate.open.set()
    asked.result(30)
    assert gate.came[1] == target(9)


def test_a_scan_that_breaks_breaks_for_who_asks() -> None:
    def breaking(_target: Target) -> "Future[Scan]":
        broken: Future[Scan] = Future()
        broken.set_exception(OSError("too many open files"))
        return broken

    scanning = Ahead(breaking, at_once=2, held=8, per_address=2)
    scanning.expect([target(1)])
    with pytest.raises(OSError, match="too many"):
        scanning.take(target(1)).result(30)


def test_a_silent_scan_gives_its_place_to_another(gate: Gate) -> None:
    """What waits for a server presses nobody."""
    scanning = ahead(gate, at_once=2, silence=0.05)
    scanning.expect([target(n) for n in range(40)])
    gate.wait_for(4)


def test_no_more_are_under_way_than_can_be_held_however_silent(gate: Gate) -> None:
    scanning = ahead(gate, at_once=2, silence=0.05)
    targets = [target(n) for n in range(80)]
    scanning.expect(targets)
    scanning.take(targets[0])
    gate.wait_for(8)
    gate.open.set()
    scanning.take(targets[-1]).result(30)
    assert gate.most_at_once["all"] == 8


def test_a_test_that_waits_for_a_silent_server_lets_the_window_grow() -> None:
    """There is nothing else to do, and what follows may be silent as well."""
    silent: Future[Scan] = Future()
    begun: list[Target] = []
    twenty = threading.Event()

    def begin(each: Target) -> "Future[Scan]":
        begun.append(each)
        if len(begun) == 20:
            twenty.set()
        if each == target(0):
            return silent
        done: Future[Scan] = Future()
        done.set_result(Scan(each, Reach.REFUSED))
        return done

    scanning = Ahead(begin, at_once=2, held=8, per_address=2, silence=0.05)
    scanning.expect([target(n) for n in range(40)])
    # One is under way, and the rest of the window of four is done.
    assert len(begun) == 4
    scanning.take(target(0))
    assert twenty.wait(30)
    silent.set_result(Scan(target(0), Reach.REFUSED))
    scanning.close()


def test_many_that_end_at_once_are_all_scanned() -> None:
    """However deep that would nest."""

    def begin(each: Target) -> "Future[Scan]":
        done: Future[Scan] = Future()
        done.set_result(Scan(each, Reach.REFUSED))
        return done

    scanning = Ahead(begin, at_once=4000, held=4000, per_address=1)
    targets = [target(n % 250, f"127.1.{n // 250}.{n % 250}") for n in range(5000)]
    scanning.expect(targets)
    assert [scanning.take(each).result(30).target for each in targets] == targets


def test_ctrl_c_while_a_scan_is_begun_holds_up_no_end() -> None:
    def interrupted(_target: Target) -> "Future[Scan]":
        raise KeyboardInterrupt

    scanning = Ahead(interrupted, at_once=2, held=8, per_address=2)
    with pytest.raises(KeyboardInterrupt):
        scanning.take(target(1))
    closing = threading.Thread(target=scanning.close, daemon=True)
    closing.start()
    closing.join(30)
    assert not closing.is_alive()


def test_nothing_is_begun_after_the_end(gate: Gate) -> None:
    """What ends then makes room for others, whose servers nobody wants to hear of any more."""
    scanning = ahead(gate, at_once=4)
    scanning.expect([target(n) for n in range(40)])
    gate.wait_for(4)
    scanning.close()
    gate.open.set()
    gate.wait_for_all()
    assert len(gate.came) == 4
