"""Elements of BER and DER (X.690 section 8.1): just enough to take them apart."""

from collections.abc import Callable, Iterator
from io import BytesIO


def element(read: Callable[[int], bytes]) -> tuple[int, bytes]:
    """Return identifier octet and content of the element that is read next.

    ``read`` yields as many bytes as it is asked for. Raises ValueError for lengths that are not
    told in advance and for identifiers of several octets: LDAP and certificates have none here.
    """
    tag, length = read(2)
    if tag & 0x1F == 0x1F or length == 0x80:
        raise ValueError("an element of a form that is not expected here")
    if length & 0x80:
        length = int.from_bytes(read(length & 0x7F))
    return tag, read(length)


def elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the elements that follow one another; raises ValueError where they do not fit."""
    stream = BytesIO(content)

    def read(count: int) -> bytes:
        if count > len(content) - stream.tell():
            raise ValueError("an element ends too early")
        return stream.read(count)

    while stream.tell() < len(content):
        yield element(read)
