import smtplib
import socket
import ssl
from collections.abc import Iterator
from datetime import date

import dns.query
import dns.zone
import pytest
from cryptography import x509

from demo.planted import CLOSED, MAIL, PLANTED
from demo.world import DemoWorld


@pytest.fixture(scope="module")
def world() -> Iterator[DemoWorld]:
    with DemoWorld.start() as running:
        yield running


def zone(world: DemoWorld) -> dns.zone.Zone:
    (source,) = world.compliance["source"]
    address, _, port = source["server"].partition(":")
    made = dns.zone.Zone(source["zones"][0], relativize=False)
    dns.query.inbound_xfr(address, made, port=int(port), timeout=10)
    return made


def test_every_address_of_the_zone_is_planted(world: DemoWorld) -> None:
    records = {
        (str(name).rstrip("."), str(rdata)) for name, _, rdata in zone(world).iterate_rdatas("A")
    }
    aliases = {("api.demo.test", "127.0.0.11")}
    services = {("demo.test", MAIL)}
    assert records | aliases | services == set(PLANTED)


def test_the_srv_record_leads_to_the_port_of_the_mail_server(world: DemoWorld) -> None:
    ((_, _, srv),) = zone(world).iterate_rdatas("SRV")
    (port,) = world.compliance["policy"]["ports"]
    assert str(srv) == f"0 1 {port} mail.demo.test."
    with smtplib.SMTP(MAIL, port, timeout=10) as client:
        assert client.starttls()[0] == 220
        client.close()


def test_every_server_of_tls_answers_but_the_closed_one(world: DemoWorld) -> None:
    (port,) = world.compliance["policy"]["ports"]
    for _, address in PLANTED:
        if address not in {CLOSED, MAIL}:
            assert ssl.get_server_certificate((address, port), timeout=10)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((CLOSED, port), timeout=10)


def test_one_of_five_stores_lacks_the_second_root(world: DemoWorld) -> None:
    folder = world.stores
    counts = {
        path.stem: len(x509.load_pem_x509_certificates(path.read_bytes()))
        for path in folder.glob("*.pem")
    }
    assert counts == {"android": 2, "apple": 2, "java": 1, "mozilla": 2, "windows": 2}
    for path in folder.glob("*.yaml"):
        assert date.fromisoformat(path.read_text().removeprefix("date_fetched: ").strip())


def test_nothing_is_left_once_the_world_has_stopped() -> None:
    with DemoWorld.start() as world:
        (port,) = world.compliance["policy"]["ports"]
        stores = world.stores
    assert not stores.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.11", port), timeout=10)


def test_two_worlds_live_side_by_side(world: DemoWorld) -> None:
    with DemoWorld.start() as second:
        assert second.compliance["policy"]["ports"] != world.compliance["policy"]["ports"]
