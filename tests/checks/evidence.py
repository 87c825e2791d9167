"""Evidence made by hand: a good chain, and what it takes to make it a bad one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from checks.context import Context, Served
from checks.evidence import Certificate, Chain, Handshake, Reach, Scan, StoreVerdict
from checks.finding import Finding, Severity
from checks.judge import judge
from checks.policy import OWN_CA, Policy
from checks.stores import StoreFile
from checks.verdict import Verdict
from zones.target import RecordRef, Target

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NAMES = ("apple", "java", "mozilla")
STORES = tuple(StoreFile(name, (Path(f"{name}.pem"),), date(2026, 3, 28), 100) for name in NAMES)
OWN_STORE = StoreFile(OWN_CA, (Path("own.pem"),), None, 1)
STALE = StoreFile("java", (Path("java.pem"),), date(2020, 1, 16), 90)
STORES_WITH_STALE = (STORES[0], STALE, STORES[2])

RECORD = RecordRef("inside", "company.test", "www.company.test", "A", "127.0.0.1")
TARGET = Target(
    fqdn="www.company.test",
    address="127.0.0.1",
    port=443,
    server_name="www.company.test",
    zone="company.test",
    views=("inside",),
    external=False,
    records=(RECORD,),
)
WILDCARD = replace(TARGET, fqdn="*.company.test", server_name="zonecert-1a2b.company.test")
EXTERNAL = replace(TARGET, external=True)
BY_SRV = replace(
    TARGET,
    fqdn="company.test",
    server_name="company.test",
    port=143,
    starttls="imap",
    accepted=("mail.company.test",),
    records=(
        RecordRef(
            "inside", "company.test", "_imap._tcp.company.test", "SRV", "0 1 143 mail.company.test"
        ),
    ),
)
BY_MX = replace(
    TARGET,
    fqdn="mail.company.test",
    server_name="mail.company.test",
    port=25,
    starttls="smtp",
    records=(RecordRef("inside", "company.test", "company.test", "MX", "10 mail.company.test"),),
)


def certificate(subject: str, issuer: str, days: float = 3650) -> Certificate:
    """A certificate that began 30 days ago and lasts so many days from now."""
    return Certificate(
        sha256=f"hash of {subject} by {issuer}",
        subject=subject,
        issuer=issuer,
        serial="1A2B",
        not_before=NOW - timedelta(30),
        not_after=NOW + timedelta(days),
    )


ROOT = replace(certificate("CN=Root", "CN=Root"), is_ca=True, self_signed=True)
OTHER_ROOT = replace(certificate("CN=Other", "CN=Other"), is_ca=True, self_signed=True)
CA = replace(certificate("CN=CA", "CN=Root", 1000), is_ca=True)
CROSS = replace(certificate("CN=Root", "CN=Other", 900), is_ca=True)
LEAF = replace(certificate("CN=www", "CN=CA", 60), dns_names=("www.company.test",))
RSA_LEAF = replace(LEAF, sha256="hash of rsa", key_type="RSA", key_bits=2048, key_curve=None)
SELF_SIGNED = replace(LEAF, issuer="CN=www", self_signed=True)
AIA = "http://ca.test/ca.cer"
PATH = (LEAF, CA, ROOT)


def trusting(
    path: tuple[Certificate, ...] = PATH, names: Iterable[str] = NAMES
) -> tuple[StoreVerdict, ...]:
    return tuple(StoreVerdict(name, trusted=True, sound=True, path=path) for name in names)


def refusing(
    code: int, depth: int, at_fault: Certificate | None, names: Iterable[str] = NAMES
) -> tuple[StoreVerdict, ...]:
    return tuple(
        StoreVerdict(name, False, code=code, depth=depth, text="OpenSSL's words", at_fault=at_fault)
        for name in names
    )


def minding(detail: str, names: Iterable[str] = NAMES) -> tuple[StoreVerdict, ...]:
    """Stores whose verifier minds what OpenSSL does not."""
    return tuple(StoreVerdict(name, trusted=False, sound=True, detail=detail) for name in names)


def issued(certificates: tuple[Certificate, ...]) -> tuple[tuple[int, ...], ...]:
    """Who issued whom, by names alone."""
    return tuple(
        tuple(
            place
            for place, issuer in enumerate(certificates)
            if place != own and issuer.subject == certificate.issuer
        )
        for own, certificate in enumerate(certificates)
    )


def chain(*certificates: Certificate, stores: tuple[StoreVerdict, ...] | None = None) -> Chain:
    """The chain as sent; unless told otherwise every store trusts it by what was sent and ROOT."""
    path = (*certificates, ROOT) if certificates[-1] != ROOT else certificates
    verdicts = trusting(path) if stores is None else stores
    return Chain(certificates, issued(certificates), verdicts)


GOOD = chain(LEAF, CA)


def shaking(shown: Chain, version: str = "TLS 1.3", question: str = "") -> Handshake:
    return Handshake(question or version, version, shown)


def served(shown: Chain) -> Served:
    return Served(shown, (shaking(shown, "TLS 1.2"),), tls_1_3_only=False)


def terms(policy: Policy | None = None, target: Target = TARGET) -> Context:
    return Context(target, policy or Policy(), NOW, STORES)


OWN = replace(terms(Policy(trust="own")), stores=(*STORES, OWN_STORE))
EITHER = replace(OWN, policy=Policy(trust="either"))


def scanned(*chains: Chain, target: Target = TARGET) -> Scan:
    """A scan in which TLS 1.3, 1.2, ... showed these chains."""
    versions = ("TLS 1.3", "TLS 1.2", "TLS 1.1")
    shown = zip(chains, versions, strict=False)
    return Scan(target, Reach.ANSWERED, tuple(shaking(one, version) for one, version in shown))


def verdict_on(*chains: Chain, context: Context | None = None) -> Verdict:
    context = context or terms()
    return judge(scanned(*chains, target=context.target), context)


def ids(found: Iterable[Finding]) -> list[str]:
    return [finding.id for finding in found]


def found_on(*chains: Chain, context: Context | None = None) -> list[str]:
    """The ids of all that is found, gravest first."""
    return ids(verdict_on(*chains, context=context).findings)


def the_finding(shown: Chain, context: Context | None = None) -> Finding:
    """The only one that is no note."""
    findings = verdict_on(shown, context=context).findings
    (finding,) = (one for one in findings if one.severity is not Severity.NOTE)
    return finding
