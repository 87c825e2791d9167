"""Zone transfer over TLS (RFC 9103): TLS 1.3 to a server that has proved its name."""

import errno
import re
import socket
import ssl
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from zones.transfer.failure import TransferFailure
from zones.transfer.secret import SecretError, require_private, require_readable

XOT_PORT = 853
_ALPN = "dot"

_RENEW = "renew the server's certificate"
_NAME = "set tls.name to a name that the server's certificate has, or reissue the certificate"
_ISSUER = "set tls.ca_file to the CA that issued the server's certificate"
_CLIENT = "set tls.cert_file and tls.key_file to a certificate that the server accepts"
_SPEAKS = "look whether the server speaks DNS over TLS 1.3 at that port (853 is usual)"
_LATE = f"{_SPEAKS}, or raise transfer_timeout"
_XOT = "use a server that speaks XoT (RFC 9103), such as BIND 9.18 or Knot 3.4"

# OpenSSL's numbers of a failed verification (X509_V_ERR_...).
_VERIFICATION = {9: _RENEW, 10: _RENEW, 62: _NAME, 64: _NAME}
_REASONS = {
    "no application protocol": ("speaks TLS, but not DNS over it (no ALPN 'dot')", _XOT),
    "protocol version": ("does not speak TLS 1.3", _XOT),
    "unsupported protocol": ("does not speak TLS 1.3", _XOT),
    "wrong version number": ("does not speak TLS", _SPEAKS),
    "certificate required": ("demands a client certificate", _CLIENT),
}
"""By the end of OpenSSL's words for it, which begin with who said so."""
_WORDS = re.compile(r"\[.*?\] (?P<words>.+?) \(_ssl\.c:\d+\)")


@dataclass(frozen=True, slots=True)
class Tls:
    """How a server proves who it is, and this host to it."""

    context: ssl.SSLContext = field(repr=False)
    name: str = ""
    """Domain name or IP address that its certificate has to have; empty: as it is configured."""


def tls_context(
    ca_file: Path | None = None, cert_file: Path | None = None, key_file: Path | None = None
) -> ssl.SSLContext:
    """Return the terms of a client that authenticates its server (RFC 9103 sections 7.1 to 7.5).

    Trusted is who leads to a certificate in ``ca_file``, or else in the system's store. The other
    two are this client's own; without ``key_file`` the key is in ``cert_file``. Raises SecretError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.hostname_checks_common_name = False
    context.set_alpn_protocols([_ALPN])
    if ca_file is None:
        context.load_default_certs()
    else:
        _trust(context, ca_file)
    if cert_file is not None:
        _identify(context, cert_file, key_file or cert_file)
    return context


def wrapped(unconnected: socket.socket, tls: Tls, host: str) -> ssl.SSLSocket:
    """Return a socket that will be a TLS connection to that host after ``shake_hands``.

    Not yet connected it has to be: of one that the server resets meanwhile, Python would lose the
    socket without closing it. It is closed where this fails. Raises TransferFailure.
    """
    name = _server_name(tls, host)
    try:
        return tls.context.wrap_socket(
            unconnected, server_hostname=name, do_handshake_on_connect=False
        )
    except (OSError, ValueError) as error:
        unconnected.close()
        raise tls_failure(error, name) from error


def shake_hands(connection: ssl.SSLSocket, tls: Tls, host: str) -> None:
    """Do the handshake, for the whole of which the connection's time-out is the limit.

    The connection is closed where that fails. Raises TransferFailure.
    """
    with ExitStack() as failing:
        failing.callback(connection.close)
        try:
            connection.do_handshake()
        except (OSError, ValueError) as error:
            raise tls_failure(error, _server_name(tls, host)) from error
        if connection.selected_alpn_protocol() != _ALPN:
            raise TransferFailure(*_REASONS["no application protocol"])
        failing.pop_all()


def _server_name(tls: Tls, host: str) -> str:
    return tls.name or host.rstrip(".")


def tls_failure(error: OSError | ValueError, name: str) -> TransferFailure:
    """Return the words for an error of TLS with the server of that name."""
    match error:
        case ssl.SSLCertVerificationError():
            words = error.verify_message.rstrip(".")
            what = f"has no certificate that proves it to be {name} ({words})"
            return TransferFailure(what, _VERIFICATION.get(error.verify_code, _ISSUER))
        case ssl.SSLEOFError() | ConnectionError() | OSError(errno=errno.ENOTCONN):
            return TransferFailure("closed the connection in the TLS handshake", _SPEAKS)
        case ssl.SSLError():
            return _by_reason(str(error))
        case TimeoutError():
            return TransferFailure("does not finish the TLS handshake in time", _LATE)
        case _:
            return TransferFailure(f"fails the TLS handshake ({error})", _SPEAKS)


def _by_reason(text: str) -> TransferFailure:
    # Not error.reason: Python has no name for some of OpenSSL's.
    found = _WORDS.fullmatch(text)
    said = found["words"] if found else text
    for end, words in _REASONS.items():
        if said.endswith(end):
            return TransferFailure(*words)
    # What it does not like in the handshake is, besides what stands above, this side's certificate.
    return TransferFailure(f"breaks TLS off ({said})", _CLIENT if "alert" in said else _SPEAKS)


def _trust(context: ssl.SSLContext, ca_file: Path) -> None:
    require_readable(ca_file)
    # An intermediate, or the server's certificate itself, may be what is pinned.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(ca_file)
    except ssl.SSLError as error:
        what = f"tls.ca_file: {ca_file}: holds no certificate in PEM form"
        raise SecretError(what, "write the CA's certificate there") from error


def _identify(context: ssl.SSLContext, cert_file: Path, key_file: Path) -> None:
    require_readable(cert_file)
    require_private(key_file)
    try:
        # A passphrase would be asked for on the terminal; an empty one opens no key.
        context.load_cert_chain(cert_file, key_file, password="")
    except ssl.SSLError as error:
        what = f"tls.cert_file: {cert_file}: is no certificate whose key is in {key_file}"
        remedy = "write both in PEM form, the key without a passphrase"
        raise SecretError(what, remedy) from error
