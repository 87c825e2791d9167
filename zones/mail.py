"""What in DNS makes the clients of a mail exchange check its certificate.

Without any of it, SMTP between servers is encrypted opportunistically, and nobody looks at the name
(RFC 7435, RFC 7672 section 1.3).
"""

from collections.abc import Iterable
from functools import cache

from zones.lookup import Lookup
from zones.rdata import Mx, Tlsa, read_mx, read_tlsa, read_txt
from zones.target import RecordRef

TLSA = "TLSA"
MTA_STS = "MTA-STS"
_DANE_USAGES = frozenset({2, 3})
"""DANE-TA and DANE-EE: of the others SMTP clients make nothing (RFC 7672 section 3.1.3)."""


class Demands:
    """What the transferred zones demand of mail exchanges."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._has_tlsa = cache(self._look_for_tlsa)
        self._has_policy = cache(self._look_for_policy)

    def on(self, refs: Iterable[RecordRef]) -> tuple[str, ...]:
        """Return what is demanded of an exchange that those records name, sorted."""
        of_mail = [ref for ref in refs if ref.rdtype == "MX"]
        return (
            tuple(sorted({demand for ref in of_mail for demand in self._by(ref)}))
            if of_mail
            else ()
        )

    def _by(self, ref: RecordRef) -> Iterable[str]:
        mx = read_mx(ref.rdata)
        if isinstance(mx, Mx) and self._has_tlsa(ref.view, mx.exchange):
            yield TLSA
        if self._has_policy(ref.view, ref.owner):
            yield MTA_STS

    def _look_for_tlsa(self, view: str, exchange: str) -> bool:
        """Look at the exchange, and at what it is an alias of (RFC 7672 section 2.2)."""
        for name in {exchange, self._lookup.follow(view, exchange).name}:
            found = map(read_tlsa, self._lookup.found(view, f"_25._tcp.{name}", "TLSA"))
            if any(isinstance(each, Tlsa) and each.usage in _DANE_USAGES for each in found):
                return True
        return False

    def _look_for_policy(self, view: str, domain: str) -> bool:
        """Tell whether exactly one record says ``v=STSv1`` (RFC 8461 section 3.1)."""
        texts = map(read_txt, self._lookup.found(view, f"_mta-sts.{domain}", "TXT"))
        return sum(text.startswith(b"v=STSv1;") for text in texts) == 1
