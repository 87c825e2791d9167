from collections import Counter

import pytest

from distribution import part_of
from zones.shard import Shard

ADDRESSES = [f"192.0.2.{number}" for number in range(256)] + ["2001:db8::1", "2001:db8::2"]


@pytest.mark.parametrize("count", [1, 2, 4, 7])
def test_every_address_is_kept_by_exactly_one_shard(count: int) -> None:
    shards = [Shard(number, count) for number in range(1, count + 1)]

    assert all(sum(shard.keeps(at) for shard in shards) == 1 for at in ADDRESSES)


def test_shards_are_of_like_size() -> None:
    shards = [Shard(number, 4) for number in range(1, 5)]
    sizes = [sum(map(shard.keeps, ADDRESSES)) for shard in shards]

    assert all(40 < size < 90 for size in sizes)


def test_addresses_of_a_shard_are_the_same_on_every_machine() -> None:
    """Python's own hash of a text differs from process to process."""
    kept = [at for at in ADDRESSES[:8] if Shard(1, 2).keeps(at)]

    assert kept == ["192.0.2.2", "192.0.2.4", "192.0.2.5", "192.0.2.6"]


def test_workers_share_what_a_shard_keeps() -> None:
    """By the same hash, the targets of one shard of four would all be one worker's of two."""
    kept = [at for at in ADDRESSES if Shard(2, 4).keeps(at)]

    assert min(Counter(part_of(at, 2) for at in kept).values()) > len(kept) // 4


@pytest.mark.parametrize("text", ["1/1", "2/4", "50/50"])
def test_shard_is_written_as_it_is_read(text: str) -> None:
    assert str(Shard.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "1", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "1.0/4", " 1/4", "a/b", "1/9999999"]
)
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="allowed: i/N, from 1/N to N/N"):
        Shard.parse(text)


def test_first_shard_speaks_for_the_run() -> None:
    assert [Shard(number, 3).speaks_for_the_run for number in (1, 2, 3)] == [True, False, False]
