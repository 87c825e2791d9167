"""Which services speak TLS, and how it is begun: by port, by SRV label; what owner names say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

StartTls = Literal["smtp", "imap", "pop3", "ftp", "ldap", "xmpp", "xmpp_server", "rdp", "postgres"]
"""The protocols in which TLS can be begun midway."""
IMPLICIT = ""
"""TLS from the first byte (RFC 8314 section 3 calls it implicit TLS)."""

STARTTLS_BY_PORT: Mapping[int, str] = MappingProxyType(
    {
        21: "ftp",  # RFC 4217
        25: "smtp",  # RFC 3207
        110: "pop3",  # RFC 2595
        143: "imap",  # RFC 9051 section 6.2.1
        389: "ldap",  # RFC 4511 section 4.14
        587: "smtp",  # RFC 6409
        3268: "ldap",  # the global catalogue of Active Directory
        3389: "rdp",
        5222: "xmpp",  # RFC 6120 section 5
        5269: "xmpp_server",
        5432: "postgres",
    }
)
"""Of the well-known ports; on every other TLS is expected from the first byte."""

SRV_SERVICES: Mapping[str, str] = MappingProxyType(
    {
        # RFC 6186 and RFC 8314 section 5.1: mail clients.
        **dict.fromkeys(("_submissions", "_smtps", "_imaps", "_pop3s"), IMPLICIT),
        **dict.fromkeys(("_submission", "_smtp"), "smtp"),
        "_imap": "imap",
        "_pop3": "pop3",
        # RFC 4511 section 4.14; _ldaps by practice.
        **dict.fromkeys(("_ldap", "_gc"), "ldap"),
        "_ldaps": IMPLICIT,
        # RFC 6120 section 3.2.1; the "s" ones are XEP-0368's.
        "_xmpp-client": "xmpp",
        "_xmpp-server": "xmpp_server",
        **dict.fromkeys(("_xmpps-client", "_xmpps-server"), IMPLICIT),
        # RFC 3263 section 4.1; the federation of Skype for Business.
        **dict.fromkeys(("_sips", "_sipfederationtls"), IMPLICIT),
        # HTTPS by other names: RFC 6764 section 3, RFC 8620 section 2.2, Exchange.
        **dict.fromkeys(("_https", "_caldavs", "_carddavs", "_jmap", "_autodiscover"), IMPLICIT),
        # RFC 5928 section 3, RFC 7858 section 3.1, and IANA's service names.
        **dict.fromkeys(("_turns", "_stuns", "_domain-s"), IMPLICIT),
        **dict.fromkeys(("_ftps", "_nntps", "_amqps", "_secure-mqtt"), IMPLICIT),
        "_matrix-fed": IMPLICIT,
        "_ftp": "ftp",
        **dict.fromkeys(("_postgresql", "_postgres"), "postgres"),
    }
)
"""How TLS is begun with the service of an SRV label over TCP."""

PLAIN_SERVICES = frozenset(
    {
        *("_http", "_caldav", "_carddav", "_xmpp-bosh", "_sip", "_stun", "_turn", "_mqtt", "_amqp"),
        *("_kerberos", "_kerberos-master", "_kerberos-adm", "_kpasswd", "_ssh", "_sftp-ssh"),
        *("_domain", "_ntp", "_smb", "_nfs", "_vlmcs", "_minecraft", "_ts3"),
    }
)
"""SRV labels of services that have no TLS of their own."""

_SIP_TLS = ("_sip", "_tls")
"""What phones ask for beside ``_sips._tcp``: the transport is TLS over TCP."""
_SERVICE_OWNER = re.compile(r"(_[^.\\]+)\.(_[^.\\]+)\.(.+)")
_PORT_OWNER = re.compile(r"_([0-9]{1,5})\.(_[^.\\]+)\.(.+)")


@dataclass(frozen=True, slots=True)
class ServiceName:
    """The owner of an SRV record (RFC 2782)."""

    service: str
    """With its underscore."""
    transport: str
    """Likewise."""
    domain: str

    @property
    def is_over_tcp(self) -> bool:
        """Whether the service is had over TCP."""
        return self.transport == "_tcp" or (self.service, self.transport) == _SIP_TLS

    @property
    def starttls(self) -> str | None:
        """How TLS is begun; None: the label is not known, or its STARTTLS is not spoken."""
        if (self.service, self.transport) == _SIP_TLS:
            return IMPLICIT
        return SRV_SERVICES.get(self.service)

    def __str__(self) -> str:
        return f"{self.service}.{self.transport}"


@dataclass(frozen=True, slots=True)
class PortName:
    """The owner of a TLSA record (RFC 6698 section 3).

    Or of an HTTPS or SVCB record by Port Prefix Naming (RFC 9460 section 2.3).
    """

    port: int
    label: str
    """With its underscore: ``_tcp``, ``_https``."""
    name: str


def service_name(owner: str) -> ServiceName | None:
    """Return what the owner of an SRV record says; None where it is not in that form."""
    found = _SERVICE_OWNER.fullmatch(owner)
    return ServiceName(*found.groups()) if found else None


def port_name(owner: str) -> PortName | None:
    """Return what an owner that begins with a port says; None where it is not in that form."""
    found = _PORT_OWNER.fullmatch(owner)
    return PortName(int(found[1]), found[2], found[3]) if found else None


def is_port(number: int) -> bool:
    """Tell whether something can listen on that port."""
    return 1 <= number <= 65535
