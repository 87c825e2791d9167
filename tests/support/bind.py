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

import pytest

from tests.support.primary import Loopback, Primary, ServerTls, TsigKey, primary_files
from tests.support.program import find_program, free_port

_ATTEMPTS = 5
_PATIENCE = 30.0
_OPTIONS = """
options {{
    directory "{folder}";
    listen-on port {port} {{ {v4}; }};
    listen-on-v6 port {port} {{ {v6}; }};
{over_tls}
    pid-file none;
    session-keyfile none;
    {allow_transfer}
    check-names primary ignore;
    dnssec-validation no;
    empty-zones-enable no;
    notify no;
    recursion no;
}};
controls {{ }};
"""
_ZONE = 'zone "{origin}" {{ type primary; file "{file}"; }};\n'


@contextmanager
def bind(
    zones: Mapping[str, str],
    *,
    allow_transfer: str = "any",
    key: TsigKey | None = None,
    tls: ServerTls | None = None,
    address: Loopback = "127.0.0.1",
) -> Iterator[Primary]:
    """Run BIND with those zones, by origin and as the text of a primary file, and yield it.

    ``allow_transfer`` is an address, or ``any`` or ``none``. A key is demanded of every transfer,
    and TLS likewise: in the clear there is no transfer then.
    Skips the test where BIND is not installed, and fails it there in CI.
    """
    program = find_program("named", "bind9")
    with TemporaryDirectory(prefix="zonecert-bind-") as name:
        folder = Path(name)
        user = _unprivileged(folder)
        files = primary_files(folder, zones)
        statements = "".join(_ZONE.format(origin=each, file=files[each]) for each in zones)
        rules = _rules(folder, allow_transfer, key, tls)
        for _ in range(_ATTEMPTS):
            server = Primary(address, free_port(address), free_port(address) if tls else 0)
            configuration = _configuration(folder, server, rules) + statements
            (folder / "named.conf").write_text(configuration)
            command = [program, "-g", "-n", "1", "-c", str(folder / "named.conf")]
            with _running(command, user) as log:
                if log.settles() and server.answer(next(iter(zones))) is not None:
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

    def settles(self) -> bool:
        """Wait until the server has started; False where it can't."""
        self._settled.wait(_PATIENCE)
        return self._process.poll() is None and "address in use" not in self.text()


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


@dataclass(frozen=True, slots=True)
class _Rules:
    statements: str
    """Of keys and TLS."""
    allow_transfer: str
    """The whole option, but for the port of TLS."""


def _rules(folder: Path, allow_transfer: str, key: TsigKey | None, tls: ServerTls | None) -> _Rules:
    who = f'key "{key.name}"' if key and allow_transfer == "any" else allow_transfer
    over = " port {tls_port} transport tls" if tls else ""
    statements = (key.statement if key else "") + (_tls(folder, tls) if tls else "")
    return _Rules(statements, f"allow-transfer{over} {{{{ {who}; }}}};")


def _tls(folder: Path, tls: ServerTls) -> str:
    """Write what the server shows, and return the statement of it."""
    files = {"cert": tls.credential.chain_pem, "key": tls.credential.key_pem, "ca": tls.client_ca}
    files = {name: text for name, text in files.items() if text}
    for name, text in files.items():
        (folder / f"{name}.pem").write_text(text)
    lines = [f'{name}-file "{folder}/{name}.pem";' for name in files]
    return f"tls local {{ {' '.join(lines)} protocols {{ {tls.protocol}; }}; }};\n"


def _configuration(folder: Path, server: Primary, rules: _Rules) -> str:
    ipv6 = ":" in server.address
    listen = f"listen-on{'-v6' if ipv6 else ''} port {server.tls_port} tls local"
    options = _OPTIONS.format(
        folder=folder,
        port=server.port,
        v4="none" if ipv6 else server.address,
        v6=server.address if ipv6 else "none",
        over_tls=f"    {listen} {{ {server.address}; }};" if server.tls_port else "",
        allow_transfer=rules.allow_transfer.format(tls_port=server.tls_port),
    )
    return rules.statements + options
