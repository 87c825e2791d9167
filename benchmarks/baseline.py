"""What zonecert is compared with: SSLyze alone, pytest alone, dig alone."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from benchmarks.measure import BenchmarkError, Cost, measure
from benchmarks.world import ORIGIN, Place
from tests.support.primary import Primary
from tests.support.program import find_program

_TRIVIAL = """
import pytest

IDS = [f"w{{n}}.bench.test-127.0.{{n // 1000}}.{{n // 4 % 250}}-443" for n in range({count})]

@pytest.mark.parametrize("target", IDS, ids=IDS)
def test_certificate(target):
    assert target
"""


@dataclass(frozen=True, slots=True)
class Took:
    """What SSLyze took for so many targets, its import left out."""

    done: int
    """Targets that showed a certificate."""
    seconds: float
    cpu: float
    """Seconds, user and system."""


def sslyze_alone(kind: Literal["scanner", "bare"], at: Sequence[Place], port: int) -> Took:
    """Return what SSLyze took; see ``benchmarks.sslyze_alone`` for the kinds.

    Raises BenchmarkError where it did not get to see each target's certificate.
    """
    with TemporaryDirectory(prefix="zonecert-bench-") as folder:
        asked, answer = Path(folder, "asked"), Path(folder, "answer")
        asked.write_text(json.dumps([[place.name, port, place.address] for place in at]))
        words = [kind, str(asked), str(answer)]
        cost = measure([sys.executable, "-W", "ignore", "-m", "benchmarks.sslyze_alone", *words])
        if cost.code:
            raise BenchmarkError(f"SSLyze ({kind}) failed:\n{cost.output[-2000:]}")
        took = Took(**json.loads(answer.read_text(encoding="ascii")))
    if took.done != len(at):
        raise BenchmarkError(f"SSLyze ({kind}) saw {took.done} of {len(at)} certificates")
    return took


def pytest_alone(count: int, *options: str, sample_every: float = 0) -> Cost:
    """Return what pytest takes for so many tests of one line."""
    with TemporaryDirectory(prefix="zonecert-bench-") as folder:
        test = Path(folder, "test_trivial.py")
        test.write_text(_TRIVIAL.format(count=count), encoding="ascii")
        ini = Path(folder, "pytest.ini")
        ini.write_text("[pytest]\n", encoding="ascii")
        report = f"--junitxml={Path(folder, 'report.xml')}"
        command = [sys.executable, "-m", "pytest", "-q", "-c", str(ini), report, *options]
        cost = measure([*command, str(test)], sample_every=sample_every)
    if cost.code:
        raise BenchmarkError(f"pytest failed:\n{cost.output[-2000:]}")
    return cost


def dig_alone(server: Primary) -> Cost:
    """Return what dig takes to transfer the zone."""
    program = find_program("dig", "bind9-dnsutils")
    words = [f"@{server.address}", "-p", str(server.port), ORIGIN, "AXFR"]
    return measure([program, *words])
