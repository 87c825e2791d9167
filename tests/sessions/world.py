"""The demo's world with names of all shapes in its zone, and a primary that counts transfers."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import dns.message
import dns.zone

from demo.answer import transfer
from demo.comparison import Place
from demo.planted import ORIGIN, PLANTED, Planted, zone_text
from demo.world import DemoWorld
from tests.sessions.session import Session, play, toml
from tests.support.dns_server import framed, tcp_server

LONG = "l" * 63
ODD_NAMES = ("a_b", LONG, "xn--mnchen-3ya")
_MORE = "".join(f"{label} A 127.0.0.11\n" for label in (*ODD_NAMES, r"\<script\>alert\(1\)"))
EXPECTED: dict[Place, Planted] = PLANTED | {
    (f"{label}.{ORIGIN}", "127.0.0.11"): Planted("error", ("hostname-mismatch",))
    for label in ODD_NAMES
}
"""What a run on this world must find, by fqdn and address."""


@dataclass(frozen=True)
class World:
    """The servers as they stand, and how to configure a run on them."""

    demo: DemoWorld
    server: str
    """The primary's address and port."""
    transfers: list[str] = field(default_factory=list)
    """Zones, in the order in which they were asked for."""

    @property
    def port(self) -> int:
        """Where the TLS servers listen, each on an address of its own."""
        port: int = self.demo.compliance["policy"]["ports"][0]
        return port

    def document(self, source: Mapping[str, Any], **policy: object) -> dict[str, Any]:
        """Return the demo's configuration, with other keys of its source and its policy."""
        (given,) = self.demo.compliance["source"]
        return {
            "policy": self.demo.compliance["policy"] | policy,
            "source": [given | {"server": self.server, "nameservers": [self.server]} | source],
            "zone": self.demo.compliance["zone"],
            "owner": self.demo.compliance["owner"],
            "waiver": self.demo.compliance["waiver"],
        }

    def run(self, folder: Path, *options: str, **source: object) -> Session:
        """Run pytest to its end, its files in the folder, on what these keys of the source say."""
        self.transfers.clear()
        session = play(folder, write(folder, self.document(source)), *options)
        return replace(session, transfers=tuple(self.transfers))


@contextmanager
def running_world() -> Iterator[World]:
    """Run all servers while the block lasts."""
    with DemoWorld.start() as demo:
        (port,) = demo.compliance["policy"]["ports"]
        with counting_primary(ORIGIN, zone_text(port) + _MORE) as (server, transfers):
            yield World(demo, server, transfers)


@contextmanager
def counting_primary(origin: str, text: str) -> Iterator[tuple[str, list[str]]]:
    """Run a server that transfers one zone; yield where it is, and all transfers so far."""
    zone = dns.zone.from_text(text, origin, relativize=False)
    transfers: list[str] = []

    def behave(client: socket.socket, query: dns.message.Message) -> None:
        transfers.append(str(query.question[0].name).rstrip("."))
        for message in transfer(zone, query):
            client.sendall(framed(message))

    with tcp_server(behave) as server:
        yield server, transfers


def write(folder: Path, document: Mapping[str, Any]) -> str:
    """Write a configuration and return the option that names it."""
    folder.mkdir(exist_ok=True)
    file = folder / "compliance.toml"
    file.write_text(toml(document))
    return f"--compliance={file}"
