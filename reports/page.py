"""What the HTML report shows of the run and of each verdict; pure."""

from collections.abc import Container, Iterable, Iterator

from checks.failure import title
from checks.finding import CertificateRef, Finding
from checks.text import moment
from checks.verdict import Deployment, Subject, Verdict, Waived
from reports.facts import POLICY, accounts, facts, store_fact, target_counts, transfer
from reports.markup import Markup, folded, pairs, table, tag, text
from reports.rows import in_words
from reports.run import Run
from reports.tally import ZoneTally
from zones.naming.order import numeric
from zones.target import Skipped

HEADS = {
    "ip": "IP address",
    "port": "Port",
    "fqdn": "Name (fqdn)",
    "whose": "Team (scope)",
    "issuer": "Issuer",
    "notAfter": "Not after",
    "stores": "Trust stores",
    "findings": "Findings",
}
"""Column, as the page sorts by it, and what stands at its head."""
LISTED = 1000
"""How many of the records that named no target the page lists."""
CELL = 160
"""Characters of a cell, so that no stranger's name pushes the table off the page."""
LEGEND = (
    "Failed: judged and found wanting. Skipped: not judged; the reason stands under Findings. "
    "XFailed (expected failure): every finding is waived. Error: zonecert itself broke. "
    "A click on a row shows or hides what is known of it."
)
STYLE = Markup("""<style>
body, a, #results-table, .filters, .collapse button { color: #222; }
#environment-header, #environment, .logwrapper:not(:has(.log)), .summary__spacer { display: none; }
.col-result { width: 70px; }
.col-findings { font-weight: bold; }
.collapsible td { vertical-align: top; }
.col-fqdn, .col-issuer { overflow-wrap: anywhere; min-width: 14em; }
.col-notAfter, .col-ip { white-space: nowrap; }
.col-stores { min-width: 12em; }
table.zonecert { margin: 4px 0 12px; color: #222; }
table.zonecert th, table.zonecert td { padding: 3px 8px; border: 1px solid #ccc;
  text-align: left; vertical-align: top; overflow-wrap: anywhere; }
table.zonecert td:first-child:nth-last-child(n + 4) { min-width: 12em; }
table.zonecert th { background: #f3f3f3; white-space: nowrap; }
.extraHTML { color: #222; padding: 4px 12px; }
.extraHTML p { margin: 4px 0; }
.finding { border-left: 4px solid #bbb; padding-left: 8px; margin: 8px 0; }
.finding.error { border-color: #c00; }
.finding.warning { border-color: #e80; }
.finding h4, .zonecert-run h3 { margin: 4px 0; color: #000; }
details { margin: 4px 0 12px; }
summary { cursor: pointer; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
</style>""")


def header_cells() -> Iterator[Markup]:
    """Yield the heads of our columns."""
    for column, head in HEADS.items():
        yield Markup(f'<th class="sortable" data-column-type="{column}">{text(head)}</th>')


def row_cells(verdict: Verdict) -> Iterator[Markup]:
    """Yield the cells under ``HEADS``."""
    subject = verdict.subject
    leaves = [each.leaf for each in verdict.deployments]
    version, number = numeric(subject.address)
    labels = ".".join(reversed(subject.fqdn.split(".")))
    yield _cell("ip", subject.address, f"{version}{number:032x}")
    begun = f" STARTTLS {subject.starttls}" if subject.starttls else ""
    yield _cell("port", f"{subject.port or ''}{begun}", f"{subject.port or 0:05}")
    yield _cell("fqdn", subject.fqdn if subject.address else title(subject), labels)
    yield _cell("whose", _whose(subject))
    yield _cell("issuer", "; ".join(sorted({leaf.issuer for leaf in leaves})))
    ends = filter(None, (moment(leaf.not_after) for leaf in leaves))
    yield _cell("notAfter", min(ends, default=""))
    yield _cell("stores", _stores(verdict.deployments))
    yield _cell("findings", _findings(verdict))


def plain_cells(name: str) -> Iterator[Markup]:
    """Yield the cells of a report that no verdict came with, under the test's name."""
    for column in HEADS:
        yield _cell(column, name if column == "fqdn" else "")


def details(verdict: Verdict) -> Markup:
    """Return all that is known of a verdict: findings with remedies, and what was judged."""
    shown = {each.leaf.sha256 for each in verdict.deployments}
    parts = [_finding(each, shown) for each in verdict.findings]
    parts += [_waived(each, shown) for each in verdict.waived]
    parts += [tag("p", text(remark)) for remark in verdict.remarks]
    parts += [_judged(each) for each in verdict.deployments]
    return tag("div", _subject(verdict.subject, verdict.reason), *parts)


def run_block(
    run: Run, tallies: tuple[ZoneTally, ...], counts: Iterable[tuple[str, str, str]]
) -> Markup:
    """Return what the page starts with; ``counts`` are how often, how bad and which finding."""
    sentences = [tag("li", text(sentence)) for sentence in run.not_looked_at]
    return tag(
        "div",
        STYLE,
        tag("h3", text("The run")),
        pairs(facts(run)),
        tag("h3", text("Zones")),
        table(("Zone", "Source", "Transfer", "Targets", "Records"), map(_zone, tallies)),
        tag("h3", text("Findings")),
        table(("Count", "Severity", "Finding"), counts) or tag("p", text("none")),
        tag("h3", text("Trust stores")),
        pairs(map(store_fact, run.stores)),
        tag("h3", text("Not looked at")),
        tag("ul", *sentences),
        _skips(run.inventory.skips),
        folded("The policy in force", tag("pre", text(run.policy, POLICY))),
        tag("p", text(LEGEND)),
        css="zonecert-run",
    )


def _cell(column: str, content: str, key: str = "") -> Markup:
    """Return a cell; the page sorts by all that is in it, so that a hidden key comes first."""
    hidden = f"<span hidden>{text(key)}</span>" if key else ""
    return Markup(f'<td class="col-{column}">{hidden}{text(content, CELL)}</td>')


def _whose(subject: Subject) -> str:
    scope = f"({', '.join(subject.tags)})" if subject.tags else ""
    return f"{subject.team} {scope}".strip()


def _stores(deployments: tuple[Deployment, ...]) -> str:
    refusing = {store for each in deployments for store in each.refused_by}
    trusting = {store for each in deployments for store in each.trusted_by} - refusing
    refused = [f"refused by {', '.join(sorted(refusing))}"] if refusing else []
    trusted = [f"trusted by {', '.join(sorted(trusting))}"] if trusting else []
    return "; ".join(refused + trusted)


def _findings(verdict: Verdict) -> str:
    told = [each.id for each in verdict.findings]
    told += [f"{each.finding.id} (waived)" for each in verdict.waived]
    return ", ".join(told) or verdict.reason


def _subject(subject: Subject, reason: str) -> Markup:
    return pairs(
        (
            ("What", title(subject)),
            ("Not judged because", reason),
            ("Team", subject.team),
            ("Scope", ", ".join(subject.tags)),
            ("Zone", subject.zone),
            ("Source", ", ".join(subject.views)),
            ("DNS records", "; ".join(str(record) for record in subject.records)),
            ("External", "what is at the address is somebody else's" * subject.external),
            ("Test id", subject.id),
        )
    )


def _finding(finding: Finding, shown: Container[str]) -> Markup:
    lines = (
        ("Remedy", finding.remedy),
        ("Observed", finding.observed),
        ("Expected", finding.expected),
        ("Reference", finding.reference),
        ("Refused by", ", ".join(finding.stores_refusing)),
        ("Of the server's", ", ".join(finding.deployments)),
        *(_certificate(finding.certificate, shown) if finding.certificate else ()),
    )
    said = tag("h4", text(f"{finding.severity} {finding.id}: {finding.message}"))
    return tag("div", said, pairs(lines), css=f"finding {finding.severity.value}")


def _waived(waived: Waived, shown: Container[str]) -> Markup:
    said = tag("p", text(f"Waived: {in_words(waived)}"))
    return tag("div", said, _finding(waived.finding, shown))


def _certificate(ref: CertificateRef, shown: Container[str]) -> Iterator[tuple[str, str]]:
    yield "Certificate at fault", _place(ref.position)
    if ref.position != 0 or ref.sha256 not in shown:
        yield from _identity(ref)


def _place(position: int | None) -> str:
    match position:
        case None:
            return "one that was not sent"
        case 0:
            return "the leaf, position 0 as sent"
        case _:
            return f"position {position} as sent"


def _identity(ref: CertificateRef) -> Iterator[tuple[str, str]]:
    yield "Subject", ref.subject
    yield "Issuer", ref.issuer
    yield "Serial", ref.serial
    yield "SHA-256", ref.sha256
    yield "Valid", " to ".join(moment(end) or "unknown" for end in (ref.not_before, ref.not_after))


def _judged(deployment: Deployment) -> Markup:
    lines = (
        ("Key", deployment.key_type),
        ("Seen with", ", ".join(deployment.tls_versions)),
        ("Trusted by", ", ".join(deployment.trusted_by)),
        ("Refused by", ", ".join(deployment.refused_by)),
        *_identity(deployment.leaf),
    )
    return tag("div", tag("h4", text("Leaf certificate that was judged")), pairs(lines))


def _zone(each: ZoneTally) -> tuple[str, ...]:
    name = each.zone.origin or "."
    counts = target_counts(each), accounts(each)
    return name, each.zone.view, transfer(each.zone), *(counts if not each.zone.error else ("", ""))


def _skips(skips: tuple[Skipped, ...]) -> Markup:
    if not skips:
        return Markup("")
    lines = ((each.record.zone, str(each.record), each.why, each.detail) for each in skips[:LISTED])
    rest = f", of which the first {LISTED} are listed" if len(skips) > LISTED else ""
    return folded(
        f"{len(skips)} records that named no target{rest}",
        table(("Zone", "Record", "Reason", "Detail"), lines),
    )
