"""A TLS server on loopback that serves each name what it is told to, right or wrong."""

import socket
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Protocol, Self, TypeAlias

from demo.listener import Listener


class Presented(Protocol):
    """What a server can show, such as a ``Credential``."""

    @property
    def chain_pem(self) -> str:
        """All certificates that are sent, the end-entity certificate first."""
        ...

    @property
    def key_pem(self) -> str:
        """The private key, not encrypted."""
        ...


Site: TypeAlias = Presented | tuple[Presented, ...]
"""What a name is answered with: one credential, or one of each key type (RSA and ECDSA), of which
the client's offer chooses."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a server asks of every client; it is agreed on before the name is known."""

    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    client_ca: str = ""
    """PEM of the authorities of which a client certificate is demanded; empty: none is."""


class TlsServer:
    """Serves sites by server name (RFC 6066 section 3) from when it is made until ``stop``.

    Names are looked up as they stand, then as ``*.`` and the rest. The site ``""``, which is all
    that a server of one credential has, answers every other name and clients that send none;
    without it those get the alert unrecognized_name. The chain is sent exactly as a credential has
    it. Weak keys and hashes are served as well. Port 0 takes a free one. Raises OSError where the
    address and port cannot be bound.
    """

    def __init__(
        self,
        sites: Site | Mapping[str, Site],
        address: str = "127.0.0.1",
        port: int = 0,
        terms: Terms | None = None,
    ) -> None:
        named = sites if isinstance(sites, Mapping) else {"": sites}
        self._contexts = {name: server_context(site, terms) for name, site in named.items()}
        # Every connection starts with this one; another takes over once the name is known.
        self._first = self._contexts.get("") or server_context((), terms)
        self._first.sni_callback = self._choose
        self._listener = Listener(self._serve, address, port)
        self.address = address
        self.port = self._listener.port

    def stop(self) -> None:
        """Stop serving, cut what is still connected, and wait for the threads."""
        self._listener.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def _choose(
        self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext
    ) -> int | None:
        name = name or ""
        wildcard = "*." + name.partition(".")[2]
        for known in (name, wildcard, ""):
            if known in self._contexts:
                connection.context = self._contexts[known]
                return None
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    def _serve(self, connection: socket.socket, _stopping: Event) -> None:
        with self._first.wrap_socket(connection, server_side=True) as secured:
            # Until the client has seen enough and closes, or asks for something.
            secured.recv(1)


def server_context(site: Site, terms: Terms | None = None) -> ssl.SSLContext:
    """Return the context that serves a site, in which weak keys and hashes are allowed."""
    terms = terms or Terms()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        # Old versions are offered on purpose.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = terms.minimum
        context.maximum_version = terms.maximum
    for credential in site if isinstance(site, tuple) else (site,):
        _load(context, credential)
    if terms.client_ca:
        context.load_verify_locations(cadata=terms.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _load(context: ssl.SSLContext, credential: Presented) -> None:
    # The ssl module takes certificates from files only.
    with TemporaryDirectory(prefix="zonecert-") as folder:
        file = Path(folder) / "certificate.pem"
        file.touch(mode=0o600)
        file.write_text(credential.key_pem + credential.chain_pem)
        context.load_cert_chain(file)
