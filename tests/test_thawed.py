"""Runs on files that no run wrote: by ``python -m zones export``, or dns-cert-checker's."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dns.message
import pytest

from frozen import Request, RequestError, take
from settings import Settings, make_settings
from tests.support.configuration import SOURCE
from tests.support.dns_server import answer, udp_server
from tests.zones.build import company, zone
from zones.export import Export, read_export, write_export
from zones.inventory import Collected
from zones.shard import Shard
from zones.target import SkipReason
from zones.zone import Zone

NOW = datetime(2026, 7, 8, 12, tzinfo=UTC)
HELD = company("www.company.com A 192.0.2.1", "shop.company.com CNAME shops.example.net", view="")


@pytest.fixture
def resolver() -> Iterator[list[str]]:
    """Run a name server that knows shops.example.net; yield its address, then what it was asked."""
    asked: list[str] = []

    def answering(query: dns.message.Message) -> dns.message.Message:
        asked.append(str(query.question[0].name))
        is_a = query.question[0].rdtype == dns.rdatatype.A
        records = ["shops.example.net. 60 IN A 198.51.100.1"] if is_a else []
        return answer(query, records)

    with udp_server(answering) as server:
        asked.append(server)
        yield asked


def configured(*sources: dict[str, object]) -> Settings:
    tables = [SOURCE | keys for keys in sources or ({},)]
    return make_settings({"source": tables}, "audit.toml", Path())


def bare(folder: Path, *zones: Zone) -> Path:
    """Return a file as the host wrote it that may transfer, and knows no configuration."""
    path = folder / "bare.json"
    write_export(path, Export(Collected(zones or (HELD,), {}), NOW, "", ""))
    return path


def from_file(path: Path, shard: Shard | None = None, export_to: Path | None = None) -> Request:
    return Request(NOW, taken_from=path, shard=shard, judged_at=NOW, export_to=export_to)


def addresses(settings: Settings, path: Path, shard: Shard | None = None) -> dict[str, str]:
    found = take(settings, from_file(path, shard)).inventory.targets
    return {target.fqdn: target.address for target in found}


def test_names_outside_that_the_file_has_no_answer_for_are_asked_here(
    tmp_path: Path, resolver: list[str]
) -> None:
    settings = configured({"nameservers": [resolver[0]]})

    assert addresses(settings, bare(tmp_path)) == {
        "www.company.com": "192.0.2.1",
        "shop.company.com": "198.51.100.1",
    }


def test_answers_that_the_file_has_are_not_asked_again(tmp_path: Path, resolver: list[str]) -> None:
    settings = configured({"nameservers": [resolver[0]]})
    path = tmp_path / "zones.json"
    held = Collected((replace(HELD, view="in"),), {("in", "shops.example.net"): ("203.0.113.1",)})
    write_export(path, Export(held, NOW, "", ""))

    assert addresses(settings, path)["shop.company.com"] == "203.0.113.1"
    assert len(resolver) == 1


def test_name_that_cannot_be_resolved_here_is_told_so(tmp_path: Path) -> None:
    settings = configured({"nameservers": ["127.0.0.1:1"]})
    taken = take(settings, from_file(bare(tmp_path)))

    assert [skip.reason for skip in taken.inventory.skips] == [SkipReason.UNRESOLVED]


def test_zone_without_a_view_is_of_the_source_that_names_it(tmp_path: Path) -> None:
    lan = zone("internal.lan", "www.internal.lan A 192.0.2.2", view="")
    settings = configured({"name": "out"}, {"name": "in", "zones": ["internal.lan"]})
    taken = take(settings, from_file(bare(tmp_path, replace(HELD, records=()), lan)))

    assert [(each.view, each.origin) for each in taken.inventory.zones] == [
        ("out", "company.com"),
        ("in", "internal.lan"),
    ]


def test_zone_that_no_source_names_is_of_the_only_one(tmp_path: Path) -> None:
    lan = zone("internal.lan", view="")
    taken = take(configured(), from_file(bare(tmp_path, HELD, lan)))

    assert [each.view for each in taken.inventory.zones] == ["in", "in"]


CATALOG = replace(zone("catalog.example", view=""), members=("company.com", "internal.lan"))


def test_zone_that_a_catalog_lists_is_of_the_source_with_that_catalog(tmp_path: Path) -> None:
    settings = configured(
        {"name": "out", "zones": ["internal.lan"]},
        {"name": "in", "zones": [], "catalog": "catalog.example"},
    )
    lan = zone("internal.lan", view="out"), zone("internal.lan", view="in")
    held = replace(HELD, records=())
    taken = take(settings, from_file(bare(tmp_path, *lan, CATALOG, held)))

    assert [(each.view, each.origin) for each in taken.inventory.zones] == [
        ("out", "internal.lan"),
        ("in", "internal.lan"),
        ("in", "catalog.example"),
        ("in", "company.com"),
    ]


@pytest.mark.parametrize(
    ("held", "lost"),
    [((HELD,), "catalog.example"), ((HELD, CATALOG), "internal.lan")],
    ids=["catalog", "member"],
)
def test_file_without_the_catalog_or_one_of_its_members_is_refused(
    tmp_path: Path, held: tuple[Zone, ...], lost: str
) -> None:
    """They would be left out, and nobody told."""
    settings = configured({"catalog": "catalog.example"})

    with pytest.raises(RequestError, match=rf"has no zone {lost} of source 'in'; export anew"):
        take(settings, from_file(bare(tmp_path, *held)))


@pytest.mark.parametrize("zones", ["company.com", "other.example"])
def test_zone_that_may_be_of_several_sources_is_refused(tmp_path: Path, zones: str) -> None:
    settings = configured({"zones": [zones]}, {"name": "out", "zones": [zones]})

    with pytest.raises(RequestError, match=r"zone company\.com is of one of in, out, and the file"):
        take(settings, from_file(bare(tmp_path)))


def test_zone_that_is_there_with_and_without_its_view_is_refused(tmp_path: Path) -> None:
    path = bare(tmp_path, HELD, replace(HELD, view="in"))

    with pytest.raises(RequestError, match="has a zone twice in one view"):
        take(configured(), from_file(path))


def test_shards_need_the_file_to_be_completed_by_a_run(tmp_path: Path, resolver: list[str]) -> None:
    """Else each would ask for names outside by itself, and be told other addresses."""
    settings = configured({"nameservers": [resolver[0]]})
    path, complete = bare(tmp_path), tmp_path / "complete.json"
    with pytest.raises(RequestError, match=r"run once with --from-zones-json=.* --export-zones="):
        take(settings, from_file(path, Shard(1, 2)))

    whole = take(settings, from_file(path, export_to=complete)).inventory
    asked = len(resolver)
    shards = [take(settings, from_file(complete, Shard(at, 2))).inventory for at in (1, 2)]

    assert [shard.targets for shard in shards] == [whole.targets] * 2
    assert len(whole.targets) == 2
    assert len(resolver) == asked
    assert read_export(complete).configuration_sha256 == settings.sha256


def test_ancestors_file_is_run_from(tmp_path: Path) -> None:
    path = tmp_path / "zones.json"
    record = {"type": "A", "name": "www", "ttl": 60, "target": "192.0.2.1"}
    path.write_text(json.dumps({"company.com": [record]}))
    taken = take(configured(), from_file(path)).inventory

    assert [target.fqdn for target in taken.targets] == ["www.company.com"]
    [told] = taken.zones
    assert (told.view, told.serial, told.server, told.error) == ("in", 0, "zones.json", "")
