"""Several servers for one zone, and where they are asked from."""

import subprocess
import sys
from pathlib import Path

import dns.rcode
import pytest

from tests.support import dns_server as odd
from tests.support.bind import bind, primary_file
from tests.support.primary import Loopback
from tests.zones import asked
from zones.axfr import AxfrSource
from zones.endpoint import parse_endpoint
from zones.source import ZoneFailure
from zones.transfer.servers import AxfrServers, Patience
from zones.transfer.session import Terms
from zones.transfer.stream import Limits
from zones.zone import Zone

ROOT = Path(__file__).parents[2]
ZONES = {"company.com": primary_file("www A 192.0.2.1"), "other.example": primary_file("")}
REFUSED, STALLED = odd.rcode(dns.rcode.REFUSED), odd.stall


LIBRARIES = ("pydantic", "pydantic_core", "pytest", "sslyze", "nassl", "OpenSSL", "cryptography")


def test_transfers_need_no_library_but_dnspython() -> None:
    """They can be made on a host on which nothing else is installed."""
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({LIBRARIES}));"
        "import zones.transfer.servers, zones.transfer.key_file, zones.transfer.tls"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def closed() -> str:
    """Return a place where nothing listens any more."""
    with odd.tcp_server(odd.complete) as server:
        return server


def test_the_first_server_that_has_the_zone_is_taken() -> None:
    with odd.tcp_server(odd.complete) as first, odd.tcp_server(odd.complete) as second:
        assert asked.zone([first, second]).server == first
        assert asked.zone((second, first)).server == second


@pytest.mark.parametrize(
    "behave", [REFUSED, odd.cut_midway, odd.garbage, STALLED], ids=["no", "cut", "garbage", "stall"]
)
def test_whatever_goes_wrong_with_one_the_next_is_asked(behave: odd.Behaviour) -> None:
    with odd.tcp_server(behave) as bad, odd.tcp_server(odd.complete) as good:
        zone = asked.zone([closed(), bad, good], transfer_timeout=1)
    assert zone.server == good
    assert [record.owner for record in zone.records] == ["www.company.com"]


def test_the_error_names_each_server_with_its_cause_and_remedy() -> None:
    gone = closed()
    with odd.tcp_server(REFUSED) as refusing, odd.tcp_server(odd.cut_midway) as cutting:
        error = asked.error([gone, refusing, cutting])
    assert error.what == (
        f"zone company.com: server {gone} refuses the connection;"
        f" server {refusing} refuses the zone transfer (REFUSED);"
        f" server {cutting} closed the connection midway"
    )
    for server, words in ((gone, "listens"), (refusing, "allow-transfer"), (cutting, "log")):
        assert f"for {server}: " in error.remedy
        assert words in error.remedy.replace("answers TCP", "listens")


def test_a_remedy_that_all_servers_share_is_told_once() -> None:
    with odd.tcp_server(REFUSED) as first, odd.tcp_server(REFUSED) as second:
        error = asked.error([first, second])
    assert error.remedy.startswith("allow this host")
    assert error.what.count("(REFUSED)") == 2


def test_a_failure_names_all_servers_as_they_are_configured() -> None:
    servers = [closed(), closed()]
    (failure,) = asked.source(servers).collect()
    assert isinstance(failure, ZoneFailure)
    assert failure.server == ", ".join(servers)


def test_each_zone_is_asked_of_the_first_server_anew() -> None:
    """One that lacks a zone may have the next."""
    with bind({"company.com": ZONES["company.com"]}) as first, bind(ZONES) as second:
        table = {"name": "in", "server": [first.server, second.server], "zones": tuple(ZONES)}
        zones = [*AxfrSource.model_validate(table).collect()]
    assert [zone.server for zone in zones] == [first.server, second.server]


def test_one_server_is_written_alone_or_as_a_list() -> None:
    assert asked.source("10.0.0.2").server == asked.source(["10.0.0.2"]).server


@pytest.mark.parametrize(
    ("server", "complaint"),
    [
        ([], "names no server"),
        (["10.0.0.2", "10.0.0.2:53"], "named twice: 10.0.0.2:53"),
        (["10.0.0.2", "10.0.0.256"], "'10.0.0.256' is neither an IP address nor a host name"),
        ({"host": "10.0.0.2"}, "is neither an IP address nor a host name"),
    ],
)
def test_an_impossible_list_of_servers_is_refused(server: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        asked.source(server)


@pytest.mark.parametrize(("address", "source"), [("127.0.0.1", "127.0.0.7"), ("::1", "::1")])
def test_the_source_address_is_where_the_server_sees_us(address: Loopback, source: str) -> None:
    """BIND lets nobody else transfer the zone."""
    with bind(ZONES, allow_transfer=source, address=address) as server:
        assert isinstance(asked.zone(server.server, source_address=source), Zone)
        if source != address:
            assert "(REFUSED)" in asked.error(server.server).what


def test_a_host_name_can_be_asked_from_a_source_address() -> None:
    with odd.tcp_server(odd.complete) as server:
        port = server.rpartition(":")[2]
        assert asked.zone(f"localhost:{port}", source_address="127.0.0.9").server == server


def test_a_server_of_the_other_family_cannot_be_asked_from_there() -> None:
    with odd.tcp_server(odd.complete) as server:
        error = asked.error(server, source_address="::1")
    assert error.what.endswith("has no address that can be reached from ::1")
    assert "source_address" in error.remedy


def test_a_source_address_that_is_not_ours_is_told_so() -> None:
    with odd.tcp_server(odd.complete) as server:
        error = asked.error(server, source_address="192.0.2.1")
    assert "cannot be asked from 192.0.2.1 (" in error.what
    assert "set source_address" in error.remedy


def test_a_source_address_is_an_address() -> None:
    with pytest.raises(ValueError, match="'eth0' is no IP address"):
        asked.source("10.0.0.2", source_address="eth0")


def test_zones_that_servers_let_run_into_their_deadlines_have_an_end() -> None:
    """A catalog may list any number of them."""
    terms = Terms(Limits(0.2, 10, 1000))
    with odd.tcp_server(STALLED) as server:
        servers = AxfrServers("inside", (parse_endpoint(server),), terms)
        names = [f"z{number}.test" for number in range(1000)]
        failures = list(servers.zones(names, patience=Patience(1)))
    assert [each.origin for each in failures] == names
    assert "was not asked for: those before it that failed took 1 s" in str(failures[-1])
