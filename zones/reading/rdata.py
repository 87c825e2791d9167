"""Record data as text, in the form that ``zones.zone.Record`` states, and read back.

Text is what crosses files and processes; dnspython's objects stay on this side of it. Rdata that is
not as its type demands is kept in the form for unknown types (RFC 3597 section 5), so that a
malformed record is still accounted for.
"""

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Literal, TypeVar, get_args

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rdtypes.svcbbase import ParamKey, key_to_text

from zones.name import name_text

ADDRESS_TYPES = frozenset({"A", "AAAA"})
ServiceType = Literal["MX", "SRV", "SVCB", "HTTPS", "TLSA"]
SERVICE_TYPES: frozenset[str] = frozenset(get_args(ServiceType))
"""The types that name services; one that is malformed hides no zone."""

TEXT_ERRORS = (dns.exception.DNSException, ValueError, OverflowError, struct.error)
"""What dnspython raises for text that is no rdata, the last two at numbers of LOC records."""

_Read = TypeVar("_Read")

_GENERIC = re.compile(r"\\# ([0-9]+)(?: ((?:[0-9a-f]{2})+))?")


@dataclass(frozen=True, slots=True)
class Mx:
    """A mail exchange (RFC 1035 section 3.3.9)."""

    preference: int
    exchange: str
    """Empty: there is none (RFC 7505)."""


@dataclass(frozen=True, slots=True)
class Srv:
    """Where a service is (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str
    """Empty: the service is not offered."""


@dataclass(frozen=True, slots=True)
class Svcb:
    """A service binding, of type SVCB or HTTPS (RFC 9460)."""

    priority: int
    """0: AliasMode."""
    target: str
    """Empty: the owner itself, and in AliasMode that there is no service."""
    alpn: tuple[str, ...] = ()
    """Protocols beside the default ones of the scheme."""
    no_default_alpn: bool = False
    port: int | None = None
    hints: tuple[str, ...] = ()
    """Addresses of ipv4hint and ipv6hint."""
    mandatory: tuple[str, ...] = ()
    """Keys without which a client must not use the record."""

    @property
    def is_alias(self) -> bool:
        """Whether the record is in AliasMode (section 2.4.2)."""
        return self.priority == 0


@dataclass(frozen=True, slots=True)
class Tlsa:
    """A certificate association (RFC 6698 section 2.1)."""

    usage: int
    selector: int
    matching_type: int
    data: str
    """Lower-case hex."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Rdata that is not as its type demands."""


def rdata_text(rdata: dns.rdata.Rdata) -> str:
    """Return the text of rdata of any type that is kept."""
    to_text = _TEXTS.get(rdata.rdtype.name)
    return to_text(rdata) if to_text else rdata.to_text()


def malformed_text(octets: bytes) -> str:
    r"""Return the text of rdata that cannot be read: ``\# 3 010203``."""
    return rf"\# {len(octets)} {octets.hex()}".rstrip()


def is_rdata_text(rdtype: str, text: str) -> bool:
    """Tell whether that is what a source would yield of a service's record, or of a TXT record."""
    if rdtype not in {*SERVICE_TYPES, "TXT"}:
        return False
    generic = _GENERIC.fullmatch(text)
    if generic and rdtype in SERVICE_TYPES:
        return int(generic[1]) * 2 == len(generic[2] or "")
    try:
        return rdata_text(_parsed(rdtype, text)) == text
    except TEXT_ERRORS:
        return False


def _reader(read: Callable[[str], _Read]) -> Callable[[str], _Read | Malformed]:
    """Return the reader that is never surprised; many records have the same text."""

    @lru_cache(maxsize=1 << 14)
    @wraps(read)
    def read_or_not(text: str) -> _Read | Malformed:
        try:
            return Malformed() if text.startswith("\\") else read(text)
        except TEXT_ERRORS:
            return Malformed()

    return read_or_not


@_reader
def read_mx(text: str) -> Mx:
    """Return what the text of an MX record says."""
    preference, exchange = text.split(" ")
    return Mx(int(preference), _name(exchange))


@_reader
def read_srv(text: str) -> Srv:
    """Return what the text of an SRV record says."""
    priority, weight, port, target = text.split(" ")
    return Srv(int(priority), int(weight), int(port), _name(target))


@_reader
def read_svcb(text: str) -> Svcb:
    """Return what the text of an SVCB or HTTPS record says."""
    rdata: Any = _parsed("SVCB", text)
    params = rdata.params
    alpn, port, mandatory = (
        params.get(key) for key in (ParamKey.ALPN, ParamKey.PORT, ParamKey.MANDATORY)
    )
    hints = (params.get(key) for key in (ParamKey.IPV4HINT, ParamKey.IPV6HINT))
    return Svcb(
        priority=rdata.priority,
        target=name_text(rdata.target),
        alpn=tuple(each.decode("latin-1") for each in alpn.ids) if alpn else (),
        no_default_alpn=ParamKey.NO_DEFAULT_ALPN in params,
        port=port.port if port else None,
        hints=tuple(address for each in hints if each for address in each.addresses),
        mandatory=tuple(map(key_to_text, mandatory.keys)) if mandatory else (),
    )


@_reader
def read_tlsa(text: str) -> Tlsa:
    """Return what the text of a TLSA record says."""
    usage, selector, matching_type, data = text.split(" ")
    return Tlsa(int(usage), int(selector), int(matching_type), data)


def read_txt(text: str) -> bytes:
    """Return the strings of a TXT record as one."""
    rdata: Any = _parsed("TXT", text)
    return b"".join(rdata.strings)


def _parsed(rdtype: str, text: str) -> dns.rdata.Rdata:
    # Our names have no trailing dot: taken as relative to the root they are what they were.
    root = dns.name.root
    return dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, root, relativize=False)


def _name(text: str) -> str:
    return "" if text == "." else text


def _target_text(rdata: Any) -> str:  # noqa: ANN401 - CNAME, DNAME or NS
    return name_text(rdata.target)


def _mx_text(rdata: Any) -> str:  # noqa: ANN401 - dnspython's class of that type, as below
    return f"{rdata.preference} {name_text(rdata.exchange) or '.'}"


def _srv_text(rdata: Any) -> str:  # noqa: ANN401
    target = name_text(rdata.target) or "."
    return f"{rdata.priority} {rdata.weight} {rdata.port} {target}"


def _svcb_text(rdata: Any) -> str:  # noqa: ANN401
    priority, _, *params = rdata.to_text().split(" ", 2)
    return " ".join((priority, name_text(rdata.target) or ".", *params))


def _tlsa_text(rdata: Any) -> str:  # noqa: ANN401
    if not rdata.cert:
        return malformed_text(rdata.to_wire())
    return f"{rdata.usage} {rdata.selector} {rdata.mtype} {rdata.cert.hex()}"


_TEXTS: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(("CNAME", "DNAME", "NS"), _target_text),
    "MX": _mx_text,
    "SRV": _srv_text,
    "SVCB": _svcb_text,
    "HTTPS": _svcb_text,
    "TLSA": _tlsa_text,
}
