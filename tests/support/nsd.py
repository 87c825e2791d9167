"""The real NSD on loopback, as the user of the tests, from a generated configuration."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tests.support.primary import Loopback, Primary, TsigKey, primary_files, serving
from tests.support.program import find_program

_SERVER = """
server:
    ip-address: {address}@{port}
    username: ""
    pidfile: ""
    database: ""
    logfile: "{folder}/log"
    zonesdir: "{folder}"
    zonelistfile: "{folder}/zone.list"
    xfrdfile: "{folder}/xfrd.state"
    xfrdir: "{folder}"
    server-count: 1
remote-control:
    control-enable: no
"""
_KEY = """
key:
    name: "{key.name}"
    algorithm: {key.algorithm}
    secret: "{key.secret}"
"""
_ZONE = """
zone:
    name: "{origin}"
    zonefile: "{file}"
"""


@contextmanager
def nsd(
    zones: Mapping[str, str],
    *,
    allow_transfer: Literal["any", "none"] = "any",
    key: TsigKey | None = None,
    address: Loopback = "127.0.0.1",
) -> Iterator[Primary]:
    """Run NSD with those zones, by origin and as the text of a primary file, and yield it.

    A key is demanded of every transfer. Skips the test where NSD is not installed, and fails it
    there in CI.
    """
    program = find_program("nsd", "nsd")
    allowed = f"    provide-xfr: {address} {key.name if key else 'NOKEY'}\n"
    rule = allowed if allow_transfer == "any" else ""
    with TemporaryDirectory(prefix="zonecert-nsd-") as name:
        folder = Path(name)
        files = primary_files(folder, zones)
        sections = [_ZONE.format(origin=each, file=files[each]) + rule for each in zones]
        statements = (_KEY.format(key=key) if key else "") + "".join(sections)

        def command(server: Primary) -> list[str]:
            head = _SERVER.format(address=address, port=server.port, folder=folder)
            (folder / "nsd.conf").write_text(head + statements)
            return [program, "-d", "-c", str(folder / "nsd.conf")]

        with serving(address, next(iter(zones)), command, folder / "log") as server:
            yield server
