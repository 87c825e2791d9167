"""What a configuration names as a file, and is none: one message with its place, and no waiting."""

import os
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from checks.policy import Policy
from checks.stores import find_stores
from frozen import Request, RequestError, take
from settings import SettingsError, load_settings
from tests.sessions.session import toml
from tests.support.configuration import SOURCE

NOW = datetime(2026, 7, 8, 12, 0, 1, tzinfo=UTC)

END = "-----END CERTIFICATE-----\n"


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))  # The system's limit for such a path is 108 bytes.


def _sparse(path: Path) -> None:
    path.touch(0o600)
    os.truncate(path, 10 * 2**30)


MADE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipe": (lambda path: os.mkfifo(path, 0o600), "is a pipe, and no ordinary file"),
    "a folder": (Path.mkdir, "is a directory, and no ordinary file"),
    "an endless device": (lambda path: path.symlink_to("/dev/zero"), "is a device, and no ord"),
    "a socket": (_socket, "is a socket, and no ordinary file"),
    "10 GB of nothing": (_sparse, "has more than "),
}
NAMED: dict[str, tuple[str, dict[str, object]]] = {
    "a key": ("axfr.key", {"source": [SOURCE | {"tsig": {"key_file": "axfr.key"}}]}),
    "a CA of transfers": ("ca.pem", {"source": [SOURCE | {"tls": {"ca_file": "ca.pem"}}]}),
    "a client's certificate": ("me.pem", {"source": [SOURCE | {"tls": {"cert_file": "me.pem"}}]}),
    "a client's key": (
        "me.key",
        {"source": [SOURCE | {"tls": {"cert_file": "good.pem", "key_file": "me.key"}}]},
    ),
    "a root": ("own.pem", {"policy": {"own_ca": ["own.pem"]}, "source": [SOURCE]}),
    "a store": ("stores/a.pem", {"policy": {"stores_dir": "stores"}, "source": [SOURCE]}),
    "a store's date": ("stores/b.yaml", {"policy": {"stores_dir": "stores"}, "source": [SOURCE]}),
}


@pytest.fixture(scope="module")
def root() -> str:
    return find_stores(Policy())[0].paths[0].read_text(encoding="ascii")


def told(folder: Path, document: dict[str, object]) -> str:
    """Return what hinders a run on that configuration."""
    path = folder / "compliance.toml"
    path.write_text(toml(document))
    with pytest.raises(SettingsError) as caught:
        take(load_settings(path), Request(NOW))
    return str(caught.value)


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("named", NAMED)
def test_what_is_no_file_is_refused_with_its_place(
    tmp_path: Path, root: str, named: str, kind: str
) -> None:
    (name, document), (make, words) = NAMED[named], MADE[kind]
    (tmp_path / "stores").mkdir()
    for good in ("good.pem", "stores/b.pem"):
        (tmp_path / good).write_text(root)
    make(tmp_path / name)

    found = told(tmp_path, document)
    assert found.count("\n") == 0
    assert found.startswith(f"{tmp_path / 'compliance.toml'}: ")
    assert f"{tmp_path / name}: {words}" in found


@pytest.mark.parametrize("kind", MADE)
def test_a_configuration_that_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    make, words = MADE[kind]
    make(tmp_path / "compliance.toml")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "compliance.toml")
    assert str(caught.value).startswith(f"{tmp_path / 'compliance.toml'}: {words}")


@pytest.mark.parametrize("kind", MADE)
def test_zones_that_come_from_no_file_are_refused(tmp_path: Path, kind: str) -> None:
    make, words = MADE[kind]
    make(tmp_path / "zones.json")
    (tmp_path / "compliance.toml").write_text(toml({"source": [SOURCE]}))
    settings = load_settings(tmp_path / "compliance.toml")
    with pytest.raises(RequestError) as caught:
        take(settings, Request(NOW, taken_from=tmp_path / "zones.json"))
    assert f"--from-zones-json={tmp_path / 'zones.json'}: {words}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "kind"),
    # What is included may lie in the zone file's folder only: a device never does.
    [
        *product(["odd.zone"], MADE),
        *product(["included"], [kind for kind in MADE if kind != "an endless device"]),
    ],
)
def test_a_zone_whose_file_is_none_fails_and_hides_no_other(
    tmp_path: Path, name: str, kind: str
) -> None:
    make, words = MADE[kind]
    soa = "@ 3600 SOA ns hostmaster 1 2 3 4 5\n"
    (tmp_path / "good.zone").write_text(soa)
    if name == "included":
        (tmp_path / "odd.zone").write_text(f"{soa}$INCLUDE included\n")
    make(tmp_path / name)
    files = {"company.com": "odd.zone", "company.net": "good.zone"}
    document = {"source": [{"name": "in", "type": "master_file", "files": files}]}
    (tmp_path / "compliance.toml").write_text(toml(document))

    odd, good = take(load_settings(tmp_path / "compliance.toml"), Request(NOW)).inventory.zones
    assert words in odd.error
    assert "odd.zone" in odd.error
    assert good.error == ""


@pytest.mark.parametrize("key", ["own_ca", "stores_dir"])
def test_a_root_that_no_scanner_can_verify_with_is_told_once(
    tmp_path: Path, root: str, key: str
) -> None:
    """OpenSSL takes a certificate of version 4, and cryptography does not."""
    first = ssl.PEM_cert_to_DER_cert(
        root[root.index("-----BEGIN") :].partition("-----END")[0] + END
    )
    version_4 = first.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03", 1)
    (tmp_path / "roots.pem").write_text(root + ssl.DER_cert_to_PEM_cert(version_4))
    (tmp_path / "roots.yaml").write_text("date_fetched: 2026-03-28")
    given = ["roots.pem"] if key == "own_ca" else "."

    found = told(tmp_path, {"policy": {key: given}, "source": [SOURCE]})
    count = root.count("-----BEGIN") + 1
    assert found == (
        f"{tmp_path / 'compliance.toml'}: policy: {tmp_path / 'roots.pem'}: certificate {count}"
        " cannot be read (3 is not a valid X509 version); export the roots again in PEM form"
    )


def test_roots_are_looked_at_where_python_imports_nothing_from_working_directories(
    tmp_path: Path, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    (tmp_path / "roots.pem").write_text(root)
    document = {"policy": {"own_ca": ["roots.pem"]}, "source": [SOURCE]}
    (tmp_path / "compliance.toml").write_text(toml(document))

    assert load_settings(tmp_path / "compliance.toml").stores[-1].name == "own_ca"
