"""Networks in which nothing is ever connected to, whoever names an address of theirs; pure.

Whoever may write a record, and whoever answers for a name that a record leads to, could else have
the scanning host knock at doors that only it can reach: its own, its neighbours', its cloud's.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network

from zones.naming.order import numeric
from zones.naming.ownership import Network

_THIS_HOST = (
    *("0.0.0.0/8", "::/128"),  # unspecified: RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.2
    *("127.0.0.0/8", "::1/128"),  # loopback: the same, and RFC 4291 section 2.5.3
)
_THIS_LINK = (
    *("169.254.0.0/16", "fe80::/10"),  # RFC 3927, RFC 4291 section 2.5.6
    *("224.0.0.0/4", "ff00::/8"),  # multicast: RFC 5771, RFC 4291 section 2.7
    "255.255.255.255/32",  # limited broadcast: RFC 919 section 7
)
# What clouds tell their machines, keys included, where that is not link-local.
_METADATA = (
    "100.100.100.200/32",  # Alibaba Cloud: ECS instance metadata
    "168.63.129.16/32",  # Azure: WireServer, "What is IP address 168.63.129.16?"
    "192.0.0.192/32",  # Oracle Cloud Classic
    "fd00:42::42/128",  # Scaleway
    "fd00:c1::a9fe:a9fe/128",  # Oracle Cloud Infrastructure
    "fd00:ec2::/32",  # AWS: ::254 metadata, ::23 EKS Pod Identity, ::253 resolver, ::123 time
    "fd20:ce::254/128",  # Google Compute Engine
)
DEFAULT: tuple[Network, ...] = tuple(map(ip_network, (*_THIS_HOST, *_THIS_LINK, *_METADATA)))
"""What is denied unless the configuration says otherwise."""

_MASK = (1 << 32) - 1
_WRAPPERS = (
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped: RFC 4291 section 2.5.5.2
    (IPv6Network("::/96"), 0),  # IPv4-compatible: section 2.5.5.1
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64's well-known prefix: RFC 6052 section 2.1
    (IPv6Network("2002::/16"), 80),  # 6to4: RFC 3056 section 2
)
"""Networks of which each address stands for an IPv4 one, and how many bits come after that."""
_PREFIXES = tuple(
    (128 - network.prefixlen, int(network.network_address) >> 128 - network.prefixlen, rest)
    for network, rest in _WRAPPERS
)


class DeniedError(PermissionError):
    """Something was about to connect to an address in a denied network."""


@dataclass(frozen=True, slots=True)
class Denial:
    """What is denied; an IPv6 address that stands for an IPv4 one counts as that one, too."""

    networks: tuple[Network, ...] = ()
    """None: nothing is denied."""
    _spans: Mapping[int, "_Spans"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the networks by their version of IP: there may be very many addresses to look up."""
        mapped = (found for found in map(_mapped, self.networks) if found)
        networks = (*self.networks, *mapped)
        spans = {
            version: _Spans([each for each in networks if each.version == version])
            for version in (4, 6)
        }
        object.__setattr__(self, "_spans", spans)

    def network_of(self, address: str) -> str:
        """Return the denied network that the address is in; empty: it may be connected to."""
        if not self.networks:
            return ""
        version, number = numeric(address)
        found = self._spans[version].holding(number)
        wrapped = _wrapped(number) if version == 6 and not found else None
        return found if wrapped is None else self._spans[4].holding(wrapped)

    def require_allowed(self, address: str) -> None:
        """Raise DeniedError for an address in a denied network."""
        network = self.network_of(address)
        if network:
            raise DeniedError(f"{address} is in a denied network ({network}): not connected to")


class _Spans:
    """Networks of one version of IP; two of them are apart, or one is inside the other."""

    def __init__(self, networks: list[Network]) -> None:
        # By where they begin, of these the widest first.
        ordered = sorted(networks, key=lambda each: (int(each.network_address), each.prefixlen))
        self._outermost: list[tuple[int, str]] = []
        """Last address, and the network as text."""
        self._firsts: list[int] = []
        for network in ordered:
            last = int(network.broadcast_address)
            if not self._outermost or last > self._outermost[-1][0]:
                self._firsts.append(int(network.network_address))
                self._outermost.append((last, str(network)))

    def holding(self, number: int) -> str:
        """Return the network that the address is in; empty: none."""
        place = bisect_right(self._firsts, number) - 1
        if place < 0:
            return ""
        last, network = self._outermost[place]
        return network if number <= last else ""


def _mapped(network: Network) -> Network | None:
    """Return the IPv4 network that is meant by one of IPv4-mapped addresses; None for any other."""
    if not isinstance(network, IPv6Network) or not network.subnet_of(_WRAPPERS[0][0]):
        return None
    return IPv4Network((int(network.network_address) & _MASK, network.prefixlen - 96))


def _wrapped(number: int) -> int | None:
    """Return the IPv4 address that an IPv6 one stands for; None: for none."""
    # "::" and "::1" are no IPv4-compatible ones (RFC 4291 section 2.5.5.1).
    found = (number >> rest for bits, prefix, rest in _PREFIXES if number >> bits == prefix)
    wrapped = next(found, None)
    return None if wrapped is None or number <= 1 else wrapped & _MASK
