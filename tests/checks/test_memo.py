"""Values that are made once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from checks.memo import Memo


def test_many_threads_that_ask_for_one_key_have_it_made_once() -> None:
    memo: Memo[int] = Memo()
    made: list[int] = []
    start = threading.Barrier(8)

    def make() -> int:
        made.append(1)
        return 7

    def ask(_: int) -> int:
        start.wait(30)
        return memo.get("key", make)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [7] * 8
    assert made == [1]


def test_what_making_raises_is_raised_and_making_is_tried_again() -> None:
    """Being out of file descriptors for a moment is no lasting property of a target."""
    memo: Memo[int] = Memo()

    def breaking() -> int:
        raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        memo.get("key", breaking)
    assert memo.get("key", lambda: 2) == 2


def test_the_oldest_values_are_forgotten_beyond_the_size() -> None:
    memo: Memo[str] = Memo(size=2)
    for key in "abc":
        memo.get(key, lambda: "old")
    assert [memo.get(key, lambda: "new") for key in "cba"] == ["old", "old", "new"]
