import sys

import pytest

from benchmarks.measure import measure
from benchmarks.table import Goal, Run, goals_table, runs_table, typical
from benchmarks.world import NAMES_PER_ADDRESS, places

BURN = "import time\nwhile time.process_time() < 0.5: pass\n"
LEAVE_BURNING = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BURN!r}])"


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="costs are read from Linux's /proc")


def goal(must: float, aim: float, reached: float) -> Goal:
    return Goal("figure", must, aim, reached, "x")


@on_linux
def test_cost_holds_what_a_process_does_after_its_parent_has_ended() -> None:
    cost = measure([sys.executable, "-c", LEAVE_BURNING])

    assert cost.code == 0
    assert cost.cpu >= 0.5


@on_linux
def test_cost_holds_the_exit_code_the_output_and_the_memory_of_a_run() -> None:
    """The list alone takes 80 MB."""
    words = "print('said'); kept = [0] * 10**7; import time, sys; time.sleep(1); sys.exit(3)"
    cost = measure([sys.executable, "-c", words], sample_every=0.05)

    assert (cost.code, cost.output) == (3, "said\n")
    assert min(cost.main_rss, cost.tree_rss, cost.tree_pss) > 80e6


@pytest.mark.parametrize(
    ("reached", "grade"), [(6.0, "aim"), (5.9, "must"), (4.0, "must"), (3.9, "missed")]
)
def test_more_is_better_where_more_is_aimed_at(reached: float, grade: str) -> None:
    assert goal(4, 6, reached).grade == grade


@pytest.mark.parametrize(
    ("reached", "grade"), [(1.1, "aim"), (1.2, "must"), (1.5, "must"), (1.6, "missed")]
)
def test_less_is_better_where_less_is_aimed_at(reached: float, grade: str) -> None:
    assert goal(1.5, 1.1, reached).grade == grade


def test_typical_run_has_the_medians_of_its_kind_only() -> None:
    runs = [Run("a", 10, seconds, cpu) for seconds, cpu in ((5, 1), (1, 9), (2, 4))]

    assert typical([Run("b", 10, 99), *runs], "a") == Run("a", 10, 2, 4)


def test_tables_are_markdown() -> None:
    assert goals_table([goal(4, 6, 4.5)]).splitlines() == [
        "| figure | must reach | aim at | reached | grade | made of |",
        "| --- | --- | --- | --- | --- | --- |",
        "| figure | 4x | 6x | 4.5x | must |  |",
    ]
    assert runs_table([Run("a", 1000, 2, 4, 5_000_000)]).splitlines()[2:] == [
        "| a | 1,000 | 2.00 | 500 | 4.00 | 5 |  |"
    ]


def test_places_are_distinct_and_neighbours_share_addresses() -> None:
    found = places(1100)

    assert len({place.name for place in found}) == 1100
    assert len({place.address for place in found}) == 1100 / NAMES_PER_ADDRESS
