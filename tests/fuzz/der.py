"""DER (X.690 section 8) as a tree that can be changed without being broken."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from random import Random

_CONSTRUCTED = 0x20
_OCTETS, _BITS = 0x04, 0x03
_DEEPEST = 12
_ODD = (
    b"",
    b"\0",
    b"\xff" * 21,
    b"\x7f" * 40,
    b"=1+1",
    b"\x1b[2J",
    b"a\0b",
    b"\xe2\x80\xae",
    b"\xed\xb2\x80",
    b"<script>",
    b"*",
    b"*.company.test",
    b"www.company.test",
    b"xn--",
    b"\x7f\0\0\1",
    b"99991231235959Z",
    b"00010101000000Z",
    b"500101000000Z",
    b"A" * 700,
)
"""Contents that are seldom well-meant."""
_TAGS = bytes.fromhex("01 02 03 04 05 06 0c 13 16 17 18 1c 1e 30 31 80 82 86 87 a0 a3")

Mutate = Callable[[bytes, int], bytes]


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


def changed(data: bytes, most: int, random: Random, mutate: Mutate) -> bytes:
    """Return the data with one to three of its values changed; its lengths stay right."""
    trees = [tree(one) for one in forest(data)] or [Node(None, data)]
    for _ in range(random.randint(1, 3)):
        _change(trees, random, mutate)
    made = b"".join(node.encoded() for node in trees)
    return made if len(made) <= most else mutate(data, most)


def _change(trees: list[Node], random: Random, mutate: Mutate) -> None:
    siblings = random.choice([trees, *(node.children for node in _all(trees) if node.children)])
    if not siblings:
        return
    at = random.randrange(len(siblings))
    node = siblings[at]
    match random.randrange(7):
        case 0:
            del siblings[at]
        case 1:
            siblings.insert(at, deepcopy(node))
        case 2:
            # A copy: a value inside of itself has no end.
            siblings[at] = deepcopy(random.choice(list(_all(trees))))
        case 3:
            other = random.randrange(len(siblings))
            siblings[at], siblings[other] = siblings[other], siblings[at]
        case 4:
            siblings[at] = Node(random.choice(_TAGS), node.content, node.children, node.before)
        case 5:
            siblings[at] = Node(node.tag, random.choice(_ODD))
        case _:
            inside = Node(None, node.content, node.children, node.before).encoded()
            siblings[at] = Node(node.tag, mutate(inside, len(inside) + 64))


def _all(trees: list[Node]) -> Iterator[Node]:
    for node in trees:
        yield node
        yield from _all(node.children or [])


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
