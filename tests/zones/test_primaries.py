"""Zone transfer from every authoritative server that is common: what one does, all do."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.support.bind import bind, primary_file
from tests.support.knot import knot
from tests.support.nsd import nsd
from tests.support.powerdns import powerdns
from tests.support.primary import Primary, TsigKey
from tests.zones import asked
from zones.axfr import AxfrSource
from zones.source import ZoneFailure
from zones.zone import Record, Zone

Start = Callable[..., AbstractContextManager[Primary]]

SERVERS: dict[str, Start] = {"BIND": bind, "Knot": knot, "NSD": nsd, "PowerDNS": powerdns}
ZONES = {
    "company.com": primary_file("www A 192.0.2.1\n@ MX 10 www", serial=2026070101),
    "internal.lan": primary_file("www AAAA 2001:db8::1"),
}

every_server = pytest.mark.parametrize("start", SERVERS.values(), ids=SERVERS)


def collected(server: Primary, *zones: str, **keys: object) -> list[Zone | ZoneFailure]:
    table = {"name": "inside", "server": server.server, "zones": zones, **keys}
    return list(AxfrSource.model_validate(table).collect())


@every_server
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_zones_are_transferred_over_either_family(start: Start, address: str) -> None:
    with start(ZONES, address=address) as server:
        company, internal = collected(server, *ZONES)

    assert isinstance(company, Zone)
    assert isinstance(internal, Zone)
    assert (company.serial, company.server) == (2026070101, server.server)
    assert Record("www.company.com", "A", "192.0.2.1", 3600) in company.records
    assert Record("www.internal.lan", "AAAA", "2001:db8::1", 3600) in internal.records


@every_server
def test_server_that_does_not_allow_the_transfer_refuses_it(start: Start) -> None:
    """With REFUSED or NOTAUTH; the remedy is the same."""
    with start(ZONES, allow_transfer="none") as server:
        results = collected(server, *ZONES)

    for result in results:
        assert isinstance(result, ZoneFailure)
        assert "(REFUSED)" in result.error.what or "(NOTAUTH)" in result.error.what
        assert "allow" in result.error.remedy
        assert "this host" in result.error.remedy


@every_server
def test_zone_that_the_server_does_not_have_is_a_failure_of_its_own(start: Start) -> None:
    with start(ZONES) as server:
        company, nowhere = collected(server, "company.com", "nowhere.example")

    assert isinstance(company, Zone)
    assert isinstance(nowhere, ZoneFailure)
    assert nowhere.error.what.endswith("is not authoritative for the zone (NOTAUTH)")


@every_server
@pytest.mark.parametrize("algorithm", ["hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"])
def test_signed_transfer_is_authenticated(start: Start, algorithm: str, tmp_path: Path) -> None:
    key = TsigKey(algorithm=algorithm)
    with start(ZONES, key=key) as server:
        tsig = {"key_file": asked.key_file(tmp_path, key)}
        results = collected(server, *ZONES, tsig=tsig)

    assert [isinstance(each, Zone) and each.authenticated for each in results] == [True, True]


@every_server
@pytest.mark.parametrize(
    "ours", [None, TsigKey(name="other"), TsigKey(secret="AAAA")], ids=["none", "name", "secret"]
)
def test_server_that_demands_a_key_gives_nothing_without_it(
    start: Start, ours: TsigKey | None, tmp_path: Path
) -> None:
    """PowerDNS does not sign its refusal, nor say what is wrong with the key: NOTAUTH it is."""
    keys = {"tsig": {"key_file": asked.key_file(tmp_path, ours)}} if ours else {}
    with start(ZONES, key=TsigKey()) as server:
        error = asked.error(server.server, **keys)

    assert any(word in error.what for word in ("REFUSED", "NOTAUTH", "BADKEY", "BADSIG"))
    assert "tsig" in error.remedy or "secret" in error.remedy
