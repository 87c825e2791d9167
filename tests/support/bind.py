"""The real BIND 9 on loopback, unprivileged, from a generated configuration."""

import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Literal

import dns.exception
import dns.message
import dns.query
import pytest

from tests.support.program import find_program, free_port

_ATTEMPTS = 5
_PATIENCE = 30.0
_OPTIONS = """
options {{
    directory "{folder}";
    listen-on port {port} {{ {v4}; }};
    listen-on-v6 port {port} {{ {v6}; }};
    pid-file none;
    session-keyfile none;
    allow-transfer {{ {allow_transfer}; }};
    check-names primary ignore;
    dnssec-validation no;
    empty-zones-enable no;
    notify no;
    recursion no;
}};
controls {{ }};
"""
_ZONE = 'zone "{origin}" {{ type primary; file "{file}"; }};\n'


@dataclass(frozen=True, slots=True)
class Bind:
    """A server that runs."""

    address: str
    port: int

    @property
    def server(self) -> str:
        """As ``compliance.toml`` writes it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"


@contextmanager
def bind(
    zones: Mapping[str, str],
    *,
    allow_transfer: Literal["any", "none"] = "any",
    address: Literal["127.0.0.1", "::1"] = "127.0.0.1",
) -> Iterator[Bind]:
    """Run BIND with those zones, by origin and as the text of a primary file, and yield it.

    Skips the test where BIND is not installed, and fails it there in CI.
    """
    program = find_program("named", "bind9")
    with TemporaryDirectory(prefix="zonecert-bind-") as name:
        folder = Path(name)
        user = _unprivileged(folder)
        statements = "".join(_written(folder, *item) for item in enumerate(zones.items()))
        for _ in range(_ATTEMPTS):
            server = Bind(address, free_port(address))
            configuration = _configuration(folder, server, allow_transfer) + statements
            (folder / "named.conf").write_text(configuration)
            command = [program, "-g", "-n", "1", "-c", str(folder / "named.conf")]
            with _running(command, user) as log:
                if log.serves(server, next(iter(zones))):
                    yield server
                    return
        pytest.fail(f"BIND did not start:\n{log.text()}")


def primary_file(records: str, serial: int = 1) -> str:
    """Return the text of a zone's primary file: those records below an SOA and an NS record."""
    return (
        "$TTL 3600\n"
        f"@ SOA ns.invalid. hostmaster.invalid. ({serial} 3600 600 86400 300)\n"
        "@ NS ns.invalid.\n"
        f"{records}\n"
    )


class _Log:
    """What the server says; read all the time, so that it is never held up by a full pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: list[str] = []
        self._settled = Event()
        """Set when the server has started, or has said that it can't."""
        self.reader = Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.append(line)
            if line.rstrip().endswith((" running", "address in use")):
                self._settled.set()
        self._settled.set()

    def text(self) -> str:
        return "".join(self._lines)[-4000:]

    def serves(self, server: Bind, origin: str) -> bool:
        """Wait until the server answers for that zone; False where it won't."""
        self._settled.wait(_PATIENCE)
        if self._process.poll() is not None or "address in use" in self.text():
            return False
        query = dns.message.make_query(f"{origin.rstrip('.')}.", "SOA")
        try:
            dns.query.tcp(query, server.address, timeout=_PATIENCE, port=server.port)
        except (OSError, EOFError, dns.exception.DNSException):
            return False
        return True


@contextmanager
def _running(command: list[str], user: str | None) -> Iterator[_Log]:
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        user=user,
    ) as process:
        log = _Log(process)
        try:
            yield log
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
            log.reader.join(_PATIENCE)


def _unprivileged(folder: Path) -> str | None:
    """Return whom the server runs as, who then owns the folder; None: the user of the tests."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("bind") or known.get("named") or known["nobody"]
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return entry.pw_name


def _configuration(folder: Path, server: Bind, allow_transfer: str) -> str:
    ipv6 = ":" in server.address
    return _OPTIONS.format(
        folder=folder,
        port=server.port,
        v4="none" if ipv6 else server.address,
        v6=server.address if ipv6 else "none",
        allow_transfer=allow_transfer,
    )


def _written(folder: Path, number: int, zone: tuple[str, str]) -> str:
    """Write the primary file of a zone and return the statement that names it."""
    origin, text = zone
    (folder / f"{number}.zone").write_text(text)
    return _ZONE.format(origin=origin, file=f"{number}.zone")
