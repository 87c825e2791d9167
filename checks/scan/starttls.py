"""How protocols that begin in the clear go over to TLS, and in whose words they do not.

SSLyze has dialogues of its own. Each reads once and takes what has come for the whole answer: a
greeting in two segments, or an answer from Active Directory, whose lengths are in the long form,
is a refusal to it, and a refusal by RDP is none. They know no deadline either.
"""

import re
import socket
import struct
from collections.abc import Callable
from ipaddress import ip_address
from xml.sax.saxutils import quoteattr

from checks.scan.ber import element, elements
from checks.scan.deadline import Deadline
from checks.scan.diagnosis import Ending
from checks.scan.wire import NotStartedError, Wire
from zones.cut import cut

Dialogue = Callable[[Wire, str], None]

_SHOWN = 200
_LDAP_PROTOCOL_ERROR = 2  # of a server that does not know the operation (RFC 4511 section 4.14.2)
_LDAP_CODE_OCTETS = 4  # more than any that is assigned
_RDP_NO_TLS = 2  # SSL_NOT_ALLOWED_BY_SERVER (MS-RDPBCGR section 2.2.1.2.2)
_STREAM_ERROR = b"urn:ietf:params:xml:ns:xmpp-streams"
_FEATURES = rb"<(\w+:)?features\s*/>|</(\w+:)?(features|error|stream)\s*>"
# No attribute holds "<" (XML 1.0 section 2.3); without that, "<a <a <a ..." takes seconds.
_CONSENT = rb"<(\w+:)?(proceed|failure)\b[^<>]*/>|</(\w+:)?(proceed|failure|stream)\s*>"


def begin(connection: socket.socket, protocol: str, name: str, deadline: Deadline) -> None:
    """Hold the protocol's dialogue up to where TLS begins; ``name`` is whom the client is after.

    Raises NotStartedError where TLS does not begin.
    """
    DIALOGUES[protocol](Wire(connection, deadline), name)


def _smtp(wire: Wire, _name: str) -> None:
    """RFC 3207 section 4."""
    wire.greeted(rb"[1-5]", "SMTP")
    _want("220", _reply(wire)[-1])
    wire.send(f"EHLO {_literal(wire.own_address)}\r\n".encode())
    extensions = _reply(wire)
    if extensions[-1].startswith("5"):
        # FTP greets in the same words.
        words = f"it refuses EHLO and so offers no STARTTLS ({_steady(extensions[-1])})"
        raise NotStartedError(Ending.PLAIN, words)
    _want("250", extensions[-1])
    if "STARTTLS" not in {line[4:].upper() for line in extensions}:
        raise _plain("SMTP", "STARTTLS")
    wire.send(b"STARTTLS\r\n")
    _want("220", _reply(wire)[-1])


def _ftp(wire: Wire, _name: str) -> None:
    """RFC 4217 section 4."""
    wire.greeted(rb"[1-5]", "FTP")
    greeting = _reply(wire)[-1]
    while greeting.startswith("1"):  # "ready in a few minutes" (RFC 959 section 4.2)
        greeting = _reply(wire)[-1]
    _want("220", greeting)
    wire.send(b"AUTH TLS\r\n")
    answer = _reply(wire)[-1]
    if answer.startswith("5"):
        raise _plain("FTP", "AUTH TLS", answer)
    _want("234", answer)


def _pop3(wire: Wire, _name: str) -> None:
    """RFC 2595 section 4."""
    wire.greeted(rb"[+-]", "POP3")
    _want("+OK", wire.line())
    wire.send(b"STLS\r\n")
    answer = wire.line()
    if not answer.startswith("+OK"):
        raise _plain("POP3", "STLS", answer)


def _imap(wire: Wire, _name: str) -> None:
    """RFC 3501 section 6.2.1."""
    wire.greeted(rb"\*", "IMAP")
    _want("* OK", wire.line())
    wire.send(b"s1 STARTTLS\r\n")
    while (answer := wire.line()).startswith("*"):
        pass
    match answer.upper().split()[1:2]:
        case ["OK"]:
            return
        case ["NO"]:
            raise _unwilling(answer)
        case _:
            raise _plain("IMAP", "STARTTLS", answer)


def _ldap(wire: Wire, _name: str) -> None:
    """RFC 4511 section 4.14: an extended operation, to which result code 0 is consent."""
    oid = b"1.3.6.1.4.1.1466.20037"
    request = b"\x77" + bytes([len(oid) + 2]) + b"\x80" + bytes([len(oid)]) + oid
    message = b"\x02\x01\x01" + request
    wire.send(b"\x30" + bytes([len(message)]) + message)
    wire.answered(b"\x30", "LDAP")
    try:
        code, words = _ldap_result(element(wire.exactly)[1])
    except ValueError as error:
        raise _plain("LDAP", "StartTLS", f"the answer cannot be read: {error}") from None
    if code == _LDAP_PROTOCOL_ERROR:
        raise _plain("LDAP", "StartTLS", f"protocolError {words}".rstrip())
    if code:
        raise NotStartedError(Ending.UNWILLING, f"result code {code} {_steady(words)}".rstrip())


def _ldap_result(message: bytes) -> tuple[int, str]:
    """Return result code and diagnostic message of an ExtendedResponse (section 4.1.9)."""
    _, (_, response), *_ = elements(message)
    (_, code), _, (_, words), *_ = elements(response)
    if len(code) > _LDAP_CODE_OCTETS:
        raise ValueError("its result code is too long")
    return int.from_bytes(code), cut(words.decode("utf-8", "backslashreplace"), _SHOWN)


def _xmpp(wire: Wire, name: str) -> None:
    """RFC 6120 section 5.4, as a client."""
    _stream(wire, name, "jabber:client")


def _xmpp_server(wire: Wire, name: str) -> None:
    """RFC 6120 section 5.4, as another server."""
    _stream(wire, name, "jabber:server")


def _stream(wire: Wire, name: str, namespace: str) -> None:
    wire.send(
        f"<stream:stream xmlns='{namespace}' xmlns:stream='http://etherx.jabber.org/streams'"
        f" to={quoteattr(name)} version='1.0'>".encode()
    )
    wire.answered(rb"<(?!html|!doctype)", "XMPP")
    features = wire.until(_FEATURES)
    if _STREAM_ERROR in features or b"</stream:stream>" in features:
        raise _unwilling(_condition(features))
    if b"urn:ietf:params:xml:ns:xmpp-tls" not in features:
        raise _plain("XMPP", "STARTTLS")
    wire.send(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    if b"proceed" not in wire.until(_CONSENT):
        raise NotStartedError(Ending.UNWILLING, "failure")


def _condition(said: bytes) -> str:
    """Return the condition of a stream error and its text (RFC 6120 section 4.9.2)."""
    condition = re.search(rb"<([a-z-]+) [^<>]*urn:ietf:params:xml:ns:xmpp-streams", said)
    if condition is None:
        return "the stream is closed"
    text = re.search(rb"<text\b[^<>]*>([^<]*)", said)
    words = cut(text.group(1).decode("utf-8", "backslashreplace").strip(), _SHOWN) if text else ""
    return f"{condition.group(1).decode()} {words}".strip()


def _postgres(wire: Wire, _name: str) -> None:
    """PostgreSQL's message flow, SSLRequest: one byte is the answer."""
    wire.send(bytes.fromhex("0000000804d2162f"))
    wire.answered(rb"[SN]\Z|E", "PostgreSQL")
    match wire.exactly(1):
        case b"N":
            raise _plain("PostgreSQL", "TLS")
        case b"E":
            raise NotStartedError(Ending.UNWILLING, "an error message")


def _rdp(wire: Wire, _name: str) -> None:
    """MS-RDPBCGR section 2.2.1.1: a connection request that asks for TLS or CredSSP over TLS."""
    wire.send(bytes.fromhex("030000130ee000000000000100080003000000"))
    wire.answered(b"\x03", "RDP")
    _, _, length = struct.unpack(">BBH", wire.exactly(4))
    confirm = wire.exactly(max(0, length - 4))
    match confirm[7:8], int.from_bytes(confirm[11:15], "little"):
        case b"\x02", protocol if protocol:
            return
        case b"\x03", code if code != _RDP_NO_TLS:
            raise NotStartedError(Ending.UNWILLING, f"negotiation failure {code}")
        case _:
            raise _plain("RDP", "TLS", "RDP's own security only")


DIALOGUES: dict[str, Dialogue] = {
    "smtp": _smtp,
    "imap": _imap,
    "pop3": _pop3,
    "ftp": _ftp,
    "ldap": _ldap,
    "xmpp": _xmpp,
    "xmpp_server": _xmpp_server,
    "rdp": _rdp,
    "postgres": _postgres,
}
"""By the names that a target's ``starttls`` has."""


def _reply(wire: Wire) -> list[str]:
    """Return the lines of a reply of SMTP or FTP (RFC 5321 section 4.2.1, RFC 959 section 4.2)."""
    lines = [wire.line()]
    ends = re.compile(f"{re.escape(lines[0][:3])}( |$)")
    while lines[0][3:4] == "-" and not ends.match(lines[-1]):
        lines.append(wire.line())
    return lines


def _want(code: str, answer: str) -> None:
    if not answer.upper().startswith(code):
        raise _unwilling(answer)


def _unwilling(answer: str) -> NotStartedError:
    return NotStartedError(Ending.UNWILLING, _steady(answer))


def _steady(answer: str) -> str:
    """Return a reply with its codes, and without what changes: ids, addresses, times."""
    codes = re.match(r"\S+( \d\.\d+\.\d+)?", answer)
    kept = codes.end() if codes else 0
    return answer[:kept] + re.sub(r"\S*\d\S*", "...", answer[kept:])


def _plain(protocol: str, offer: str, answer: str = "") -> NotStartedError:
    why = f" ({_steady(answer)})" if answer else ""
    return NotStartedError(Ending.PLAIN, f"it speaks {protocol} and offers no {offer}{why}")


def _literal(address: str) -> str:
    """Return an address as EHLO has it for a client without a name (RFC 5321 section 4.1.3)."""
    return f"[IPv6:{address}]" if ip_address(address).version == 6 else f"[{address}]"
