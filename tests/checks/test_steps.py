"""Work in steps: what it waits for, and in which thread it goes on."""

from concurrent.futures import Future

import pytest

from checks.steps import Steps, run


def test_steps_are_sent_the_results_that_they_wait_for() -> None:
    first, second = Future[int](), Future[int]()

    def steps() -> Steps[int]:
        one: int = yield first
        other: int = yield second
        return one + other

    result = run(steps())
    second.set_result(2)
    assert not result.done()
    first.set_result(40)
    assert result.result(0) == 42


def test_what_fails_is_raised_in_the_steps() -> None:
    failing = Future[int]()

    def steps() -> Steps[str]:
        try:
            yield failing
        except OSError as error:
            return f"caught {error}"
        return "unharmed"

    result = run(steps())
    failing.set_exception(OSError("a reset"))
    assert result.result(0) == "caught a reset"


def test_what_the_steps_raise_is_raised_for_who_waits() -> None:
    def steps() -> Steps[int]:
        yield from ()
        raise ValueError("no such thing")

    with pytest.raises(ValueError, match="no such thing"):
        run(steps()).result(0)


def test_a_future_that_was_cancelled_ends_the_steps() -> None:
    waiting = Future[int]()

    def steps() -> Steps[int]:
        value: int = yield waiting
        return value

    result = run(steps())
    waiting.cancel()
    assert result.exception(0) is not None


def test_ctrl_c_during_a_step_is_no_result_of_it() -> None:
    """Whoever waits for that result may do so much later, or never."""

    def steps() -> Steps[int]:
        yield from ()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(steps())
