"""A zone whose author means ill, from a real server through a whole run: text stays text."""

import csv
import json
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.sessions.session import COVERAGE, CSV, JUNIT, REPORTS, Session, play
from tests.sessions.world import World, write
from tests.support.bind import bind, primary_file
from zones.export import read_export
from zones.master_file import MasterFileSource
from zones.zone import Zone

ZONE, OTHER, CATALOG = "hostile.test", "other.test", "catalog.test"
ODD = (
    *(
        r"\<script\>alert\(1\)\<\/script\>",
        r"\<img\032src=x\032onerror=alert\(1\)\>",
        r"]]\>\&amp\;",
    ),
    *(r"=cmd\|'\/c\032calc'!a1", r"+1+1", r"-1+1", r"\@sum\(1\)", r"\009=1+1", r"\013=1+1"),
    *(
        r"\027\[31mred",
        r"\027]0\;title\007",
        r"\155\051\049m",
        r"\226\128\174evil",
        r"\008\008\008",
    ),
    *(r"line\010feed", r"line\013return", r"\000", r"nul\000inside", r"\255\254", r"\127"),
    *(r"quote\"inside", r"'quote", r"back\\slash", r"back\\n", r"a\.b", r"end\.", r"semi\;colon"),
    *(r"\$\{jndi:x\}", "%s%n", "{{7*7}}", r"`id`", r"\$\(id\)", "x" * 62),
)
"""Labels."""
LONGEST = ".".join(["l" * 63] * 3 + ["m" * 48])
"""With the zone's own name as long as a name can be."""
MANY = 300
"""Names on one address."""
CLOSED = "127.0.0.25"
FORMULA = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")


def _lines() -> Iterator[str]:
    yield f"www A 127.0.0.11\n{LONGEST} A 127.0.0.11"
    yield from (f"many{number} A {CLOSED}" for number in range(MANY))
    for number, label in enumerate(ODD):
        yield f"{label} A 127.0.0.11"
        yield f"alias{number} CNAME {label}"
        yield f"gone{number} CNAME {label}.gone"
        yield f"{label}.below A 127.0.0.11"
        yield f"mx{number} MX 10 {label}"
        yield f"{label}.cut NS ns.invalid."
        yield f"*.{label}.wild A 127.0.0.11"
        yield f"_imaps._tcp.{label} SRV 0 0 993 {label}"
        yield f"_{label}._tcp.srv SRV 0 0 993 www"
    yield "* A 127.0.0.11\n*.* A 127.0.0.11\nx.*.star A 127.0.0.11\n*x A 127.0.0.11"
    yield r'svc HTTPS 1 . key65333="</script><script>alert(1)</script>\027[31m"'
    yield f"loop CNAME loop.{OTHER}.\nself CNAME self\nto-loop CNAME loop"
    yield "imds A 127.0.0.11\nmapped AAAA ::ffff:127.0.0.11\n_a.b A 127.0.0.11"


def _zones() -> dict[str, str]:
    listed = "\n".join(f"m{number}.zones PTR {label}.lost." for number, label in enumerate(ODD))
    return {
        ZONE: primary_file("\n".join(_lines())),
        OTHER: primary_file(f"loop CNAME loop.{ZONE}.\nwww A 127.0.0.11"),
        CATALOG: primary_file(f'version TXT "2"\n{listed}'),
    }


@pytest.fixture(scope="module")
def document(world: World) -> Iterator[dict[str, Any]]:
    with bind(_zones()) as primary:
        source = {"server": primary.server, "zones": [ZONE, OTHER], "catalog": CATALOG}
        yield world.document(source, connect_timeout=0.5)


@pytest.fixture(scope="module")
def session(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("hostile")
    return play(
        folder, write(folder, document), *REPORTS, f"--export-zones={folder / 'zones.json'}"
    )


class Drawn(HTMLParser):
    """The elements and attributes that a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, frozenset[str]]] = []
        self.data = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.append((tag, frozenset(given)))
        self.data = given.get("data-jsonblob") or self.data


def texts(value: object) -> Iterator[str]:
    """Yield all texts of a JSON document."""
    match value:
        case str():
            yield value
        case dict() | list():
            for each in value.values() if isinstance(value, dict) else value:
                yield from texts(each)


def steering(text: str) -> set[str]:
    """Return the characters that steer a terminal or a reader: C0, C1, those of direction."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return {each for each in set(text) - {"\n"} if unicodedata.category(each) in kinds}


def test_the_zone_is_looked_at_whole(session: Session) -> None:
    classes = {(row["zone"], row["class"]) for row in session.coverage}

    assert (session.code, session.left) == (6, ())
    assert "UNACCOUNTED" not in session.output
    assert {kind for zone, kind in classes if zone == ZONE} == {
        *("tested", "nothing listens", "cannot be tested", "delegated"),
    }
    assert {kind for zone, kind in classes if zone.endswith(".lost")} == {"zone failed"}
    assert sum(row["fqdn"].startswith("many") for row in session.rows) == MANY


def test_names_that_point_at_each_other_across_zones_end(session: Session) -> None:
    details = {row["owner"]: row["detail"] for row in session.coverage}

    for owner in (f"loop.{ZONE}", f"self.{ZONE}", f"to-loop.{ZONE}", f"loop.{OTHER}"):
        assert details[owner].startswith("the chain of aliases loops")


def test_nothing_steers_the_terminal_or_the_log(session: Session) -> None:
    assert steering(session.output) == set()
    assert steering("\n".join(session.log())) == set()


@pytest.mark.parametrize("name", [CSV, COVERAGE])
def test_no_cell_is_a_formula_or_more_than_a_line(session: Session, name: str) -> None:
    text = (session.folder / name).read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines(keepends=True), strict=True))

    assert steering(text) == set()
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == len(text.splitlines())
    assert [cell for row in rows for cell in row if cell.startswith(FORMULA)] == []


def test_the_junit_report_is_well_formed_and_has_nothing_but_its_own(session: Session) -> None:
    root = ET.parse(session.folder / JUNIT).getroot()

    own = {"testsuites", "testsuite", "testcase", "properties", "property", "failure", "skipped"}
    assert {each.tag for each in root.iter()} <= own
    assert steering("".join(root.itertext())) == set()


def test_no_element_of_the_page_is_the_zones(session: Session) -> None:
    page = Drawn(session.page())
    rows = [Drawn(text) for text in texts(json.loads(page.data)) if "<" in text]
    elements = [*page.elements, *(each for row in rows for each in row.elements)]

    assert len(rows) > len(ODD)
    assert {tag for tag, _ in elements}.isdisjoint({"iframe", "svg", "object"})
    assert [tag for tag, _ in elements].count("script") == 1
    # The page's own buttons have onclick; no name of the zone tries that one.
    handlers = {name for _, names in elements for name in names if name.startswith("on")}
    assert handlers <= {"onclick"}


def test_a_run_from_its_file_says_the_same(
    session: Session, document: dict[str, Any], tmp_path: Path
) -> None:
    zones = f"--from-zones-json={session.folder / 'zones.json'}"
    again = play(tmp_path, write(tmp_path, document), *REPORTS, zones)

    assert (again.code, again.csv) == (session.code, session.csv)
    assert again.coverage == session.coverage


def test_a_master_file_of_it_holds_the_same(session: Session, tmp_path: Path) -> None:
    (tmp_path / "zone").write_text(_zones()[ZONE])
    table = {"name": "demo", "files": {ZONE: Path("zone")}}
    read = MasterFileSource.model_validate(table).located(tmp_path).zone(ZONE)
    exported = read_export(session.folder / "zones.json").collected.results
    (held,) = (each for each in exported if isinstance(each, Zone) and each.origin == ZONE)

    assert held.records == read.records
    assert held.other_owners == read.other_owners
