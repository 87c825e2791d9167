"""One machine's part of the targets, where several share a run."""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Self

_SHARD = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Shard:
    """The targets of some addresses: whole addresses, so that limits per address hold."""

    number: int
    """From 1."""
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the shard that is written ``number/count``; raises ValueError for anything else.

        The first of two is ``1/2``.
        """
        match = _SHARD.fullmatch(text)
        if match is None or not 1 <= int(match[1]) <= int(match[2]):
            raise ValueError(f"given {text!r}; allowed: i/N, from 1/N to N/N")
        return cls(int(match[1]), int(match[2]))

    @property
    def speaks_for_the_run(self) -> bool:
        """Whether this shard tests the zones and the inventory: one of them does."""
        return self.number == 1

    def keeps(self, address: str) -> bool:
        """Tell whether targets at that address are this shard's; the same on every machine."""
        return _place(address) % self.count == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


@lru_cache(maxsize=1 << 16)
def _place(address: str) -> int:
    # Not crc32, by which workers share a machine's targets: of 4 shards with 2 workers each, every
    # shard would then have all its targets in one worker's part.
    return int.from_bytes(sha256(address.encode()).digest()[:8])
