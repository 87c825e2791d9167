"""The terminal's output is one report of several: where it is lost, the others are whole."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.reports import sample
from tests.reports.session import play

FULL = ("sh", "-c", 'exec "$@" >/dev/full', "sh")
UNREAD = ("sh", "-c", '{ "$@"; echo "code $?" >&2; } | true', "sh")
"""As ``pytest | head``: what reads has gone before there is much. The code is told beside."""


@pytest.mark.parametrize(
    ("prefix", "words"), [(FULL, "No space left on device"), (UNREAD, "Broken pipe")]
)
def test_output_that_is_lost_costs_no_other_report(
    tmp_path: Path, prefix: tuple[str, ...], words: str
) -> None:
    session = play(tmp_path, "--csv=a.csv", "--junitxml=a.xml", "-vv", prefix=prefix)

    assert f"standard output: {words}; the rest is lost" in session.output
    assert session.code == 3 or "code 3" in session.output
    assert "Traceback" not in session.output
    assert len(list(ET.parse(tmp_path / "a.xml").iter("testcase"))) == len(sample.VERDICTS)
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    assert all(f"{target.address}," in text for target in sample.TARGETS)


def test_help_that_cannot_be_written_is_no_fault_of_a_run(tmp_path: Path) -> None:
    session = play(tmp_path, "--help", prefix=FULL)

    assert "standard output: No space left on device" in session.output
    assert "Traceback" not in session.output
