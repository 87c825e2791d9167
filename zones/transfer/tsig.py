"""Keys that zone transfers are signed with (RFC 8945)."""

import base64
import binascii
import re

import dns.tsig

from zones.name import name_text, parse_name

ALGORITHMS = {
    name_text(each): each
    for each in (
        dns.tsig.HMAC_SHA224,
        dns.tsig.HMAC_SHA256,
        dns.tsig.HMAC_SHA256_128,
        dns.tsig.HMAC_SHA384,
        dns.tsig.HMAC_SHA384_192,
        dns.tsig.HMAC_SHA512,
        dns.tsig.HMAC_SHA512_256,
    )
}
"""RFC 8945 section 6 has two more, of MD5 and SHA-1, and has no new use for them."""
_ALGORITHM = re.compile(r"hmac-[a-z0-9.-]{1,24}", re.IGNORECASE)
SIGNATURE_ERRORS = (
    dns.tsig.BadAlgorithm,
    dns.tsig.BadKey,
    dns.tsig.BadSignature,
    dns.tsig.BadTime,
    dns.tsig.PeerError,
)
"""What dnspython raises for a message whose TSIG record is wrong, or tells an error."""


class Key(dns.tsig.Key):
    """A shared secret and what it is called; the secret is never shown."""

    @property
    def shown(self) -> str:
        """The key's name."""
        return name_text(self.name)

    @property
    def is_cut(self) -> bool:
        """Whether its MACs are truncated (RFC 8945 section 5.2.2.1)."""
        return len(self.algorithm.labels[0].split(b"-")) > 2

    def __repr__(self) -> str:
        return f"<TSIG key {self.shown}, {name_text(self.algorithm)}>"


def make_key(name: str, algorithm: str, secret: str) -> Key:
    """Return the key of that base64 text; raises ValueError, which shows nothing of it."""
    try:
        decoded = base64.b64decode("".join(secret.split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"key {name}: the secret is no base64") from None
    if not decoded:
        raise ValueError(f"key {name}: the secret is empty")
    known = ALGORITHMS.get(algorithm.lower().rstrip("."))
    if known is None:
        # It is shown only if it is one: text that got into the wrong place may be the secret.
        given = f" {algorithm}" if _ALGORITHM.fullmatch(algorithm) else ""
        raise ValueError(f"key {name}: algorithm{given} is none of {', '.join(sorted(ALGORITHMS))}")
    return Key(parse_name(name), decoded, known)
