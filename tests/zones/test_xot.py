"""Zone transfer over TLS (RFC 9103) from real servers, and from odd ones."""

import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from cryptography.hazmat.primitives import serialization

from demo.listener import Listener
from demo.pki import Authority, Credential, Draft, pem, self_signed
from demo.tls import Terms, server_context
from tests.support import dns_server as odd
from tests.support import tls_servers
from tests.support.bind import bind, primary_file
from tests.support.knot import knot
from tests.support.primary import Loopback, ServerTls, TsigKey
from tests.zones import asked
from zones.axfr import AxfrSource
from zones.endpoint import Endpoint
from zones.transfer.secret import SecretError
from zones.transfer.tls import XOT_PORT, tls_failure

NAME = "ns1.company.com"
ZONES = {
    "company.com": primary_file("\n".join(f"h{n} A 10.1.{n >> 8}.{n & 255}" for n in range(4000)))
}
ANYTHING = Draft(extended_key_usage=None)
"""A certificate that a client can show as well."""


@dataclass(frozen=True)
class World:
    """An authority that everybody here knows, and another."""

    folder: Path
    root: Authority
    other: Authority

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        return path

    def table(self, **keys: object) -> dict[str, object]:
        """Return the table ``tls`` of a client of the known authority."""
        ca_file = self.file("ca.pem", pem(self.root.certificate))
        return {"name": NAME, "ca_file": ca_file, **keys}

    def shown(self, credential: Credential) -> dict[str, object]:
        """Return the table of a client that shows a certificate."""
        path = self.file("client.pem", credential.chain_pem)
        return self.table(cert_file=path, key_file=self.file("client.key", credential.key_pem))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    now = datetime.now(UTC)
    folder = tmp_path_factory.mktemp("xot")
    return World(folder, Authority.root("Company", now), Authority.root("Other", now))


def dot(credential: Credential, terms: Terms | None = None, *alpn: str) -> ssl.SSLContext:
    context = server_context(credential, terms)
    context.set_alpn_protocols(list(alpn or ("dot",)))
    return context


@contextmanager
def serving(credential: Credential, behave: odd.Behaviour = odd.complete) -> Iterator[str]:
    with odd.tcp_server(behave, tls=dot(credential)) as server:
        yield server


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_zone_is_had_over_tls_from_bind(world: World, address: Loopback) -> None:
    with bind(ZONES, tls=ServerTls(world.root.issue(NAME)), address=address) as server:
        zone = asked.zone(server.tls_server, tls=world.table())
        in_the_clear = asked.error(server.server)
    assert zone.server == server.tls_server
    assert len(zone.records) == 4001
    assert not zone.authenticated
    assert "(REFUSED)" in in_the_clear.what


def test_a_zone_is_had_with_key_and_client_certificate_from_bind(
    world: World, tmp_path: Path
) -> None:
    key = TsigKey()
    tsig = {"key_file": asked.key_file(tmp_path, key)}
    terms = ServerTls(world.root.issue(NAME), client_ca=pem(world.root.certificate))
    ours, foreign = (each.issue("client", ANYTHING) for each in (world.root, world.other))
    with bind(ZONES, tls=terms, key=key) as server:
        zone = asked.zone(server.tls_server, tls=world.shown(ours), tsig=tsig)
        errors = [
            asked.error(server.tls_server, tls=tls, tsig=tsig)
            for tls in (world.table(), world.shown(foreign))
        ]
    assert zone.authenticated
    for error in errors:
        assert error.what.endswith("closed the connection without an answer")
        assert "tls.cert_file" in error.remedy


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_zone_is_had_from_knot_behind_a_proxy_that_speaks_tls(
    world: World, address: Loopback, tmp_path: Path
) -> None:
    """Knot speaks XoT since 3.4 only; TSIG goes through the proxy from end to end."""
    key = TsigKey()
    context = dot(world.root.issue(NAME))
    with (
        knot(ZONES, key=key, address=address) as behind,
        odd.tcp_server(odd.relay(Endpoint(address, behind.port)), tls=context) as server,
    ):
        tsig = {"key_file": asked.key_file(tmp_path, key)}
        zone = asked.zone(server, tls=world.table(), tsig=tsig)
    assert zone.authenticated
    assert len(zone.records) == 4001


def test_the_port_is_853_unless_another_is_given() -> None:
    """RFC 9103 section 7.3."""
    servers = ["10.0.0.2", "10.0.0.2:8853", "2001:db8::2", NAME]
    assert [*map(str, asked.source(servers, tls={}).server)] == [
        "10.0.0.2:853",
        "10.0.0.2:8853",
        "[2001:db8::2]:853",
        "ns1.company.com:853",
    ]
    assert [each.port for each in asked.source("10.0.0.2").server] == [53]
    assert XOT_PORT == 853


def test_without_a_name_the_server_has_to_be_who_is_asked(world: World) -> None:
    by_address = world.table(name=None)
    with serving(world.root.issue("127.0.0.1")) as server:
        assert asked.zone(server, tls=by_address)
        port = server.rpartition(":")[2]
        assert "proves it to be localhost" in asked.error(f"localhost:{port}", tls=by_address).what
    with serving(world.root.issue("localhost")) as server:
        port = server.rpartition(":")[2]
        assert asked.zone(f"localhost:{port}", tls=by_address)
        assert "proves it to be 127.0.0.1" in asked.error(server, tls=by_address).what


def test_an_intermediate_or_the_certificate_itself_can_be_pinned(world: World) -> None:
    intermediate = world.root.intermediate("Servers")
    pinned = world.file("pinned.pem", pem(intermediate.certificate))
    with serving(intermediate.issue(NAME)) as server:
        assert asked.zone(server, tls=world.table(ca_file=pinned))
    alone = self_signed(NAME, datetime.now(UTC))
    with serving(alone) as server:
        itself = world.file("itself.pem", pem(alone.certificate))
        assert asked.zone(server, tls=world.table(ca_file=itself))


def test_without_a_file_the_system_says_who_is_trusted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(world.root.issue(NAME)) as server:
        assert "local issuer" in asked.error(server, tls={"name": NAME}).what
        # OpenSSL's own way of naming another store as the system's.
        monkeypatch.setenv("SSL_CERT_FILE", str(world.table()["ca_file"]))
        assert asked.zone(server, tls={"name": NAME})


NAMELESS = Draft(names=(), common_name=NAME)


@pytest.mark.parametrize(
    ("names", "draft", "words", "remedy"),
    [
        (NAME, Draft(remaining=timedelta(days=-1)), "certificate has expired", "renew"),
        (NAME, Draft(age=timedelta(days=-1)), "certificate is not yet valid", "renew"),
        ("ns2.company.com", Draft(), "Hostname mismatch", "tls.name"),
        (NAME, NAMELESS, "Hostname mismatch", "tls.name"),
        ("127.0.0.1", Draft(), "Hostname mismatch", "tls.name"),
    ],
    ids=["expired", "not yet", "another name", "common name only", "address only"],
)
def test_a_server_that_does_not_prove_its_name_is_not_asked(
    world: World, names: str, draft: Draft, words: str, remedy: str
) -> None:
    """RFC 9103 section 7.5: there is no opportunistic form."""
    with serving(world.root.issue(names, draft)) as server:
        error = asked.error(server, tls=world.table())
    assert f"has no certificate that proves it to be {NAME} ({words}" in error.what
    assert remedy in error.remedy


def test_a_server_of_another_authority_is_not_asked(world: World) -> None:
    for credential in (world.other.issue(NAME), self_signed(NAME, datetime.now(UTC))):
        with serving(credential) as server:
            error = asked.error(server, tls=world.table())
        assert f"has no certificate that proves it to be {NAME} (" in error.what
        assert "tls.ca_file" in error.remedy


def test_a_server_without_tls_1_3_is_not_asked(world: World) -> None:
    """RFC 9103 section 7.2. BIND closes without an alert; OpenSSL says why."""
    old = Terms(maximum=ssl.TLSVersion.TLSv1_2)
    with odd.tcp_server(odd.complete, tls=dot(world.root.issue(NAME), old)) as server:
        assert "does not speak TLS 1.3" in asked.error(server, tls=world.table()).what
    with bind(ZONES, tls=ServerTls(world.root.issue(NAME), protocol="TLSv1.2")) as primary:
        error = asked.error(primary.tls_server, tls=world.table())
    assert error.what.endswith("closed the connection in the TLS handshake")
    assert "TLS 1.3" in error.remedy


def test_a_server_that_agrees_on_no_protocol_is_not_asked(world: World) -> None:
    """RFC 9103 section 7.1: ``dot`` must be selected; a server may fall silent about it, or say."""
    credential = world.root.issue(NAME)
    words = "speaks TLS, but not DNS over it (no ALPN 'dot')"
    with odd.tcp_server(odd.complete, tls=server_context(credential)) as server:
        assert words in asked.error(server, tls=world.table()).what
    with tls_servers.stapling(credential, b"", "127.0.0.1", "-alpn", "h2") as port:
        assert words in asked.error(f"127.0.0.1:{port}", tls=world.table()).what


@pytest.mark.parametrize(
    ("start", "cause"),
    [
        (tls_servers.http, "does not speak TLS"),
        (tls_servers.ssh, "does not speak TLS"),
        (tls_servers.reset, "closed the connection in the TLS handshake"),
        (tls_servers.silent, "does not finish the TLS handshake in time"),
        (tls_servers.drip, "does not finish the TLS handshake in time"),
    ],
    ids=["http", "ssh", "reset", "silent", "drip"],
)
def test_a_server_that_never_gets_to_tls_is_an_error_in_time(
    world: World, start: Callable[[], Listener], cause: str
) -> None:
    with start() as server:
        place = f"{server.address}:{server.port}"
        error = asked.error(place, tls=world.table(), transfer_timeout=1)
    assert error.what.endswith(cause)
    assert "853" in error.remedy


def test_a_server_that_closes_within_the_handshake_is_an_error(world: World) -> None:
    with tls_servers.closes_after_server_hello(world.root.issue(NAME)) as server:
        error = asked.error(f"{server.address}:{server.port}", tls=world.table())
    assert error.what.endswith("closed the connection in the TLS handshake")


def test_a_server_that_resets_every_connection_is_an_error(world: World) -> None:
    """Whether the reset comes before the handshake, within it, or before the first look."""
    with Listener(_abort) as server:
        place = f"{server.address}:{server.port}"
        told = {asked.error(place, tls=world.table()).what for _ in range(200)}
    assert {what.rpartition(f"{place} ")[2] for what in told} <= {
        "closed the connection in the TLS handshake",
        "cannot be connected to (Connection reset by peer)",
    }


def _abort(connection: socket.socket, _stopping: Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(
    ("error", "cause", "remedy"),
    [
        (
            ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)"),
            "breaks TLS off (tlsv1 alert unknown ca)",
            "tls.cert_file",
        ),
        (
            ssl.SSLError(1, "[SSL] tlsv13 alert certificate required (_ssl.c:2580)"),
            "demands a client certificate",
            "tls.cert_file",
        ),
        (
            ssl.SSLError(1, "[SSL: BAD_RECORD_TYPE] bad record type (_ssl.c:1002)"),
            "breaks TLS off (bad record type)",
            "853",
        ),
        (ssl.SSLError(1, "another form"), "breaks TLS off (another form)", "853"),
        (ValueError("label too long"), "fails the TLS handshake (label too long)", "853"),
    ],
)
def test_errors_of_tls_are_told_in_words(error: OSError, cause: str, remedy: str) -> None:
    failure = tls_failure(error, NAME)
    assert failure.cause == cause
    assert remedy in failure.remedy


@pytest.mark.parametrize(
    ("behave", "cause"),
    [
        (odd.silent, "sent no answer: over after 2 s"),
        (odd.stall, "stalled midway: over after 2 s"),
        (odd.drip, "stalled midway: over after 2 s"),
        (odd.cut_midway, "closed the connection midway"),
        (odd.cut_in_a_message, "closed the connection midway"),
        (odd.reset, "closed the connection"),
        (odd.endless, "sent more than 1000 records"),
    ],
    ids=["silent", "stall", "drip", "cut", "cut in a message", "reset", "endless"],
)
def test_deadline_and_caps_hold_over_tls_too(
    world: World, behave: odd.Behaviour, cause: str
) -> None:
    seconds = 60 if behave is odd.endless else 2
    with serving(world.root.issue(NAME), behave) as server:
        error = asked.error(server, tls=world.table(), transfer_timeout=seconds, max_records=1000)
    assert cause in error.what


def test_a_client_certificate_that_is_missing_or_foreign_is_told_so(world: World) -> None:
    terms = Terms(client_ca=pem(world.root.certificate))
    with odd.tcp_server(odd.complete, tls=dot(world.root.issue(NAME), terms)) as server:
        missing = asked.error(server, tls=world.table())
        foreign = asked.error(server, tls=world.shown(world.other.issue("client", ANYTHING)))
        assert asked.zone(server, tls=world.shown(world.root.issue("client", ANYTHING)))
    # The alert may be lost where the connection is reset right after it.
    cut_off = "closed the connection without an answer"
    assert missing.what.endswith(("demands a client certificate", cut_off))
    assert foreign.what.endswith(("breaks TLS off (tlsv1 alert unknown ca)", cut_off))
    assert "tls.cert_file" in missing.remedy
    assert "tls.cert_file" in foreign.remedy


def test_a_port_for_tls_that_is_asked_in_the_clear_is_told_so(world: World) -> None:
    with bind(ZONES, tls=ServerTls(world.root.issue(NAME))) as server:
        error = asked.error(server.tls_server)
    assert error.what.endswith("closed the connection without an answer")
    assert "(set tls)" in error.remedy


def _fault(source: AxfrSource) -> str:
    with pytest.raises(SecretError) as caught:
        source.prepared({})
    return str(caught.value)


def test_files_of_tls_that_cannot_be_used_are_told_before_anything_is_asked(world: World) -> None:
    ours = world.root.issue("client", ANYTHING)
    words = world.file("words.pem", "no PEM at all\n")
    cert = world.file("cert.pem", ours.chain_pem)
    locked = world.file("locked.key", _locked(ours))
    open_key = world.file("open.key", ours.key_pem)
    open_key.chmod(0o640)
    other = world.file("other.key", world.root.issue("x").key_pem)
    gone = world.folder / "gone.pem"

    def told(**keys: object) -> str:
        return _fault(asked.source("::1", tls=world.table(**keys)))

    assert f"{gone}: cannot be read (No such file" in told(ca_file=gone)
    assert f"tls.ca_file: {words}: holds no certificate in PEM form" in told(ca_file=words)
    assert f"{gone}: cannot be read" in told(cert_file=gone)
    assert f"{gone}: cannot be read" in told(cert_file=cert, key_file=gone)
    assert f"chmod 600 {open_key}" in told(cert_file=cert, key_file=open_key)
    for wrong in (locked, other, words):
        assert f"is no certificate whose key is in {wrong}" in told(cert_file=cert, key_file=wrong)
    # The key is in the certificate's own file where no other is named.
    both = world.file("both.pem", ours.chain_pem + ours.key_pem)
    assert asked.source("::1", tls=world.table(cert_file=both)).prepared({})
    both.chmod(0o644)
    assert f"chmod 600 {both}" in told(cert_file=both)


def _locked(credential: Credential) -> str:
    """Return the key with a passphrase."""
    return credential.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    ).decode()
