"""Servers that do not always do the same: the verdict on them does not change from scan to scan."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from ssl import TLSVersion
from threading import Event

import pytest

from checks.evidence import FailureKind, Scan
from checks.scanners import Limits, Scanners
from checks.stores import StoreFile
from demo.hostile import handshakes, words
from demo.listener import Handler, Listener
from demo.pki import Authority, Draft, KeyKind, pem
from demo.tls import Terms, server_context
from tests.support import tls_servers
from zones.target import Target

NOW = datetime.now(UTC).replace(microsecond=0)
ROOT = Authority.root("Test Root", NOW)
ISSUING = ROOT.intermediate("Test Issuing CA")
GOOD = ISSUING.issue("www.x.test")
RSA = ISSUING.issue("www.x.test", Draft(key=KeyKind.RSA_2048))
TLS_1_2 = Terms(maximum=TLSVersion.TLSv1_2)
BOTH = server_context((GOOD, RSA))
TIMES = 20
INTERNAL_ERROR, UNRECOGNIZED_NAME = 80, 112  # RFC 8446 section 6.2

UNSTEADY: dict[str, Callable[[], Handler]] = {
    "another chain to older clients": lambda: handshakes.by_version(
        server_context(GOOD), server_context(GOOD.sending(), TLS_1_2)
    ),
    "resets every other connection": lambda: handshakes.every_other(BOTH),
    "takes four connections in 0.1 s": lambda: handshakes.rate_limited(BOTH, 4, 0.1),
}
Seen = list[tuple[str, int, tuple[bool, ...]]]


@pytest.fixture(scope="module")
def scanners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanners]:
    path: Path = tmp_path_factory.mktemp("stores") / "own.pem"
    path.write_text(pem(ROOT.certificate))
    limits = Limits(deadline=5, connections_per_address=1)
    made = Scanners([StoreFile("own", (path,), None, 1)], NOW, limits)
    yield made
    made.close()


def scanned(scanners: Scanners, port: int, times: int) -> list[Scan]:
    names = [f"w{number}.x.test" for number in range(times)]
    return [
        scanners.scan(Target(name, "127.0.0.1", port, name, "x.test", ("inside",), False, ()))
        for name in names
    ]


def seen(scan: Scan) -> Seen:
    """What a verdict is made of: questions, lengths of chains, and what the store says."""
    return [
        (
            shown.question,
            len(shown.chain.certificates),
            tuple(verdict.trusted for verdict in shown.chain.stores),
        )
        for shown in scan.handshakes
    ]


@pytest.mark.parametrize("made", UNSTEADY.values(), ids=UNSTEADY)
def test_the_verdict_is_the_same_twenty_times_in_twenty(
    scanners: Scanners, made: Callable[[], Handler]
) -> None:
    with Listener(made()) as server:
        first, *others = scanned(scanners, server.port, TIMES)
    assert first.failure is None
    assert len(first.handshakes) >= 2
    assert all((seen(scan), scan.failure) == (seen(first), None) for scan in others)


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        (words.reset, "it completed a handshake and then reset connections"),
        (words.answering(b""), "it completed a handshake and then closed connections"),
        (handshakes.closing_after_server_hello(BOTH), "and then closed connections"),
        (words.answering(b"HTTP/1.1 429 Too Many Requests\r\n\r\n"), "and then sent what is none"),
    ],
)
def test_a_server_that_answers_once_and_then_ends_every_connection_is_not_passed(
    scanners: Scanners, then: Handler, reason: str
) -> None:
    """The certificate that it may have for other questions was not seen."""
    with tls_servers.good_once(GOOD, then) as server:
        (scan,) = scanned(scanners, server.port, 1)
    assert [shown.question for shown in scan.handshakes] == ["TLS 1.3"]
    assert scan.failure is not None
    assert scan.failure.kind is FailureKind.STOPPED_ANSWERING
    assert reason in scan.failure.reason


def test_a_server_that_ends_the_connection_at_one_question_only_has_said_all(
    scanners: Scanners,
) -> None:
    """As some do that speak TLS 1.3 only: they answer that question once more."""
    with Listener(closing_on_tls_1_2) as server:
        (scan,) = scanned(scanners, server.port, 1)
    assert {shown.tls_version for shown in scan.handshakes} == {"TLS 1.3"}
    assert len(scan.handshakes) == 3
    assert scan.failure is None


def closing_on_tls_1_2(connection: socket.socket, _stopping: Event) -> None:
    hello = connection.recv(words.CHUNK, socket.MSG_PEEK)
    if not handshakes.offers_tls_1_3(hello):
        connection.recv(words.CHUNK)
        return
    with BOTH.wrap_socket(connection, server_side=True) as secured:
        secured.recv(1)


def test_a_certificate_that_only_some_clients_get_and_none_can_read_is_not_passed(
    scanners: Scanners,
) -> None:
    unreadable = handshakes.showing(server_context(GOOD, TLS_1_2), b"\x30\x03\x02\x01\x01")
    with Listener(by_version(handshakes.serving(BOTH), unreadable)) as server:
        (scan,) = scanned(scanners, server.port, 1)
    assert {shown.tls_version for shown in scan.handshakes} == {"TLS 1.3"}
    assert scan.failure is not None
    assert scan.failure.kind is FailureKind.CERTIFICATE_UNREADABLE


def test_more_certificates_than_clients_take_are_not_passed_where_others_get_fewer(
    scanners: Scanners,
) -> None:
    flood = handshakes.showing(server_context(GOOD, TLS_1_2), *[bytes(4096)] * 40)
    with Listener(by_version(handshakes.serving(BOTH), flood)) as server:
        (scan,) = scanned(scanners, server.port, 1)
    assert scan.failure is not None
    assert "more certificates than clients take" in scan.failure.reason


def test_a_name_that_is_refused_at_one_question_hides_no_certificate_of_the_next(
    scanners: Scanners,
) -> None:
    older = handshakes.serving(server_context(GOOD.sending(), TLS_1_2))
    turn = count()

    def refusing(connection: socket.socket, stopping: Event) -> None:
        (older if next(turn) else alert(UNRECOGNIZED_NAME))(connection, stopping)

    with Listener(by_version(handshakes.serving(BOTH), refusing)) as server:
        (scan,) = scanned(scanners, server.port, 1)
    assert "TLS 1.2 without RSA" in [shown.question for shown in scan.handshakes]


def test_an_internal_error_is_asked_again_for_the_certificate_behind_it(
    scanners: Scanners,
) -> None:
    """It says nothing of what was asked: RFC 8446 section 6.2."""
    older = handshakes.serving(server_context(GOOD.sending(), TLS_1_2))
    turn = count()

    def troubled(connection: socket.socket, stopping: Event) -> None:
        (older if next(turn) % 2 else alert(INTERNAL_ERROR))(connection, stopping)

    with Listener(by_version(handshakes.serving(BOTH), troubled)) as server:
        (scan,) = scanned(scanners, server.port, 1)
    assert {shown.tls_version for shown in scan.handshakes} == {"TLS 1.3", "TLS 1.2"}
    assert scan.failure is None


def test_a_server_that_has_nothing_but_internal_errors_any_more_is_not_passed(
    scanners: Scanners,
) -> None:
    with tls_servers.good_once(GOOD, alert(INTERNAL_ERROR)) as server:
        (scan,) = scanned(scanners, server.port, 1)
    assert scan.failure is not None
    assert scan.failure.kind is FailureKind.STOPPED_ANSWERING


def by_version(modern: Handler, older: Handler) -> Handler:
    def serve(connection: socket.socket, stopping: Event) -> None:
        hello = connection.recv(words.CHUNK, socket.MSG_PEEK)
        (modern if handshakes.offers_tls_1_3(hello) else older)(connection, stopping)

    return serve


def alert(description: int) -> Handler:
    def serve(connection: socket.socket, _stopping: Event) -> None:
        if connection.recv(words.CHUNK):
            connection.sendall(bytes([*b"\x15\x03\x03\x00\x02\x02", description]))

    return serve
