"""The servers that organisations run, each asked for the same zone."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.support.bind import bind, primary_file
from tests.support.knot import knot
from tests.support.primary import Primary
from zones.axfr import AxfrSource
from zones.source import ZoneFailure
from zones.zone import Record, Zone

Start = Callable[..., AbstractContextManager[Primary]]

SERVERS: dict[str, Start] = {"BIND": bind, "Knot": knot}
ZONES = {"company.com": primary_file("www A 192.0.2.1\n*.apps AAAA 2001:db8::1", serial=7)}


@pytest.fixture(params=SERVERS)
def start(request: pytest.FixtureRequest) -> Start:
    return SERVERS[request.param]


def transferred(server: Primary, **keys: Any) -> Zone | ZoneFailure:  # noqa: ANN401 - of the source
    table = {"name": "inside", "server": server.server, "zones": ("company.com",), **keys}
    (result,) = AxfrSource.model_validate(table).collect()
    return result


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_zone_is_the_same_from_every_server(start: Start, address: str) -> None:
    with start(ZONES, address=address) as server:
        zone = transferred(server)
    assert isinstance(zone, Zone)
    assert (zone.serial, zone.server) == (7, server.server)
    assert zone.records == (
        Record("*.apps.company.com", "AAAA", "2001:db8::1", 3600),
        Record("company.com", "NS", "ns.invalid", 3600),
        Record("www.company.com", "A", "192.0.2.1", 3600),
    )


def test_a_transfer_that_is_not_allowed_is_an_error(start: Start) -> None:
    """BIND says REFUSED, Knot NOTAUTH: both remedies name what may be the cause."""
    with start(ZONES, allow_transfer="none") as server:
        failure = transferred(server)
    assert isinstance(failure, ZoneFailure)
    assert "(REFUSED)" in failure.error.what or "(NOTAUTH)" in failure.error.what
    assert "allow" in failure.error.remedy
    assert "this host" in failure.error.remedy
