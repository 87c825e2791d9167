"""Changes to DER (X.690 section 8) that leave its lengths right."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random

from demo.der import Node, forest, tree

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
