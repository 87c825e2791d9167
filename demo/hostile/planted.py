"""What is planted in the hostile world: its zone, and what a run must say of each target."""

from demo.planted import Planted

ORIGIN = "hostile.test"
CLOSED = "127.0.0.31"
"""The address on which nothing listens."""
GOOD = "127.0.0.32"
"""The address of targets that are none of anybody's business: their verdicts must not change."""
CERTIFICATES = "127.0.0.33"
"""The address of all odd certificates that OpenSSL serves, told apart by name."""
_FIRST_OF_ITS_OWN = 34

DEADLINE = 5
"""Seconds for the handshakes of a target."""
_BYSTANDERS = tuple(f"good{number}" for number in range(10))


def _passing() -> Planted:
    return Planted("ok")


def _failing(finding: str, says: str) -> Planted:
    return Planted("error", (finding,), says)


_REFUSED_AS_LONG = "more certificates than clients take"

ENDPOINTS: dict[str, Planted] = {
    "silent": _failing("tls-failed", "says nothing until the deadline"),
    "drips": _failing("tls-failed", "answers so slowly that the handshake misses the deadline"),
    "garbage": _failing("not-tls", "speaks something that is not TLS"),
    "resets": _failing("tls-failed", "resets the connection in the middle of the handshake"),
    "resets-midway": _failing("tls-failed", "begins the handshake and then resets the connection"),
    "closes-midway": _failing("tls-failed", "begins the handshake and then closes the connection"),
    "http": _failing("not-tls", "speaks HTTP"),
    "ssh": _failing("not-tls", "speaks SSH"),
    "2000-certificates": _failing("tls-failed", _REFUSED_AS_LONG),
    "16-megabytes": _failing("tls-failed", _REFUSED_AS_LONG),
    "client-certificate": _passing(),
    "ssl3-only": _passing(),
    "tls1.0-only": _passing(),
    "tls1.1-only": _passing(),
    "anonymous-only": _failing("tls-failed", "no certificate (anonymous cipher suite)"),
    "needs-sni": _passing(),
    "renegotiates": _failing("tls-failed", "talks without end and completes no handshake"),
    "warns": _failing("tls-failed", "too many warn alerts"),
    "empty-records": _failing("tls-failed", "record too small"),
    "fragments": _passing(),
    "tickets": _passing(),
    "talks-on": _passing(),
    "by-version": _failing("issuer-not-sent", "unable to get local issuer certificate"),
    "every-other": _passing(),
    "rate-limit": _passing(),
}
"""Servers, by label."""

ODD: dict[str, Planted] = {
    "negative-serial": _failing("shape", "serial number cannot be negative"),
    "serial-of-40-octets": _failing("shape", "serial between 1 and 20 octets"),
    "until-9999": Planted("warning", ("issuer-expiring",), "9999-12-31"),
    "after-9999": _failing("certificate-unreadable", "Validity"),
    "since-1900": _passing(),
    "subject-of-64k": _passing(),
    "nul-in-subject": _passing(),
    "no-subject": _passing(),
    "5000-names": _passing(),
    "critical-extension": _failing("path-invalid", "critical extension that verifiers do not know"),
    "rsa-512": _failing("weak-key", "RSA 512 is too weak"),
    "rsa-16377": _passing(),
    "exponent-1": _failing("certificate-unreadable", "cannot have the exponent 1"),
    "md5": _failing("weak-signature", "signed with MD5"),
    "sha1": _failing("weak-signature", "signed with SHA-1"),
    "ed25519": _passing(),
    "ed448": _passing(),
    "loop": _failing("path-invalid", "its issuers lead back to it, and to no root"),
    "100-deep": _failing("path-invalid", "more than 16 issuers"),
    "200-candidates": _failing("path-invalid", "path building was ended"),
}
"""Certificates that OpenSSL serves, by label."""

UNSERVED: dict[str, Planted] = {
    "no-utf8-in-subject": _failing("certificate-unreadable", "its encoding is not valid DER"),
    "malformed": _failing("certificate-unreadable", "its encoding is not valid DER"),
    "unknown-curve": _failing("certificate-unreadable", "a kind that OpenSSL does not know"),
    "ml-dsa": _failing("certificate-unreadable", "a kind that OpenSSL does not know"),
}
"""Certificates that are put into a handshake by hand, by label."""

ADDRESSES = {
    label: f"127.0.0.{number}"
    for number, label in enumerate((*ENDPOINTS, *UNSERVED), _FIRST_OF_ITS_OWN)
}
"""Of what has an address to itself, by label."""

_NAMES = r"""
\<script\>alert\(1\)  A {good}
\=cmd\|\'calc\'       A {good}
esc\027\[2J           A {good}
new\010line           A {good}
\"quoted\"            A {good}
nul\000               A {good}
back\\slash           A {good}
\226\128\174gnp       A {good}
loop-a                CNAME loop-b
loop-b                CNAME loop-a
self                  CNAME self
_sip._tcp             SRV 0 0 0 good0
"""
"""Names and records that are none of a host; what may be one is served as the bystanders are."""
_LONG = ".".join(("l" * 63, "l" * 63, "l" * 63, "l" * 48))
"""With the origin, a name of 255 octets; no wildcard covers it."""

PLANTED: dict[tuple[str, str], Planted] = (
    {(f"{label}.{ORIGIN}", GOOD): Planted("ok") for label in _BYSTANDERS}
    | {(f"{label}.{ORIGIN}", CERTIFICATES): told for label, told in ODD.items()}
    | {(f"{label}.{ORIGIN}", ADDRESSES[label]): told for label, told in ENDPOINTS.items()}
    | {(f"{label}.{ORIGIN}", ADDRESSES[label]): told for label, told in UNSERVED.items()}
    | {
        (f"closed.{ORIGIN}", CLOSED): Planted("unreachable"),
        (f"{_LONG}.{ORIGIN}", GOOD): _failing("hostname-mismatch", "does not match hostname"),
    }
)
"""By fqdn and address."""


def zone_text() -> str:
    """Return the zone as a primary file (RFC 1035 section 5)."""
    addresses = "".join(f"{fqdn}. A {address}\n" for fqdn, address in PLANTED)
    return _HEAD + addresses + _NAMES.format(good=GOOD)


_HEAD = """
$TTL 300
@ SOA ns.example. hostmaster.example. 2024010101 3600 900 604800 300
@ NS  ns.example.
"""
