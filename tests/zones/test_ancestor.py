"""What dns-cert-checker's users bring along: its filters, and its file of zones."""

import json
import os
import re
import tomllib
from datetime import UTC
from pathlib import Path
from typing import Any

import dns.query
import dns.zone
import pytest

from tests.support.bind import bind
from tests.zones.build import NOON
from tests.zones.oddities import ORIGIN, oddities
from zones.axfr import AxfrSource
from zones.export import ExportError, read_export
from zones.source import ZoneFailure
from zones.targets import Filter
from zones.zone import Record, Zone

PAGE = Path(__file__).parents[2] / "docs" / "from-dns-cert-checker.md"
NAMES = (
    "user1.company.com",
    "a.user-x.company.com",
    "user.company-community.org",
    "user.com.company-community.org",
    "www.company.com",
    "*.user.company.com",
    "*.company.com",
)


def _example(language: str) -> str:
    pattern = rf"^```{language}\n(.*?)^```$"
    [text] = re.findall(pattern, PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(text)


def _ancestor_leaves_out(name: str) -> bool:
    """Its rule: ``re.search``, and never for a name that starts with an asterisk."""
    filters = json.loads(_example("json"))["name_filters"]
    return not name.startswith("*") and any(re.search(each, name) for each in filters)


SOURCES: list[dict[str, Any]] = tomllib.loads(_example("toml"))["source"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source["name"])
def test_the_converted_example_leaves_out_the_same_names(source: dict[str, Any], name: str) -> None:
    made = Filter(exclude=tuple(map(re.compile, source["exclude"])))

    assert bool(made.rule_against(name)) == _ancestor_leaves_out(name)


def test_the_names_tell_the_filters_apart() -> None:
    assert [_ancestor_leaves_out(name) for name in NAMES] == [True] * 4 + [False] * 3


def written(folder: Path, document: object) -> Path:
    path = folder / "zones.json"
    path.write_text(json.dumps(document, indent=4))
    os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    return path


def read(folder: Path, document: object) -> tuple[Zone | ZoneFailure, ...]:
    return read_export(written(folder, document)).collected.results


def row(name: str, target: str = "192.0.2.1", rdtype: str = "A", ttl: object = 60) -> object:
    return {"type": rdtype, "name": name, "ttl": ttl, "target": target}


def test_file_of_zones_is_read_as_it_stands(tmp_path: Path) -> None:
    """Names and targets are relative, @, or absolute with the dot."""
    rows = [
        row("www"),
        row("@"),
        row("API.Company.com."),
        row("*.apps"),
        row("shop", "www", "CNAME"),
        row("to-apex", "@", "CNAME"),
        row("out", "Shops.Example.net.", "CNAME"),
        row("www", "2001:DB8::1", "AAAA"),
        row("mail", "text", "TXT"),
    ]
    company, internal = read(tmp_path, {"Company.COM": rows, "internal.lan.": []})

    assert company == Zone(
        origin="company.com",
        serial=0,
        records=tuple(
            sorted(
                [
                    Record("www.company.com", "A", "192.0.2.1", 60),
                    Record("company.com", "A", "192.0.2.1", 60),
                    Record("api.company.com", "A", "192.0.2.1", 60),
                    Record("*.apps.company.com", "A", "192.0.2.1", 60),
                    Record("shop.company.com", "CNAME", "www.company.com", 60),
                    Record("to-apex.company.com", "CNAME", "company.com", 60),
                    Record("out.company.com", "CNAME", "shops.example.net", 60),
                    Record("www.company.com", "AAAA", "2001:db8::1", 60),
                ]
            )
        ),
        view="",
        server="zones.json",
        transferred_at=NOON,
        other_owners=("mail.company.com",),
    )
    assert (internal.origin, internal.view) == ("internal.lan", "")


def test_file_says_nothing_of_a_run(tmp_path: Path) -> None:
    export = read_export(written(tmp_path, {"company.com": [row("www")]}))

    assert (export.configuration_sha256, export.targets, export.collected.answers) == ("", "", {})
    assert export.exported_at == NOON
    assert export.exported_at.tzinfo is UTC


def test_what_its_script_makes_of_a_transfer_is_what_ours_makes(tmp_path: Path) -> None:
    """As fetch_zone_transfers.py does it: A and CNAME records, names relativised by dnspython."""
    with bind({ORIGIN: oddities("BIND")}) as server:
        messages = dns.query.xfr(server.address, ORIGIN, port=server.port)
        fetched = dns.zone.from_xfr(messages)
        table = {"name": "inside", "server": server.server, "zones": (ORIGIN,)}
        ours = AxfrSource.model_validate(table).zone(ORIGIN)
    rows = [
        row(str(name), str(rdata), rdtype, ttl)
        for rdtype in ("A", "CNAME")
        for name, ttl, rdata in fetched.iterate_rdatas(rdtype)
    ]
    [theirs] = read(tmp_path, {ORIGIN: rows})

    assert isinstance(theirs, Zone)
    assert theirs.records == tuple(each for each in ours.records if each.rdtype in {"A", "CNAME"})


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"company.com": ["www"]}, "company.com[0]: is no record: www"),
        ({"company.com": [{"type": "A", "name": "www"}]}, "company.com[0]: is no record"),
        ({"company.com": [row("www", ttl="60")]}, "company.com[0]: is no record"),
        ({"company.com": [row("www", ttl=-1)]}, "company.com[0]: is no record"),
        ({"company.com": [row("www"), row("a..b")]}, "company.com[1]: 'a..b' is no domain name"),
        ({"company.com": [row("www", "192.0.2.256")]}, "'192.0.2.256' is no rdata of type A"),
        ({"company.com": [row("www", "a..b", "CNAME")]}, "'a..b' is no rdata of type CNAME"),
        (
            {"company.com": [row("www", f"0 N 0 E {'9' * 30}m", "LOC")]},
            "99999m' is no rdata of type LOC",
        ),
        ({"company.com": [row("www", "x", "NONE-SUCH")]}, "'x' is no rdata of type NONE-SUCH"),
        ({"company.com": [row("www.other.com.")]}, "'www.other.com.' lies outside of the zone"),
        ({"a..b": []}, "zone 'a..b': 'a..b' is no domain name"),
        ({"": []}, "zone '': is there twice, or has no name"),
        ({"a.example": [], "A.example.": []}, "zone 'A.example.': is there twice"),
    ],
)
def test_what_its_file_cannot_say_is_told_with_its_place(
    document: object, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match=rf"zones\.json: .*{re.escape(words)}.*; write it anew"):
        read(tmp_path, document)


def test_zone_by_the_name_of_our_format_is_still_a_zone(tmp_path: Path) -> None:
    [zone] = read(tmp_path, {"format": [row("www")]})

    assert (zone.origin, zone.server) == ("format", "zones.json")
