"""Every input that is kept holds its contract, in every run and without atheris."""

import importlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import cast

import pytest

from demo.der import forest
from tests.fuzz import HARNESSES
from tests.fuzz.der import changed

CORPUS = Path(__file__).parent / "corpus"
INPUTS = [path for name in HARNESSES for path in sorted((CORPUS / name).iterdir())]


def hold(name: str) -> Callable[[bytes], None]:
    harness = importlib.import_module(f"tests.fuzz.{name}")
    return cast(Callable[[bytes], None], harness.hold)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_stays_mended(path: Path) -> None:
    hold(path.parent.name)(path.read_bytes())


def test_every_harness_has_inputs_to_begin_with() -> None:
    assert {path.parent.name for path in INPUTS} == set(HARNESSES)


def test_the_corpus_stays_small() -> None:
    assert sum(path.stat().st_size for path in INPUTS) < 200_000


@pytest.mark.parametrize("seed", range(20))
def test_der_that_is_changed_is_der(seed: int) -> None:
    whole = (CORPUS / "judge" / "good").read_bytes()
    made = changed(whole, 1 << 16, Random(seed), lambda data, _: data)
    parts = list(forest(made))
    assert b"".join(parts) == made
    # What is no DER would be one last part with everything.
    assert len(parts) != 1 or made[0] == 0x30
