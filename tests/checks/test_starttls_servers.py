"""STARTTLS on real servers, through the scanner processes: their certificates, or the reason."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checks.evidence import FailureKind, HandshakeFailure, Scan
from checks.scanners import Limits, Scanners
from checks.stores import StoreFile
from demo.listener import Listener
from demo.pki import Authority, Credential, Draft, KeyKind, pem
from demo.tls import TlsServer
from tests.support import starttls, tls_servers
from tests.support.dovecot import dovecot
from tests.support.postgres import postgres
from tests.support.slapd import slapd
from zones.target import Target

NOW = datetime.now(UTC).replace(microsecond=0)
ROOT = Authority.root("Test Root", NOW)
ISSUING = ROOT.intermediate("Test Issuing CA")
GOOD = ISSUING.issue("mail.x.test")
UNCHAINED = ISSUING.issue("mail.x.test").sending()

LIMITS = Limits(deadline=1.5, connect_timeout=0.3, connections_per_address=64, processes=1)
Starter = Callable[[Credential], Listener]


def target(port: int, protocol: str) -> Target:
    return Target(
        "mail.x.test", "127.0.0.1", port, "mail.x.test", "x.test", ("inside",), False, (), protocol
    )


@pytest.fixture(scope="module")
def scanners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scanners]:
    path: Path = tmp_path_factory.mktemp("stores") / "own.pem"
    path.write_text(pem(ROOT.certificate))
    made = Scanners([StoreFile("own", (path,), None, 1)], NOW, LIMITS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def mail() -> Iterator[Mapping[str, int]]:
    with dovecot(GOOD) as ports:
        yield ports


def trusted(scan: Scan) -> list[bool]:
    return [verdict.trusted for shown in scan.handshakes for verdict in shown.chain.stores]


def failure(scan: Scan) -> HandshakeFailure:
    assert scan.failure is not None
    assert not scan.handshakes
    return scan.failure


@pytest.mark.parametrize("protocol", ["imap", "pop3", "smtp"])
def test_dovecot_shows_its_chain_in_each_handshake(
    scanners: Scanners, mail: Mapping[str, int], protocol: str
) -> None:
    scan = scanners.scan(target(mail[protocol], protocol))
    assert [shown.tls_version for shown in scan.handshakes] == ["TLS 1.3", "TLS 1.2"]
    assert trusted(scan) == [True, True]


def test_openldap_shows_its_chain_in_each_handshake(scanners: Scanners) -> None:
    with slapd(GOOD) as port:
        assert trusted(scanners.scan(target(port, "ldap"))) == [True, True]


def test_postgresql_shows_its_chain_in_each_handshake(scanners: Scanners) -> None:
    with postgres(GOOD) as port:
        assert trusted(scanners.scan(target(port, "postgres"))) == [True, True]


@pytest.mark.parametrize(
    ("protocol", "serve"),
    [
        ("smtp", starttls.smtp),
        ("ftp", starttls.ftp),
        ("xmpp", starttls.xmpp),
        ("xmpp_server", starttls.xmpp),
        ("rdp", starttls.rdp),
    ],
)
def test_a_server_that_agrees_to_tls_shows_its_chain(
    scanners: Scanners, protocol: str, serve: Starter
) -> None:
    with serve(GOOD) as server:
        assert trusted(scanners.scan(target(server.port, protocol))) == [True, True]


def test_a_chain_that_lacks_its_intermediate_is_seen_as_sent(scanners: Scanners) -> None:
    with dovecot(UNCHAINED) as ports:
        scan = scanners.scan(target(ports["imap"], "imap"))
    assert [len(shown.chain.certificates) for shown in scan.handshakes] == [1, 1]
    assert trusted(scan) == [False, False]


def test_the_name_that_is_asked_for_is_in_the_clienthello(scanners: Scanners) -> None:
    """RFC 6066 section 3: the name that was negotiated in the application protocol."""
    with starttls.smtp(ISSUING.issue("other.x.test", Draft(key=KeyKind.RSA_2048))) as server:
        scan = scanners.scan(target(server.port, "smtp"))
    assert {shown.chain.leaf.key_type for shown in scan.handshakes} == {"RSA"}


@pytest.mark.parametrize(
    ("protocol", "reason"),
    [
        ("imap", "it speaks IMAP and offers no STARTTLS (s1 BAD TLS support isn't enabled.)"),
        ("pop3", "it speaks POP3 and offers no STLS (-ERR TLS support isn't enabled.)"),
        ("smtp", "it speaks SMTP and offers no STARTTLS"),
    ],
)
def test_a_dovecot_without_tls_offers_none(scanners: Scanners, protocol: str, reason: str) -> None:
    with dovecot(GOOD, ssl=False) as ports:
        found = failure(scanners.scan(target(ports[protocol], protocol)))
    assert found == HandshakeFailure(FailureKind.NOT_TLS, reason)


def test_an_openldap_without_tls_offers_none(scanners: Scanners) -> None:
    with slapd(None) as port:
        found = failure(scanners.scan(target(port, "ldap")))
    assert found.kind is FailureKind.NOT_TLS
    assert found.reason.startswith("it speaks LDAP and offers no StartTLS (protocolError")


def test_a_postgresql_without_tls_offers_none(scanners: Scanners) -> None:
    with postgres(None) as port:
        found = failure(scanners.scan(target(port, "postgres")))
    assert found == HandshakeFailure(FailureKind.NOT_TLS, "it speaks PostgreSQL and offers no TLS")


def test_a_service_that_was_taken_for_another_is_told_by_its_name(
    scanners: Scanners, mail: Mapping[str, int]
) -> None:
    found = failure(scanners.scan(target(mail["imap"], "smtp")))
    assert found == HandshakeFailure(FailureKind.NOT_TLS, "it speaks IMAP, where SMTP was expected")


@pytest.mark.parametrize("protocol", ["smtp", "ldap"])
def test_a_web_server_is_found_out_though_it_waits_for_the_client(
    scanners: Scanners, protocol: str
) -> None:
    with tls_servers.http() as server:
        found = failure(scanners.scan(target(server.port, protocol)))
    assert found.kind is FailureKind.NOT_TLS
    assert found.reason.startswith("it speaks HTTP, where ")


@pytest.mark.parametrize("protocol", ["smtp", "imap", "ldap", "postgres", "xmpp"])
def test_a_server_of_tls_from_the_first_byte_is_told_as_such(
    scanners: Scanners, protocol: str
) -> None:
    with TlsServer(GOOD) as server:
        found = failure(scanners.scan(target(server.port, protocol)))
    assert found == HandshakeFailure(
        FailureKind.TLS_FAILED,
        "the server speaks TLS from the first byte, where STARTTLS was expected",
    )


@pytest.mark.parametrize(
    ("serve", "reason"),
    [
        (tls_servers.silent, "says nothing until the deadline"),
        (lambda: starttls.tarpit(b"220-wait\r\n", 0.05), "so slowly"),
        (lambda: starttls.tarpit(b"2", 0.05), "so slowly"),
        (lambda: starttls.tarpit(b"220-wait\r\n" * 400, 0.001), "talks without end"),
        (lambda: starttls.falls_silent(b"220 x\r\n"), "so slowly"),
        (lambda: starttls.falls_silent(b"220 x\r\n", b"250 STARTTLS\r\n"), "so slowly"),
        (tls_servers.reset, "says nothing until the deadline"),
        (
            lambda: starttls.falls_silent(b"220 x\r\n", b"250 STARTTLS\r\n", b"454 no key\r\n"),
            "declines to begin TLS: 454 no key",
        ),
        (
            lambda: starttls.falls_silent(b"220 x\r\n", b"250 STARTTLS\r\n", b"220 go\r\n"),
            "says nothing until the deadline",
        ),
    ],
)  # fmt: skip
def test_a_server_that_hinders_is_left_by_the_deadline_and_told_by_the_true_reason(
    scanners: Scanners, serve: Callable[[], AbstractContextManager[Listener]], reason: str
) -> None:
    with serve() as server:
        found = failure(scanners.scan(target(server.port, "smtp")))
    assert found.kind is FailureKind.TLS_FAILED
    assert reason in found.reason


def test_a_server_that_resets_what_begins_in_the_clear_is_told_so(scanners: Scanners) -> None:
    with tls_servers.reset() as server:
        found = failure(scanners.scan(target(server.port, "ldap")))
    reason = "the server resets the connection in the middle of the STARTTLS dialogue"
    assert found == HandshakeFailure(FailureKind.TLS_FAILED, reason)


def test_a_server_that_delays_its_greeting_was_not_silent(scanners: Scanners) -> None:
    """What it had no time for is told as such: a longer deadline helps."""
    with starttls.smtp(GOOD, LIMITS.deadline * 0.35) as server:
        scan = scanners.scan(target(server.port, "smtp"))
    assert "TLS 1.3" in {shown.tls_version for shown in scan.handshakes}
    assert scan.failure is not None
    assert scan.failure.kind is FailureKind.TLS_FAILED
    assert "deadline passed before every certificate" in scan.failure.reason


def test_a_server_that_goes_on_in_the_clear_after_its_consent_speaks_no_tls(
    scanners: Scanners,
) -> None:
    said = (b"220 x\r\n", b"250 STARTTLS\r\n", b"220 go\r\n", b"500 what?\r\n")
    with starttls.falls_silent(*said) as server:
        found = failure(scanners.scan(target(server.port, "smtp")))
    assert found.kind is FailureKind.NOT_TLS
