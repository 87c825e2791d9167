"""Record data as text and back."""

import dns.rdata
import dns.rdataclass
import pytest

from zones.reading.rdata import (
    Malformed,
    Mx,
    Srv,
    Svcb,
    Tlsa,
    is_rdata_text,
    malformed_text,
    rdata_text,
    read_mx,
    read_srv,
    read_svcb,
    read_tlsa,
    read_txt,
)

DIGEST = "0123456789abcdef" * 4


def text_of(rdtype: str, presentation: str) -> str:
    return rdata_text(dns.rdata.from_text(dns.rdataclass.IN, rdtype, presentation))


@pytest.mark.parametrize(
    ("rdtype", "presentation", "text"),
    [
        ("A", "192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:DB8:0::1", "2001:db8::1"),
        ("CNAME", "WWW.Company.com.", "www.company.com"),
        ("MX", "10 Mail.Company.com.", "10 mail.company.com"),
        ("MX", "0 .", "0 ."),
        ("SRV", "0 5 5222 XMPP.company.com.", "0 5 5222 xmpp.company.com"),
        ("SRV", "0 0 0 .", "0 0 0 ."),
        ("HTTPS", "0 Svc.example.net.", "0 svc.example.net"),
        ("HTTPS", "1 . port=8443 alpn=h2,h3", '1 . alpn="h2,h3" port="8443"'),
        ("SVCB", r"1 a\032b. alpn=dot", r'1 a\032b alpn="dot"'),
        ("SVCB", '1 . key65333="a b"', '1 . key65333="a b"'),
        ("TLSA", f"3 1 1 {DIGEST[:32].upper()} {DIGEST[32:]}", f"3 1 1 {DIGEST}"),
        ("TXT", r'"v=STSv1; " "id=\200;"', r'"v=STSv1; " "id=\200;"'),
    ],
)
def test_text_has_lower_case_names_without_a_trailing_dot(
    rdtype: str, presentation: str, text: str
) -> None:
    assert text_of(rdtype, presentation) == text
    if rdtype not in {"A", "AAAA", "CNAME"}:
        assert is_rdata_text(rdtype, text)


def test_long_hex_of_a_tlsa_record_is_one_word() -> None:
    assert text_of("TLSA", f"3 0 0 {'ab' * 900}") == f"3 0 0 {'ab' * 900}"


def test_tlsa_record_without_data_is_malformed() -> None:
    rdata = dns.rdata.from_wire(dns.rdataclass.IN, "TLSA", b"\3\1\0", 0, 3)
    assert rdata_text(rdata) == malformed_text(b"\3\1\0")


def test_mx_is_read_back() -> None:
    assert read_mx("10 mail.company.com") == Mx(10, "mail.company.com")
    assert read_mx("0 .") == Mx(0, "")


def test_srv_is_read_back() -> None:
    assert read_srv("0 5 5222 xmpp.company.com") == Srv(0, 5, 5222, "xmpp.company.com")
    assert read_srv("0 0 0 .") == Srv(0, 0, 0, "")


def test_svcb_is_read_back() -> None:
    text = text_of(
        "HTTPS",
        "1 svc.example.net. mandatory=alpn,key65333 alpn=h3 no-default-alpn port=8443"
        " ipv4hint=192.0.2.1 ipv6hint=2001:db8::1 key65333=x",
    )
    assert read_svcb(text) == Svcb(
        priority=1,
        target="svc.example.net",
        alpn=("h3",),
        no_default_alpn=True,
        port=8443,
        hints=("192.0.2.1", "2001:db8::1"),
        mandatory=("alpn", "key65333"),
    )
    assert read_svcb("0 .") == Svcb(0, "")


def test_tlsa_is_read_back() -> None:
    assert read_tlsa(f"3 1 1 {DIGEST}") == Tlsa(3, 1, 1, DIGEST)


def test_strings_of_a_txt_record_are_one_text() -> None:
    """RFC 8461 section 3.1: without spaces between them."""
    assert read_txt(r'"v=STSv1; " "id=\200;"') == b"v=STSv1; id=\xc8;"


@pytest.mark.parametrize(
    ("octets", "text"), [(b"", r"\# 0"), (b"\1\2\xff", r"\# 3 0102ff")], ids=["none", "three"]
)
def test_rdata_that_cannot_be_read_is_kept_as_octets(octets: bytes, text: str) -> None:
    """RFC 3597 section 5."""
    assert malformed_text(octets) == text
    assert is_rdata_text("MX", text)
    assert {read(text) for read in (read_mx, read_srv, read_svcb, read_tlsa)} == {Malformed()}


@pytest.mark.parametrize("text", ["", "10", "x mail", "1 . port=70000", "1 2 3 4 5 6"])
def test_text_that_no_source_yields_is_malformed_and_no_surprise(text: str) -> None:
    assert {read(text) for read in (read_mx, read_srv, read_svcb, read_tlsa)} == {Malformed()}


@pytest.mark.parametrize(
    ("rdtype", "text"),
    [
        ("MX", "10 Mail.company.com"),
        ("MX", "10 mail.company.com."),
        ("MX", "010 mail.company.com"),
        ("SRV", "0 0 70000 mail.company.com"),
        ("HTTPS", "1 . alpn=h2"),
        ("HTTPS", '0 . alpn="h2"'),
        ("TLSA", "3 1 1 00ff"),
        ("TLSA", f"3 1 1 {DIGEST.upper()}"),
        ("TLSA", r"\# 2 03"),
        ("TXT", "text"),
        ("TXT", r"\# 2 0161"),
        ("CAA", '0 issue "ca.example"'),
    ],
)
def test_other_forms_are_not_what_a_source_yields(rdtype: str, text: str) -> None:
    assert not is_rdata_text(rdtype, text)
