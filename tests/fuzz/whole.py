"""What is promised of every zone, whichever source it comes from."""

import re

from zones.name import name_text, parse_name
from zones.naming.rules import Rules
from zones.target import Skipped, Target
from zones.targets import derive, references
from zones.zone import Zone

ID = re.compile(r"[A-Za-z0-9._*:%-]+")


def require_whole(zone: Zone) -> None:
    """Hold a zone: names in their one form and inside, and each record ends in one place."""
    for record in zone.records:
        assert name_text(parse_name(record.owner or ".")) == record.owner
        assert f".{record.owner}".endswith(f".{zone.origin}" if zone.origin else "")
    targets, skips = derive([zone], {}, Rules())
    require_counted(zone, targets, skips)
    ids = [target.id for target in targets]
    assert len(set(ids)) == len(ids)
    assert all(map(ID.fullmatch, ids)), ids


def require_counted(zone: Zone, targets: tuple[Target, ...], skips: tuple[Skipped, ...]) -> None:
    """Hold that every record named a target or is a skip, and none is both."""
    named = {record for target in targets for record in target.records}
    skipped = [skip.record for skip in skips]
    assert len(set(skipped)) == len(skipped)
    assert named.isdisjoint(skipped)
    assert named.union(skipped) == set(references(zone))
