"""The hostile world on loopback, brought up as the demo is."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from demo.certificates import write_store
from demo.dns import DnsServer
from demo.hostile.certificates import SERVED
from demo.hostile.endpoints import Server, servers
from demo.hostile.planted import (
    ADDRESSES,
    CERTIFICATES,
    CLOSED,
    DEADLINE,
    GOOD,
    ORIGIN,
    zone_text,
)
from demo.pki import Authority
from demo.port import on_one_port
from demo.tls import Site, TlsServer
from demo.world import DemoWorld

_STORE = "mozilla"


def start() -> DemoWorld:
    """Return the hostile world with all its servers up.

    Raises demo.port.DemoError where the loopback addresses or a common port cannot be had.
    """
    now = datetime.now(UTC)
    root = Authority.root("Hostile Root", now)
    issuer = root.intermediate("Hostile Issuing CA")
    with ExitStack() as stack:
        stores = Path(stack.enter_context(TemporaryDirectory(prefix="zonecert-demo-")))
        write_store(stores, _STORE, now.date(), root.certificate)
        port = _serve(stack, issuer)
        name_server = stack.enter_context(DnsServer({ORIGIN: zone_text()}))
        server = f"{name_server.address}:{name_server.port}"
        return DemoWorld(stack.pop_all(), stores, _compliance(server, port, stores))


def _compliance(server: str, port: int, stores: Path) -> dict[str, Any]:
    source = {
        "name": "hostile",
        "type": "axfr",
        "server": server,
        "zones": [ORIGIN],
        "nameservers": [server],
    }
    policy = {"ports": [port], "stores_dir": str(stores), "deadline": DEADLINE, "deny": []}
    return {"policy": policy, "source": [source]}


def _serve(stack: ExitStack, issuer: Authority) -> int:
    odd = {f"{label}.{ORIGIN}": make(issuer, f"{label}.{ORIGIN}") for label, make in SERVED.items()}
    good = issuer.issue(f"*.{ORIGIN}")
    by_label = servers(issuer)

    def serve(attempt: ExitStack, port: int) -> None:
        _start(attempt, port, by_label, odd)
        attempt.enter_context(TlsServer(good, GOOD, port))

    return on_one_port(stack, CLOSED, serve)


def _start(
    stack: ExitStack, port: int, by_label: Mapping[str, Server], odd: Mapping[str, Site]
) -> None:
    for label, address in ADDRESSES.items():
        stack.enter_context(by_label[label](address, port))
    stack.enter_context(TlsServer(odd, CERTIFICATES, port))
