"""Master files (RFC 1035 section 5): read as a server reads them, or not at all."""

from datetime import UTC
from pathlib import Path

import pytest

from settings import from_wire, make_settings
from tests.support.bind import bind, primary_file
from zones.axfr import AxfrSource
from zones.master_file import MasterFileError, MasterFileSource
from zones.reading.entries import MAX_DEPTH
from zones.source import ZoneFailure
from zones.zone import Record, Zone

HEAD = "$TTL 60\n@ SOA ns hostmaster (7 3600 600 86400 300)\n"
ODDITIES = (
    primary_file(
        r"""
WWW       300 IN A 192.0.2.2            ; class after TTL
www       IN 300 AAAA 2001:DB8:0:0::2   ; and before it
          TXT   "a;b" "c""d" ( "e
"""
    ).replace('( "e\n', '(\n  "e" )\n')
    + r"""
relative  CNAME WWW
absolute  CNAME Shop.Example.NET.
$ORIGIN Deep.Company.com.
x         A     192.0.2.3
@         A     192.0.2.4
$ORIGIN deeper
x         A     192.0.2.5
$ORIGIN company.com.
*.lab     A     192.0.2.6
a\032b    A     192.0.2.7
a\.b      A     192.0.2.8
a_b       A     192.0.2.9
$GENERATE 1-3 host-$ A 198.51.100.$
$TTL 1h
hourly    A     192.0.2.10
sub       NS    ns.sub
ns.sub    A     192.0.2.53
generic   TYPE1 \# 4 C000020B
bücher    A     192.0.2.12 ; bytes as they are: no A-label
mail      MX    10 www
moved     DNAME New.Example.NET.
"""
)


def source(folder: Path, **keys: object) -> MasterFileSource:
    """Return a source of company.com, whose file is zones/company.zone in that folder."""
    files = {"company.com": Path("zones/company.zone")}
    made = MasterFileSource.model_validate({"name": "git", "files": files, **keys})
    return made.located(folder)


def written(folder: Path, text: str | bytes, **included: str) -> Path:
    """Write the zone's file, and others beside it by name, and return the folder above."""
    (folder / "zones").mkdir(exist_ok=True)
    raw = text if isinstance(text, bytes) else text.encode("latin-1")
    (folder / "zones" / "company.zone").write_bytes(raw)
    for name, content in included.items():
        (folder / "zones" / name).write_text(content)
    return folder


def zone(folder: Path, text: str | bytes, **included: str) -> Zone:
    return source(written(folder, text, **included)).zone("company.com")


def records(folder: Path, lines: str, **included: str) -> list[str]:
    found = zone(folder, HEAD + lines, **included).records
    return [f"{each.owner} {each.rdtype} {each.rdata}" for each in found]


def error(folder: Path, text: str, limits: dict[str, int] | None = None, **included: str) -> str:
    """Return why the zone could not be had; there is no half zone either."""
    (failure,) = source(written(folder, text, **included), **(limits or {})).collect()
    assert isinstance(failure, ZoneFailure)
    assert (failure.origin, failure.view) == ("company.com", "git")
    assert failure.server == "zones/company.zone"
    assert isinstance(failure.error, MasterFileError)
    assert failure.error.remedy
    return failure.error.what.removeprefix("zone company.com: file zones/company.zone: ")


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_file_gives_the_records_that_bind_gives_of_it(tmp_path: Path, ending: str) -> None:
    text = ODDITIES.replace("\n", ending)
    with bind({"company.com": text}) as running:
        keys = {"name": "git", "server": running.server, "zones": ("company.com",)}
        served = AxfrSource.model_validate(keys).zone("company.com")
    read = zone(tmp_path, text.encode())

    assert read.records == served.records
    assert len(read.records) > 20
    assert read.other_owners == served.other_owners
    assert read.serial == served.serial


def test_a_zone_says_which_file_it_is_from(tmp_path: Path) -> None:
    """As the configuration writes it, so that reports of two machines are alike."""
    read = zone(tmp_path, HEAD)

    assert (read.origin, read.serial, read.view) == ("company.com", 7, "git")
    assert read.server == "zones/company.zone"
    assert read.transferred_at.tzinfo is UTC
    assert source(tmp_path).origins == ("company.com",)


def test_files_are_relative_to_the_configuration_in_every_process(tmp_path: Path) -> None:
    written(tmp_path, HEAD)
    table = {
        "name": "git",
        "type": "master_file",
        "files": {"Company.com": "zones/company.zone"},
    }
    settings = make_settings({"source": [table]}, "audit.toml", tmp_path)
    for each in (settings, from_wire(settings.wire)):
        (found,) = each.prepared_sources()[0].collect()
        assert isinstance(found, Zone)


def test_a_comment_may_be_in_any_encoding(tmp_path: Path) -> None:
    assert zone(tmp_path, HEAD.encode() + b"; caf\xe9\n").serial == 7


def test_a_byte_order_mark_is_no_part_of_the_zone(tmp_path: Path) -> None:
    assert zone(tmp_path, b"\xef\xbb\xbf" + HEAD.encode()).serial == 7


def test_the_root_zone_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "root").write_text(HEAD + "example A 192.0.2.1\n")
    root = MasterFileSource.model_validate({"name": "git", "files": {".": tmp_path / "root"}})
    assert root.zone("").records == (Record("example", "A", "192.0.2.1", 60),)


def test_without_a_ttl_the_last_one_holds_or_the_one_of_the_soa(tmp_path: Path) -> None:
    """RFC 1035 section 5.1, RFC 2308 section 4."""
    lines = "@ SOA ns h (1 2 3 4 300)\na A 192.0.2.1\nb 77 A 192.0.2.2\nc A 192.0.2.3\n"
    assert [each.ttl for each in zone(tmp_path, lines).records] == [300, 77, 77]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("www A 192.0.2.256", "Text input is malformed"),
        ("www A", "expecting an identifier"),
        ("www", "Text input is malformed"),
        ("www A 192.0.2.1 192.0.2.2", 'expected EOL or EOF, got 3 "192.0.2.2"'),
        ("www WINS 192.0.2.1", "unknown rdatatype 'WINS'"),
        ("www CH A 192.0.2.1", "RR class is not zone's class"),
        ("www (A 192.0.2.1", 'expected EOL or EOF, got 3 "next"'),
        ('www TXT "open', "newline in quoted string"),
        ("www TLSA 3 1 1 zz", "Non-hexadecimal digit found"),
        ("www LOC 0 0 0 N 0 0 0 E 1e400m", "cannot convert float infinity to integer"),
        (f"www LOC 0 0 0 N 0 0 0 E {'9' * 30}m", "argument out of range"),
        ("a..b A 192.0.2.1", "A DNS label is empty"),
        (f"{'a' * 64} A 192.0.2.1", "A DNS label is > 63 octets long"),
        (r"a\999 A 192.0.2.1", "An escaped code in a text format of DNS name is invalid"),
        ("www.other.com. A 192.0.2.1", "www.other.com. is outside of the zone"),
        ("$GENERATE 1-2 h$.other.com. A 192.0.2.1", "h1.other.com. is outside of the zone"),
        ("$GENERATE 1-2", "Text input is malformed"),
        ("$ORIGIN", "expecting an identifier"),
        ("$TTL soon", "DNS TTL value is not well-formed"),
        ("$DATE 2026-07-01", "$DATE is no directive that is known"),
        ("@ SOA ns h 1 2 3 4 5", "a second SOA record"),
        (
            "www SOA ns h 1 2 3 4 5",
            "an SOA record of www.company.com., which is not the zone's apex",
        ),
    ],
)
def test_a_line_that_cannot_be_read_ends_the_zone(tmp_path: Path, line: str, cause: str) -> None:
    assert error(tmp_path, f"{HEAD}{line}\nnext A 192.0.2.1\n") == f"line 3: {cause}"


def test_an_entry_is_told_by_the_line_that_it_begins_on(tmp_path: Path) -> None:
    text = HEAD + "; a comment\n\nwww MX (\n 10\n a..b )\n"
    assert error(tmp_path, text) == "line 5: A DNS label is empty"


def test_a_file_that_ends_inside_of_an_entry_is_no_zone(tmp_path: Path) -> None:
    assert error(tmp_path, "@ SOA ns hostmaster (7 3600 600") == "line 1: unbalanced parentheses"


def test_a_line_without_an_owner_needs_one_before_it(tmp_path: Path) -> None:
    assert error(tmp_path, " A 192.0.2.1\n") == "line 1: the last used name is undefined"


def test_a_very_long_line_does_not_make_a_very_long_message(tmp_path: Path) -> None:
    assert len(error(tmp_path, f"{HEAD}www A 192.0.2.1 {'x' * 100_000}\n")) < 250


@pytest.mark.parametrize(
    "text", ["", "$TTL 60\nwww A 192.0.2.1\n", "$TTL 60\n; SOA\n"], ids=["empty", "A", "comment"]
)
def test_a_file_without_an_soa_record_is_no_zone(tmp_path: Path, text: str) -> None:
    """RFC 1035 section 5.2."""
    assert error(tmp_path, text).startswith("has no SOA record of the zone")


def test_another_zones_file_is_refused(tmp_path: Path) -> None:
    text = f"$ORIGIN other.com.\n{HEAD}"
    assert error(tmp_path, text) == "line 3: other.com. is outside of the zone"


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    (failure,) = source(tmp_path).collect()
    assert isinstance(failure, ZoneFailure)
    assert str(failure.error) == (
        "zone company.com: file zones/company.zone: cannot be read (No such file or"
        " directory); mend the path in the configuration, or the file's mode"
    )


def test_the_zones_beside_one_that_fails_still_come(tmp_path: Path) -> None:
    written(tmp_path, HEAD)
    files = {"gone.com": tmp_path / "gone", "company.com": tmp_path / "zones" / "company.zone"}
    first, second = MasterFileSource.model_validate({"name": "git", "files": files}).collect()
    assert isinstance(first, ZoneFailure)
    assert isinstance(second, Zone)


def test_included_files_are_read_under_their_origin_and_the_rest_goes_on(tmp_path: Path) -> None:
    """RFC 1035 section 5.1: the including file's origin stays."""
    lines = "$INCLUDE hosts lab ; those\n$INCLUDE hosts\nafter A 192.0.2.9\n"
    hosts = "one A 192.0.2.1\n$ORIGIN other\ntwo A 192.0.2.2"
    assert records(tmp_path, lines, hosts=hosts) == [
        "after.company.com A 192.0.2.9",
        "one.company.com A 192.0.2.1",
        "one.lab.company.com A 192.0.2.1",
        "two.other.company.com A 192.0.2.2",
        "two.other.lab.company.com A 192.0.2.2",
    ]


def test_a_line_without_an_owner_after_an_include_keeps_the_owner_before_it(tmp_path: Path) -> None:
    lines = "www A 192.0.2.1\n$INCLUDE hosts\n  A 192.0.2.2\n"
    assert "www.company.com A 192.0.2.2" in records(tmp_path, lines, hosts="one A 192.0.2.3\n")


def test_an_error_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    found = error(tmp_path, HEAD + "$INCLUDE hosts\n", hosts="\nwww A x\n")
    assert found == "hosts line 2: Text input is malformed"


def test_an_included_file_may_be_in_a_folder_below(tmp_path: Path) -> None:
    written(tmp_path, HEAD + '$INCLUDE "more/my hosts"\n')
    (tmp_path / "zones" / "more").mkdir()
    (tmp_path / "zones" / "more" / "my hosts").write_text("www A 192.0.2.1\n")
    assert len(source(tmp_path).zone("company.com").records) == 1


@pytest.mark.parametrize(
    "name", ["../secret", "{folder}/secret", "link", "folder/secret", "more/../../secret"]
)
def test_nothing_outside_of_the_files_own_folder_is_included(tmp_path: Path, name: str) -> None:
    """By no path and no symbolic link; its text would be shown in an error."""
    name = name.format(folder=tmp_path)
    (tmp_path / "secret").write_text("password\n")
    written(tmp_path, f"{HEAD}$INCLUDE {name}\n")
    (tmp_path / "zones" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "zones" / "folder").symlink_to(tmp_path)
    expected = f"line 3: {name} is outside of the zone file's folder"
    assert error(tmp_path, f"{HEAD}$INCLUDE {name}\n") == expected[:200]


def test_a_zones_file_may_be_a_symbolic_link_and_brings_its_folder(tmp_path: Path) -> None:
    """As in a mounted ConfigMap of Kubernetes."""
    (tmp_path / "real").mkdir()
    written(tmp_path / "real", HEAD + "$INCLUDE hosts\n", hosts="www A 192.0.2.1\n")
    (tmp_path / "zones").mkdir()
    (tmp_path / "zones" / "company.zone").symlink_to("../real/zones/company.zone")
    assert len(source(tmp_path).zone("company.com").records) == 1


@pytest.mark.parametrize(
    ("include", "cause"),
    [
        ("company.zone", "line 3: company.zone includes itself"),
        ("./company.zone", "line 3: ./company.zone includes itself"),
        ("again", "again line 1: company.zone includes itself"),
        ("gone", "line 3: gone cannot be read (No such file or directory)"),
        (".", "line 3: . is a directory, and no ordinary file"),
        (r"\000", "line 3: embedded null byte"),
        ("", "line 3: expecting a string"),
    ],
)
def test_an_include_that_leads_nowhere_ends_the_zone(
    tmp_path: Path, include: str, cause: str
) -> None:
    text = f"{HEAD}$INCLUDE {include}\n"
    assert error(tmp_path, text, again="$INCLUDE company.zone\n") == cause


def test_includes_are_nested_so_deep_and_no_deeper(tmp_path: Path) -> None:
    files = {f"f{n}": f"$INCLUDE f{n + 1}\n" for n in range(1, MAX_DEPTH + 1)}
    found = error(tmp_path, HEAD + "$INCLUDE f1\n", None, **files)
    assert found == f"f15 line 1: more than {MAX_DEPTH} files include each other"


@pytest.mark.parametrize(
    ("lines", "limits", "cause"),
    [
        ("$GENERATE 1-2000000000 h$ A 192.0.2.1\n", {"max_records": 100}, "100 records"),
        ("$INCLUDE twice\n" * 9, {"max_bytes": 300}, "300 bytes"),
        (f"$ORIGIN {'x' * 63}\n$GENERATE 1-9 h$ A 192.0.2.1\n", {"max_bytes": 300}, "300 bytes"),
    ],
    ids=["records", "bytes", "bytes written out"],
)
def test_a_zone_has_limits_however_small_its_file(
    tmp_path: Path, lines: str, limits: dict[str, int], cause: str
) -> None:
    found = error(tmp_path, HEAD + lines, limits, twice="; nothing but a comment\n" * 2)
    assert f"the zone has more than {cause}" in found


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "at least 1 item"),
        ({"": Path("a")}, "a zone has a name"),
        ({"a..b": Path("a")}, "'a..b' is no domain name"),
        ({"company.com": Path("a"), "Company.com.": Path("b")}, "named twice: company.com"),
        ({"company": {"com": "a"}}, "write a name with dots in quotes"),
        ("company.zone", "valid dictionary"),
    ],
)
def test_impossible_configuration_is_refused(files: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        MasterFileSource.model_validate({"name": "git", "files": files})
