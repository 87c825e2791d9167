"""Records of octoDNS, on their way into a ``Collector``: pure."""

from collections.abc import Iterable, Iterator
from itertools import chain

from octodns.record import Record

from zones.reading.collector import Collector
from zones.reading.presentation import is_known, keep_alias_text, keep_cnames, keep_text, note_text


def keep_records(collector: Collector, records: Iterable[Record]) -> None:
    """Give each record to the collector; raises ValueError as ``keep_text``.

    Of what is answered by geography, health or weight all values count: each is answered to
    somebody. A record that octoDNS is told to ignore is in no zone.
    """
    for record in records:
        if not record.ignored:
            _keep(collector, record)


def _keep(collector: Collector, record: Record) -> None:
    match record._type:  # noqa: SLF001 - octoDNS has no other name for it
        case "ALIAS":
            keep_alias_text(collector, record.fqdn, "ALIAS", record.ttl, record.value)
        case "CNAME":
            keep_cnames(collector, record.fqdn, record.ttl, _values(record))
        case rdtype if is_known(rdtype):
            keep_text(collector, record.fqdn, rdtype, record.ttl, _values(record))
        case _:
            note_text(collector, record.fqdn)


def _values(record: Record) -> list[str]:
    """Return each value once."""
    found = chain(record.to_rrset().rdatas, _of_places(record), _of_pools(record))
    return list(dict.fromkeys(map(str, found)))


def _of_places(record: Record) -> Iterator[str]:
    for place in getattr(record, "geo", {}).values():
        yield from place.values


def _of_pools(record: Record) -> Iterator[str]:
    dynamic = getattr(record, "dynamic", None)
    for pool in dynamic.pools.values() if dynamic else ():
        yield from (each["value"] for each in pool.data["values"] if each["status"] != "down")
