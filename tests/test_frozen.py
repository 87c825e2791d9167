"""What may be asked of a run's inventory; tests/sessions/test_shards.py has what comes of it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frozen import OPTIONS, Request, RequestError, requested, run_id, take
from settings import Settings, make_settings
from tests.support.configuration import SOURCE
from tests.zones.build import company
from zones.export import Export, fingerprint, read_export, write_export
from zones.inventory import Collected, derived
from zones.shard import Shard

NOW = datetime(2026, 7, 8, 12, 0, 1, tzinfo=UTC)
WHEN = "2026-07-08T12:00:00Z"
RECORDS = ("www.company.com A 192.0.2.1", "api.company.com A 192.0.2.2")


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI_NODE_INDEX", raising=False)
    monkeypatch.delenv("CI_NODE_TOTAL", raising=False)


def ask(**values: str) -> Request:
    options = {name: values.get(name[2:].replace("-", "_")) for name, _, _ in OPTIONS}
    return requested(options, Path("/night"), NOW)


def configured(**source: object) -> Settings:
    return make_settings({"source": [SOURCE | source]}, "audit.toml", Path())


def exported(folder: Path, *records: str, view: str = "in", **source: object) -> Path:
    """Return a file of zone company.com, as a run on that configuration writes it."""
    settings = configured(name=view, **source)
    collected = Collected((company(*(records or RECORDS), view=view),), {})
    inventory = derived(collected, settings.sources, settings.rules(), NOW)
    path = folder / "zones.json"
    write_export(path, Export(collected, NOW, settings.sha256, fingerprint(inventory.targets)))
    return path


def from_file(path: Path, shard: Shard | None = None, judged_at: datetime | None = NOW) -> Request:
    return Request(NOW, taken_from=path, shard=shard, judged_at=judged_at)


def test_without_options_all_targets_are_judged_now() -> None:
    assert ask() == Request(NOW)


def test_all_options_are_read() -> None:
    asked = ask(from_zones_json="zones.json", shard="2/4", judged_at=WHEN)

    assert asked == Request(
        NOW,
        taken_from=Path("/night/zones.json"),
        shard=Shard(2, 4),
        judged_at=datetime(2026, 7, 8, 12, tzinfo=UTC),
    )
    assert ask(export_zones="/elsewhere/z.json").export_to == Path("/elsewhere/z.json")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"export_zones": "a", "from_zones_json": "b", "shard": "1/4", "judged_at": WHEN},
            "--export-zones: is for all shards; run it without --shard=1/4",
        ),
        ({"shard": "1/4", "judged_at": WHEN}, "--shard=1/4: needs --from-zones-json=FILE"),
        ({"shard": "1/4", "from_zones_json": "b"}, "--shard=1/4: needs --judged-at=TIME"),
        (
            {"shard": "5/4", "from_zones_json": "b", "judged_at": WHEN},
            "--shard: given '5/4'; allowed: i/N, from 1/N to N/N",
        ),
        ({"judged_at": "yesterday"}, "--judged-at=yesterday: is no time"),
        ({"judged_at": "2026-07-08T12:00:00"}, "--judged-at=2026-07-08T12:00:00: of which time"),
        ({"judged_at": "2026-07-08"}, "--judged-at=2026-07-08: of which time zone"),
        ({"judged_at": "2026-07-08T12:01:02Z"}, "--judged-at=2026-07-08T12:01:02Z: is yet to come"),
        ({"judged_at": "0001-01-01T00:00:00+14:00"}, "is no time"),
    ],
)
def test_what_cannot_be_had_is_told(options: dict[str, str], words: str) -> None:
    with pytest.raises(RequestError, match=re.escape(words)):
        ask(**options)


@pytest.mark.parametrize(
    "text", [WHEN, "2026-07-08T14:00:00+02:00", "2026-07-08T12:00:00.75Z", "20260708T120000Z"]
)
def test_time_of_judgement_is_taken_to_the_second_in_utc(text: str) -> None:
    judged_at = ask(judged_at=text).judged_at

    assert judged_at == datetime(2026, 7, 8, 12, tzinfo=UTC)
    assert judged_at.tzinfo is UTC


def test_clock_of_another_machine_may_be_a_little_ahead() -> None:
    assert ask(judged_at="2026-07-08T12:01:01Z").judged_at == NOW + timedelta(minutes=1)


def test_part_of_ci_counts_only_where_zones_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI_NODE_INDEX", "3")
    monkeypatch.setenv("CI_NODE_TOTAL", "4")

    assert ask(from_zones_json="z", judged_at=WHEN).shard == Shard(3, 4)
    assert ask(from_zones_json="z", judged_at=WHEN, shard="1/2").shard == Shard(1, 2)
    assert ask(judged_at=WHEN).shard is None


@pytest.mark.parametrize("lacking", ["CI_NODE_INDEX", "CI_NODE_TOTAL"])
def test_part_of_ci_is_both_its_numbers(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitLab sets the total, 1, in every job."""
    monkeypatch.setenv("CI_NODE_INDEX", "1")
    monkeypatch.setenv("CI_NODE_TOTAL", "1")
    monkeypatch.delenv(lacking)

    assert ask(from_zones_json="z", judged_at=WHEN).shard is None


def test_zones_of_a_file_are_taken_by_the_rules_of_the_configuration(tmp_path: Path) -> None:
    path = exported(tmp_path)
    taken = take(configured(exclude=["api.*"]), from_file(path))

    assert [target.fqdn for target in taken.inventory.targets] == ["www.company.com"]
    assert [zone.serial for zone in taken.inventory.zones] == [1]


def test_run_is_judged_now_unless_it_is_told_when(tmp_path: Path) -> None:
    """Never when the zones were exported."""
    path = exported(tmp_path)
    later = NOW + timedelta(days=7)
    taken = take(configured(), Request(later, taken_from=path))

    assert (taken.inventory.judged_at, taken.started) == (later, later)


def test_runs_on_one_file_at_one_time_have_one_id(tmp_path: Path) -> None:
    path = exported(tmp_path)
    ids = [
        take(configured(), from_file(path, shard)).run_id
        for shard in (None, Shard(1, 2), Shard(2, 2))
    ]

    assert set(ids) == {run_id(NOW, read_export(path).sha256[:8])}
    assert ids[0].startswith("20260708T120001Z-")


def test_other_runs_have_ids_of_their_own(tmp_path: Path) -> None:
    path = exported(tmp_path)
    ids = {take(configured(), from_file(path, judged_at=None)).run_id for _ in range(2)}

    assert len(ids) == 2


def test_zone_of_an_unknown_view_is_refused(tmp_path: Path) -> None:
    path = exported(tmp_path, view="outside")

    with pytest.raises(RequestError, match=r"zone company\.com is of view 'outside', and the"):
        take(configured(), from_file(path))


def test_zone_that_the_file_has_not_is_refused(tmp_path: Path) -> None:
    """It would be left out, and nobody told."""
    path = exported(tmp_path)

    with pytest.raises(RequestError, match=r"has no zone example\.net of source 'in'; export anew"):
        take(configured(zones=["company.com", "example.net"]), from_file(path))


def test_file_that_is_none_is_refused_by_its_option(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"--from-zones-json=.*gone\.json: cannot be read"):
        take(configured(), from_file(tmp_path / "gone.json"))


def test_file_that_clears_the_screen_is_refused_in_text(tmp_path: Path) -> None:
    path = tmp_path / "zones.json"
    path.write_text(json.dumps({"a\x1b[2J.com": [{"type": "A"}]}))

    with pytest.raises(RequestError, match="is no record") as caught:
        take(configured(), from_file(path))
    assert str(caught.value).isprintable()


def test_shard_needs_the_configuration_of_the_export(tmp_path: Path) -> None:
    """Even where the same targets come of it: thresholds may differ."""
    path = exported(tmp_path, transfer_timeout=5)

    with pytest.raises(RequestError, match="was exported with another configuration"):
        take(configured(), from_file(path, Shard(1, 2)))
    assert take(configured(), from_file(path)).inventory.targets


def test_shard_needs_the_targets_of_the_export(tmp_path: Path) -> None:
    path = exported(tmp_path)
    document = json.loads(path.read_text())
    document["zones"][0]["records"].pop()
    path.write_text(json.dumps(document))

    with pytest.raises(RequestError, match=r"made other targets of it \(2 .*\) than .* \(1 "):
        take(configured(), from_file(path, Shard(1, 2)))


def test_shard_has_the_whole_inventory_beside_its_part(tmp_path: Path) -> None:
    taken = take(configured(), from_file(exported(tmp_path), Shard(2, 2)))

    assert (len(taken.inventory.targets), taken.shard) == (2, Shard(2, 2))
