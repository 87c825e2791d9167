"""A run and verdicts made by hand, friendly and hostile, for the tests of the reports."""

from dataclasses import replace
from datetime import UTC, date, datetime

from checks.finding import CATALOGUE, CertificateRef, Finding
from checks.judge import subject_of
from checks.owner import Owner
from checks.verdict import Deployment, Outcome, Subject, SubjectKind, Verdict, Waived
from reports.run import Run, Store
from zones.inventory import Inventory, ZoneResult
from zones.target import RecordRef, Skipped, SkipReason, Target

JUDGED_AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
HOSTILE = {
    "formula": "=HYPERLINK(1)",
    "semicolon": "a;=1+1",
    "full-width": "\uff1d1+1",
    "markup": "<script>document.title='owned'</script><img src=x onerror=alert(1)>",
    "quote": "\"'><b>",
    "escape": "\x1b]0;owned\x07\x1b[2J",
    "lines": "one\r\ntwo\ttab\u2028three",
    "nul": "a\0b",
    "c1": "a\x9b31mb",
    "bidi": "a\u202eb\u2066c",
    "surrogate": "a\udc80b",
    "xml": "]]>&amp;\ufffe",
    "long": "A" * 65536,
}
"""Text as strangers may write it into DNS, a certificate or an alert."""


def target(
    fqdn: str, address: str = "192.0.2.1", port: int = 443, zone: str = "company.com"
) -> Target:
    rdtype = "AAAA" if ":" in address else "A"
    record = RecordRef("inside", zone, fqdn, rdtype, address)
    return Target(fqdn, address, port, fqdn, zone, ("inside",), external=False, records=(record,))


def leaf(subject: str = "CN=www.company.com", **changes: object) -> CertificateRef:
    made = CertificateRef(
        position=0,
        subject=subject,
        issuer="CN=Company Issuing CA",
        serial="0A1B",
        sha256="ab" * 32,
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_after=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def deployment(key_type: str = "EC", *refused_by: str, **changes: object) -> Deployment:
    stores = {"apple", "mozilla"} - set(refused_by)
    ref = leaf(**changes)  # type: ignore[arg-type]
    return Deployment(key_type, ("TLS 1.2", "TLS 1.3"), ref, tuple(sorted(stores)), refused_by)


def finding(finding_id: str, message: str = "", **changes: object) -> Finding:
    kind = CATALOGUE[finding_id]
    made = Finding(
        finding_id,
        message or kind.title,
        kind.severity,
        remedy=kind.remedy,
        reference=kind.reference,
        certificate=leaf(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def verdict(of: Target, outcome: Outcome = Outcome.OK, **changes: object) -> Verdict:
    fails = outcome is Outcome.ERROR
    made = Verdict(subject_of(of), outcome, fails=fails, deployments=(deployment(),))
    return replace(made, **changes)  # type: ignore[arg-type]


def waived(finding_id: str) -> Waived:
    return Waived(finding(finding_id), "decommissioned in Q1", "security@company.com", "2027-03-31")


def zone_verdict(origin: str, *findings: Finding, view: str = "inside") -> Verdict:
    subject = Subject(SubjectKind.ZONE, origin, origin, origin, views=(view,))
    outcome = Outcome.ERROR if findings else Outcome.OK
    return Verdict(subject, outcome, bool(findings), incomplete=bool(findings), findings=findings)


GOOD = target("www.company.com")
WRONG = target("shop.company.com", "2001:db8::7", 8443)
OLD = target("legacy.company.com", "192.0.2.3")
CLOSED = target("closed.company.com", "192.0.2.4")
SILENT = target("silent.company.com", "192.0.2.5")
SOON = target("soon.company.com", "192.0.2.6")
MAIL = replace(
    target("mail.company.com", "192.0.2.7", 25),
    records=(RecordRef("inside", "company.com", "company.com", "MX", "10 mail.company.com"),),
    starttls="smtp",
    demanded_by=("TLSA",),
)
HOSTILES = tuple(
    target(f"{text[:200]}.company.com", f"192.0.2.{100 + place}")
    for place, text in enumerate(HOSTILE.values())
    if "\udc80" not in text
)
"""Names no zone would hold any more, were every source as strict as ours is."""


def _hostile(of: Target, text: str) -> Verdict:
    ref = leaf(text, issuer=text, serial=text)
    found = finding("untrusted-root", text, certificate=ref, observed=text, remedy=text)
    judged = deployment(subject=text, issuer=text)
    return verdict(of, Outcome.ERROR, findings=(found,), remarks=(text,), deployments=(judged,))


VERDICTS = (
    zone_verdict("company.com"),
    zone_verdict(
        "lost.company.com",
        finding("zone-failed", "192.0.2.53:53 answered REFUSED", certificate=None),
    ),
    verdict(GOOD, deployments=(deployment(), deployment("RSA", sha256="cd" * 32))),
    verdict(WRONG, Outcome.ERROR, findings=(finding("hostname-mismatch"), finding("chain-extra"))),
    verdict(OLD, Outcome.WAIVED, waived=(waived("expired"),)),
    verdict(CLOSED, Outcome.UNREACHABLE, reason="EXCLUDED: refused", deployments=()),
    verdict(SILENT, Outcome.UNREACHABLE, reason="NOT-VERIFIED: no answer", deployments=()),
    verdict(SOON, Outcome.WARNING, findings=(finding("expiring"),), fails=True),
    *(
        _hostile(of, text)
        for of, text in zip(
            HOSTILES, (text for text in HOSTILE.values() if "\udc80" not in text), strict=True
        )
    ),
)


def inventory(*targets: Target, skips: tuple[Skipped, ...] = ()) -> Inventory:
    counted = sum(len(each.records) for each in targets) + len(skips)
    zone = ZoneResult(
        "company.com", "inside", "192.0.2.53:53", 2026030100, counted, JUDGED_AT, authenticated=True
    )
    lost = ZoneResult("lost.company.com", "inside", "192.0.2.53:53", error="answered REFUSED")
    return Inventory((zone, lost), targets, skips, JUDGED_AT)


SKIPS = (
    Skipped(
        RecordRef("inside", "company.com", "_sip.company.com", "A", "192.0.2.9"),
        SkipReason.SERVICE_LABEL,
    ),
    Skipped(
        RecordRef("inside", "company.com", "dhcp-1.company.com", "A", "192.0.2.8"),
        SkipReason.FILTERED,
        "exclude dhcp-.*",
    ),
)
TARGETS = (GOOD, WRONG, OLD, CLOSED, SILENT, SOON, *HOSTILES)


def run(taken: Inventory | None = None) -> Run:
    return Run(
        run_id="20260301T020000Z-1",
        started=JUDGED_AT,
        versions=(("zonecert", "0.1.0"), ("SSLyze", "6.3.1"), ("OpenSSL", "3.5.1")),
        host="scanner",
        source_address="192.0.2.200",
        configuration_sha256="ef" * 32,
        policy='{"ports": [443]}',
        inventory=taken or inventory(*TARGETS, skips=SKIPS),
        stores=(
            Store("mozilla", date(2026, 2, 1), 140, required=True),
            Store("own_ca", None, 1, required=False),
        ),
        owners=(
            Owner.model_validate({"fqdn": "(shop|www).*", "team": "sales", "scope": ("pci",)}),
        ),
    )
