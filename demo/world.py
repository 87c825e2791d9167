"""The demo: a DNS server, TLS servers and trust stores on loopback, and a page that tells of them.

Nothing of it is mocked: a run transfers the zone, connects to each address and judges what it sees
there. ``demo/planted.py`` has what it must find.
"""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from demo.certificates import Certificates
from demo.dns import DnsServer
from demo.planted import CLOSED, MAIL, ORIGIN, zone_text
from demo.port import on_one_port
from demo.smtp import smtp_server
from demo.tls import TlsServer


class DemoWorld:
    """The running demo, from ``start`` until ``stop`` or the end of the ``with`` block."""

    def __init__(self, stack: ExitStack, stores: Path, compliance: dict[str, Any]) -> None:
        self._stack = stack
        self.stores = stores
        """The folder of the five trust stores."""
        self.compliance = compliance
        """What ``compliance.toml`` would hold, dates as ISO text."""

    @classmethod
    def start(cls) -> Self:
        """Return the demo with all its servers up.

        Raises demo.port.DemoError where the loopback addresses or a common port cannot be had.
        """
        now = datetime.now(UTC)
        certificates = Certificates(now)
        with ExitStack() as stack:
            stores = Path(stack.enter_context(TemporaryDirectory(prefix="zonecert-demo-")))
            certificates.write_stores(stores)
            port = _serve(stack, certificates)
            name_server = stack.enter_context(DnsServer({ORIGIN: zone_text(port)}))
            server = f"{name_server.address}:{name_server.port}"
            return cls(stack.pop_all(), stores, _compliance(server, port, stores, now))

    def stop(self) -> None:
        """Stop all servers and remove the trust stores."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def _compliance(server: str, port: int, stores: Path, now: datetime) -> dict[str, Any]:
    waiver = {
        "fqdn": "legacy.demo.test",
        "finding": "expired",
        "reason": "to be switched off this quarter",
        "approved_by": "security@demo.test",
        "expires": (now + timedelta(days=90)).date().isoformat(),
    }
    source = {
        "name": "demo",
        "type": "axfr",
        "server": server,
        "zones": [ORIGIN],
        "nameservers": [server],
    }
    policy = {"ports": [port], "stores_dir": str(stores), "deny": []}
    mail = {"fqdn": r"mail\.demo\.test", "policy": {"starttls": {str(port): "smtp"}}}
    owners = [
        {"name": ORIGIN, "team": "web"},
        {"fqdn": r"(pool|partner)\..*", "team": "payments", "scope": ["pci"]},
    ]
    return {
        "policy": policy,
        "source": [source],
        "zone": [mail],
        "owner": owners,
        "waiver": [waiver],
    }


def _serve(stack: ExitStack, certificates: Certificates) -> int:
    """Start all servers on one port, which is free on each of their addresses; return it."""
    credentials, mail = certificates.by_address(), certificates.mail()

    def serve(attempt: ExitStack, port: int) -> None:
        for address, credential in credentials.items():
            attempt.enter_context(TlsServer(credential, address, port))
        attempt.enter_context(smtp_server(mail, MAIL, port))

    return on_one_port(stack, CLOSED, serve)
