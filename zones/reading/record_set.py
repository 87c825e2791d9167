"""Record sets of Route 53 made into records: pure.

Sets of one name and type (weighted, geographic, failover) are taken together: each is answered to
somebody. An alias to an address has a type of its own; that of any other type is a copy of another
set of the same hosted zone, and is looked up there.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from zones.reading.collector import Collector
from zones.reading.presentation import keep_alias_text, keep_cnames, keep_text, note_text

RecordSet = Mapping[str, Any]
"""As boto3 has it."""
_Key = tuple[str, str]
"""Name and type."""
_ALIASES = {"A": "ALIAS-A", "AAAA": "ALIAS-AAAA", "CNAME": "ALIAS"}
_ALIAS_TTL = 60
"""Seconds; what AWS answers with for its own resources."""
_MAX_LINKS = 4
_ESCAPE = re.compile(r"\\(?:([0-3][0-7]{2})|(.))", re.DOTALL)


def decimal_escapes(text: str) -> str:
    r"""Return the text with escapes as RFC 1035 section 5.1 has them: Route 53's are octal.

    It writes ``\052`` for an asterisk, which as a decimal number would be the digit 4.
    """
    return _ESCAPE.sub(lambda found: f"\\{int(found[1], 8):03}" if found[1] else found[0], text)


def keep_record_sets(collector: Collector, sets: Iterable[RecordSet]) -> None:
    """Give the records of one hosted zone to the collector; raises ValueError as ``keep_text``."""
    by_key: dict[_Key, list[RecordSet]] = defaultdict(list)
    for each in sets:
        by_key[each["Name"], each["Type"]].append(each)
    for (owner, rdtype), found in by_key.items():
        name = decimal_escapes(owner)
        contents = list(_contents(by_key, (owner, rdtype)))
        if rdtype == "CNAME" and contents:
            targets = dict.fromkeys(target for _, values in contents for target in values)
            keep_cnames(collector, name, contents[0][0], targets)
        else:
            for ttl, values in contents:
                keep_text(collector, name, rdtype, ttl, values)
        if rdtype in _ALIASES:
            _keep_aliases(collector, name, rdtype, found)
        elif not contents:
            # An alias of a resource of AWS, such as of type HTTPS: what it answers is not told.
            note_text(collector, name)


def _contents(
    by_key: Mapping[_Key, list[RecordSet]], key: _Key, links: int = _MAX_LINKS
) -> Iterator[tuple[int, list[str]]]:
    """Yield TTL and values of each set of that key, and of those that it is a copy of."""
    for each in by_key.get(key, ()):
        if "AliasTarget" not in each:
            yield each["TTL"], [decimal_escapes(one["Value"]) for one in each["ResourceRecords"]]
        elif links and key[1] not in _ALIASES:
            yield from _contents(by_key, (each["AliasTarget"]["DNSName"], key[1]), links - 1)


def _keep_aliases(collector: Collector, owner: str, rdtype: str, sets: Iterable[RecordSet]) -> None:
    for each in sets:
        if "AliasTarget" in each:
            target = decimal_escapes(each["AliasTarget"]["DNSName"])
            keep_alias_text(collector, owner, _ALIASES[rdtype], _ALIAS_TTL, target)
