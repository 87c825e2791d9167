"""``python -m zones export``, on the one host that may transfer."""

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dns
import pytest

from demo.pki import Authority, pem
from tests.support.bind import bind, primary_file
from tests.support.nsd import nsd
from tests.support.primary import ServerTls, TsigKey
from zones.__main__ import main
from zones.export import read_export
from zones.source import ZoneFailure
from zones.zone import Zone

ROOT = Path(__file__).parents[2]
KEY = TsigKey()
ZONES = {
    "catalog.example": primary_file('version TXT "2"\na.zones PTR company.com.'),
    "company.com": primary_file("www A 192.0.2.1\nshop CNAME shops.example.net.", serial=7),
    "internal.lan": primary_file("www AAAA 2001:db8::1"),
}
ALONE = """
import runpy, sys
sys.path[:0] = [ROOT, LIBRARIES]
sys.argv[1:] = ARGUMENTS
try:
    runpy.run_module("zones", run_name="__main__", alter_sys=True)
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def export(folder: Path, server: str, *options: str) -> tuple[int, list[Zone | ZoneFailure]]:
    """Return the exit code and what the file says."""
    file = folder / "zones.json"
    code = main(["export", f"--server={server}", *options, str(file)])
    return code, [*read_export(file).collected.results] if file.exists() else []


def test_export_needs_nothing_but_dnspython(tmp_path: Path) -> None:
    """Neither pydantic nor pytest nor SSLyze can be imported there; the transfer is signed."""
    (tmp_path / "libraries").mkdir()
    (tmp_path / "libraries" / "dns").symlink_to(Path(dns.__file__).parent)
    key_file = tmp_path / "axfr.key"
    key_file.touch(mode=0o600)
    key_file.write_text(KEY.statement)
    file = tmp_path / "zones.json"
    options = ["--zone=internal.lan", "--catalog=catalog.example", "--view=inside"]
    with nsd(ZONES, key=KEY) as server:
        arguments = [
            *("export", f"--server={server.server}", *options),
            *(f"--tsig-key-file={key_file}", str(file)),
        ]
        values = {"ROOT": str(ROOT), "LIBRARIES": str(tmp_path / "libraries")}
        names = "".join(f"{name} = {value!r}\n" for name, value in values.items())
        program = f"{names}ARGUMENTS = {arguments!r}\n{ALONE}"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", program],
            capture_output=True,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stdout) == (0, f"export: 3 of 3 zones in {file}\n")
    loaded = {*done.stderr.split()}
    assert {"dns", "zones"} <= loaded
    assert loaded - sys.stdlib_module_names - {"dns", "zones", "__main__"} == set()
    results = read_export(file).collected.results
    assert [(each.origin, each.view) for each in results] == [
        ("internal.lan", "inside"),
        ("catalog.example", "inside"),
        ("company.com", "inside"),
    ]
    assert all(isinstance(each, Zone) and each.authenticated for each in results)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_file_says_what_no_run_has_said(tmp_path: Path) -> None:
    """Neither configuration nor targets, and no answers: the run that reads it asks for them."""
    with bind(ZONES) as server:
        code, [zone] = export(tmp_path, server.server, "--zone=Company.COM.")
    read = read_export(tmp_path / "zones.json")

    assert code == 0
    assert isinstance(zone, Zone)
    assert (zone.origin, zone.view, zone.serial) == ("company.com", "", 7)
    assert (read.configuration_sha256, read.targets, read.collected.answers) == ("", "", {})
    assert "shops.example.net" in {record.rdata for record in zone.records}


def test_second_server_is_asked_where_the_first_fails(tmp_path: Path) -> None:
    with bind(ZONES, allow_transfer="none") as first, bind(ZONES) as second:
        options = (f"--server={second.server}", "--zone=company.com")
        code, [zone] = export(tmp_path, first.server, *options)

    assert (code, zone.server) == (0, second.server)


def test_export_over_tls_is_from_the_server_that_proves_its_name(tmp_path: Path) -> None:
    root = Authority.root("Company", datetime.now(UTC))
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(pem(root.certificate))
    with bind(ZONES, tls=ServerTls(root.issue("ns1.company.com"))) as server:
        options = (f"--tls-ca={ca_file}", "--zone=company.com")
        proved = export(tmp_path, server.tls_server, "--tls-name=ns1.company.com", *options)
        another = export(tmp_path, server.tls_server, "--tls-name=ns2.company.com", *options)

    assert (proved[0], proved[1][0].server) == (0, server.tls_server)
    assert isinstance(proved[1][0], Zone)
    assert another[0] == 6
    assert isinstance(another[1][0], ZoneFailure)


def test_zone_that_fails_is_told_in_the_file_and_by_the_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with bind(ZONES) as server:
        options = ("--zone=gone.example", "--zone=company.com")
        code, [gone, company] = export(tmp_path, server.server, *options)
    told = capsys.readouterr()

    assert code == 6
    assert isinstance(gone, ZoneFailure)
    assert isinstance(company, Zone)
    assert told.err.startswith("export: zone gone.example: server ")
    assert told.out == f"export: 1 of 2 zones in {tmp_path / 'zones.json'}\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "name a zone with --zone, or a catalog zone with --catalog"),
        (("--zone=a..b",), "'a..b' is no domain name"),
        (("--zone=",), "a zone has a name; the root zone is written as '.'"),
        (("--zone=a.example", "--catalog=A.example."), "is given as --zone and as --catalog"),
        (("--zone=a.example", "--server=[::1"), "'[::1' is neither an IP address nor a host"),
        (("--zone=a.example", "--tsig-name=key"), "--tsig-name: of which file?"),
        (("--zone=a.example", "--tls-key=key.pem"), "--tls-key: of which certificate?"),
        (("--zone=a.example", "--max-records=many"), "invalid int value"),
        (("--zone=a.example", "--max-records=0"), "at least 1"),
        (("--zone=a.example", "--transfer-timeout=nan"), "at most 3600 seconds"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(
    options: tuple[str, ...], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        export(tmp_path, "127.0.0.1", *options)

    assert ended.value.code == 4
    assert words in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []


def test_key_that_others_may_read_is_refused_before_anything_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key_file = tmp_path / "axfr.key"
    key_file.write_text(KEY.statement)
    key_file.chmod(0o644)
    options = ("--zone=company.com", f"--tsig-key-file={key_file}")

    assert export(tmp_path, "127.0.0.1:1", *options) == (4, [])
    told = capsys.readouterr().err
    assert "others than its owner may use it" in told
    assert KEY.secret not in told


def test_file_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with bind(ZONES) as server:
        code, _ = export(tmp_path / "gone", server.server, "--zone=company.com")

    assert code == 4
    assert "cannot be written: No such file or directory; name another" in capsys.readouterr().err


def test_format_of_the_file_is_that_of_a_run(tmp_path: Path) -> None:
    with bind(ZONES) as server:
        export(tmp_path, server.server, "--zone=company.com")
    document = json.loads((tmp_path / "zones.json").read_text())

    assert document["format"] == "zonecert zones"
