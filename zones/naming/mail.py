"""What in DNS makes the clients of a mail exchange check its certificate.

Without any of it, SMTP between servers is encrypted opportunistically, and nobody looks at the name
(RFC 7435, RFC 7672 section 1.3).

Where such a record is an alias of what others keep (RFC 8461 section 8.2 for MTA-STS), whoever made
the alias has spoken, and what it leads to is taken to demand the check.
"""

from collections.abc import Collection, Iterable
from functools import cache

from zones.naming.lookup import Lookup
from zones.reading.rdata import Mx, Tlsa, read_mx, read_tlsa, read_txt
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

    def on(self, refs: Collection[RecordRef]) -> tuple[str, ...]:
        """Return what is demanded of an exchange that those records name, sorted."""
        found = {demand for ref in refs if ref.rdtype == "MX" for demand in self._by(ref)}
        if any(ref.rdtype == "MX" for ref in refs) and any(map(_is_of_use, refs)):
            # In whichever view: who comes by that record comes to this exchange.
            found.add(TLSA)
        return tuple(sorted(found))

    def _by(self, ref: RecordRef) -> Iterable[str]:
        mx = read_mx(ref.rdata)
        if isinstance(mx, Mx) and self._has_tlsa(ref.view, mx.exchange):
            yield TLSA
        if self._has_policy(ref.view, ref.owner):
            yield MTA_STS

    def _look_for_tlsa(self, view: str, exchange: str) -> bool:
        """Tell whether there is a record of use, at the exchange or, if that is an alias, its end.

        RFC 7672 section 2.2.2.
        """
        bases = {exchange, self._lookup.follow(view, exchange).name}
        return any(self._speaks_at(view, f"_25._tcp.{base}") for base in bases)

    def _speaks_at(self, view: str, name: str) -> bool:
        found = self._lookup.found(view, name, "TLSA")
        return self._lookup.is_kept_elsewhere(view, name) or any(map(_speaks, found))

    def _look_for_policy(self, view: str, domain: str) -> bool:
        """Tell whether just one record says ``v=STSv1`` (RFC 8461 section 3.1), or may say it."""
        name = f"_mta-sts.{domain}"
        texts = map(read_txt, self._lookup.found(view, name, "TXT"))
        has_one = sum(text.startswith(b"v=STSv1;") for text in texts) == 1
        return has_one or self._lookup.is_kept_elsewhere(view, name)


def _is_of_use(ref: RecordRef) -> bool:
    return ref.rdtype == "TLSA" and _speaks(ref.rdata)


def _speaks(text: str) -> bool:
    tlsa = read_tlsa(text)
    return isinstance(tlsa, Tlsa) and tlsa.usage in _DANE_USAGES
