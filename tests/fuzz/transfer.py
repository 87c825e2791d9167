"""A zone transfer without a network: what the server sends is the input.

Messages with their two-byte length; one with the id 0 is given the query's. Whatever comes, there
is a whole zone, from which targets can be derived, or a TransferFailure. Where the input begins
with ``SIGNED``, the query is signed, and since no input can know the MAC, there never is a zone.
"""

from datetime import UTC, datetime
from socket import socket
from time import monotonic
from typing import cast

import dns.name

from checks.policy import Policy
from checks.ruling import Terms
from checks.zone import ZoneTally, judge_zone
from tests.fuzz.framing import framed, frames
from tests.fuzz.printed import require_harmless
from tests.fuzz.whole import require_whole
from zones.inventory import ZoneResult
from zones.name import name_text
from zones.reading.collector import Collector
from zones.transfer.failure import TransferFailure
from zones.transfer.session import _run
from zones.transfer.stream import Limits, Stream
from zones.transfer.tsig import Key, make_key
from zones.zone import Zone

ORIGIN = dns.name.from_text("company.com")
SIGNED = b"\xff\xff"
"""A length that no message of an input has."""
KEY = make_key("axfr.company.com", "hmac-sha256", "c2VjcmV0IHNlY3JldCBzZWNyZXQ=")
LIMITS = Limits(seconds=3600, records=5000, octets=1 << 20)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Scripted:
    """A connection whose other end says what the input says, and then hangs up."""

    def __init__(self, answers: bytes) -> None:
        self._answers = answers
        self._at = 0

    def settimeout(self, _seconds: float) -> None:
        """Wait for nothing."""

    def sendall(self, query: bytes) -> None:
        """Take the query, whose id the answers carry."""
        self._answers = framed(
            query[2:4] + one[2:] if one[:2] == b"\0\0" else one for one in frames(self._answers)
        )

    def recv(self, count: int) -> bytes:
        """Return the next bytes; none at the end."""
        part = self._answers[self._at : self._at + count]
        self._at += len(part)
        return part


def hold(data: bytes) -> None:
    """Transfer the zone that the input is, and derive targets from it."""
    key = KEY if data.startswith(SIGNED) else None
    try:
        zone = transferred(data.removeprefix(SIGNED), key)
    except TransferFailure as failure:
        require_told(failure)
        return
    assert key is None
    require_whole(zone)


def transferred(data: bytes, key: Key | None) -> Zone:
    """Return the zone; raises TransferFailure."""
    collector = Collector(ORIGIN)
    stream = Stream(cast(socket, Scripted(data)), monotonic() + LIMITS.seconds, LIMITS)
    _run(stream, collector, key)
    return Zone(
        name_text(ORIGIN),
        collector.serial,
        collector.records(),
        "inside",
        "192.0.2.53:53",
        NOW,
        other_owners=collector.other_owners(),
    )


def require_told(failure: TransferFailure) -> None:
    """Hold the verdict on a zone that failed so."""
    result = ZoneResult(
        "company.com", "inside", "192.0.2.53:53", error=failure.cause, remedy=failure.remedy
    )
    verdict = judge_zone(result, "company.com", ZoneTally(0, 0), Terms(Policy(), (), NOW))
    assert verdict.incomplete
    require_harmless(verdict)
