"""Scanner processes on real servers: true reasons, inside deadlines, and whose fault it is."""

import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from ssl import TLSVersion

import pytest

from checks.evidence import FailureKind, Reach, Scan
from checks.scanners import Limits, Scanners
from checks.stores import StoreFile
from demo.hostile import handshakes, words
from demo.hostile.ssl3 import ssl_3_0
from demo.listener import Listener
from demo.pki import Authority, Credential, Draft, KeyKind, pem
from demo.tls import Terms, TlsServer
from tests.support import tls_servers
from tests.support.dns_server import unanswering_port
from tests.support.nginx import Block, nginx
from tests.support.program import free_port
from zones.target import Target

NOW = datetime.now(UTC).replace(microsecond=0)
ROOT = Authority.root("Test Root", NOW)
ISSUING = ROOT.intermediate("Test Issuing CA")
GOOD = ISSUING.issue("www.x.test")

LIMITS = Limits(deadline=1.5, connect_timeout=0.3, connections_per_address=64, processes=1)


def target(port: int, name: str = "www.x.test", address: str = "127.0.0.1") -> Target:
    return Target(name, address, port, name, "x.test", ("inside",), False, ())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> StoreFile:
    path: Path = tmp_path_factory.mktemp("stores") / "own.pem"
    path.write_text(pem(ROOT.certificate))
    return StoreFile("own", (path,), None, 1)


@pytest.fixture
def scanners(store: StoreFile) -> Iterator[Scanners]:
    made = Scanners([store], NOW, LIMITS)
    yield made
    made.close()


def trusted(scan: Scan) -> list[bool]:
    return [verdict.trusted for shown in scan.handshakes for verdict in shown.chain.stores]


def test_a_good_server_shows_its_chain_in_each_handshake(scanners: Scanners) -> None:
    with TlsServer(GOOD) as server:
        scan = scanners.scan(target(server.port))
    assert scan.reach is Reach.ANSWERED
    assert [shown.tls_version for shown in scan.handshakes] == ["TLS 1.3", "TLS 1.2"]
    assert all(len(shown.chain.certificates) == 2 for shown in scan.handshakes)
    assert trusted(scan) == [True, True]


def test_each_certificate_of_a_dual_server_is_seen(scanners: Scanners) -> None:
    rsa = ISSUING.issue("www.x.test", Draft(key=KeyKind.RSA_2048))
    with TlsServer((GOOD, rsa)) as server:
        scan = scanners.scan(target(server.port))
    seen = {(shown.question, shown.chain.leaf.key_type) for shown in scan.handshakes}
    assert {("TLS 1.2 with RSA", "RSA"), ("TLS 1.2 without RSA", "EC")} <= seen


def test_each_certificate_of_a_server_of_tls_1_3_only_is_seen(scanners: Scanners) -> None:
    rsa = ISSUING.issue("www.x.test", Draft(key=KeyKind.RSA_2048))
    with TlsServer((GOOD, rsa), terms=Terms(minimum=TLSVersion.TLSv1_3)) as server:
        scan = scanners.scan(target(server.port))
    assert {shown.tls_version for shown in scan.handshakes} == {"TLS 1.3"}
    assert {shown.chain.leaf.key_type for shown in scan.handshakes} == {"RSA", "EC"}


def test_a_server_that_demands_a_client_certificate_is_seen(scanners: Scanners) -> None:
    with TlsServer(GOOD, terms=Terms(client_ca=pem(ROOT.certificate))) as server:
        assert trusted(scanners.scan(target(server.port))) == [True, True]


def test_a_server_of_old_versions_only_is_seen(scanners: Scanners) -> None:
    rsa = ISSUING.issue("www.x.test", Draft(key=KeyKind.RSA_2048))
    terms = Terms(minimum=TLSVersion.TLSv1, maximum=TLSVersion.TLSv1)
    with TlsServer(rsa, terms=terms) as server:
        scan = scanners.scan(target(server.port))
    assert {shown.tls_version for shown in scan.handshakes} == {"TLS 1.0"}


def test_a_server_of_ssl_3_0_only_is_seen(scanners: Scanners) -> None:
    rsa = ISSUING.issue("www.x.test", Draft(key=KeyKind.RSA_2048))
    with Listener(ssl_3_0(rsa)) as server:
        scan = scanners.scan(target(server.port))
    assert {shown.tls_version for shown in scan.handshakes} == {"SSL 3.0"}
    assert trusted(scan) == [True, True]


@pytest.mark.parametrize("name", ["a_b.x.test", "-a.x.test", f"{'a' * 63}.x.test", "xn--p1ai.test"])
def test_a_name_that_the_verifier_would_refuse_is_sent_and_judged(
    scanners: Scanners, name: str
) -> None:
    with TlsServer({name: GOOD}) as server:
        assert trusted(scanners.scan(target(server.port, name))) == [True, True]


@pytest.mark.parametrize(
    ("serve", "kind", "reason"),
    [
        (tls_servers.silent, FailureKind.TLS_FAILED, "says nothing until the deadline"),
        (tls_servers.drip, FailureKind.TLS_FAILED, "so slowly"),
        (tls_servers.reset, FailureKind.TLS_FAILED, "resets the connection"),
        (tls_servers.garbage, FailureKind.NOT_TLS, "something that is not TLS"),
        (tls_servers.http, FailureKind.NOT_TLS, "HTTP"),
        (tls_servers.ssh, FailureKind.NOT_TLS, "SSH"),
        (tls_servers.smtp, FailureKind.NOT_TLS, "SMTP"),
    ],
)
def test_a_server_that_shows_no_certificate_is_told_by_the_true_reason(
    scanners: Scanners,
    serve: Callable[[], AbstractContextManager[Listener]],
    kind: FailureKind,
    reason: str,
) -> None:
    with serve() as server:
        failure = scanners.scan(target(server.port)).failure
    assert failure is not None
    assert failure.kind is kind
    assert reason in failure.reason


@pytest.mark.parametrize("record", [words.HELLO_REQUEST, words.WARNING, words.EMPTY])
def test_a_server_that_talks_without_end_is_left_at_once(scanners: Scanners, record: bytes) -> None:
    with Listener(words.repeating(record)) as server:
        failure = scanners.scan(target(server.port)).failure
    assert failure is not None
    assert failure.kind is FailureKind.TLS_FAILED
    assert "deadline" not in failure.reason


def test_a_server_of_anonymous_cipher_suites_only_shows_no_certificate(scanners: Scanners) -> None:
    with Listener(handshakes.serving(handshakes.anonymous_context())) as server:
        failure = scanners.scan(target(server.port)).failure
    assert failure is not None
    assert "no certificate (anonymous cipher suite)" in failure.reason


def test_a_chain_that_is_longer_than_clients_take_is_told(scanners: Scanners) -> None:
    with TlsServer(GOOD.sending(*(ISSUING.certificate for _ in range(2000)))) as server:
        failure = scanners.scan(target(server.port)).failure
    assert failure is not None
    assert "more certificates than clients take" in failure.reason


def test_a_server_that_closes_after_its_server_hello_fails(scanners: Scanners) -> None:
    with tls_servers.closes_after_server_hello(GOOD) as server:
        failure = scanners.scan(target(server.port)).failure
    assert failure is not None
    assert failure.reason == "the server begins the handshake and then closes the connection"


def test_a_server_that_falls_silent_after_a_good_handshake_is_not_passed(
    scanners: Scanners,
) -> None:
    """Another certificate that it may have was not seen."""

    with tls_servers.good_once(GOOD, words.silent) as server:
        scan = scanners.scan(target(server.port))
    assert [shown.question for shown in scan.handshakes] == ["TLS 1.3"]
    assert scan.failure is not None
    assert scan.failure.kind is FailureKind.STOPPED_ANSWERING


def test_a_server_that_declines_after_a_good_handshake_has_said_all(scanners: Scanners) -> None:
    """As one of TLS 1.3 only does with the questions of TLS 1.2."""
    alert = bytes([21, 3, 3, 0, 2, 2, 70])  # protocol_version (RFC 8446 section 6)
    with tls_servers.good_once(GOOD, words.answering(alert)) as server:
        scan = scanners.scan(target(server.port))
    assert [shown.question for shown in scan.handshakes] == ["TLS 1.3"]
    assert scan.failure is None


def test_a_refused_name_is_told_by_its_alert(scanners: Scanners) -> None:
    with TlsServer({"other.x.test": GOOD}) as server:
        failure = scanners.scan(target(server.port)).failure
    assert failure is not None
    assert failure.unrecognized_name


def test_a_closed_port_is_refused_and_a_silent_one_gives_no_answer(scanners: Scanners) -> None:
    assert scanners.scan(target(free_port())).reach is Reach.REFUSED
    with unanswering_port() as place:
        scan = scanners.scan(target(int(place.rpartition(":")[2])))
    assert scan == Scan(scan.target, Reach.SILENT)


def test_only_who_takes_connections_counts_as_answering(scanners: Scanners) -> None:
    with TlsServer(GOOD) as server, unanswering_port() as silent:
        places = [
            ("127.0.0.1", server.port),
            ("127.0.0.1", free_port()),
            ("127.0.0.1", int(silent.rpartition(":")[2])),
        ]
        assert scanners.count_answering(places, enough=1) == 1
        assert scanners.count_answering(places, enough=3) == 1
        assert scanners.count_answering(places[1:], enough=1) == 0


def bomb(certificates: int) -> Credential:
    """A chain of authorities of one name and one key: every order of them is a path to try."""
    name = Authority.root("Bomb", NOW)
    layers = [name.cross_sign(name) for _ in range(certificates)]
    return name.issue("www.x.test").sending(*(layer.certificate for layer in layers))


def test_path_building_that_does_not_end_is_killed_and_costs_no_other_target(
    scanners: Scanners,
) -> None:
    """Five such certificates keep a verifier busy for minutes."""
    with TlsServer({"": GOOD, "bomb.x.test": bomb(7)}) as server:
        bad = target(server.port, "bomb.x.test")
        good = [target(server.port, f"w{number}.x.test") for number in range(30)]
        scanners.expect([bad, *good])
        assert all(trusted(scanners.scan(each)) == [True, True] for each in good)
        chains = [shown.chain for shown in scanners.scan(bad).handshakes]
    assert len(chains) == 2
    assert all(chain.over_budget for chain in chains)
    assert all(len(chain.certificates) == 8 and not chain.stores for chain in chains)


def test_a_scanner_process_that_is_killed_costs_no_target(scanners: Scanners) -> None:
    with TlsServer(GOOD) as server, tls_servers.silent() as silent:
        scanners.scan(target(server.port))
        good = [target(server.port, f"w{number}.x.test") for number in range(20)]
        scanners.expect([target(silent.port), *good])
        for crew in (scanners._handshakes, scanners._paths):
            for child in list(crew._members):
                os.kill(child.process.pid, signal.SIGKILL)
        assert all(trusted(scanners.scan(each)) == [True, True] for each in good)


def test_no_more_is_held_than_there_are_descriptors_for(
    store: StoreFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell with ``ulimit -n 64`` gets a slower run, not one that breaks."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    made = Scanners([store], NOW, Limits())
    monkeypatch.undo()
    with TlsServer(GOOD) as server:
        names = [target(server.port, f"w{number}.x.test") for number in range(60)]
        made.expect(names)
        assert all(trusted(made.scan(each)) == [True, True] for each in names)
    assert made._handshakes._slots == 32
    made.close()


def test_of_a_hundred_certificates_only_some_are_looked_at(scanners: Scanners) -> None:
    crowd = GOOD.sending(*(ISSUING.certificate for _ in range(100)))
    with TlsServer(crowd) as server:
        (shown, _) = scanners.scan(target(server.port)).handshakes
    assert len(shown.chain.certificates) == 32
    assert shown.chain.dropped == 69
    assert shown.chain.stores[0].trusted


def test_three_hundred_names_on_nginx_are_all_trusted(store: StoreFile) -> None:
    names = [f"w{number}.x.test" for number in range(300)]
    credential = ISSUING.issue("*.x.test")
    blocks = [
        Block(name, (credential,), f"127.0.{1 + number % 3}.{1 + number % 50}")
        for number, name in enumerate(names)
    ]
    with nginx(blocks) as port:
        scanners = Scanners([store], NOW, Limits(processes=2))
        targets = [target(port, block.name, block.address) for block in blocks]
        scanners.expect(targets)
        scans = [scanners.scan(each) for each in targets]
        scanners.close()
    assert [scan.target for scan in scans] == targets
    assert all(trusted(scan) == [True, True] for scan in scans)
