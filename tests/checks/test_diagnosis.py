"""Why a port shows no certificate: from what was seen to words that are true."""

import pytest

from checks.evidence import FailureKind
from checks.scan.diagnosis import Declined, Ending, broken_off, diagnose, is_tls


@pytest.mark.parametrize(
    ("words", "ending", "kept"),
    [
        ("TLS alert: handshake failure", Ending.ALERT, "handshake failure"),
        (
            "error:14094419:SSL routines:ssl3_read_bytes:tlsv1 alert access denied\n",
            Ending.ALERT,
            "tlsv1 alert access denied",
        ),
        (
            "error:14094458:SSL routines:ssl3_read_bytes:tlsv1 unrecognized name\n",
            Ending.UNRECOGNIZED_NAME,
            "tlsv1 unrecognized name",
        ),
        ("Server interrupted the TLS handshake", Ending.CUT, ""),
        ("Server rejected the connection", Ending.RESET, ""),
        (
            "error:1409C098:SSL routines:tls_get_message_header:excessive message size",
            Ending.TOO_LONG,
            "",
        ),
        (
            "error:1416F0EF:SSL routines::unable to find public key parameters",
            Ending.UNREADABLE,
            "its public key is of a kind that OpenSSL does not know",
        ),
        (
            "error:0D0680A8:asn1 encoding routines:asn1_check_tlen:wrong tag",
            Ending.UNREADABLE,
            "its encoding is not valid DER (wrong tag)",
        ),
    ],
)
def test_the_words_of_a_library_are_understood(words: str, ending: Ending, kept: str) -> None:
    assert Declined.of_words(words) == Declined(ending, kept)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "it speaks HTTP"),
        (b"<html>", "it speaks HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "it speaks SSH"),
        (b"220 mail.x.test ESMTP\r\n", "it speaks SMTP or FTP"),
        (b"220 FTP server ready\r\n", "it speaks FTP"),
        (b"* OK IMAP4rev1\r\n", "it speaks IMAP"),
        (b"+OK POP3\r\n", "it speaks POP3"),
        (b"RFB 003.008\n", "it speaks VNC"),
        (b"<?xml version='1.0'?><stream:stream>", "it speaks XMPP"),
        (bytes(range(128, 200)), "it speaks something that is not TLS"),
    ],
)
def test_a_port_that_speaks_another_protocol_is_told_by_its_name(answer: bytes, said: str) -> None:
    failure = diagnose([Declined(Ending.ALERT, "wrong version number")], answer)
    assert (failure.kind, failure.reason) == (FailureKind.NOT_TLS, said)


@pytest.mark.parametrize("answer", [b"", b"\x15", b"\x15\x03\x01\0\2\2\x28", b"\x16\x03\x03"])
def test_an_alert_or_a_handshake_record_or_nothing_may_be_tls(answer: bytes) -> None:
    assert is_tls(answer)


def test_the_most_telling_alert_is_told() -> None:
    """That a version is not spoken was to be expected of most questions."""
    declined = [
        Declined(Ending.ALERT, "protocol version"),
        Declined(Ending.ALERT, "handshake failure"),
        Declined(Ending.CUT),
    ]
    assert diagnose(declined, b"").reason == "handshake failure"


@pytest.mark.parametrize(
    ("ending", "told"),
    [(Ending.CUT, "begins the handshake and then closes"), (Ending.RESET, "then resets")],
)
def test_who_breaks_off_what_he_had_begun_is_told_before_an_alert(
    ending: Ending, told: str
) -> None:
    """That there is no RSA certificate was to be expected of one question; this was not."""
    begun = Declined(ending).midway
    failure = diagnose([Declined(Ending.ALERT, "handshake failure"), begun], b"\x16\x03\x03")
    assert told in failure.reason


def test_silence_in_the_middle_is_slowness() -> None:
    assert Declined(Ending.SILENT).midway == Declined(Ending.DRIPPING)
    assert Declined(Ending.ALERT, "words").midway == Declined(Ending.ALERT, "words")


def test_a_refused_name_is_told_before_all_else() -> None:
    declined = [Declined(Ending.ALERT, "handshake failure"), Declined(Ending.UNRECOGNIZED_NAME)]
    failure = diagnose(declined, None)
    assert failure.unrecognized_name
    assert "unrecognized_name" in failure.reason


def test_a_server_that_takes_no_connection_any_more_has_stopped_answering() -> None:
    declined = [Declined(Ending.CUT), Declined(Ending.UNREACHABLE, "timed out")]
    assert diagnose(declined, None).kind is FailureKind.STOPPED_ANSWERING


def test_a_certificate_that_the_library_cannot_hand_over_is_unreadable() -> None:
    failure = diagnose([Declined(Ending.UNREADABLE, "invalid start byte")], b"\x16\x03\x03")
    assert failure.kind is FailureKind.CERTIFICATE_UNREADABLE
    assert "invalid start byte" in failure.reason


def test_foreign_words_are_cut() -> None:
    failure = diagnose([Declined(Ending.ALERT, "x" * 5000)], b"")
    assert len(failure.reason) == 500


def test_a_deadline_that_passes_before_any_answer_is_told() -> None:
    assert "deadline" in diagnose([], None).reason


def test_refused_connections_after_the_first_are_no_silence() -> None:
    failure = diagnose([Declined(Ending.REFUSED)], None)
    assert failure.kind is FailureKind.TLS_FAILED
    assert "now refuses" in failure.reason


@pytest.mark.parametrize(
    ("last", "kind", "reason"),
    [
        (Declined(Ending.SILENT), FailureKind.STOPPED_ANSWERING, "fell silent"),
        (Declined(Ending.RESET), FailureKind.STOPPED_ANSWERING, "then reset connections"),
        (Declined(Ending.CUT), FailureKind.STOPPED_ANSWERING, "then closed connections"),
        (Declined(Ending.UNREACHABLE), FailureKind.STOPPED_ANSWERING, "not taken now"),
        (Declined(Ending.REFUSED), FailureKind.TLS_FAILED, "now refuses"),
        (Declined(Ending.DRIPPING), FailureKind.TLS_FAILED, "so slowly"),
        (None, FailureKind.TLS_FAILED, "deadline passed before every certificate"),
    ],
)
def test_what_left_questions_open_is_told(
    last: Declined | None, kind: FailureKind, reason: str
) -> None:
    failure = broken_off(last)
    assert failure.kind is kind
    assert reason in failure.reason
