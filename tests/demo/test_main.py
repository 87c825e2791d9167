from pathlib import Path

import pytest

from demo.__main__ import main


def test_demo_finds_what_is_planted_and_writes_three_reports(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    exit_code = main([], tmp_path)
    said = [line for line in capfd.readouterr().out.splitlines() if line.startswith("demo: ")]
    assert [line.split(";")[0] for line in said] == [
        "demo: all is as planted: 11 findings at 18 targets"
    ]
    assert exit_code == 0
    for name in ("findings.csv", "junit.xml", "report.html"):
        assert (tmp_path / name).stat().st_size > 0


def test_demo_that_sees_a_part_only_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["-k", "expired.demo.test"], tmp_path) == 1
    assert "pool.demo.test 127.0.0.14: planted error expired, found" in capfd.readouterr().out


def test_demo_without_findings_fails(tmp_path: Path) -> None:
    assert main(["--collect-only", "-q"], tmp_path) == 2
