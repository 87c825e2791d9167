"""The real PowerDNS on loopback, as the user of the tests, with its backend of primary files."""

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tests.support.primary import Loopback, Primary, TsigKey, primary_files, serving
from tests.support.program import find_program

_PACKAGES = "pdns-server pdns-backend-bind"
_OPTIONS = """
local-address={address}
local-port={port}
allow-axfr-ips={allowed}
launch=bind
bind-config={folder}/named.conf
bind-dnssec-db={folder}/keys.sqlite
socket-dir={folder}
zone-cache-refresh-interval=0
security-poll-suffix=
disable-syslog=yes
daemon=no
guardian=no
"""
_ZONE = 'zone "{origin}" {{ type master; file "{folder}/{file}"; }};\n'


@contextmanager
def powerdns(
    zones: Mapping[str, str],
    *,
    allow_transfer: Literal["any", "none"] = "any",
    key: TsigKey | None = None,
    address: Loopback = "127.0.0.1",
    nsec3: bool = False,
) -> Iterator[Primary]:
    """Run PowerDNS with those zones, by origin and as the text of a primary file, and yield it.

    A key is demanded of every transfer; ``nsec3`` signs the zones with hashed denial (RFC 5155).
    Skips the test where PowerDNS is not installed, and fails it there in CI.
    """
    program = find_program("pdns_server", _PACKAGES)
    allowed = address if allow_transfer == "any" and key is None else ""
    with TemporaryDirectory(prefix="zonecert-powerdns-") as name:
        folder = Path(name)
        files = primary_files(folder, zones)
        statements = [_ZONE.format(origin=each, folder=name, file=files[each]) for each in zones]
        (folder / "named.conf").write_text("".join(statements))

        def command(server: Primary) -> list[str]:
            place = {"address": server.address, "port": server.port}
            options = _OPTIONS.format(folder=name, allowed=allowed, **place)
            (folder / "pdns.conf").write_text(options)
            _make_key_store(folder, zones, key)
            for origin in zones if nsec3 else ():
                _pdnsutil(folder, "secure-zone", origin)
                _pdnsutil(folder, "set-nsec3", origin, "1 0 0 -")
            return [program, f"--config-dir={name}"]

        with serving(address, next(iter(zones)), command) as server:
            yield server


def _make_key_store(folder: Path, zones: Iterable[str], key: TsigKey | None) -> None:
    """Make the database that keys and rules are in, without which the server does not start."""
    _pdnsutil(folder, "create-bind-db", str(folder / "keys.sqlite"))
    if key is not None:
        _pdnsutil(folder, "import-tsig-key", key.name, key.algorithm, key.secret)
        for origin in zones:
            _pdnsutil(folder, "activate-tsig-key", origin, key.name, "primary")


def _pdnsutil(folder: Path, *words: str) -> None:
    command = [find_program("pdnsutil", _PACKAGES), f"--config-dir={folder}", *words]
    subprocess.run(command, capture_output=True, check=True)
