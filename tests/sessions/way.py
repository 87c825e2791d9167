"""A way in which a zone goes wrong on its way here: a source of its own, by kind of source.

A way is a server (or a file, or a provider) on loopback that gives its zone in no other way, and
what must be told of it. What is half there would be targets: no address of them is one of the good
zone's.
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode

from demo.pki import Authority, pem
from tests.support import dns_server as odd
from tests.support.primary import TsigKey
from zones.transfer.tsig import make_key

PATIENCE = 2
"""``transfer_timeout`` of those who have to be waited for, in seconds."""
KEY = TsigKey()
TOKEN = "ZONECERT_TEST_TOKEN"
"""The environment variable that providers want."""
NAME = "ns1.company.com"
"""Of servers over TLS."""

Source = dict[str, Any]
"""Keys of a ``[[source]]`` table."""


@dataclass(frozen=True)
class Ground:
    """Where servers are brought up, and files written."""

    stack: ExitStack
    """Ends them."""
    folder: Path
    environment: dict[str, str] = field(default_factory=lambda: {TOKEN: "s3cr3t"})
    """What the run needs beside its own."""

    def served(
        self, behave: odd.Behaviour, context: ssl.SSLContext | None = None, *, signs: bool = False
    ) -> str:
        """Return the address:port of a server that behaves so."""
        key = make_key(KEY.name, KEY.algorithm, KEY.secret) if signs else None
        return self.stack.enter_context(odd.tcp_server(behave, key, context))

    @cached_property
    def authority(self) -> Authority:
        """Who is trusted over TLS."""
        return Authority.root("Company", datetime.now(UTC))

    def file(self, name: str, text: str) -> str:
        """Write a file for its owner only; return its path."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        return str(path)


@dataclass(frozen=True)
class Way:
    """How a zone goes wrong."""

    told: str
    """Part of what is said of it."""
    source: Callable[[Ground, str], Source]
    """Returns the keys of the source of the zone of that name."""
    failing: str = ""
    """The zone that fails; empty: the source's own."""


def transfer(told: str, behave: odd.Behaviour, **keys: object) -> Way:
    """Return the way of a server without signatures and TLS."""
    return Way(told, lambda on, zone: {"server": on.served(behave), "zones": [zone], **keys})


def waited_for(told: str, behave: odd.Behaviour) -> Way:
    """Return the way of a server that has to be waited for."""
    return transfer(told, behave, transfer_timeout=PATIENCE)


def coded(told: str, code: dns.rcode.Rcode) -> Way:
    """Return the way of a server that answers with an error."""
    return transfer(told, odd.rcode(code))


def signed(told: str, behave: odd.Behaviour, *, signs: bool = True) -> Way:
    """Return the way of a server that is asked for signatures."""

    def source(on: Ground, zone: str) -> Source:
        tsig = {"key_file": on.file("axfr.key", KEY.statement)}
        return {"server": on.served(behave, signs=signs), "zones": [zone], "tsig": tsig}

    return Way(told, source)


def over_tls(told: str, server: Callable[[Ground], str], **keys: object) -> Way:
    """Return the way of a server that is to prove its name."""

    def source(on: Ground, zone: str) -> Source:
        tls = {"name": NAME, "ca_file": on.file("ca.pem", pem(on.authority.certificate))}
        return {"server": server(on), "zones": [zone], "tls": tls, **keys}

    return Way(told, source)


def catalog(told: str, *lines: str, failing: str = "", last: bool = True) -> Way:
    """Return the way of a catalog zone of those records, whose members are refused."""

    def source(on: Ground, zone: str) -> Source:
        def behave(client: socket.socket, query: dns.message.Message) -> None:
            name = str(query.question[0].name)
            if name != f"{zone}.":
                odd.rcode(dns.rcode.REFUSED)(client, query)
                return
            records = [line.replace("@", name) for line in lines]
            end = [odd.apex(query)] * last
            client.sendall(odd.framed(odd.answer(query, [odd.apex(query), *records, *end])))

        return {"server": on.served(behave), "catalog": zone}

    return Way(told, source, failing)


def file(told: str, text: str | None) -> Way:
    """Return the way of a primary file of that text; None: there is no file."""

    def source(on: Ground, zone: str) -> Source:
        path = on.file(zone, text) if text is not None else str(on.folder / "gone")
        return {"type": "master_file", "files": {zone: path}}

    return Way(told, source)


def provider(told: str, name: str, failing: str = "", **keys: object) -> Way:
    """Return the way of a provider of octoDNS."""
    options = {"class": f"tests.support.octodns_sources.{name}", "token": f"env/{TOKEN}"}

    def source(_: Ground, zone: str) -> Source:
        return {"type": "octodns", "provider": options, "zones": [zone], **keys}

    return Way(told, source, failing)
