"""Targets that come from MX, SRV and TLSA records."""

import pytest

from tests.zones.build import company, doors, reasons, skips, targets, turned, zone
from zones.naming.rules import Rules
from zones.naming.service import SRV_SERVICES, STARTTLS_BY_PORT
from zones.target import SkipReason, Target
from zones.targets import Answers, names_to_resolve

MAIL = ("mail.company.com A 192.0.2.25", "mail.company.com AAAA 2001:db8::25")
XMPP = "xmpp.company.com A 192.0.2.52"
DIGEST = "ab" * 32
NOTHING_BUT_SERVICES = Rules(ports_for=lambda *_: ())


def from_services(*lines: str, answers: Answers | None = None) -> list[Target]:
    """Return the targets of company.com that come from records of services alone."""
    return targets(company(*lines), answers=answers, rules=NOTHING_BUT_SERVICES)


def reason_for(line: str, *lines: str) -> tuple[SkipReason, str]:
    """Return why the first of the records names no target."""
    [skip] = (each for each in skips(company(line, *lines)) if str(each.record) == line)
    return skip.reason, skip.detail


# Mail exchanges


def test_mail_exchange_is_a_target_at_port_25_of_each_address_under_its_own_name() -> None:
    """RFC 7672 section 3.2.2, RFC 8461 section 4.1: not the domain that is asked for."""
    found = from_services("company.com MX 10 mail.company.com", *MAIL)
    assert doors(found) == [
        "mail.company.com 192.0.2.25:25 smtp",
        "mail.company.com 2001:db8::25:25 smtp",
    ]
    assert {target.server_name for target in found} == {"mail.company.com"}


def test_exchange_of_many_domains_is_tested_once_and_lists_them() -> None:
    other = zone("company.net", "company.net MX 5 mail.company.com")
    held = company(
        "company.com MX 10 mail.company.com", "a.company.com MX 0 mail.company.com", MAIL[0]
    )
    [target] = targets(held, other, rules=NOTHING_BUT_SERVICES)
    assert [ref.owner for ref in target.records] == ["a.company.com", "company.com", "company.net"]


def test_null_mx_is_skipped() -> None:
    """RFC 7505 section 3."""
    assert reason_for("company.com MX 0 .") == (SkipReason.NO_SERVICE, "null MX")


ELSEWHERE = "company.com MX 10 mx.example.net"
FOUND: Answers = {("inside", "mx.example.net"): ("198.51.100.1",)}


def test_exchange_outside_of_the_zones_is_resolved_and_external() -> None:
    assert names_to_resolve([company(ELSEWHERE)], Rules()) == {("inside", "mx.example.net")}
    [target] = targets(company(ELSEWHERE), answers=FOUND)
    assert doors([target]) == ["mx.example.net 198.51.100.1:25 smtp"]
    assert target.external


def test_exchange_outside_belongs_to_the_first_zone_that_names_it() -> None:
    other = zone("company.net", "company.net MX 10 mx.example.net")
    for zones in ([other, company(ELSEWHERE)], [company(ELSEWHERE), other]):
        [target] = targets(*zones, answers=FOUND)
        assert target.zone == "company.com"
        assert len(target.records) == 2


def test_policy_of_an_exchange_outside_is_asked_by_the_zone_that_names_it() -> None:
    asked = []

    def external_for(*place: str) -> str:
        asked.append(place)
        return "skip"

    rules = Rules(external_for=external_for)  # type: ignore[arg-type]
    [skip] = skips(company(ELSEWHERE), answers=FOUND, rules=rules)
    assert (skip.reason, skip.detail) == (SkipReason.EXTERNAL, "leads to mx.example.net")
    assert asked == [("company.com", "mx.example.net", "198.51.100.1", "inside")]


def test_exchange_that_is_an_alias_is_followed() -> None:
    held = ("company.com MX 10 mx.company.com", "mx.company.com CNAME mail.company.com", MAIL[0])
    assert doors(from_services(*held)) == ["mx.company.com 192.0.2.25:25 smtp"]


def test_exchange_without_an_address_is_dangling() -> None:
    line = "company.com MX 10 gone.company.com"
    assert reason_for(line) == (SkipReason.DANGLING, "gone.company.com")


@pytest.mark.parametrize("exchange", [r"a\032b.company.com", "192.0.2.1", "*.company.com"])
def test_exchange_that_is_no_host_name_is_skipped(exchange: str) -> None:
    line = f"company.com MX 10 {exchange}"
    assert reason_for(line, "*.company.com A 192.0.2.1")[0] is SkipReason.NOT_A_HOST_NAME


def test_mail_domain_may_have_a_name_that_no_host_has() -> None:
    """It is the exchange that is looked at."""
    assert doors(from_services("_a.company.com MX 10 mail.company.com", MAIL[0])) == [
        "mail.company.com 192.0.2.25:25 smtp"
    ]


TLSA = f"_25._tcp.mail.company.com TLSA 3 1 1 {DIGEST}"
STS = '_mta-sts.company.com TXT "v=STSv1; id=1;"'


def demands(*lines: str) -> tuple[str, ...]:
    [target] = from_services("company.com MX 10 mail.company.com", MAIL[0], *lines)
    return target.demanded_by


def test_tlsa_record_and_mta_sts_demand_that_the_certificate_is_checked() -> None:
    assert demands() == ()
    assert demands(TLSA) == ("TLSA",)
    assert demands(STS) == ("MTA-STS",)
    assert demands(TLSA, STS) == ("MTA-STS", "TLSA")


def test_tlsa_record_at_what_the_exchange_is_an_alias_of_counts() -> None:
    """Senders look there first (RFC 7672 section 2.2)."""
    mail = ("mx.company.com CNAME mail.company.com", MAIL[0], TLSA)
    found = from_services("company.com MX 10 mx.company.com", *mail)
    assert [each.demanded_by for each in found if each.fqdn == "mx.company.com"] == [("TLSA",)]


def test_mta_sts_of_any_of_the_domains_counts() -> None:
    assert demands(
        "a.company.com MX 10 mail.company.com", STS.replace("_mta-sts", "_mta-sts.a")
    ) == ("MTA-STS",)


def test_policy_record_may_be_behind_an_alias() -> None:
    assert demands(
        "_mta-sts.company.com CNAME sts.company.com", STS.replace("_mta-sts", "sts")
    ) == ("MTA-STS",)


@pytest.mark.parametrize(
    ("line", "demand"),
    [
        ("_mta-sts.company.com CNAME _mta-sts.provider.net", "MTA-STS"),
        ("_25._tcp.mail.company.com CNAME _dane.provider.net", "TLSA"),
    ],
)
def test_what_is_left_to_somebody_else_to_say_is_taken_to_be_said(line: str, demand: str) -> None:
    """RFC 8461 section 8.2; a wildcard that leads away says nothing of mail."""
    assert demands(line) == (demand,)
    assert demands(f"*.company.com CNAME {line.rpartition(' ')[2]}") == ()


def test_tlsa_record_in_another_view_counts_where_it_names_the_exchange() -> None:
    """An MX record that is added anywhere takes nothing from what another record demands."""
    inside = company("company.com MX 10 mail.company.com", MAIL[0])
    outside = company(TLSA, MAIL[0], view="outside")
    [target] = targets(inside, outside, rules=NOTHING_BUT_SERVICES)
    assert {record.rdtype for record in target.records} == {"MX", "TLSA"}
    assert target.demanded_by == ("TLSA",)


@pytest.mark.parametrize(
    "line",
    [
        '_mta-sts.company.com TXT "v=STSv2; id=1;"',
        '_mta-sts.b.company.com TXT "v=STSv1; id=1;"',
        f"_25._tcp.other.company.com TLSA 3 1 1 {DIGEST}",
        f"_465._tcp.mail.company.com TLSA 3 1 1 {DIGEST}",
        r"_25._tcp.mail.company.com TLSA \# 3 030101",
    ],
)
def test_what_speaks_of_something_else_demands_nothing(line: str) -> None:
    held = company("company.com MX 10 mail.company.com", MAIL[0], line)
    [target] = (t for t in targets(held, rules=NOTHING_BUT_SERVICES) if t.port == 25)
    assert target.demanded_by == ()


def test_two_policy_records_are_none() -> None:
    """RFC 8461 section 3.1."""
    assert demands(STS, STS.replace("id=1", "id=2")) == ()


@pytest.mark.parametrize("usage", [0, 1])
def test_tlsa_of_the_web_pki_demands_nothing_of_mail(usage: int) -> None:
    """RFC 7672 section 3.1.3: SMTP clients know DANE-TA and DANE-EE only."""
    assert demands(TLSA.replace("TLSA 3", f"TLSA {usage}")) == ()


# SRV


def test_srv_is_a_target_under_its_domains_name_and_accepts_its_targets() -> None:
    """RFC 6120 section 13.7.2.1, RFC 6186 section 4: the name that the user knows."""
    [target] = from_services("_xmpp-client._tcp.company.com SRV 0 5 5222 xmpp.company.com", XMPP)
    assert doors([target]) == ["company.com 192.0.2.52:5222 xmpp"]
    assert (target.server_name, target.accepted) == ("company.com", ("xmpp.company.com",))
    assert target.records[0].rdtype == "SRV"


@pytest.mark.parametrize(("label", "starttls"), SRV_SERVICES.items())
def test_label_of_the_service_says_how_tls_is_begun(label: str, starttls: str) -> None:
    [target] = from_services(f"{label}._tcp.company.com SRV 0 0 777 xmpp.company.com", XMPP)
    assert (target.port, target.starttls) == (777, starttls)


def test_sip_over_tls_is_a_transport_of_its_own() -> None:
    """RFC 3263 section 4.1 has ``_sips._tcp``, phones ask for ``_sip._tls``."""
    [target] = from_services("_sip._tls.company.com SRV 0 0 443 xmpp.company.com", XMPP)
    assert doors([target]) == ["company.com 192.0.2.52:443"]


@pytest.mark.parametrize(
    ("owner", "reason", "detail"),
    [
        ("_sip._udp.company.com", SkipReason.NO_TLS, "_sip._udp"),
        ("_kerberos._tcp.company.com", SkipReason.NO_TLS, "_kerberos._tcp"),
        ("_turns._udp.company.com", SkipReason.NOT_TCP, "_turns._udp"),
        ("_game._udp.company.com", SkipReason.NOT_TCP, "_game._udp"),
        ("_sieve._tcp.company.com", SkipReason.UNKNOWN_SERVICE, "_sieve._tcp"),
        ("_imaps.company.com", SkipReason.UNKNOWN_SERVICE, ""),
        ("imaps.company.com", SkipReason.UNKNOWN_SERVICE, ""),
        ("_ldap._tcp.dc._msdcs.company.com", SkipReason.SERVICE_LABEL, ""),
    ],
)
def test_service_that_cannot_be_asked_for_a_certificate_is_skipped(
    owner: str, reason: SkipReason, detail: str
) -> None:
    assert reason_for(f"{owner} SRV 0 0 88 xmpp.company.com", XMPP) == (reason, detail)


def test_service_that_is_not_offered_is_skipped() -> None:
    """RFC 2782: a target of '.'."""
    line = "_imap._tcp.company.com SRV 0 0 0 ."
    assert reason_for(line) == (SkipReason.NO_SERVICE, "target is the root")


def test_port_0_is_skipped() -> None:
    line = "_imaps._tcp.company.com SRV 0 0 0 xmpp.company.com"
    assert reason_for(line, XMPP)[0] is SkipReason.NO_PORT


def test_srv_target_outside_of_the_zones_is_external() -> None:
    line = "_imaps._tcp.company.com SRV 0 0 993 mx.example.net"
    [target] = from_services(line, answers=FOUND)
    assert doors([target]) == ["company.com 198.51.100.1:993"]
    assert target.external


# TLSA


@pytest.mark.parametrize(("port", "starttls"), [(443, ""), (8443, ""), *STARTTLS_BY_PORT.items()])
def test_tlsa_is_a_target_at_its_port(port: int, starttls: str) -> None:
    """RFC 6698 section 3: the base name."""
    [target] = from_services(f"_{port}._tcp.xmpp.company.com TLSA 3 1 1 {DIGEST}", XMPP)
    assert doors([target]) == [f"xmpp.company.com 192.0.2.52:{port} {starttls}".rstrip()]
    assert target.demanded_by == ()


@pytest.mark.parametrize(
    ("owner", "reason", "detail"),
    [
        ("_443._udp.xmpp.company.com", SkipReason.NOT_TCP, "_udp"),
        ("_443._sctp.xmpp.company.com", SkipReason.NOT_TCP, "_sctp"),
        ("*._tcp.xmpp.company.com", SkipReason.NO_PORT, ""),
        ("_0._tcp.xmpp.company.com", SkipReason.NO_PORT, ""),
        ("_65536._tcp.xmpp.company.com", SkipReason.NO_PORT, ""),
        ("xmpp.company.com", SkipReason.NO_PORT, ""),
        ("_443._tcp.*.company.com", SkipReason.NOT_A_HOST_NAME, ""),
    ],
)
def test_tlsa_that_names_no_tcp_port_of_a_host_is_skipped(
    owner: str, reason: SkipReason, detail: str
) -> None:
    assert reason_for(f"{owner} TLSA 3 1 1 {DIGEST}", XMPP) == (reason, detail)


def test_policy_says_how_tls_is_begun_where_a_tlsa_record_does_not() -> None:
    rules = Rules(starttls_for=lambda *_: {8443: "smtp"}, starttls_ports=frozenset({8443}))
    held = company(f"_8443._tcp.xmpp.company.com TLSA 3 1 1 {DIGEST}", XMPP)
    assert "xmpp.company.com 192.0.2.52:8443 smtp" in doors(targets(held, rules=rules))


def test_tlsa_record_behind_an_alias_is_about_the_aliass_port() -> None:
    """One TLSA record for all services of a host is often kept that way."""
    lines = (
        f"dane.company.com TLSA 3 1 1 {DIGEST}",
        "_993._tcp.xmpp.company.com CNAME dane.company.com",
    )
    [target] = from_services(*lines, XMPP)
    assert doors([target]) == ["xmpp.company.com 192.0.2.52:993"]
    assert [ref.rdtype for ref in target.records] == ["CNAME"]
    assert reason_for(lines[0]) == (SkipReason.NO_PORT, "")


def test_srv_record_behind_an_alias_is_about_the_aliass_domain() -> None:
    lines = (
        "srv.company.com SRV 0 0 993 xmpp.company.com",
        "_imaps._tcp.company.com CNAME srv.company.com",
    )
    assert doors(from_services(*lines, XMPP)) == ["company.com 192.0.2.52:993"]


def test_alias_of_a_service_that_leads_to_none_is_no_host() -> None:
    line = "_993._tcp.xmpp.company.com CNAME xmpp.company.com"
    assert reason_for(line, XMPP)[0] is SkipReason.SERVICE_LABEL


# All of them


@pytest.mark.parametrize("rdtype", ["MX", "SRV", "SVCB", "HTTPS", "TLSA"])
def test_malformed_record_is_accounted_for(rdtype: str) -> None:
    line = rf"_443._tcp.company.com {rdtype} \# 1 00"
    assert reason_for(line) == (SkipReason.MALFORMED, "")


def test_types_that_the_policy_leaves_out_are_filtered() -> None:
    held = company("company.com MX 10 mail.company.com", TLSA, MAIL[0])
    rules = Rules(services=frozenset({"SRV"}))
    assert {target.port for target in targets(held, rules=rules)} == {443}
    assert {(skip.reason, skip.detail) for skip in skips(held, rules=rules)} == {
        (SkipReason.FILTERED, "services leaves MX out"),
        (SkipReason.FILTERED, "services leaves TLSA out"),
    }
    assert names_to_resolve([company(ELSEWHERE)], rules) == set()


def test_records_below_a_delegation_are_occluded() -> None:
    held = company(
        "sub.company.com NS ns.example.net", "_imaps._tcp.sub.company.com SRV 0 0 993 a.net"
    )
    assert set(reasons(skips(held)).values()) == {SkipReason.BELOW_DELEGATION}


def test_ports_of_the_policy_are_begun_as_it_says() -> None:
    rules = Rules(ports_for=lambda *_: (443, 587, 3389))
    assert doors(targets(company(XMPP), rules=rules)) == [
        "xmpp.company.com 192.0.2.52:443",
        "xmpp.company.com 192.0.2.52:587 smtp",
        "xmpp.company.com 192.0.2.52:3389 rdp",
    ]


def test_same_door_from_several_records_is_one_target() -> None:
    rules = Rules(ports_for=lambda *_: (25,))
    held = company("company.com MX 10 mail.company.com", MAIL[0], TLSA)
    [target] = targets(held, rules=rules)
    assert [ref.rdtype for ref in target.records] == ["TLSA", "MX", "A"]
    assert target.starttls == "smtp"


def test_record_that_names_the_service_wins_over_the_table_of_ports() -> None:
    """Whoever runs TLS from the first byte at 143 says so in DNS; the table only guesses."""
    held = company("_imaps._tcp.company.com SRV 0 0 143 company.com", "company.com A 192.0.2.1")
    rules = Rules(ports_for=lambda *_: (143,))
    [target] = targets(held, rules=rules)
    assert target.starttls == ""
    assert [ref.rdtype for ref in target.records] == ["SRV", "A"]
    assert targets(turned(held), rules=rules) == [target]


def test_of_two_records_that_differ_the_first_in_order_counts() -> None:
    lines = (
        "_imap._tcp.company.com SRV 0 0 143 company.com",
        "_imaps._tcp.company.com SRV 0 0 143 company.com",
        "company.com A 192.0.2.1",
    )
    for held in (company(*lines), turned(company(*lines))):
        found = targets(held, rules=NOTHING_BUT_SERVICES)
        assert doors(found) == ["company.com 192.0.2.1:143 imap"]


def test_further_name_is_accepted_only_where_every_record_accepts_it() -> None:
    """A browser that came by the A record does not know what the SRV record says."""
    srv = "_https._tcp.company.com SRV 0 0 443 web.company.com"
    held = company(srv, "web.company.com A 192.0.2.1", "company.com A 192.0.2.1")
    [target] = (each for each in targets(held) if each.fqdn == "company.com")
    assert target.accepted == ()
    [alone] = (t for t in targets(company(srv, "web.company.com A 192.0.2.1")) if t.accepted)
    assert alone.accepted == ("web.company.com",)


def test_own_name_needs_no_acceptance() -> None:
    [target] = from_services("_imaps._tcp.xmpp.company.com SRV 0 0 993 xmpp.company.com", XMPP)
    assert target.accepted == ()
