"""The servers of the hostile world, each with an address to itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from ssl import TLSVersion

from cryptography.hazmat.primitives.serialization import Encoding

from demo.hostile import handshakes, words
from demo.hostile.certificates import UNSERVED
from demo.hostile.planted import ORIGIN
from demo.hostile.ssl3 import ssl_3_0
from demo.listener import Handler, Listener
from demo.pki import Authority, Credential, Draft, KeyKind, pem
from demo.tls import Terms, TlsServer, server_context

Server = Callable[[str, int], AbstractContextManager[object]]
"""Starts a server on an address and port, until the end of the block."""

_CROWD = 2000
_SIXTEEN_MEGABYTES = 40_000
"""Certificates of some 390 bytes."""
_TICKETS = 100_000
_OLDER = Terms(maximum=TLSVersion.TLSv1_2)
_SPOKEN = {
    "silent": words.silent,
    "drips": words.drip(1.0),
    "garbage": words.garbage,
    "resets": words.reset,
    "http": words.http,
    "ssh": words.ssh,
    "renegotiates": words.repeating(words.HELLO_REQUEST),
    "warns": words.repeating(words.WARNING),
    "empty-records": words.repeating(words.EMPTY),
}
"""What takes no certificate, by label."""


def servers(issuer: Authority) -> dict[str, Server]:
    """Return how each server is started, by label."""
    spoken = {label: _handled(handler) for label, handler in _SPOKEN.items()}
    return spoken | _broken(issuer) | _odd(issuer) | _unsteady(issuer) | _unserved(issuer)


def _broken(issuer: Authority) -> dict[str, Server]:
    """Return those that begin a handshake and do not end it."""
    both = server_context(_both(issuer, "broken"))
    older = server_context(_both(issuer, "broken"), _OLDER)
    crowd = [issuer.certificate.public_bytes(Encoding.DER)] * _SIXTEEN_MEGABYTES
    return {
        "resets-midway": _handled(handshakes.resetting_after_server_hello(both)),
        "closes-midway": _handled(handshakes.closing_after_server_hello(both)),
        "16-megabytes": _handled(handshakes.showing(older, *crowd)),
        "anonymous-only": _handled(handshakes.serving(handshakes.anonymous_context())),
    }


def _odd(issuer: Authority) -> dict[str, Server]:
    """Return those that complete handshakes, each in a way of its own."""
    tickets = server_context(_issued(issuer, "tickets"))
    tickets.num_tickets = _TICKETS
    crowded = _issued(issuer, "2000-certificates")
    crowded = crowded.sending(*[issuer.certificate] * _CROWD)
    needs_sni = {f"needs-sni.{ORIGIN}": _issued(issuer, "needs-sni")}
    return {
        "2000-certificates": lambda *place: TlsServer(crowded, *place),
        "needs-sni": lambda *place: TlsServer(needs_sni, *place),
        "client-certificate": _on_terms(
            _issued(issuer, "client-certificate"), Terms(client_ca=pem(issuer.certificate))
        ),
        "ssl3-only": _handled(
            ssl_3_0(issuer.issue(f"ssl3-only.{ORIGIN}", Draft(key=KeyKind.RSA_2048)))
        ),
        "tls1.0-only": _of_version(issuer, "tls1.0-only", TLSVersion.TLSv1),
        "tls1.1-only": _of_version(issuer, "tls1.1-only", TLSVersion.TLSv1_1),
        "fragments": _handled(
            handshakes.fragmenting(server_context(_both(issuer, "fragments"), _OLDER))
        ),
        "tickets": _handled(handshakes.serving(tickets)),
        "talks-on": _handled(handshakes.talking_on(server_context(_issued(issuer, "talks-on")))),
    }


def _unsteady(issuer: Authority) -> dict[str, Server]:
    """Return those that do not always do the same."""
    shown = _issued(issuer, "by-version")
    modern, older = server_context(shown), server_context(shown.sending(), _OLDER)
    every_other = server_context(_both(issuer, "every-other"))
    limited = server_context(_both(issuer, "rate-limit"))
    return {
        "by-version": _handled(handshakes.by_version(modern, older)),
        "every-other": _handled(handshakes.every_other(every_other)),
        "rate-limit": _handled(handshakes.rate_limited(limited, burst=2, seconds=0.2)),
    }


def _unserved(issuer: Authority) -> dict[str, Server]:
    context = server_context(_both(issuer, "unserved"), _OLDER)
    return {
        label: _handled(handshakes.showing(context, *make(issuer, label).certificates))
        for label, make in UNSERVED.items()
    }


def _handled(handler: Handler) -> Server:
    return lambda address, port: Listener(handler, address, port)


def _on_terms(credential: Credential, terms: Terms) -> Server:
    return lambda address, port: TlsServer(credential, address, port, terms)


def _of_version(issuer: Authority, label: str, version: TLSVersion) -> Server:
    # Before TLS 1.2 few clients take ECDSA.
    credential = issuer.issue(f"{label}.{ORIGIN}", Draft(key=KeyKind.RSA_2048))
    return _on_terms(credential, Terms(minimum=version, maximum=version))


def _issued(issuer: Authority, label: str) -> Credential:
    return issuer.issue(f"{label}.{ORIGIN}")


def _both(issuer: Authority, label: str) -> tuple[Credential, Credential]:
    name = f"{label}.{ORIGIN}"
    return issuer.issue(name), issuer.issue(name, Draft(key=KeyKind.RSA_2048))
