"""The zones of dns-cert-checker's ``fetch_zone_transfers.py``, as it writes them.

One JSON object: by zone a list of records, such as
``{"type": "A", "name": "www", "ttl": 60, "target": "192.0.2.1"}``. Names, and the targets of CNAME
records, are relative to the zone, ``@``, or absolute with the dot. The file tells no serial, server
or view.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype

from zones.cut import cut
from zones.name import name_text
from zones.reading.collector import Collector
from zones.reading.rdata import TEXT_ERRORS
from zones.zone import Zone

_SHOWN = 100


class AncestorError(Exception):
    """What is wrong with the file, with the place inside it."""


def is_ancestors(document: dict[str, Any]) -> bool:
    """Tell whether the document is dns-cert-checker's: lists by zone, and nothing else."""
    return bool(document) and all(isinstance(value, list) for value in document.values())


def read_ancestors(document: dict[str, Any], server: str, written_at: datetime) -> Iterator[Zone]:
    """Yield each zone, of no view and no serial; raises AncestorError.

    ``server`` is what reports show in a server's place; ``written_at`` (aware) is the file's time.
    """
    seen: set[str] = set()
    for given, rows in document.items():
        collector = Collector(_name(given, dns.name.root, f"zone {cut(given, _SHOWN)!r}"))
        origin = name_text(collector.origin)
        if not given or origin in seen:
            raise AncestorError(f"zone {given!r}: is there twice, or has no name")
        seen.add(origin)
        for at, row in enumerate(rows):
            _keep(collector, row, f"{given}[{at}]")
        yield Zone(
            origin=origin,
            serial=0,
            records=collector.records(),
            view="",
            server=server,
            transferred_at=written_at,
            other_owners=collector.other_owners(),
        )


def _keep(collector: Collector, row: object, place: str) -> None:
    match row:
        case {"type": str(rdtype), "name": str(name), "ttl": int(ttl), "target": str(target)} if (
            0 <= ttl < 2**31
        ):
            owner = _name(name, collector.origin, place)
            rdataset = _rdataset(rdtype, target, ttl, collector.origin, place)
        case _:
            raise AncestorError(f"{place}: is no record: {cut(str(row), _SHOWN)}")
    if not owner.is_subdomain(collector.origin):
        raise AncestorError(f"{place}: {cut(name, _SHOWN)!r} lies outside of the zone")
    collector.keep(owner, rdataset)


def _name(text: str, origin: dns.name.Name, place: str) -> dns.name.Name:
    try:
        return dns.name.from_text(text, origin)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise AncestorError(f"{place}: {cut(text, _SHOWN)!r} is no domain name: {error}") from error


def _rdataset(
    rdtype: str, text: str, ttl: int, origin: dns.name.Name, place: str
) -> dns.rdataset.Rdataset:
    try:
        rdata = dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, origin, relativize=False)
        return dns.rdataset.from_rdata(ttl, rdata)
    except TEXT_ERRORS as error:
        what = f"{place}: {cut(text, _SHOWN)!r} is no rdata of type {cut(rdtype, _SHOWN)}: {error}"
        raise AncestorError(what) from error
