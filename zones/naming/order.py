"""In which order names and addresses are listed, and targets looked at."""

import socket
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain

from zones.name import labels
from zones.target import Target


@lru_cache(maxsize=1 << 18)
def ip(address: str) -> IPv4Address | IPv6Address:
    """Return the address that the text stands for; many records share one."""
    return ip_address(address)


def numeric(address: str) -> tuple[int, int]:
    """Return a sort key: IPv4 first, then by number; no address at all comes before."""
    if not address:
        return 0, 0
    # Five times as fast as by way of ipaddress, which counts where there are many targets.
    family, version = (socket.AF_INET6, 6) if ":" in address else (socket.AF_INET, 4)
    return version, int.from_bytes(socket.inet_pton(family, address))


def ip_version(address: object) -> int:
    """Return the address's version of IP; 0 for what is no address."""
    if not isinstance(address, str) or "%" in address:
        return 0
    try:
        return numeric(address)[0]
    except (OSError, ValueError):
        return 0


def hierarchical(fqdn: str) -> str:
    """Return a sort key: by name from the root downwards, so that a zone comes before its names.

    That of a name with NUL behind it begins those of all names below it.
    """
    # As a tuple of labels would be, at a fifth of the memory: no label begins with NUL.
    return "\0".join(reversed(labels(fqdn)))


def by_name(target: Target) -> tuple[str, tuple[int, int], int]:
    """Return a sort key, total over targets: by name, then address, then port."""
    return hierarchical(target.fqdn), numeric(target.address), target.port


def interleaved(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Return the targets dealt out in rounds, as many as the busiest address has targets.

    That address is the first of every round, and no round holds an address twice: neighbours are
    on different addresses wherever there are enough others, and the load is even over the run.
    """
    groups: dict[str, list[Target]] = defaultdict(list)
    for target in sorted(targets, key=by_name):
        groups[target.address].append(target)
    by_size = sorted(groups.values(), key=lambda group: (-len(group), numeric(group[0].address)))
    rounds: list[list[Target]] = [[] for _ in range(max(map(len, by_size), default=0))]
    for index, target in enumerate(chain.from_iterable(by_size)):
        rounds[index % len(rounds)].append(target)
    return tuple(chain.from_iterable(rounds))
