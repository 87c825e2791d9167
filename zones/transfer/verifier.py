"""The signatures on one zone transfer (RFC 8945 section 5.3.1).

dnspython computes the MACs; which messages must have one is ours to say, and what it means where
one is missing or wrong.
"""

from typing import Any

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import dns.tsig

from zones.name import name_text
from zones.transfer.failure import TransferFailure
from zones.transfer.message import Read, read_message
from zones.transfer.tsig import SIGNATURE_ERRORS, Key

_UNSIGNED_IN_A_ROW = 99

_COPY = "give both sides the same secret: copy the key to here anew"
_SAME_KEY = "give the server this key, by the same name and algorithm, or name another in tsig"
_UNCUT = "use hmac-sha256: servers know no truncated algorithm by its name, or accept none"
_CLOCKS = "set the clocks of this host and of the server (NTP)"
_SIGN = (
    "have the server demand the key (BIND: allow-transfer { key NAME; }, Knot: key in the acl),"
    " and look at middleboxes between here and it"
)


class Verifier:
    """The MACs of a signed query and of the messages that answer it."""

    def __init__(self, key: Key, query: dns.message.Message) -> None:
        """Begin; the query has been signed and rendered."""
        self._key = key
        self._query_mac = query.mac
        self._context: Any = None
        self._unsigned = 0
        self._began = False

    def read(self, wire: bytes) -> Read:
        """Return the next message, verified.

        The first and the last must be signed; what stands between two that are is covered by the
        later one. Raises TransferFailure where a signature is missing or wrong, else what
        ``read_message`` raises.
        """
        tsig = {
            "keyring": self._key,
            "request_mac": self._query_mac,
            "tsig_ctx": self._context,
        }
        try:
            read = read_message(wire, tsig)
        except SIGNATURE_ERRORS as error:
            raise self._failure(error) from error
        # Who refuses often cannot sign: an error is one without a signature too.
        if read.message.rcode() == dns.rcode.NOERROR:
            self._take(read.message)
        return read

    def _take(self, message: dns.message.Message) -> None:
        if message.had_tsig:
            self._unsigned = 0
        elif not self._began or _ends_a_zone(message):
            which = "its last message" if self._began else "an answer"
            raise TransferFailure(f"sent {which} without a signature", _SIGN)
        else:
            self._unsigned += 1
        if self._unsigned > _UNSIGNED_IN_A_ROW:
            raise TransferFailure(
                f"sent more than {_UNSIGNED_IN_A_ROW} messages in a row without a signature", _SIGN
            )
        self._began = True
        self._context = message.tsig_ctx

    def _failure(self, error: dns.exception.DNSException) -> TransferFailure:
        match error:
            case dns.tsig.PeerError():
                return self._told_by_the_server(error)
            case dns.tsig.BadSignature():
                what = "sent a message whose signature is wrong (bad MAC)"
                return TransferFailure(what, _COPY)
            case dns.tsig.BadTime():
                return TransferFailure("signed a message at a time that is not now", _CLOCKS)
            case _:
                what = f"signed a message with another key or algorithm than {self._key.shown}"
                return TransferFailure(what, _SAME_KEY)

    def _told_by_the_server(self, error: dns.tsig.PeerError) -> TransferFailure:
        name = self._key.shown
        match error:
            case dns.tsig.PeerBadKey():
                algorithm = name_text(self._key.algorithm)
                cause = f"does not know key {name} for {algorithm} (BADKEY)"
                return TransferFailure(cause, _UNCUT if self._key.is_cut else _SAME_KEY)
            case dns.tsig.PeerBadSignature():
                cause = f"has another secret for key {name} than this side has (BADSIG)"
                return TransferFailure(cause, _COPY)
            case dns.tsig.PeerBadTime():
                return TransferFailure("has another time than this host (BADTIME)", _CLOCKS)
            case dns.tsig.PeerBadTruncation():
                cause = f"wants a longer MAC than key {name} makes (BADTRUNC)"
                return TransferFailure(cause, _UNCUT)
            case _:
                return TransferFailure(f"does not accept our signature ({error})", _SAME_KEY)


def _ends_a_zone(message: dns.message.Message) -> bool:
    """Tell whether the message is the last of a transfer (RFC 5936 section 2.2)."""
    return bool(message.answer) and message.answer[-1].rdtype == dns.rdatatype.SOA
