"""Where a DNS server listens, as configuration writes it and reports show it."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

DNS_PORT = 53

_BRACKETED = re.compile(r"\[(?P<host>[^\]]+)\](?::(?P<port>[0-9]{1,5}))?")
_PLAIN = re.compile(r"(?P<host>[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
# The last label is not all digits: 10.0.0.256 is a mistyped address, not a name (RFC 1123
# section 2.1).
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)*(?![0-9]+\.?\Z){_LABEL}\.?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An IP address or a host name, and a port."""

    host: str
    port: int = DNS_PORT

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address, so that nothing has to be looked up."""
        return _is_address(self.host)


def parse_endpoint(value: object, default_port: int = DNS_PORT) -> Endpoint:
    """Return the endpoint written as ``10.0.0.2``, ``::1``, ``[::1]:5353`` or ``ns1.company.com``.

    Each with or without a port; a bare IPv6 address can have none. Raises ValueError for anything
    else.
    """
    if isinstance(value, Endpoint):
        return value
    if not isinstance(value, str):
        raise ValueError(_complaint(value))  # noqa: TRY004 - pydantic reports ValueErrors only
    if _is_address(value):
        return Endpoint(value, default_port)
    match = _BRACKETED.fullmatch(value) or _PLAIN.fullmatch(value)
    if match is None or not _is_host(match["host"], bracketed=value.startswith("[")):
        raise ValueError(_complaint(value))
    return Endpoint(match["host"], _port(match["port"], value, default_port))


def parse_address_endpoint(value: object) -> Endpoint:
    """Return an endpoint whose host is an IP address; raises ValueError for a host name."""
    endpoint = parse_endpoint(value)
    if not endpoint.is_address:
        raise ValueError(f"{value!r} is no IP address; write one, such as 10.0.0.2 or [::1]:5353")
    return endpoint


def _complaint(value: object) -> str:
    return (
        f"{value!r} is neither an IP address nor a host name; "
        "write 10.0.0.2, 10.0.0.2:5353, [::1]:5353 or ns1.company.com"
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_host(host: str, *, bracketed: bool) -> bool:
    if bracketed:
        return ":" in host and _is_address(host)
    return _is_address(host) or _HOST_NAME.fullmatch(host) is not None


def _port(digits: str | None, value: str, default_port: int) -> int:
    port = default_port if digits is None else int(digits)
    if not 1 <= port <= 65535:
        raise ValueError(f"{value!r} has no valid port; ports go from 1 to 65535")
    return port
