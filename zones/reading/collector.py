"""What of a zone transfer is kept: addresses, aliases, delegations, services; which names exist."""

from typing import Any

import dns.name
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.transaction

from zones.name import name_text
from zones.reading.rdata import SERVICE_TYPES, malformed_text, rdata_text
from zones.zone import Record

STRICT = frozenset(map(dns.rdatatype.from_text, ("A", "AAAA", "CNAME", "DNAME", "NS")))
"""Types without which, whole as they are, a zone would not be what it is."""
_SERVICES = frozenset(map(dns.rdatatype.from_text, SERVICE_TYPES))
_KEPT = STRICT | _SERVICES
_MTA_STS = "_mta-sts."
# An NSEC3 owner is a hash and no name (RFC 5155 section 7.2.8); an RRSIG never stands alone.
_NO_NAMES = frozenset({dns.rdatatype.NSEC3, dns.rdatatype.RRSIG})


class Collector(dns.transaction.TransactionManager):
    """What dnspython's state machine fills instead of a dns.zone.Zone: text, and no more of it."""

    def __init__(self, origin: dns.name.Name) -> None:
        self.origin = origin
        self.count = 0
        """Records of all types, as far as they have come."""
        self.characters = 0
        """Of the names and data that are kept, written out: compression makes little of much."""
        self.serial = 0
        """Of the SOA record, once that has come."""
        self._ttls: dict[tuple[str, str, str], int] = {}
        self._others: set[str] = set()

    def origin_information(self) -> tuple[dns.name.Name, bool, dns.name.Name]:
        """See ``TransactionManager.origin_information``: names stay absolute."""
        return self.origin, False, self.origin

    def get_class(self) -> dns.rdataclass.RdataClass:
        """See ``TransactionManager.get_class``."""
        return dns.rdataclass.IN

    def writer(self, replacement: bool = False) -> dns.transaction.Transaction:  # noqa: FBT001, FBT002 - dnspython's signature
        """See ``TransactionManager.writer``."""
        return _Writer(self, replacement)

    def keep(self, name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> None:
        """Take in one record of the transfer."""
        owner = name_text(name)
        for rdata in rdataset:
            if rdata.rdtype == dns.rdatatype.SOA:
                self.serial = rdata.serial
            if rdata.rdtype in _KEPT or _is_policy(owner, rdata.rdtype):
                self._keep(owner, rdata.rdtype.name, rdata_text(rdata), rdataset.ttl)
            elif rdata.rdtype not in _NO_NAMES:
                self._know(owner)

    def keep_alias(self, name: dns.name.Name, rdtype: str, target: dns.name.Name, ttl: int) -> None:
        """Take in one record of a type of ``ALIASES``, which dnspython has no rdata for."""
        self._keep(name_text(name), rdtype, name_text(target), ttl)

    def note(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, ttl: int, octets: bytes
    ) -> None:
        """Take in that a record exists whose rdata is those octets, which cannot be read."""
        owner = name_text(name)
        if rdtype in _SERVICES:
            self._keep(owner, rdtype.name, malformed_text(octets), ttl)
        elif rdtype not in _NO_NAMES:
            self._know(owner)

    def records(self) -> tuple[Record, ...]:
        """Return the records of the kept types, sorted, each once."""
        return tuple(Record(*key, ttl=ttl) for key, ttl in sorted(self._ttls.items()))

    def other_owners(self) -> tuple[str, ...]:
        """Return the owner names that have records of other types only, sorted."""
        return tuple(sorted(self._others.difference(owner for owner, _, _ in self._ttls)))

    def _keep(self, owner: str, rdtype: str, rdata: str, ttl: int) -> None:
        self.characters += len(owner) + len(rdata)
        self._ttls.setdefault((owner, rdtype, rdata), ttl)

    def _know(self, owner: str) -> None:
        self.characters += len(owner)
        self._others.add(owner)


class _Writer(dns.transaction.Transaction):
    """The one transaction of a transfer; nothing reads it before it is over."""

    manager: Collector

    def add(self, *args: Any) -> None:  # noqa: ANN401 - dnspython's signature
        """Take in the name and the record that dnspython's state machine hands over.

        In place of ``Transaction.add``, which copies and hashes each record once more.
        """
        name, rdataset = args
        if rdataset.rdclass != self.manager.get_class():
            raise ValueError("a record of another class")
        if rdataset.rdtype == dns.rdatatype.SOA:
            raise ValueError("an SOA record below the apex")
        self.manager.keep(name, rdataset)

    def _get_rdataset(self, name: object, rdtype: object, covers: object) -> None:
        """Say that nothing is there yet: every record comes by itself."""

    def _put_rdataset(self, name: dns.name.Name, rdataset: dns.rdataset.Rdataset) -> None:
        self.manager.keep(name, rdataset)

    def _end_transaction(self, commit: object) -> None:
        """Do nothing: a transfer that failed raises, and its collector is dropped."""


def _is_policy(owner: str, rdtype: dns.rdatatype.RdataType) -> bool:
    """Tell whether the record may say that mail is subject to MTA-STS (RFC 8461 section 3.1)."""
    return rdtype == dns.rdatatype.TXT and owner.startswith(_MTA_STS)
