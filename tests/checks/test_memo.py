"""Values that are made once."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from checks.memo import Memo


def done(value: int | Exception) -> "Future[int]":
    future: Future[int] = Future()
    if isinstance(value, Exception):
        future.set_exception(value)
    else:
        future.set_result(value)
    return future


def test_many_threads_that_ask_for_one_key_have_it_made_once() -> None:
    memo: Memo[int] = Memo()
    made: list[int] = []
    start = threading.Barrier(8)

    def make() -> "Future[int]":
        made.append(1)
        return done(7)

    def ask(_: int) -> int:
        start.wait(30)
        return memo.get("key", make).result(30)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [7] * 8
    assert made == [1]


def test_who_asks_while_it_is_being_made_waits_for_the_same() -> None:
    memo: Memo[int] = Memo()
    making: Future[int] = Future()
    first, second = memo.get("key", lambda: making), memo.get("key", lambda: done(2))
    making.set_result(1)
    assert (first.result(30), second.result(30)) == (1, 1)


def test_what_fails_fails_for_all_who_wait_and_is_made_again() -> None:
    """Being out of file descriptors for a moment is no lasting property of a target."""
    memo: Memo[int] = Memo()
    making: Future[int] = Future()
    waiting = [memo.get("key", lambda: making) for _ in range(2)]
    making.set_exception(OSError("broken"))
    for each in waiting:
        with pytest.raises(OSError, match="broken"):
            each.result(30)
    assert memo.get("key", lambda: done(OSError("still"))).exception(30) is not None
    assert memo.get("key", lambda: done(2)).result(30) == 2


def test_what_was_not_asked_for_the_longest_is_forgotten_beyond_the_size() -> None:
    memo: Memo[int] = Memo(size=2)
    for key in "abac":
        memo.get(key, lambda: done(1))
    assert [memo.get(key, lambda: done(2)).result(30) for key in "acb"] == [1, 1, 2]
