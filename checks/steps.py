"""Work that waits for futures without a thread that waits."""

from collections.abc import Generator
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")

Steps = Generator["Future[Any]", Any, Result]
"""Yields futures, is sent their results or has their errors raised in it, and returns a result."""


def run(steps: Steps[Result]) -> "Future[Result]":
    """Return the future of what the steps return or raise.

    Each step runs in the thread that completed the future before it, so it must not block. Ctrl-C
    that comes meanwhile is no error of theirs: it is raised here.
    """
    result: Future[Result] = Future()
    _go_on(steps, result, None)
    return result


def _go_on(steps: Steps[Result], result: "Future[Result]", awaited: "Future[Any] | None") -> None:
    try:
        next_one = _advanced(steps, awaited)
    except StopIteration as end:
        result.set_result(end.value)
    except Exception as error:  # noqa: BLE001 - handed on to who waits for the result
        result.set_exception(error)
    else:
        next_one.add_done_callback(lambda done: _go_on(steps, result, done))


def _advanced(steps: Steps[Result], awaited: "Future[Any] | None") -> "Future[Any]":
    if awaited is None:
        return next(steps)
    error = awaited.exception()
    return steps.send(awaited.result()) if error is None else steps.throw(error)
