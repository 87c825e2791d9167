import re
from pathlib import Path

import pytest

SAMPLES = sorted((Path(__file__).parents[2] / "ci").glob("*i*"))


def _commands(sample: Path) -> str:
    lines = sample.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(("#", "//")))


def test_there_is_a_sample_for_gitlab_and_one_for_jenkins() -> None:
    assert [sample.name for sample in SAMPLES] == [".gitlab-ci.yml", "Jenkinsfile"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@pytest.mark.parametrize("option", ["compliance", "csv", "junitxml", "html", "coverage-csv"])
def test_every_option_with_a_path_is_written_with_an_equals_sign(sample: Path, option: str) -> None:
    """Else pytest takes a path that exists for tests to run."""
    found = re.findall(rf"--{option}(.)", _commands(sample))

    assert found == ["="]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_set_up_that_fails_is_not_taken_for_an_audit_with_findings(sample: Path) -> None:
    """tools/setup.py ends with 1 when it fails, as pytest does when it finds something."""
    set_up = next(line for line in _commands(sample).splitlines() if "setup.py" in line)

    assert set_up.endswith(("|| exit 4", "sh 'python3 tools/setup.py locked'"))
