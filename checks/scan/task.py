"""What goes into scanner processes and what comes out: primitives, free of SSLyze."""

from dataclasses import dataclass

from checks.evidence import HandshakeFailure, by_fields


@by_fields
@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to shake hands, and with which server name."""

    address: str
    port: int
    server_name: str
    starttls: str = ""
    """The protocol that goes over to TLS, as ``Target.starttls`` has it; empty: TLS at once."""


@by_fields
@dataclass(frozen=True, slots=True)
class RawHandshake:
    """One completed handshake, nothing parsed."""

    question: str
    """What was offered, such as ``TLS 1.2 with RSA``."""
    tls_version: str
    certificates: tuple[bytes, ...]
    """DER, as sent."""
    staple: bytes | None
    """DER of the stapled OCSP response."""


@by_fields
@dataclass(frozen=True, slots=True)
class RawScan:
    """What came of all questions put to an endpoint."""

    handshakes: tuple[RawHandshake, ...]
    failure: HandshakeFailure | None = None
    """Why there is no handshake, or why perhaps not every certificate was seen."""


@by_fields
@dataclass(frozen=True, slots=True)
class ChainTask:
    """A chain as sent, to be made into evidence; the same for every name and address."""

    certificates: tuple[bytes, ...]
    is_verified: bool = True
    """False: it is only read, since verifying it takes for ever."""


@dataclass(frozen=True, slots=True)
class StapleTask:
    """A stapled OCSP response and the chain that it came with."""

    certificates: tuple[bytes, ...]
    staple: bytes
