"""The demo: a DNS server, TLS servers and trust stores on loopback, and a page that tells of them.

Nothing of it is mocked: a run transfers the zone, connects to each address and judges what it sees
there. ``demo/planted.py`` has what it must find.
"""

import errno
import socket
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from demo.certificates import Certificates
from demo.dns import DnsServer
from demo.listener import bound
from demo.pki import Credential
from demo.planted import CLOSED, MAIL, ORIGIN, PLANTED, Planted, zone_text
from demo.smtp import smtp_server
from demo.tls import TlsServer

_ATTEMPTS = 20


class DemoError(Exception):
    """The demo cannot be brought up here; the message says why and what to do."""


class DemoWorld:
    """The running demo, from ``start`` until ``stop`` or the end of the ``with`` block."""

    def __init__(self, stack: ExitStack, stores: Path, compliance: dict[str, Any]) -> None:
        self._stack = stack
        self.stores = stores
        """The folder of the five trust stores."""
        self.compliance = compliance
        """What ``compliance.toml`` would hold, dates as ISO text."""
        self.planted: dict[tuple[str, str], Planted] = PLANTED
        """What a run must find, by fqdn and address."""

    @classmethod
    def start(cls) -> Self:
        """Return the demo with all its servers up.

        Raises DemoError where the loopback addresses or a common port cannot be had.
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
    for _ in range(_ATTEMPTS):
        with ExitStack() as attempt:
            try:
                port = _serve_once(attempt, credentials, mail)
            except OSError as error:
                _explain(error)
                continue
            stack.enter_context(attempt.pop_all())
            return port
    raise DemoError(f"no port was free on all of {', '.join(credentials)}; stop what holds them")


def _serve_once(stack: ExitStack, credentials: dict[str, Credential], mail: Credential) -> int:
    # Bound and not listening: connections are refused, and nobody else takes the port.
    port: int = stack.enter_context(bound(socket.SOCK_STREAM, CLOSED, 0)).getsockname()[1]
    for address, credential in credentials.items():
        stack.enter_context(TlsServer(credential, address, port))
    stack.enter_context(smtp_server(mail, MAIL, port))
    return port


def _explain(error: OSError) -> None:
    """Raise what is worth telling; a port that is taken is not, another may be free."""
    if error.errno == errno.EADDRNOTAVAIL:
        raise DemoError(
            "the loopback addresses 127.0.0.11 to 127.0.0.26 are not set up here; on macOS: "
            "for n in $(seq 11 26); do sudo ifconfig lo0 alias 127.0.0.$n up; done"
        ) from error
    if error.errno != errno.EADDRINUSE:
        raise DemoError(f"the demo's servers cannot be started: {error}") from error
