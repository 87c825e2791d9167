"""DER (X.690 section 8) as a tree that can be changed without being broken."""

from collections.abc import Iterator
from dataclasses import dataclass

_CONSTRUCTED = 0x20
_OCTETS, _BITS = 0x04, 0x03
_DEEPEST = 12


@dataclass(eq=False)
class Node:
    """One tag, length and value; or bytes that are none, without a tag."""

    tag: int | None
    content: bytes = b""
    children: "list[Node] | None" = None
    """None: the content is no DER itself."""
    before: bytes = b""
    """What stands before the children: the number of unused bits of a BIT STRING."""

    def encoded(self) -> bytes:
        """Return the bytes, with lengths that are right."""
        inside = self.content
        if self.children is not None:
            inside = self.before + b"".join(child.encoded() for child in self.children)
        return inside if self.tag is None else bytes([self.tag]) + _length(len(inside)) + inside


def forest(data: bytes) -> Iterator[bytes]:
    """Yield each value with its tag and length, and at the end what is none."""
    while data:
        end = _end(data)
        yield data[: end or len(data)]
        data = data[end or len(data) :]


def tree(data: bytes, depth: int = 0) -> Node:
    """Return the value that the data is, with all that is in it; without a tag where it is none."""
    end = _end(data)
    if end != len(data):
        return Node(None, data)
    tag, content = data[0], data[_start(data) :]
    before = content[:1] if tag == _BITS else b""
    inside = content[len(before) :]
    if depth < _DEEPEST and (tag & _CONSTRUCTED or tag in {_OCTETS, _BITS}) and inside:
        parts = list(forest(inside))
        if all(_end(part) for part in parts):
            return Node(tag, b"", [tree(part, depth + 1) for part in parts], before)
    return Node(tag, content)


def _start(data: bytes) -> int:
    return 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)


def _end(data: bytes) -> int:
    """Return where the first value ends; 0 where there is none."""
    if len(data) < 2 or data[1] == 0x80 or len(data) < _start(data):
        return 0
    start = _start(data)
    end = start + (data[1] if data[1] < 0x80 else int.from_bytes(data[2:start]))
    return end if end <= len(data) else 0


def _length(count: int) -> bytes:
    if count < 0x80:
        return bytes([count])
    digits = count.to_bytes((count.bit_length() + 7) // 8)
    return bytes([0x80 | len(digits)]) + digits
