"""What the real authoritative servers of the tests have in common: a place, zones, keys."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Literal

import dns.exception
import dns.flags
import dns.message
import dns.query
import pytest

from demo.pki import Credential
from tests.support.program import accepts, free_port, run
from zones.endpoint import Endpoint

Loopback = Literal["127.0.0.1", "::1"]

_ATTEMPTS = 5
_PATIENCE = 10.0
_INTERVAL = 0.02


@dataclass(frozen=True, slots=True)
class Primary:
    """A server that runs."""

    address: str
    port: int
    tls_port: int = 0
    """Of DNS over TLS; 0: there is none."""

    @property
    def server(self) -> str:
        """As ``compliance.toml`` writes it."""
        return str(Endpoint(self.address, self.port))

    @property
    def tls_server(self) -> str:
        """As ``compliance.toml`` writes it."""
        return str(Endpoint(self.address, self.tls_port))

    def answer(self, origin: str) -> dns.message.Message | None:
        """Return what the server says of that zone's SOA record; None where it says nothing."""
        query = dns.message.make_query(f"{origin.rstrip('.')}.", "SOA", flags=0)
        try:
            return dns.query.tcp(query, self.address, timeout=_PATIENCE, port=self.port)
        except (OSError, EOFError, dns.exception.DNSException):
            return None

    def serves(self, origin: str) -> bool:
        """Wait until the server has loaded that zone; False where it won't."""
        pause = Event()
        for _ in range(int(_PATIENCE / _INTERVAL)):
            answer = self.answer(origin)
            if answer is None:
                return False
            if answer.flags & dns.flags.AA and answer.answer:
                return True
            pause.wait(_INTERVAL)
        return False


@dataclass(frozen=True, slots=True)
class TsigKey:
    """A key that a server demands of whoever transfers its zones."""

    name: str = "axfr-key"
    algorithm: str = "hmac-sha256"
    secret: str = "c2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnl0ZXMgbG8="
    """Base64."""

    @property
    def statement(self) -> str:
        """As ``tsig-keygen`` prints it, and as BIND reads it."""
        return (
            f'key "{self.name}" {{\n\talgorithm {self.algorithm};\n\tsecret "{self.secret}";\n}};\n'
        )


@dataclass(frozen=True, slots=True)
class ServerTls:
    """What a server shows, and asks of, clients of DNS over TLS."""

    credential: Credential
    client_ca: str = ""
    """PEM of the authorities of which a client certificate is demanded; empty: none is."""
    protocol: str = "TLSv1.3"
    """The only one that is spoken."""


def primary_files(folder: Path, zones: Mapping[str, str]) -> dict[str, str]:
    """Write each zone's primary file into the folder; return their names by origin."""
    names = {}
    for number, (origin, text) in enumerate(zones.items()):
        names[origin] = f"{number}.zone"
        (folder / names[origin]).write_text(text)
    return names


@contextmanager
def serving(
    address: str, origin: str, command: Callable[[Primary], Sequence[str]], log: Path | None = None
) -> Iterator[Primary]:
    """Run what serves that zone at a free port of the address, and yield where.

    ``log`` is what the server writes, if it does, told where it will not start.
    """
    for _ in range(_ATTEMPTS):
        server = Primary(address, free_port(address))
        words = command(server)
        with run(words) as process:
            if accepts(process, (address, server.port)) and server.serves(origin):
                yield server
                return
    told = log.read_text()[-4000:] if log and log.exists() else ""
    pytest.fail(f"{words[0]} did not start\n{told}")
