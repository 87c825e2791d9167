"""A wrong value for every key that there is: each is taken, or told with file and place."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from checks.owner import Owner
from checks.place import ZonePolicy
from checks.policy import Expiry, Overrides, Policy
from checks.waiver import Waiver
from settings import SettingsError, make_settings
from tests.support.configuration import SOURCE, WAIVER
from zones.credentials import TlsTable, TsigTable
from zones.octodns import OctodnsSource
from zones.route53 import Route53Source
from zones.source import SOURCE_TYPES
from zones.source_model import source_class

VALUES: tuple[Any, ...] = (
    *(True, 7, -1, 0, 2**70, 0.5, float("inf"), float("nan"), -1e300),
    *("", "\x1b[2J", "a" * 2000, "\0", "\u0661", "../..", "1"),
    *([], [[]], [{}], [1, "a", None], [True] * 20, {}, {"": 1}, {"\n": {}}, {"a": {"a": []}}),
    *(date(2030, 1, 1), datetime(2030, 1, 1), time(1, 2)),  # noqa: DTZ001 - TOML has such
)
NO_STORES = {"stores_dir": "stores"}
"""Where a configuration that is taken would end; those of SSLyze take their time."""
YAML = "octodns.provider.yaml.YamlProvider"
PROVIDER = {"class": YAML, "directory": "config"}
NEEDED: dict[str, dict[str, Any]] = {
    "axfr": SOURCE,
    "master_file": {"files": {"company.com": "company.zone"}},
    "route53": {},
    "octodns": {"zones": ["company.com"], "provider": PROVIDER},
}
TABLES: dict[str, tuple[type[BaseModel], dict[str, Any]]] = {
    "policy": (Policy, {}),
    "policy.expiry": (Expiry, {}),
    "zone[0]": (ZonePolicy, {"policy": {}}),
    "zone[0].policy": (Overrides, {}),
    "owner[0]": (Owner, {"team": "a"}),
    "waiver[0]": (Waiver, WAIVER),
    "source[0].policy": (Overrides, {}),
    "source[0].tsig": (TsigTable, {"key_file": "a"}),
    "source[0].tls": (TlsTable, {"cert_file": "a"}),
}
BY_TYPE = {
    f"source[0] {kind}": (source_class(kind), {"name": "in", "type": kind} | NEEDED[kind])
    for kind in SOURCE_TYPES
}


def keys() -> Iterator[tuple[str, str]]:
    for place, (model, _) in (TABLES | BY_TYPE).items():
        yield from ((place, field.alias or name) for name, field in model.model_fields.items())
        yield place, "policy" if place in BY_TYPE else "unknown"


def document(place: str, table: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration with that table there, and what else it cannot do without."""
    made: dict[str, Any] = {"source": [dict(SOURCE)], "policy": dict(NO_STORES)}
    if place in BY_TYPE:
        return made | {"source": [table]}
    head, _, key = place.partition(".")
    name, _, is_listed = head.partition("[")
    outer = {key: table} if key else table
    if is_listed:
        made[name] = [*made.get(name, [{}])][:1]
        made[name][0] |= outer
    else:
        made[name] |= outer
    return made


def told(raw: dict[str, Any]) -> list[str]:
    try:
        make_settings(raw, "audit.toml", Path("/nowhere"))
    except SettingsError as error:
        return [line for line in str(error).split("\n") if "no NAME.pem in it" not in line]
    return []


@pytest.mark.parametrize(("place", "key"), [*keys()])
def test_a_wrong_value_is_told_with_file_and_place(place: str, key: str) -> None:
    _, needed = (TABLES | BY_TYPE)[place]
    assert [line for line in told(document(place, deepcopy(needed))) if key in line] == []
    found = [told(document(place, deepcopy(needed) | {key: value})) for value in VALUES]
    lines = [line for each in found for line in each]

    # Of whatever type the key is, of these at least so many are of others.
    assert sum(map(bool, found)) >= len(VALUES) // 3
    assert all(
        line.startswith(f"audit.toml: {place.partition('[')[0].partition('.')[0]}")
        for line in lines
    )
    assert all(line.isprintable() and len(line) <= 1000 for line in lines)
    assert any(key in line for line in lines)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("key", ["policy", "source", "zone", "owner", "waiver", "unknown"])
def test_a_table_that_is_none_is_told_by_its_name(key: str, value: object) -> None:
    lines = told({"source": [SOURCE], "policy": NO_STORES} | {key: value})
    assert lines or value in ([], {})
    assert all(line.startswith(f"audit.toml: {key}") for line in lines)


def test_every_type_of_source_is_tried() -> None:
    assert {Route53Source, OctodnsSource} < {model for model, _ in BY_TYPE.values()}
