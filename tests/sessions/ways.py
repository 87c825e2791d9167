"""The ways in which a zone goes wrong on its way here, by name, and what must be told of each."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import dns.message
import dns.rcode

from demo.pki import Authority, Credential, Draft
from demo.tls import Terms, server_context
from tests.sessions.way import (
    NAME,
    PATIENCE,
    Ground,
    Source,
    Way,
    catalog,
    coded,
    file,
    over_tls,
    provider,
    signed,
    transfer,
    waited_for,
)
from tests.support import bad_transfers as bad
from tests.support import dns_server as odd
from tests.support.moto_server import REGION, account
from tests.support.program import free_port

_OVER = f": over after {PATIENCE} s"
_TLS_PATIENCE = 5
"""``transfer_timeout`` where a handshake comes first, in seconds."""


def _account(on: Ground, _zone: str) -> Source:
    running = on.stack.enter_context(account())
    running.refusals += ["AccessDenied"] * 10
    aws = {
        "AWS_ENDPOINT_URL": running.endpoint,
        "AWS_ACCESS_KEY_ID": "reader",
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    on.environment.update(aws)
    return {"type": "route53"}


def _page(*labels: str, start: bool = False, end: bool = False) -> odd.Page:
    def records(query: dns.message.Message) -> list[str]:
        edge = [odd.apex(query)]
        return edge * start + [odd.host(query, label) for label in labels] + edge * end

    return records


def _between(line: str) -> odd.Behaviour:
    return odd.replay(lambda query: [odd.apex(query), line, odd.apex(query)])


def _outside(query: dns.message.Message) -> list[str]:
    return [odd.apex(query), f"x{odd.host(query)[4:]}", odd.apex(query)]


def _other_soa(query: dns.message.Message) -> str:
    return f"other.{odd.apex(query)}"


def _tls(on: Ground, credential: Credential | None = None, **terms: Any) -> ssl.SSLContext:  # noqa: ANN401 - of demo.tls.Terms
    context = server_context(credential or on.authority.issue(NAME), Terms(**terms))
    context.set_alpn_protocols(["dot"])
    return context


def _expired(on: Ground) -> Credential:
    return on.authority.issue(NAME, Draft(remaining=timedelta(days=-1)))


FIRST, MIDDLE, LAST = _page("a", start=True), _page("m"), _page("z", end=True)

IN_THE_CLEAR = {
    "refused": coded("refuses the zone transfer (REFUSED)", dns.rcode.REFUSED),
    "notauth": coded("is not authoritative for the zone (NOTAUTH)", dns.rcode.NOTAUTH),
    "nxdomain": coded("does not know the zone (NXDOMAIN)", dns.rcode.NXDOMAIN),
    "servfail": coded("cannot serve the zone (SERVFAIL)", dns.rcode.SERVFAIL),
    "notimp": coded("answers NOTIMP to AXFR", dns.rcode.NOTIMP),
    "formerr": coded("answers FORMERR to AXFR", dns.rcode.FORMERR),
    "refused-midway": transfer("refuses the zone transfer (REFUSED)", bad.refused_midway),
    "nobody": Way(
        "refuses the connection",
        lambda _, zone: {"server": f"127.0.0.1:{free_port()}", "zones": [zone]},
    ),
    "udp-only": Way(
        "refuses the connection",
        lambda on, zone: {
            "server": on.stack.enter_context(odd.udp_server(lambda query: query)),
            "zones": [zone],
        },
    ),
    "lets-nobody-in": Way(
        "does not answer (timed out connecting)",
        lambda on, zone: {
            "server": on.stack.enter_context(odd.unanswering_port()),
            "zones": [zone],
            "transfer_timeout": PATIENCE,
        },
    ),
    "closes": transfer("closed the connection without an answer", odd.replay()),
    "silent": waited_for(_OVER, odd.silent),
    "stall": waited_for(_OVER, odd.stall),
    "drip": waited_for(_OVER, odd.drip),
    "cut-between-messages": transfer("closed the connection midway", odd.cut_midway),
    "cut-in-a-message": transfer("closed the connection midway", odd.cut_in_a_message),
    "cut-in-the-length": transfer("closed the connection midway", bad.cut_in_the_length),
    "reset": transfer("closed the connection midway", odd.reset),
    "soa-alone": transfer("closed the connection midway", odd.replay(lambda q: [odd.apex(q)])),
    "soa-alone-twice": transfer("sent nothing but the zone's SOA record", bad.soa_alone_twice),
    "empty": transfer("sent what is not a zone", odd.empty_answer),
    "no-soa-at-first": transfer("sent what is not a zone", odd.no_soa),
    "other-soa-at-first": transfer(
        "sent what is not a zone", odd.replay(lambda q: [_other_soa(q), odd.host(q), _other_soa(q)])
    ),
    "other-soa-at-last": transfer(
        "an SOA record below the apex",
        odd.replay(lambda q: [odd.apex(q), odd.host(q), _other_soa(q)]),
    ),
    "changes": transfer(
        "changed the zone while it sent it",
        odd.replay(FIRST, lambda query: [odd.apex(query).replace(" 7 ", " 8 ")]),
    ),
    "more-after-the-end": transfer("answers after final SOA", odd.after_final_soa),
    "outside": transfer(
        "sent a record of www.company.net, which lies outside of the zone",
        _between("www.company.net. 60 IN A 192.0.2.1"),
    ),
    "outside-by-a-letter": transfer("which lies outside of the zone", odd.replay(_outside)),
    "above": transfer(
        "sent a record of test, which lies outside of the zone",
        _between("test. 60 IN NS ns.invalid."),
    ),
    "other-section": transfer("sent what is not a zone", bad.in_another_section),
    "class-chaos": transfer("sent what is not a zone (a record of another class)", bad.chaos),
    "soa-of-class-chaos": transfer("sent what is not a zone (", bad.soa_of_chaos),
    "wrong-id": transfer("another id than the query's", odd.wrong_id),
    "wrong-id-midway": transfer("another id than the query's", bad.other_id_midway),
    "wrong-question": transfer("(wrong question name)", odd.wrong_question),
    "wrong-type": transfer("(wrong question rdatatype)", bad.wrong_type),
    "query": transfer("that is not an answer to the query", odd.echo),
    "other-opcode": transfer("that is not an answer to the query", bad.notified),
    "truncated": transfer("is truncated, as it says itself (TC)", bad.truncated),
    "garbage": transfer("another id than the query's", odd.garbage),
    "too-short": transfer("too short for DNS", odd.too_short),
    "no-records": transfer("cannot be parsed", odd.unparsable),
    "fewer-than-it-says": transfer("cannot be parsed", bad.more_than_there_is),
    "compression-loop": transfer("cannot be parsed", bad.loop),
    "forward-pointer": transfer("cannot be parsed", bad.forward),
    "pointers-in-a-row": transfer("cannot be parsed", bad.pointers_in_a_row),
    "long-name": transfer("cannot be parsed", bad.long_name),
    "reserved-label": transfer("cannot be parsed", bad.reserved_label),
    "short-address": transfer("cannot be parsed", bad.short_address),
    "cut-alias": transfer("cannot be parsed", bad.cut_alias),
    "endless-bytes": transfer("more than 20000 bytes", odd.endless, max_bytes=20_000),
    "endless-records": transfer("sent more than 1000 records", odd.endless, max_records=1000),
    "endless-nothing": transfer(
        "sent more than 20000 bytes", bad.nothing_without_end, max_bytes=20_000
    ),
}
WITH_A_KEY = {
    "unsigned": signed("sent an answer without a signature", odd.complete, signs=False),
    "first-unsigned": signed(
        "sent an answer without a signature", odd.signed(FIRST, LAST, unsigned=[0])
    ),
    "last-unsigned": signed(
        "sent its last message without a signature", odd.signed(FIRST, LAST, unsigned=[1])
    ),
    "hundred-unsigned": signed(
        "sent more than 99 messages in a row without a signature",
        odd.signed(FIRST, *[MIDDLE] * 100, LAST, unsigned=range(1, 101)),
    ),
    "damaged": signed("whose signature is wrong", odd.signed(FIRST, MIDDLE, LAST, damaged=[1])),
    "damaged-at-last": signed("whose signature is wrong", odd.signed(FIRST, LAST, damaged=[1])),
    "signed-and-cut": signed("closed the connection midway", odd.signed(FIRST, MIDDLE)),
    "an-hour-ago": signed("at a time that is not now", odd.signed_at(-3600)),
    "badkey": signed("(BADKEY)", odd.tsig_error(dns.rcode.BADKEY)),
    "badsig": signed("(BADSIG)", odd.tsig_error(dns.rcode.BADSIG)),
    "badtime": signed("(BADTIME)", odd.tsig_error(dns.rcode.BADTIME)),
    "badtrunc": signed("(BADTRUNC)", odd.tsig_error(dns.rcode.BADTRUNC)),
}
OVER_TLS = {
    "tls-stall": over_tls(
        f"stalled midway: over after {_TLS_PATIENCE} s",
        lambda on: on.served(odd.stall, _tls(on)),
        transfer_timeout=_TLS_PATIENCE,
    ),
    "no-tls": over_tls(
        "does not finish the TLS handshake in time",
        lambda on: on.served(odd.complete),
        transfer_timeout=PATIENCE,
    ),
    "other-authority": over_tls(
        "has no certificate that proves it",
        lambda on: on.served(
            odd.complete, _tls(on, Authority.root("Other", datetime.now(UTC)).issue(NAME))
        ),
    ),
    "other-name": over_tls(
        "has no certificate that proves it",
        lambda on: on.served(odd.complete, _tls(on, on.authority.issue("ns2.company.com"))),
    ),
    "expired": over_tls(
        "has no certificate that proves it",
        lambda on: on.served(odd.complete, _tls(on, _expired(on))),
    ),
    "old-tls": over_tls(
        "does not speak TLS 1.3",
        lambda on: on.served(odd.complete, _tls(on, maximum=ssl.TLSVersion.TLSv1_2)),
    ),
    "no-alpn": over_tls(
        "not DNS over it (no ALPN 'dot')",
        lambda on: on.served(odd.complete, server_context(on.authority.issue(NAME))),
    ),
    "tls-cut": over_tls(
        "closed the connection midway", lambda on: on.served(odd.cut_in_a_message, _tls(on))
    ),
}
_VERSION, _MEMBER = 'version.@ 0 IN TXT "2"', "a.zones.@ 0 IN PTR {}."
CATALOGS = {
    "catalog-of-a-refused-zone": catalog(
        "refuses the zone transfer (REFUSED)",
        _VERSION,
        _MEMBER.format("member.test"),
        failing="member.test",
    ),
    "catalog-of-nothing": catalog("lists no zone", _VERSION),
    "catalog-without-version": catalog("is no catalog", _MEMBER.format("lost.test")),
    "catalog-of-two-in-one": catalog(
        "has 2 PTR records at a.zones",
        _VERSION,
        _MEMBER.format("lost.test"),
        _MEMBER.format("gone.test"),
    ),
    "catalog-cut": catalog(
        "closed the connection midway", _VERSION, _MEMBER.format("lost.test"), last=False
    ),
}
_HEAD = "$TTL 60\n@ SOA ns.invalid. h.invalid. 7 1 1 1 1\n@ NS ns.invalid.\nwww A 127.0.0.11\n"
ELSEWHERE = {
    "file-gone": file("cannot be read (No such file or directory)", None),
    "file-of-nothing": file("has no SOA record of the zone", ""),
    "file-of-no-records": file("line 5", f"{_HEAD}what is this\n"),
    "file-cut": file("line 5", f"{_HEAD}www TXT ("),
    "file-of-more-than-itself": file(
        "is outside of the zone", f"{_HEAD}www.demo.test. A 1.2.3.4\n"
    ),
    "file-that-includes-nothing": file("gone cannot be read", f"{_HEAD}$INCLUDE gone\n"),
    "file-that-includes-others": file("is outside of the zone file's", f"{_HEAD}$INCLUDE ../x\n"),
    "provider-fails": provider("does not give it (RuntimeError: 401", "Strict"),
    "provider-stalls": provider("(over after 2 s)", "Stalling", transfer_timeout=PATIENCE),
    "provider-lists-nothing": provider("lists no zone", "Idle", zones=[], failing="."),
    "account-refuses": Way("AccessDenied", _account, failing="."),
}
WAYS: Mapping[str, Way] = {**OVER_TLS, **IN_THE_CLEAR, **WITH_A_KEY, **CATALOGS, **ELSEWHERE}
"""By name. Those that are waited for longest come first: sources are asked several at a time."""
