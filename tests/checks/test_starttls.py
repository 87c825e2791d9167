"""The way from a protocol in the clear to TLS: what is said, and what each answer means."""

import socket
from collections.abc import Iterable

import pytest

from checks.scan.deadline import Deadline, Watchdog
from checks.scan.diagnosis import Declined, Ending
from checks.scan.starttls import DIALOGUES, begin
from checks.scan.wire import NotStartedError

WATCHDOG = Watchdog()
XMPP_HEAD = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0'"
    b" xmlns:stream='http://etherx.jabber.org/streams' from='x.test' id='1'>"
)
XMPP_OFFER = (
    b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    b"</stream:features>"
)
XMPP_PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
LDAP_CONSENT = bytes.fromhex("300c02010178070a010004000400")
LDAP_CONSENT_LONG = (
    bytes.fromhex("308400000028020101788400 00001f0a0100040004008a16".replace(" ", ""))
    + b"1.3.6.1.4.1.1466.20037"
)
RDP_CONSENT = bytes.fromhex("030000130ed000001234000200080001000000")


class Scripted(socket.socket):
    """A connection that hears its segments one by one; then the server says nothing, or closes."""

    address = "192.0.2.1"

    def __init__(self, segments: Iterable[bytes], *, closes: bool = False) -> None:
        super().__init__()
        self.close()
        self.segments = list(segments)
        self.closes = closes
        self.sent = b""

    def recv(self, _size: int, _flags: int = 0) -> bytes:
        if self.segments:
            return self.segments.pop(0)
        if self.closes:
            return b""
        raise TimeoutError

    def sendall(self, data: object, _flags: int = 0) -> None:
        assert isinstance(data, bytes)
        self.sent += data

    def settimeout(self, _seconds: float | None) -> None:
        pass

    def getsockname(self) -> tuple[str, int]:
        return self.address, 50000


def held(protocol: str, *segments: bytes, closes: bool = False) -> Declined | None:
    """Return why TLS did not begin; None where it did."""
    try:
        begin(Scripted(segments, closes=closes), protocol, "x.test", Deadline(15, WATCHDOG))
    except NotStartedError as error:
        return error.declined
    return None


CONSENTS = {
    "smtp": b"220 x.test ESMTP\r\n250-x.test\r\n250-STARTTLS\r\n250 HELP\r\n220 go ahead\r\n",
    "imap": b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\ns1 OK begin\r\n",
    "pop3": b"+OK ready\r\n+OK begin\r\n",
    "ftp": b"220-Welcome\r\n 220 of us\r\n220 ready\r\n234 go\r\n",
    "ldap": LDAP_CONSENT,
    "xmpp": XMPP_HEAD + XMPP_OFFER + XMPP_PROCEED,
    "xmpp_server": XMPP_HEAD + XMPP_OFFER + XMPP_PROCEED,
    "rdp": RDP_CONSENT,
    "postgres": b"S",
}


def test_there_is_a_dialogue_for_each_protocol_and_a_test_for_each_dialogue() -> None:
    assert set(CONSENTS) == set(DIALOGUES)


@pytest.mark.parametrize("protocol", CONSENTS)
def test_a_server_that_consents_is_offered_tls(protocol: str) -> None:
    assert held(protocol, CONSENTS[protocol]) is None


@pytest.mark.parametrize("protocol", CONSENTS)
def test_an_answer_may_come_in_any_segments(protocol: str) -> None:
    """TCP has no messages (RFC 9293 section 2.2)."""
    assert held(protocol, *(bytes([byte]) for byte in CONSENTS[protocol])) is None


@pytest.mark.parametrize(
    ("protocol", "segments"),
    [
        # Lengths in the long form, as Active Directory has them (X.690 section 8.1.3.5).
        ("ldap", LDAP_CONSENT_LONG),
        ("ftp", b"120 ready in 1 minute\r\n220 ready\r\n234 go\r\n"),
        ("imap", b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\ns1 OK begin\r\n"),
        ("smtp", b"220 x\r\n250-x\r\n250 starttls\r\n220 go\r\n"),
        ("xmpp", XMPP_HEAD + XMPP_OFFER + b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
         b"</proceed>"),
    ],
)  # fmt: skip
def test_other_legal_answers_are_consent_as_well(protocol: str, segments: bytes) -> None:
    assert held(protocol, segments) is None


@pytest.mark.parametrize(
    ("protocol", "answer", "why"),
    [
        ("smtp", b"220 x\r\n250-x\r\n250 SIZE\r\n", "it speaks SMTP and offers no STARTTLS"),
        (
            "smtp",
            b"220 x\r\n502 unknown command\r\n",
            "it refuses EHLO and so offers no STARTTLS (502 unknown command)",
        ),
        ("ftp", b"220 x\r\n502 no\r\n", "it speaks FTP and offers no AUTH TLS (502 no)"),
        ("pop3", b"+OK\r\n-ERR no\r\n", "it speaks POP3 and offers no STLS (-ERR no)"),
        ("imap", b"* OK\r\ns1 BAD no\r\n", "it speaks IMAP and offers no STARTTLS (s1 BAD no)"),
        (
            "ldap",
            bytes.fromhex("300e02010178090a01020400040268 69".replace(" ", "")),
            "it speaks LDAP and offers no StartTLS (protocolError hi)",
        ),
        ("xmpp", XMPP_HEAD + b"<stream:features/>", "it speaks XMPP and offers no STARTTLS"),
        ("postgres", b"N", "it speaks PostgreSQL and offers no TLS"),
        (
            "rdp",
            bytes.fromhex("0300000b06d00000123400"),
            "it speaks RDP and offers no TLS (RDP's own security only)",
        ),
        (
            "rdp",
            bytes.fromhex("030000130ed000001234000300080002000000"),
            "it speaks RDP and offers no TLS (RDP's own security only)",
        ),
    ],
)
def test_a_server_that_offers_no_way_to_tls_speaks_its_protocol_in_the_clear(
    protocol: str, answer: bytes, why: str
) -> None:
    assert held(protocol, answer) == Declined(Ending.PLAIN, why)


@pytest.mark.parametrize(
    ("protocol", "answer", "words"),
    [
        ("smtp", b"554 no service here\r\n", "554 no service here"),
        ("smtp", b"421 too busy\r\n", "421 too busy"),
        ("smtp", b"220 x\r\n421 too busy\r\n", "421 too busy"),
        (
            "smtp",
            b"220 x\r\n250-x\r\n250 STARTTLS\r\n454 TLS not available\r\n",
            "454 TLS not available",
        ),
        (
            "smtp",
            b"220 x\r\n250-x\r\n250 STARTTLS\r\n454 pas pr\xeat\r\n",
            "454 pas pr\\xeat",
        ),
        (
            "smtp",
            b"421 4.7.0 x.test Too many connections from [192.0.2.1] h12si345wrx.7 at 08:27:40\r\n",
            "421 4.7.0 x.test Too many connections from ... ... at ...",
        ),
        ("ftp", b"220 x\r\n431 no certificate\r\n", "431 no certificate"),
        ("pop3", b"-ERR maintenance\r\n", "-ERR maintenance"),
        ("imap", b"* BYE overloaded\r\n", "* BYE overloaded"),
        ("imap", b"* OK\r\ns1 NO not now\r\n", "s1 NO not now"),
        ("ldap", bytes.fromhex("300c02010178070a013404000400"), "result code 52"),
        (
            "xmpp",
            XMPP_HEAD + b"<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
            b"</stream:error></stream:stream>",
            "host-unknown",
        ),
        (
            "xmpp",
            XMPP_HEAD + b"<stream:error><undefined-condition xmlns="
            b"'urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:"
            b"xmpp-streams'>No features</text></stream:error></stream:stream>",
            "undefined-condition No features",
        ),
        ("xmpp", XMPP_HEAD + b"</stream:stream>", "the stream is closed"),
        (
            "xmpp",
            XMPP_HEAD + XMPP_OFFER + b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
            "failure",
        ),
        ("rdp", bytes.fromhex("030000130ed000001234000300080003000000"), "negotiation failure 3"),
        ("postgres", b"E\0\0\0\x09SFATAL\0\0", "an error message"),
    ],
)
def test_a_server_that_declines_is_told_in_its_own_words(
    protocol: str, answer: bytes, words: str
) -> None:
    assert held(protocol, answer) == Declined(Ending.UNWILLING, words)


@pytest.mark.parametrize("protocol", DIALOGUES)
@pytest.mark.parametrize(
    ("answer", "spoken"),
    [(b"SSH-2.0-x\r\n", "SSH"), (b"HTTP/1.1 400 Bad\r\n", "HTTP"), (b"<html>\r\n", "HTTP")],
)
def test_another_protocol_is_told_by_its_name(protocol: str, answer: bytes, spoken: str) -> None:
    declined = held(protocol, answer)
    assert declined is not None
    assert declined.ending is Ending.PLAIN
    assert declined.words.startswith(f"it speaks {spoken}, where ")


@pytest.mark.parametrize("protocol", DIALOGUES)
def test_a_server_of_tls_from_the_first_byte_is_found_out(protocol: str) -> None:
    """One that waits for a ClientHello says nothing; one that gets something else, an alert."""
    alert = bytes.fromhex("15030300020246")
    assert held(protocol, alert) == Declined(Ending.TLS_AT_ONCE)


class OnlyTls(Scripted):
    """Says nothing until it is sent a ClientHello."""

    def sendall(self, data: object, _flags: int = 0) -> None:
        super().sendall(data)
        self.segments.append(bytes.fromhex("160303003a"))


def test_a_server_that_does_not_greet_is_offered_tls() -> None:
    connection = OnlyTls([])
    with pytest.raises(NotStartedError) as caught:
        begin(connection, "smtp", "x.test", Deadline(15, WATCHDOG))
    assert caught.value.declined == Declined(Ending.TLS_AT_ONCE)
    assert connection.sent.startswith(b"\x16\x03")


class Late(Scripted):
    """Greets when the client has stopped waiting for it."""

    def sendall(self, data: object, _flags: int = 0) -> None:
        super().sendall(data)
        self.segments.append(b"220 x.test ESMTP\r\n500 what?\r\n")


def test_a_greeting_that_comes_late_is_slow_and_no_refusal() -> None:
    with pytest.raises(NotStartedError) as caught:
        begin(Late([]), "smtp", "x.test", Deadline(15, WATCHDOG))
    assert caught.value.declined == Declined(Ending.DRIPPING)


@pytest.mark.parametrize("protocol", DIALOGUES)
def test_silence_and_endings_are_told_apart(protocol: str) -> None:
    begun = CONSENTS[protocol][:-1]
    assert held(protocol) == Declined(Ending.SILENT)
    assert held(protocol, closes=True) == Declined(Ending.CUT, "STARTTLS dialogue")
    if begun:
        assert held(protocol, begun) == Declined(Ending.DRIPPING)
        assert held(protocol, begun, closes=True) == Declined(Ending.CUT, "STARTTLS dialogue")


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [
        ("smtp", b"220-and so on\r\n" * 20),
        ("ftp", b"220-and so on\r\n" * 20),
        ("imap", b"* OK and so on\r\n" * 20),
        ("pop3", b"+" * 300),
        ("xmpp", b"<and so='on'>" * 20),
    ],
)
def test_a_server_that_talks_without_end_is_left(protocol: str, answer: bytes) -> None:
    assert held(protocol, *([answer] * 1000)) == Declined(Ending.ENDLESS)


def test_a_length_that_nobody_could_want_is_not_waited_for() -> None:
    assert held("ldap", bytes.fromhex("30847fffffff")) == Declined(Ending.ENDLESS)


@pytest.mark.parametrize(
    "answer",
    [
        *("3000", "3003020101", "30050201017800", "3080", "1f00", "300201"),
        f"302404a0{'ff' * 32}0000",
    ],
)
def test_an_answer_that_is_no_ldap_is_no_consent(answer: str) -> None:
    declined = held("ldap", bytes.fromhex(answer), closes=True)
    assert declined is not None
    assert declined.ending in {Ending.PLAIN, Ending.CUT}


@pytest.mark.parametrize("code", ["2)0", "2(0", "2[0", "2**", "2\\\\"])
@pytest.mark.parametrize("protocol", ["smtp", "ftp"])
def test_a_reply_code_is_text_and_no_pattern(protocol: str, code: str) -> None:
    reply = f"{code}-and\r\n{code} so on\r\n".encode()
    declined = held(protocol, reply, closes=True)
    assert declined is not None
    assert declined.ending is Ending.UNWILLING


def test_the_stream_is_opened_to_whom_the_client_is_after() -> None:
    """RFC 6120 section 4.7.2; a name is never markup."""
    connection = Scripted([CONSENTS["xmpp"]])
    begin(connection, "xmpp", "x'><y.test", Deadline(15, WATCHDOG))
    assert b"""to="x'&gt;&lt;y.test\"""" in connection.sent
    assert b"xmlns='jabber:client'" in connection.sent


def test_a_server_stream_is_opened_as_a_server() -> None:
    connection = Scripted([CONSENTS["xmpp_server"]])
    begin(connection, "xmpp_server", "x.test", Deadline(15, WATCHDOG))
    assert b"xmlns='jabber:server'" in connection.sent


@pytest.mark.parametrize(
    ("address", "greeting"),
    [("192.0.2.1", b"EHLO [192.0.2.1]\r\n"), ("2001:db8::1", b"EHLO [IPv6:2001:db8::1]\r\n")],
)
def test_the_client_greets_by_its_address(address: str, greeting: bytes) -> None:
    """It has no name that the other side could look up (RFC 5321 sections 4.1.3 and 4.1.4)."""
    connection = Scripted([CONSENTS["smtp"]])
    connection.address = address
    begin(connection, "smtp", "x.test", Deadline(15, WATCHDOG))
    assert connection.sent == greeting + b"STARTTLS\r\n"
