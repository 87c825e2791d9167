"""When Ctrl-C and SIGTERM end a run."""

import signal
from collections.abc import Iterator

import pytest

from reports.interruption import Interruption

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def interruption() -> Iterator[Interruption]:
    before = [signal.signal(each, signal.default_int_handler) for each in SIGNALS]
    hearing = Interruption()
    hearing.install()
    yield hearing
    for each, handler in zip(SIGNALS, before, strict=True):
        signal.signal(each, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_between_reports_an_interruption_comes_at_once(
    interruption: Interruption, number: signal.Signals
) -> None:
    telling = interruption.pytest_runtest_logreport()
    next(telling)
    with pytest.raises(StopIteration):
        next(telling)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


@pytest.mark.parametrize("number", SIGNALS)
def test_within_a_report_it_comes_when_all_have_heard_of_it(
    interruption: Interruption, number: signal.Signals
) -> None:
    telling = interruption.pytest_runtest_logreport()
    next(telling)
    signal.raise_signal(number)
    with pytest.raises(KeyboardInterrupt):
        next(telling)


def test_the_second_one_is_not_put_off(interruption: Interruption) -> None:
    """The report may hang, on a terminal that takes no more."""
    telling = interruption.pytest_runtest_logreport()
    next(telling)
    signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_that_was_ignored_from_the_start_stays_so(interruption: Interruption) -> None:
    """As nohup has it, and shells for what runs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interruption.install()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
