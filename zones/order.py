"""In which order targets are looked at."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain

from zones.target import Target


@lru_cache(maxsize=1 << 18)
def ip(address: str) -> IPv4Address | IPv6Address:
    """Return the address that the text stands for; many records share one."""
    return ip_address(address)


def numeric(address: str) -> tuple[int, int]:
    """Return a sort key: IPv4 first, then by number."""
    return ip(address).version, int(ip(address))


def interleaved(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Return the targets dealt out in rounds, as many as the busiest address has targets.

    That address is the first of every round, and no round holds an address twice: neighbours are
    on different addresses wherever there are enough others, and the load is even over the run.
    """
    groups: dict[str, list[Target]] = defaultdict(list)
    for target in sorted(targets, key=lambda target: target.sort_key):
        groups[target.address].append(target)
    by_size = sorted(groups.values(), key=lambda group: (-len(group), numeric(group[0].address)))
    rounds: list[list[Target]] = [[] for _ in range(max(map(len, by_size), default=0))]
    for index, target in enumerate(chain.from_iterable(by_size)):
        rounds[index % len(rounds)].append(target)
    return tuple(chain.from_iterable(rounds))
