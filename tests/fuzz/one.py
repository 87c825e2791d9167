"""One harness under libFuzzer: ``python -m tests.fuzz.one NAME FOLDER SECONDS``; never returns."""

import importlib
import sys
from pathlib import Path
from random import Random

import atheris

from tests.fuzz import INSTRUMENTED
from tests.fuzz.der import changed
from tests.fuzz.framing import framed, frames

KEPT = Path(__file__).parent / "corpus"
_LONGEST = {"judge": 16384, "configuration": 12000, "dialogue": 20000}
_USUAL = 8192
"""Bytes of an input."""


def mutated(data: bytes, most: int) -> bytes:
    """Return the data as libFuzzer changes bytes."""
    made: bytes = atheris.Mutate(data, most)
    return made


def der_mutator(data: bytes, most: int, seed: int) -> bytes:
    """Change values of DER and keep the lengths right; now and then only bytes."""
    random = Random(seed)
    if random.random() < 0.1:
        return mutated(data, most)
    return changed(data, most, random, mutated)


def stream_mutator(data: bytes, most: int, seed: int) -> bytes:
    """Change one message of a stream and keep its length right; now and then only bytes."""
    random = Random(seed)
    mark = data[:2] if data.startswith(b"\xff\xff") else b""
    messages = list(frames(data[len(mark) :]))
    if not messages or random.random() < 0.1:
        return mutated(data, most)
    at = random.randrange(len(messages))
    match random.randrange(8):
        case 0:
            del messages[at]
        case 1:
            messages.insert(at, random.choice(messages))
        case _:
            messages[at] = mutated(messages[at], min(most, len(messages[at]) + 128))
    return (mark + framed(messages))[:most]


_MUTATORS = {"transfer": stream_mutator, "judge": der_mutator}


def main() -> None:
    """Run until the time is over or the contract is broken."""
    name, folder, seconds = sys.argv[1:]
    with atheris.instrument_imports(include=[*INSTRUMENTED, f"tests.fuzz.{name}"]):
        harness = importlib.import_module(f"tests.fuzz.{name}")
    corpus = Path(folder) / "corpus"
    corpus.mkdir(exist_ok=True)
    arguments = [
        sys.argv[0],
        str(corpus),
        str(KEPT / name),
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST.get(name, _USUAL)}",
        f"-artifact_prefix={folder}/",
        "-timeout=20",
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
        *([f"-dict={words}"] if (words := KEPT / f"{name}.dict").exists() else []),
    ]
    mutators = {"custom_mutator": _MUTATORS[name]} if name in _MUTATORS else {}
    atheris.Setup(arguments, harness.hold, **mutators)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
