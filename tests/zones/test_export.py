import json
import os
import re
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.bind import bind, primary_file
from tests.zones.build import NOON, company, targets, zone
from zones.axfr import AxfrSource
from zones.export import Export, ExportError, fingerprint, read_export, write_export
from zones.inventory import Collected, collect, derived
from zones.naming.answer import Aliased, Unresolved
from zones.source import ZoneFailure, ZoneSourceError
from zones.targets import Rules

FAILURE = ZoneFailure(
    "sub.company.com", "outside", "192.0.2.53:53", ZoneSourceError("zone sub: gone", "look for it")
)
COLLECTED = Collected(
    (
        company(
            "*.apps.company.com A 192.0.2.1",
            "company.com NS ns.example",
            "company.com ALIAS-AAAA cdn.example.net",
            "old.company.com DNAME new.company.com",
            "shop.company.com CNAME shops.example.net",
            r"a\.b.company.com A 192.0.2.4",
            "www.company.com AAAA 2001:db8::1",
            "company.com MX 10 mail.company.com",
            "null.company.com MX 0 .",
            "_imaps._tcp.company.com SRV 0 1 993 mail.company.com",
            'www.company.com HTTPS 1 . alpn="h2,h3" port="8443"',
            "_dns.company.com SVCB 0 ns.company.com",
            rf"_443._tcp.www.company.com TLSA 3 1 1 {'ab' * 32}",
            r"_444._tcp.www.company.com TLSA \# 3 030101",
            '_mta-sts.company.com TXT "v=STSv1; id=1;"',
            others=("mail.company.com",),
        ),
        FAILURE,
        replace(zone("", "example A 192.0.2.9", view="outside"), authenticated=True),
        replace(zone("catalog.example"), serial=0, members=("", "company.com")),
    ),
    {
        ("inside", "shops.example.net"): ("198.51.100.1", "2001:db8::2"),
        ("inside", "none.example.net"): (),
        ("inside", "cdn.example.net"): Aliased(("198.51.100.9",), ("edge.example.org",)),
        ("outside", "lost.example.net"): Unresolved("no answer from the name servers in time"),
    },
)
EVERY_TYPE = r"""
www A 192.0.2.1
www AAAA 2001:db8::1
mapped AAAA ::ffff:192.0.2.1
shop CNAME www
old DNAME new
sub NS ns.sub
ns.sub A 192.0.2.2
*.apps A 192.0.2.3
mail MX 10 WWW
none MX 0 .
_imap._tcp SRV 0 1 143 www
_pop3._tcp SRV 0 0 0 .
www HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.7 ipv6hint=2001:db8::7 key65333="a b"
alias HTTPS 0 www
_dns SVCB 1 ns.sub alpn=dot
_443._tcp.www TLSA 3 1 1 (
    00112233445566778899AABBCCDDEEFF 00112233445566778899aabbccddeeff )
_444._tcp.www TLSA 3 1 1 00ff
_mta-sts TXT "v=STSv1; " "id=\200;"
\001\200odd\.label\;\@ A 192.0.2.4
"a b" A 192.0.2.5
end\. A 192.0.2.6
"""
EXPORT = Export(COLLECTED, NOON, "ab" * 32, "3 cd")
Document = dict[str, Any]


def written(folder: Path, export: Export = EXPORT) -> Path:
    path = folder / "zones.json"
    write_export(path, export)
    return path


def spoilt(folder: Path, **changes: object) -> Path:
    """Return a file whose document has these values in the place of its own."""
    path = written(folder)
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return path


def zone_table(**changes: object) -> list[Document]:
    """Return the zones of a document: one, with these values."""
    table = {
        "origin": "company.com",
        "view": "inside",
        "server": "192.0.2.53:53",
        "serial": 1,
        "transferred_at": "2026-07-01T12:00:00+00:00",
        "authenticated": None,
        "records": [],
        "other_owners": [],
    }
    return [table | changes]


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    read = read_export(written(tmp_path))

    assert read.collected.results[0] == COLLECTED.results[0]
    assert read.collected.results[2:] == COLLECTED.results[2:]
    assert dict(read.collected.answers) == COLLECTED.answers
    assert (read.exported_at, read.configuration_sha256, read.targets) == (NOON, "ab" * 32, "3 cd")


def test_zone_that_failed_stays_failed(tmp_path: Path) -> None:
    read = read_export(written(tmp_path)).collected.results[1]

    assert isinstance(read, ZoneFailure)
    assert (read.origin, read.view, read.server) == (FAILURE.origin, FAILURE.view, FAILURE.server)
    assert (read.error.what, read.error.remedy) == ("zone sub: gone", "look for it")


def test_same_content_has_the_same_bytes_and_digest(tmp_path: Path) -> None:
    path = written(tmp_path)
    first, digest = path.read_bytes(), read_export(path).sha256
    turned = Collected(COLLECTED.results, dict(reversed(list(COLLECTED.answers.items()))))

    assert written(tmp_path, replace(EXPORT, collected=turned)).read_bytes() == first
    assert read_export(path).sha256 == digest
    assert re.fullmatch("[0-9a-f]{64}", digest)


def test_everything_that_a_server_transfers_is_read_again(tmp_path: Path) -> None:
    """Of all types that targets come from, in bytes that are no host name's, by a real server."""
    held = primary_file(EVERY_TYPE)
    with bind({"company.com": held}) as primary:
        keys = {"name": "inside", "server": primary.server, "zones": ("company.com",)}
        source = AxfrSource.model_validate(keys)
        collected = collect([source], Rules())
    read = read_export(written(tmp_path, replace(EXPORT, collected=collected))).collected

    assert read == collected
    assert derived(read, [source], Rules(), NOON) == derived(collected, [source], Rules(), NOON)
    assert derived(read, [source], Rules(), NOON).targets


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_its_owner_may_read_the_file_even_where_another_was_open_to_all(
    tmp_path: Path,
) -> None:
    path = tmp_path / "zones.json"
    path.write_text("open to all")
    path.chmod(0o644)
    with path.open() as reader:
        write_export(path, EXPORT)
        assert reader.read() == "open to all"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "zones.json"
    path.mkdir()

    with pytest.raises(ExportError, match=r"zones\.json: cannot be written: .*; name another"):
        write_export(path, EXPORT)
    with pytest.raises(ExportError, match="No such file or directory"):
        write_export(tmp_path / "gone" / "zones.json", EXPORT)
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_ordinary_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    with pytest.raises(ExportError, match="is no ordinary file"):
        write_export(path, EXPORT)
    assert path.is_fifo()


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"gone\.json: cannot be read \(No such file"):
        read_export(tmp_path / "gone.json")


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff{}", b"[" * 100_000, b'{"version": 1' + b"1" * 5000 + b"}"]
)
def test_what_is_no_json_is_told(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "zones.json"
    path.write_bytes(text)

    with pytest.raises(ExportError, match=r"is no JSON: .*; write it anew with --export-zones"):
        read_export(path)


@pytest.mark.parametrize("text", ["[]", "null", '"zones"'])
def test_json_that_is_no_object_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "zones.json"
    path.write_text(text)

    with pytest.raises(ExportError, match="the file: given"):
        read_export(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "other"}, "is no file of zones that zonecert wrote"),
        ({"version": 3}, "version: given 3; allowed: 1, 2"),
        ({"exported_at": "2026-07-01T12:00:00"}, "exported_at: is no time with an offset"),
        ({"exported_at": "noon"}, "exported_at: is no time with an offset"),
        ({"configuration_sha256": 1}, "configuration_sha256: given '1'"),
        ({"targets": ["a"]}, "targets: given"),
        ({"zones": {}}, "zones: given '{}'"),
        ({"zones": ["company.com"]}, r"zones\[0\]: given 'company.com'"),
        ({"zones": zone_table() * 2}, "zones: a zone is there twice in one view"),
        ({"zones": zone_table(origin=None)}, r"zones\[0\]\.origin: given 'None'"),
        ({"zones": zone_table(serial="1")}, r"zones\[0\]\.serial: given '1'"),
        ({"zones": zone_table(serial=True)}, r"zones\[0\]\.serial: given 'True'"),
        ({"zones": zone_table(transferred_at="x")}, r"zones\[0\]\.transferred_at: is no time"),
        ({"zones": zone_table(authenticated=1)}, r"zones\[0\]\.authenticated: given '1'"),
        ({"zones": zone_table(error=1)}, r"zones\[0\]\.error: given '1'"),
        ({"zones": zone_table(error="x")}, r"zones\[0\]\.remedy: given 'None'"),
        ({"zones": zone_table(other_owners=["a.net"])}, r"zones\[0\]\.other_owners: given 'a.net'"),
        ({"zones": zone_table(members=["A.example"])}, r"zones\[0\]\.members: given 'A.example'"),
        ({"answers": [["in", "a.net", [1]]]}, r"answers\[0\]: is no answer"),
        ({"answers": [["in", "a.net", ["192.0.2"]]]}, r"answers\[0\]: is no answer"),
        ({"answers": [["in", "a.net"]]}, r"answers\[0\]: is no answer"),
        ({"answers": [["in", "a..net", []]]}, r"answers\[0\]: is no answer"),
        ({"answers": [["in", "a.net", "\ud800"]]}, r"answers\[0\]: is no answer"),
        ({"zones": zone_table(origin="x" * 64)}, r"zones\[0\]\.origin: given"),
        ({"zones": zone_table(server="\ud800")}, r"zones\[0\]\.server: given"),
        ({"answers": [["in", "a.net", [], ["B c"]]]}, r"answers\[0\]: is no answer"),
        ({"answers": [["in", "a.net", [], [], []]]}, r"answers\[0\]: is no answer"),
    ],
)
def test_what_the_file_cannot_say_is_told_with_its_place(
    tmp_path: Path, changes: Document, words: str
) -> None:
    with pytest.raises(ExportError, match=rf"zones\.json: {words}.*; write it anew"):
        read_export(spoilt(tmp_path, **changes))


@pytest.mark.parametrize(
    "record",
    [
        "www.company.com A 192.0.2.1",
        ["www.company.com", "A", 60],
        ["www.company.com", "A", "60", "192.0.2.1"],
        ["www.company.com", "A", -1, "192.0.2.1"],
        ["www.company.com", "A", 60, "2001:db8::1"],
        ["www.company.com", "AAAA", 60, "192.0.2.1"],
        ["www.company.com", "AAAA", 60, "fe80::1%eth0"],
        ["www.company.com", "A", 60, "192.0.2.256"],
        ["www.company.com", "MX", 60, "mail.company.com"],
        ["www.company.com", "MX", 60, "10 Mail.company.com"],
        ["www.company.com", "MX", 60, "10 mail.company.com."],
        ["www.company.com", "MX", 60, "65536 mail.company.com"],
        ["www.company.com", "SRV", 60, "0 0 143"],
        ["www.company.com", "HTTPS", 60, "1 . alpn=h2"],
        ["www.company.com", "TLSA", 60, "3 1 1 00FF"],
        ["www.company.com", "TLSA", 60, "\\# 3 0301"],
        ["www.company.com", "TXT", 60, "text"],
        ["www.company.com", "CAA", 60, "0 issue example.net"],
        ["www.company.com", "CNAME", 60, "Shop.Example"],
        ["WWW.company.com", "A", 60, "192.0.2.1"],
        ["www.company.com.", "A", 60, "192.0.2.1"],
        ["www.other.com", "A", 60, "192.0.2.1"],
        ["othercompany.com", "A", 60, "192.0.2.1"],
        ["w w.company.com", "A", 60, "192.0.2.1"],
        ["w\u0000w.company.com", "A", 60, "192.0.2.1"],
        ["m\u00fcnchen.company.com", "A", 60, "192.0.2.1"],
        ["\ud800.company.com", "A", 60, "192.0.2.1"],
        ["a..company.com", "A", 60, "192.0.2.1"],
        [r"x\.company.com", "A", 60, "192.0.2.1"],
        ["www.company.com", "CNAME", 60, "x\\"],
        ["www.company.com", "CNAME", 60, r"\999.example"],
        ["www.company.com", "CNAME", 60, "x" * 64],
        ["www.company.com", "CNAME", 60, ".".join(["x" * 63] * 5)],
    ],
)
def test_record_that_no_source_would_yield_is_told(tmp_path: Path, record: object) -> None:
    good = ["api.company.com", "A", 60, "192.0.2.1"]
    path = spoilt(tmp_path, zones=zone_table(records=[good, record]))

    with pytest.raises(ExportError, match=r"zones\[0\]\.records\[1\]: is no record of the zone"):
        read_export(path)


def test_what_is_there_twice_hides_nothing(tmp_path: Path) -> None:
    """JSON leaves open which of two counts (RFC 8259 section 4): a zone would be lost unseen."""
    path = tmp_path / "zones.json"
    path.write_text('{"company.com": [], "company.com": []}')

    with pytest.raises(ExportError, match=r"the key 'company\.com' is there twice"):
        read_export(path)


def test_file_of_the_first_version_is_still_read(tmp_path: Path) -> None:
    """It has no records of services; nothing else about it differs."""
    rows = [["www.company.com", "A", 60, "192.0.2.1"]]
    path = spoilt(tmp_path, version=1, zones=zone_table(records=rows))

    assert read_export(path).collected.results == (company("www.company.com A 192.0.2.1"),)


def test_records_are_sorted_whatever_their_order_in_the_file(tmp_path: Path) -> None:
    rows = [[f"{label}.company.com", "A", 60, "192.0.2.1"] for label in "cab"]
    [read] = read_export(spoilt(tmp_path, zones=zone_table(records=rows))).collected.results

    assert read == company(*(f"{label}.company.com A 192.0.2.1" for label in "abc"))


def test_times_are_read_in_utc(tmp_path: Path) -> None:
    read = read_export(spoilt(tmp_path, exported_at="2026-07-01T14:00:00+02:00"))

    assert read.exported_at == NOON
    assert read.exported_at.tzinfo is UTC


def test_fingerprint_tells_lists_apart_and_not_their_orders() -> None:
    found = targets(company("www.company.com A 192.0.2.1", "api.company.com A 192.0.2.2"))

    assert fingerprint(found) == fingerprint(reversed(found))
    assert fingerprint(found).startswith("2 ")
    assert len({fingerprint(found[:count]) for count in range(3)}) == 3


def test_moment_of_the_export_is_not_that_of_the_judgement(tmp_path: Path) -> None:
    """Last week's zones must not be judged at last week's time."""
    later = datetime(2026, 7, 8, 12, tzinfo=UTC)
    read = read_export(written(tmp_path))

    assert derived(read.collected, [], Rules(), later).judged_at == later
