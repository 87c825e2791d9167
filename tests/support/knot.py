"""The real Knot DNS on loopback, from a generated configuration."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest

from tests.support.primary import Loopback, Primary, TsigKey, primary_files
from tests.support.program import accepts, find_program, free_port, run

_ATTEMPTS = 5
_SERVER = """
server:
    rundir: "{folder}"
    listen: "{address}@{port}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: "{folder}/knot.log"
    any: info
control:
    listen: "{folder}/knot.sock"
database:
    storage: "{folder}"
"""
_KEY = """
key:
  - id: "{key.name}"
    algorithm: {key.algorithm}
    secret: {key.secret}
"""
# What is referred to has to stand before what refers to it.
_ALLOWED = """
acl:
  - id: transfer
    action: transfer
    {demanded}
"""
_TEMPLATE = """
template:
  - id: default
    storage: "{folder}"
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
    {acl}
"""


@contextmanager
def knot(
    zones: Mapping[str, str],
    *,
    allow_transfer: Literal["any", "none"] = "any",
    key: TsigKey | None = None,
    address: Loopback = "127.0.0.1",
    options: Mapping[str, str] | None = None,
) -> Iterator[Primary]:
    """Run Knot with those zones, by origin and as the text of a primary file, and yield it.

    A key is demanded of every transfer. ``options`` are further lines of a zone's own section, by
    origin, such as ``catalog-role: generate``. A zone without text has no file. Skips the test
    where Knot is not installed, and fails it there in CI.
    """
    program = find_program("knotd", "knot")
    with TemporaryDirectory(prefix="zonecert-knot-") as name:
        folder = Path(name)
        rules = _rules(name, allow_transfer, key)
        files = primary_files(folder, {origin: text for origin, text in zones.items() if text})
        sections = [_zone(origin, files.get(origin), options or {}) for origin in zones]
        for _ in range(_ATTEMPTS):
            server = Primary(address, free_port(address))
            head = _SERVER.format(folder=name, address=address, port=server.port)
            (folder / "knot.conf").write_text("".join([head, rules, "zone:\n", *sections]))
            with run([program, "-c", str(folder / "knot.conf")]) as process:
                place = (address, server.port)
                if accepts(process, place) and server.serves(next(iter(zones))):
                    yield server
                    return
        log = folder / "knot.log"
        pytest.fail(f"Knot did not start:\n{log.read_text()[-4000:] if log.exists() else ''}")


def _rules(folder: str, allow_transfer: str, key: TsigKey | None) -> str:
    """Return the key, who may transfer zones, and what holds of every zone."""
    if allow_transfer == "none":
        return _TEMPLATE.format(folder=folder, acl="")
    demanded = f'key: "{key.name}"' if key else ""
    return (
        (_KEY.format(key=key) if key else "")
        + _ALLOWED.format(demanded=demanded)
        + _TEMPLATE.format(folder=folder, acl="acl: transfer")
    )


def _zone(origin: str, file: str | None, options: Mapping[str, str]) -> str:
    lines = [f'  - domain: "{origin.rstrip(".")}."']
    if file:
        lines.append(f'    file: "{file}"')
    if options.get(origin):
        lines += [f"    {line.strip()}" for line in options[origin].splitlines() if line.strip()]
    return "\n".join(lines) + "\n"
