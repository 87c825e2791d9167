"""Work of other people's code, which may never end."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


class OutOfPatienceError(Exception):
    """The work has not ended in time."""


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Return what the work returns, and raise what it raises.

    Raises OutOfPatienceError where it takes longer. It then goes on in a thread that the process
    does not wait for: nothing ends a thread.
    """
    future: Future[Result] = Future()
    Thread(target=_settle, args=(future, work), daemon=True).start()
    if not wait([future], seconds).done:
        raise OutOfPatienceError(f"over after {seconds:g} s")
    return future.result()


def _settle(future: Future[Result], work: Callable[[], Result]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
        future.set_exception(error)
