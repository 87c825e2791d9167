"""Keys of zone transfers: needed where zones are asked for, and shown nowhere."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.planted import ORIGIN, zone_text
from tests.sessions.session import REPORTS, play
from tests.sessions.world import World, write
from tests.support.bind import bind
from tests.support.primary import Primary, TsigKey

KEY = TsigKey()
VARIABLE = "ZONECERT_TEST_SECRET"
TSIG = {"name": KEY.name, "secret_env": VARIABLE}
NO_SECRET = "the environment variable that tsig.secret_env names is not set, or empty"


@pytest.fixture(scope="module")
def primary(world: World) -> Iterator[Primary]:
    """Run a server that gives its zone to whoever has the key."""
    with bind({ORIGIN: zone_text(world.port)}, key=KEY) as server:
        yield server


def configured(folder: Path, world: World, primary: Primary, **keys: object) -> str:
    source = {"server": primary.server, "include": ["(www|pool).*"], "tsig": TSIG}
    return write(folder, world.document(source | keys))


def test_the_secret_is_in_no_report_and_no_message(
    world: World, primary: Primary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, KEY.secret)
    option = configured(tmp_path, world, primary)
    loud = ("-n", "2", "-vv", "--showlocals", "--tb=long", "--log-file-level=DEBUG")
    zones = f"--export-zones={tmp_path / 'zones.json'}"
    ended = play(tmp_path, option, *REPORTS, zones, *loud)

    assert ended.code == 1
    assert "TSIG" in ended.page()
    assert "no TSIG" not in ended.page()
    secrets = (KEY.secret.encode(), base64.b64decode(KEY.secret))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"output", "zones.json", "night.html", "night.csv"}
    assert [path for path in files if any(each in path.read_bytes() for each in secrets)] == []


def test_without_the_secret_nothing_starts_but_what_has_its_zones_from_a_file(
    world: World, primary: Primary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    option = configured(tmp_path, world, primary)
    zones = tmp_path / "zones.json"
    monkeypatch.setenv(VARIABLE, KEY.secret)
    play(tmp_path, option, f"--export-zones={zones}", "--collect-only", "-q")
    monkeypatch.delenv(VARIABLE)
    refused = play(tmp_path, option)
    thawed = play(tmp_path, option, f"--from-zones-json={zones}", "-n", "2")

    assert (refused.code, thawed.code) == (4, 1)
    assert f"compliance.toml: source 'demo': {NO_SECRET}" in refused.output


def test_a_key_file_that_others_may_read_is_a_usage_error(
    world: World, primary: Primary, tmp_path: Path
) -> None:
    path = tmp_path / "axfr.key"
    path.write_text(KEY.statement)
    path.chmod(0o644)
    option = configured(tmp_path, world, primary, tsig={"key_file": path.name})
    refused = play(tmp_path, option)
    path.chmod(0o600)
    begun = play(tmp_path, option, "--collect-only", "-q")

    assert refused.code == 4
    assert f"{path}: others than its owner may use it (mode 0644)" in refused.output
    assert f"chmod 600 {path}" in refused.output
    assert KEY.secret not in refused.output
    assert begun.code == 0
