import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from cryptography import x509

from demo.listener import Listener
from demo.ocsp import staple
from demo.pki import Authority, Credential, Draft, KeyKind, pem
from demo.tls import Terms, TlsServer
from tests.support import tls_servers

ROOT = Authority.root("Test Root", datetime.now(UTC))
ISSUING = ROOT.intermediate("Test Issuing CA")
GOOD = ISSUING.issue("www.example.test")
OTHER = ISSUING.issue("*.apps.example.test")


def client(**versions: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    for name, version in versions.items():
        setattr(context, name, version)
    return context


def connect(port: int, name: str | None, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    return (context or client()).wrap_socket(plain, server_hostname=name)


def leaf(port: int, name: str | None, context: ssl.SSLContext | None = None) -> x509.Certificate:
    with connect(port, name, context) as connection:
        der = connection.getpeercert(binary_form=True)
        assert der is not None
        return x509.load_der_x509_certificate(der)


def chain_sent(port: int) -> list[bytes]:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-showcerts"]
    output = subprocess.run(command, input=b"", capture_output=True, check=False).stdout
    _, *blocks = output.split(b"-----BEGIN CERTIFICATE-----")
    return [b"".join(block.split(b"-----END")[0].split()) for block in blocks]


def bodies(*certificates: x509.Certificate) -> list[bytes]:
    lines = (pem(one).encode().splitlines()[1:-1] for one in certificates)
    return [b"".join(body) for body in lines]


def test_server_name_chooses_the_certificate() -> None:
    with TlsServer({"": GOOD, "*.apps.example.test": OTHER}) as server:
        assert leaf(server.port, "www.example.test") == GOOD.certificate
        assert leaf(server.port, "x.apps.example.test") == OTHER.certificate
        assert leaf(server.port, None) == GOOD.certificate


def test_unknown_name_gets_the_alert_unrecognized_name() -> None:
    """RFC 6066 section 3."""
    with (
        TlsServer({"www.example.test": GOOD}) as server,
        pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"),
    ):
        connect(server.port, "other.example.test")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_only_the_versions_of_the_terms_are_spoken(version: ssl.TLSVersion) -> None:
    with (
        TlsServer(GOOD, terms=Terms(version, version)) as server,
        connect(server.port, "www.example.test") as connection,
    ):
        assert connection.version() == version.name.replace("_", ".")


def test_the_offer_of_the_client_chooses_between_rsa_and_ecdsa() -> None:
    rsa = ISSUING.issue("www.example.test", Draft(key=KeyKind.RSA_2048))
    only_rsa = client(maximum_version=ssl.TLSVersion.TLSv1_2)
    only_rsa.set_ciphers("aRSA")
    with TlsServer({"": (GOOD, rsa)}) as server:
        assert leaf(server.port, None) == GOOD.certificate
        assert leaf(server.port, None, only_rsa) == rsa.certificate


def test_client_without_the_certificate_demanded_is_refused() -> None:
    terms = Terms(maximum=ssl.TLSVersion.TLSv1_2, client_ca=pem(ROOT.certificate))
    with TlsServer(GOOD, terms=terms) as server, pytest.raises(OSError, match=r"(?i)handshake"):
        connect(server.port, "www.example.test")


@pytest.mark.parametrize(
    "sent",
    [(), ISSUING.chain, (ROOT.certificate, *ISSUING.chain), (GOOD.certificate, *ISSUING.chain)],
    ids=["nothing", "issuer", "wrong order", "leaf twice"],
)
def test_chain_is_sent_exactly_as_given(sent: tuple[x509.Certificate, ...]) -> None:
    with TlsServer(GOOD.sending(*sent)) as server:
        assert chain_sent(server.port) == bodies(GOOD.certificate, *sent)


def test_server_outlives_clients_that_go_away_in_the_handshake() -> None:
    with TlsServer(GOOD) as server:
        for start in (b"", b"\x16\x03", b"GET / HTTP/1.0\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as rude:
                rude.sendall(start)
        assert leaf(server.port, None) == GOOD.certificate


def test_nothing_listens_once_the_server_has_stopped() -> None:
    with TlsServer(GOOD) as server, connect(server.port, None) as held:
        server.stop()
        assert held.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            connect(server.port, None)


@pytest.fixture(params=["::1", "127.0.0.1"])
def address(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_listener_serves_ipv4_and_ipv6(address: str) -> None:
    with (
        tls_servers.ssh(address) as server,
        socket.create_connection((address, server.port), timeout=10) as connection,
    ):
        assert connection.recv(8) == b"SSH-2.0-"


def test_two_listeners_cannot_have_one_port() -> None:
    with tls_servers.silent() as server, pytest.raises(OSError, match="in use"):
        Listener(lambda _connection, _stopping: None, port=server.port)


ODD: list[tuple[Callable[[], Listener], str]] = [
    (tls_servers.reset, "(?i)reset"),
    (tls_servers.garbage, "(?i)wrong.version|record|length"),
    (tls_servers.http, "(?i)wrong.version|http.request|record"),
    (tls_servers.ssh, "(?i)wrong.version|record"),
    (tls_servers.smtp, "(?i)wrong.version|record"),
    (lambda: tls_servers.closes_after_server_hello(GOOD), "(?i)eof|reset"),
]


@pytest.mark.parametrize(("make", "words"), ODD)
def test_odd_server_fails_the_handshake(make: Callable[[], Listener], words: str) -> None:
    with make() as server, pytest.raises(OSError, match=words):
        connect(server.port, "www.example.test")


@pytest.mark.parametrize("make", [tls_servers.silent, lambda: tls_servers.drip(0.01)])
def test_handshake_with_a_server_that_gives_too_little_does_not_end(
    make: Callable[[], Listener],
) -> None:
    with make() as server, socket.create_connection(("127.0.0.1", server.port)) as plain:
        plain.settimeout(0.2)
        hello = b"\x16\x03\x01\x00\x01\x01"
        plain.sendall(hello)
        received = list(_until_silent(plain))
    assert len(received) in {0, 20}


def _until_silent(connection: socket.socket) -> Iterator[bytes]:
    for _ in range(20):
        try:
            yield connection.recv(1)
        except TimeoutError:
            return


def test_s_server_sends_the_staple() -> None:
    with tls_servers.stapling(GOOD, staple(GOOD.certificate, ISSUING)) as port:
        assert b"Cert Status: good" in status_shown(port)


def test_s_server_without_staple_sends_none() -> None:
    with tls_servers.stapling(GOOD, b"") as port:
        assert b"no response sent" in status_shown(port)


def status_shown(port: int) -> bytes:
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-status"]
    return subprocess.run(command, input=b"", capture_output=True, check=False).stdout


def sends_whole_chain(credential: Credential) -> bool:
    with tls_servers.stapling(credential, b"") as port:
        return chain_sent(port) == bodies(credential.certificate, *credential.chain)


def test_s_server_sends_the_chain_as_given() -> None:
    assert sends_whole_chain(GOOD)
    assert sends_whole_chain(GOOD.sending())
