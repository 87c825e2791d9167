"""Why a port that answers TCP shows no certificate, in words that are true."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Self

from checks.evidence import FailureKind, HandshakeFailure
from checks.text import shortened

_ALERT, _HANDSHAKE = 21, 22  # RFC 8446 section 5.1, ContentType

_PROTOCOLS = (
    (rb"SSH-", "SSH"),
    (rb"HTTP/|<!doctype|<html", "HTTP"),
    (rb"220[ -].*ftp", "FTP"),
    (rb"220[ -]|421[ -]|554[ -]", "SMTP or FTP"),
    (rb"\* (OK|BYE)", "IMAP"),
    (rb"\+OK", "POP3"),
    (rb"RFB ", "VNC"),
    (rb"<\?xml|<stream:", "XMPP"),
    (rb"\x00\x00\x00\x07|E\x00", "a database's protocol"),
)


class Ending(Enum):
    """How a handshake that came to no certificate ended."""

    ALERT = auto()
    INTERNAL_ERROR = auto()
    """The alert of that name: it is not about what was asked (RFC 8446 section 6.2)."""
    UNRECOGNIZED_NAME = auto()
    CUT = auto()
    """The connection was closed."""
    RESET = auto()
    CUT_MIDWAY = auto()
    """The connection was closed when the server had begun to answer."""
    RESET_MIDWAY = auto()
    SILENT = auto()
    DRIPPING = auto()
    UNREACHABLE = auto()
    """TCP answered before, and now it does not."""
    REFUSED = auto()
    """TCP answered before, and now connections are refused."""
    UNREADABLE = auto()
    TOO_LONG = auto()
    """A message, which can only be that of the certificates, is longer than OpenSSL takes."""
    NO_CERTIFICATE = auto()
    PLAIN = auto()
    """It speaks a protocol in the clear and offers no way from there to TLS."""
    UNWILLING = auto()
    """It knows STARTTLS, and says that it will not begin TLS."""
    TLS_AT_ONCE = auto()
    """STARTTLS was expected, and it speaks TLS from the first byte."""
    ENDLESS = auto()
    """It talks on and on before TLS begins."""
    FLOODING = auto()
    """It talks on and on, and what it says is no handshake."""

    @property
    def tries(self) -> int:
        """How often a question is put before this counts as the answer.

        Busy servers and rate limits reset connections at random; closing is a way to decline.
        """
        if self in {Ending.RESET, Ending.RESET_MIDWAY, Ending.REFUSED}:
            return 10
        return 3 if self.is_closing or self is Ending.INTERNAL_ERROR else 1

    @property
    def is_closing(self) -> bool:
        """Whether the connection was closed, by the server or at the deadline."""
        return self in {Ending.CUT, Ending.CUT_MIDWAY}

    @property
    def may_be_of_the_moment(self) -> bool:
        """Whether it tells nothing for certain: busy servers end connections like that."""
        return self.tries > 1 and self is not Ending.REFUSED

    @property
    def hides_a_certificate(self) -> bool:
        """Whether the server answered with one, and what it is cannot be told."""
        return self in {Ending.UNREADABLE, Ending.TOO_LONG, Ending.NO_CERTIFICATE}

    @property
    def is_final(self) -> bool:
        """Whether every other question would end the same way."""
        return self in {
            Ending.SILENT,
            Ending.DRIPPING,
            Ending.UNREACHABLE,
            Ending.REFUSED,
            Ending.UNRECOGNIZED_NAME,
            Ending.PLAIN,
            Ending.UNWILLING,
            Ending.TLS_AT_ONCE,
            Ending.ENDLESS,
            Ending.FLOODING,
        }


_MIDWAY = {
    Ending.CUT: Ending.CUT_MIDWAY,
    Ending.RESET: Ending.RESET_MIDWAY,
    Ending.SILENT: Ending.DRIPPING,
}
_ALERTS = {
    "unrecognized name": Ending.UNRECOGNIZED_NAME,
    "internal error": Ending.INTERNAL_ERROR,
}
_OF_THIS_END = {
    "excessive message size": (Ending.TOO_LONG, ""),
    "unable to find public key parameters": (
        Ending.UNREADABLE,
        "its public key is of a kind that OpenSSL does not know",
    ),
}
"""OpenSSL's words where it is the client that cannot go on."""


@dataclass(frozen=True, slots=True)
class Declined:
    """One question that the server did not answer with a certificate."""

    ending: Ending
    words: str = ""
    """Of the library or the server; where a connection ended: in the middle of what dialogue."""
    is_of_this_end: bool = False
    """Whether the server said nothing of the kind: what it sent was no answer to go on with."""

    @property
    def may_be_of_the_moment(self) -> bool:
        """Whether it tells nothing for certain of what was asked."""
        return self.is_of_this_end or self.ending.may_be_of_the_moment

    @property
    def midway(self) -> Self:
        """The same of a server that had begun to answer."""
        return replace(self, ending=_MIDWAY.get(self.ending, self.ending))

    @classmethod
    def of_words(cls, words: str) -> Self:
        """Return what SSLyze's or OpenSSL's words for a failed handshake stand for."""
        # OpenSSL puts codes and function names before its words, with colons between.
        last = words.strip().rsplit(":", 1)[-1].strip()
        for alert, ending in _ALERTS.items():
            if alert in last.lower():
                return cls(ending, last)
        if "asn1" in words.lower():
            return cls(Ending.UNREADABLE, f"its encoding is not valid DER ({last})")
        if last in _OF_THIS_END:
            return cls(*_OF_THIS_END[last])
        if words.startswith("Server rejected"):
            return cls(Ending.RESET)
        if words.startswith("Server "):
            return cls(Ending.CUT)
        return cls(Ending.ALERT, last, is_of_this_end="alert" not in words.lower())


def is_tls(answer: bytes) -> bool:
    """Tell whether that may be the start of a TLS record, or of no answer at all."""
    return not answer or (answer[0] in {_ALERT, _HANDSHAKE} and answer[1:2] in {b"", b"\x03"})


def diagnose(declined: Sequence[Declined], answer: bytes | None) -> HandshakeFailure:
    """Return the reason why no question was answered, the most telling first.

    ``answer`` is what the port said to a ClientHello; None where that was not looked at.
    """
    if answer is not None and not is_tls(answer):
        return HandshakeFailure(FailureKind.NOT_TLS, f"it speaks {protocol_of(answer)}")
    endings = {decline.ending for decline in declined}
    if Ending.UNREACHABLE in endings:
        return HandshakeFailure(FailureKind.STOPPED_ANSWERING, "TCP connections are not taken now")
    for ending, reason in _REASONS.items():
        if ending in endings:
            words = _most_telling(decline.words for decline in declined if decline.ending is ending)
            return HandshakeFailure(
                _KINDS.get(ending, FailureKind.TLS_FAILED),
                shortened(reason.format(words or "handshake")),
                unrecognized_name=ending is Ending.UNRECOGNIZED_NAME,
            )
    return HandshakeFailure(FailureKind.TLS_FAILED, "the deadline passed before any answer")


def broken_off(last: Declined | None) -> HandshakeFailure:
    """Return why questions were left open although others had been answered.

    ``last`` is what ended them; None for the deadline.
    """
    match last:
        case Declined(ending) if ending in _STOPPED:
            reason = f"it completed a handshake and then {_STOPPED[ending]}"
            return HandshakeFailure(FailureKind.STOPPED_ANSWERING, reason)
        case Declined(words=words, is_of_this_end=True):
            reason = f"it completed a handshake and then sent what is none ({words})"
            return HandshakeFailure(FailureKind.STOPPED_ANSWERING, shortened(reason))
        case Declined():
            return diagnose([last], None)
        case None:
            reason = "the deadline passed before every certificate was asked for"
            return HandshakeFailure(FailureKind.TLS_FAILED, reason)


_STOPPED = {
    Ending.SILENT: "fell silent",
    Ending.RESET: "reset connections",
    Ending.RESET_MIDWAY: "reset connections",
    Ending.CUT: "closed connections",
    Ending.CUT_MIDWAY: "closed connections",
    Ending.INTERNAL_ERROR: "told of internal errors",
}
_KINDS = {
    Ending.PLAIN: FailureKind.NOT_TLS,
    Ending.UNREADABLE: FailureKind.CERTIFICATE_UNREADABLE,
}
_REASONS = {
    Ending.UNRECOGNIZED_NAME: "the server refuses the name: alert unrecognized_name",
    Ending.SILENT: "the server takes the connection and then says nothing until the deadline",
    Ending.REFUSED: "the server took a connection and now refuses them",
    Ending.DRIPPING: "the server answers so slowly that the handshake misses the deadline",
    Ending.UNREADABLE: "{}",
    Ending.TOO_LONG: "the server sends more certificates than clients take (100 KiB in OpenSSL)",
    Ending.NO_CERTIFICATE: "the server presents no certificate (anonymous cipher suite)",
    Ending.TLS_AT_ONCE: "the server speaks TLS from the first byte, where STARTTLS was expected",
    Ending.UNWILLING: "the server declines to begin TLS: {}",
    Ending.PLAIN: "{}",
    Ending.ENDLESS: "the server talks without end before TLS begins",
    Ending.FLOODING: "the server talks without end and completes no handshake",
    Ending.CUT_MIDWAY: "the server begins the handshake and then closes the connection",
    Ending.RESET_MIDWAY: "the server begins the handshake and then resets the connection",
    Ending.INTERNAL_ERROR: "{}",
    Ending.ALERT: "{}",
    Ending.CUT: "the server closes the connection in the middle of the {}",
    Ending.RESET: "the server resets the connection in the middle of the {}",
}


def _most_telling(words: Iterable[str]) -> str:
    # That a version is not spoken was to be expected of most questions.
    return min(words, key=lambda text: ("version" in text, text))


def protocol_of(answer: bytes) -> str:
    """Return what a port speaks that begins like that, as a reason says it."""
    for pattern, name in _PROTOCOLS:
        if re.match(pattern, answer, re.IGNORECASE):
            return name
    return "something that is not TLS"
