"""The user's job and the suite's own tests stay apart."""

from pathlib import Path

from tests.sessions.session import play


def test_plain_pytest_collects_the_compliance_tests_only(tmp_path: Path) -> None:
    listed = play(tmp_path, "--demo", "--collect-only", "-q")
    nodes = [line for line in listed.output.splitlines() if "::" in line]

    assert listed.code == 0
    assert nodes
    assert all(node.startswith("checks/test_") for node in nodes)


def test_own_tests_know_nothing_of_the_root_conftest(tmp_path: Path) -> None:
    refused = play(tmp_path, "tests", "--collect-only", "-q", "--demo")

    assert refused.code == 4
    assert "unrecognized arguments: --demo" in refused.output


def test_own_tests_are_collected_without_a_configuration(tmp_path: Path) -> None:
    listed = play(tmp_path, "tests/test_settings.py", "tests/sessions", "--collect-only", "-q")

    assert listed.code == 0
    assert "sessions/test_collection.py::" in listed.output
    assert "test_certificates.py" not in listed.output
