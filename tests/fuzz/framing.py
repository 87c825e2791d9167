"""DNS messages in a stream, each after its length (RFC 1035 section 4.2.2)."""

import struct
from collections.abc import Iterable, Iterator


def frames(stream: bytes) -> Iterator[bytes]:
    """Yield the messages of a stream, the last one as far as it goes."""
    while len(stream) > 2:
        (length,) = struct.unpack_from("!H", stream)
        yield stream[2 : 2 + length]
        stream = stream[2 + length :]


def framed(messages: Iterable[bytes]) -> bytes:
    """Return the stream of those messages."""
    return b"".join(struct.pack("!H", len(one)) + one for one in messages)
