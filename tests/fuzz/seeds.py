"""Where the first inputs come from: ``python -m tests.fuzz.seeds`` writes them into the corpus.

They are well-formed, or wrong in one known way; what was found since stands beside them.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from demo.ocsp import StapleDraft, staple
from demo.pki import Authority, Credential, Draft, pem
from tests.checks.truth.defects import DEFECTS, FINE
from tests.checks.truth.pki import Kind, Pki
from tests.fuzz.dialogue import PROTOCOLS
from tests.fuzz.framing import framed
from tests.fuzz.transfer import KEY, SIGNED
from tests.zones.build import NOON
from tests.zones.test_export import COLLECTED
from zones.export import Export, write_export

CORPUS = Path(__file__).parent / "corpus"
REPOSITORY = Path(__file__).parents[2]
NAME = "www.company.test"
CHAINS = {
    "good",
    "under-a-wildcard",
    "only-rfc822-name",
    "expired",
    "must-staple",
    "unknown-critical",
    "self-signed",
    "missing-intermediate",
    "not-a-ca",
    "excluded",
    "root-sent",
    "unrelated-sent",
    "wrong-order",
}
"""Defects of the truth table that a chain is kept of."""
RECORDS = (
    "company.com. 3600 IN SOA ns.company.com. hostmaster.company.com. 7 3600 600 86400 300",
    "company.com. 60 IN NS ns.company.com.",
    "www.company.com. 60 IN A 192.0.2.1",
    "www.company.com. 60 IN AAAA 2001:db8::1",
    "*.company.com. 60 IN A 192.0.2.2",
    "shop.company.com. 60 IN CNAME www.company.com.",
    "loop.company.com. 60 IN CNAME loop.company.com.",
    "out.company.com. 60 IN CNAME www.example.net.",
    "old.company.com. 60 IN DNAME company.com.",
    "child.company.com. 60 IN NS ns.child.company.com.",
    "ns.child.company.com. 60 IN A 192.0.2.3",
    r"a\.b\000\255.company.com. 60 IN A 192.0.2.4",
    "company.com. 60 IN MX 10 mail.company.com.",
    "_443._tcp.www.company.com. 60 IN TLSA 3 1 0 00",
    "_sip._tcp.company.com. 60 IN SRV 0 5 5061 sip.company.com.",
    "company.com. 60 IN HTTPS 1 . alpn=h2 port=8443 ipv4hint=192.0.2.5",
    'company.com. 60 IN TXT "=1+1"',
)

DIALOGUES = {
    "smtp": b"220 mail\r\n\0\0250-mail\r\n250 STARTTLS\r\n\0\0220 go\r\n",
    "imap": b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n\0\0a OK\r\na1 OK go\r\n",
    "pop3": b"+OK hi\r\n\0\0+OK go\r\n",
    "ftp": b"120 soon\r\n220-hi\r\n220 hi\r\n\0\0234 go\r\n",
    "ldap": bytes.fromhex("300c02010178070a010004000400"),
    "xmpp": b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams'><stream:features>"
    b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>\0\0<proceed/>",
    "rdp": bytes.fromhex("0300001306d00000123400020f080001000000"),
    "postgres": b"S",
}
"""What servers say that consent to TLS."""


def main() -> None:
    """Write the first inputs of every harness, in place of those that are there."""
    for name, der in chains().items():
        (CORPUS / "judge" / name).write_bytes(der)
    for name, stream in transfers().items():
        (CORPUS / "transfer" / name).write_bytes(stream)
    for name, said in DIALOGUES.items():
        (CORPUS / "dialogue" / name).write_bytes(bytes([PROTOCOLS.index(name)]) + said)
    collected = Export(COLLECTED, NOON, "ab" * 32, "cd" * 32)
    write_export(CORPUS / "export" / "every-kind", collected)
    for name, text in zone_files().items():
        (CORPUS / name).write_text(text, encoding="utf-8")
    sample = (REPOSITORY / "compliance.toml.sample").read_text(encoding="utf-8")
    (CORPUS / "configuration" / "sample").write_text(sample, encoding="utf-8")


def chains() -> dict[str, bytes]:
    """Return chains of the truth table by the defect's name; their root is written beside."""
    pki = Pki(Kind.EC)
    (CORPUS / "root.pem").write_text(pem(pki.roots["Root"].certificate))
    planted = {one.name: one.plan(pki, NAME) for one in (*FINE, *DEFECTS) if one.name in CHAINS}
    made = {name: b"".join(map(der, sent(one))) for name, one in planted.items()}
    issuing = pki.hierarchy("Root", {}, {}).issuing
    response = staple(planted["good"].certificate, issuing, StapleDraft())
    return made | {"stapled": made["good"] + response, "all-names": der(odd_names(pki))}


def odd_names(pki: Pki) -> x509.Certificate:
    """Return a leaf that its root issued, with every kind of name that there is."""
    root: Authority = pki.roots["Root"]
    draft = Draft(
        names=(NAME, "*.company.test", "192.0.2.1", "2001:db8::1"),
        emails=("a@company.test",),
        ca_issuers="http://ca.test/ca.cer",
    )
    return root.issue(NAME, draft).certificate


def sent(credential: Credential) -> Iterator[x509.Certificate]:
    """Yield what a server sends."""
    yield credential.certificate
    yield from credential.chain


def der(certificate: x509.Certificate) -> bytes:
    """Return the certificate in DER form."""
    return certificate.public_bytes(Encoding.DER)


def zone_files() -> dict[str, str]:
    """Return master files, and files of zones as zonecert and dns-cert-checker write them."""
    first, *others = RECORDS
    lines = "\n".join((first, *others))
    relative = (
        'www 60 IN A 192.0.2.1\n$INCLUDE more\n$ORIGIN sub\n@ A 192.0.2.2 ; "a"\n\tAAAA ::1\n'
    )
    row = {"type": "A", "name": "www", "ttl": 60, "target": "192.0.2.1"}
    ancestors = {"company.com": [row, {**row, "type": "CNAME", "name": "@", "target": "a.b."}]}
    return {
        "master_file/absolute": f"{lines}\n",
        "master_file/relative": f"$TTL 1h\n{first}\n{relative}",
        "export/ancestors": json.dumps(ancestors),
    }


def transfers() -> dict[str, bytes]:
    """Return streams of messages by what is special about each."""
    rrsets = [*map(rrset, RECORDS)]
    soa = rrsets[0]
    whole = message(*rrsets, soa)
    return {
        "whole": framed([whole]),
        "a-record-each": framed([message(one) for one in (*rrsets, soa)]),
        "cut": framed([whole])[:-40],
        "refused": framed([message(rcode=5)]),
        "no-last-soa": framed([message(*rrsets)]),
        "soa-alone": framed([message(soa), message(soa)]),
        "unsigned": SIGNED + framed([whole]),
        "signed": SIGNED + framed([signed(*rrsets, soa)]),
    }


def rrset(line: str) -> dns.rrset.RRset:
    """Return the record of a line."""
    owner, ttl, rdclass, rdtype, rdata = line.split(" ", 4)
    return dns.rrset.from_text(owner, int(ttl), rdclass, rdtype, rdata)


def message(*rrsets: dns.rrset.RRset, rcode: int = 0) -> bytes:
    """Return an answer with the id 0."""
    query = dns.message.make_query("company.com.", "AXFR", id=0)
    made = dns.message.make_response(query)
    made.flags |= dns.flags.AA
    made.set_rcode(dns.rcode.Rcode(rcode))
    made.answer = list(rrsets)
    return made.to_wire(max_size=65535)


def signed(*rrsets: dns.rrset.RRset) -> bytes:
    """Return an answer that is signed, if not as the answer to any query of ours."""
    made = dns.message.from_wire(message(*rrsets), one_rr_per_rrset=True)
    made.use_tsig(KEY)
    return made.to_wire(max_size=65535)


if __name__ == "__main__":
    main()
