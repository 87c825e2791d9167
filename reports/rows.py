"""A verdict as rows of a table, and cells that no spreadsheet takes for a formula; pure."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from checks.finding import CertificateRef, Finding, Severity
from checks.text import clean, moment
from checks.verdict import Deployment, Outcome, SubjectKind, Verdict, Waived
from reports.run import Run

FIRST_COLUMNS = ("ip_address", "port", "fqdn", "status", "message")
"""All that the ancestor's file had."""
COLUMNS = (
    *FIRST_COLUMNS,
    "finding_id",
    "severity",
    "zone",
    "view",
    "source_record",
    "external",
    "subject",
    "issuer",
    "serial",
    "sha256",
    "not_before",
    "not_after",
    "stores_refusing",
    "deployment",
    "remedy",
    "waiver",
    "run_id",
    "judged_at",
    "team",
    "scope",
)
CELL = 32_000
"""Characters; a spreadsheet takes 32,767 and breaks what is longer."""
# What OWASP's "CSV Injection" lists, the full-width forms among it; and after a semicolon too, at
# which many locales split whatever the quotes say.
_FORMULA = re.compile("(^|;)(\\s*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")

Row = dict[str, str]
"""By column; one that is not there is empty."""


def rows(verdict: Verdict, run: Run) -> Iterator[Row]:
    """Yield a row for each finding, gravest first, waived ones last.

    A target without any gets one row, which shows the leaf certificates that were judged; a zone
    or a run without any gets none. ``status`` is the verdict's outcome, or ``waived``. What is
    remarked of the subject stands behind the message of each row.
    """
    base = _base(verdict, run)
    for finding in verdict.findings:
        yield base | _of_finding(finding, verdict.remarks)
    for waived in verdict.waived:
        status = {"status": Outcome.WAIVED.value, "waiver": in_words(waived)}
        yield base | _of_finding(waived.finding, verdict.remarks) | status
    told = verdict.findings or verdict.waived
    if verdict.subject.kind is SubjectKind.TARGET and not told:
        message = _joined(filter(None, (verdict.reason, *verdict.remarks)))
        yield base | {"message": message} | _of_deployments(verdict.deployments)


def ancestral(found: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows of the ancestor's file: errors and warnings, which ``status`` tells apart."""
    for row in found:
        if row.get("severity") in {Severity.ERROR, Severity.WARNING} and not row.get("waiver"):
            yield row | {"status": row["severity"]}


def cells(row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the row's cells on one line each, safe to open in a spreadsheet."""
    return tuple(guarded(row.get(column, "")) for column in columns)


@lru_cache(maxsize=256)  # Most cells repeat from row to row: zones, issuers, dates, remedies.
def guarded(text: str) -> str:
    """Return the text with an apostrophe before what a spreadsheet would compute."""
    return _FORMULA.sub(r"\1\2'", clean(text, CELL))


def in_words(waived: Waived) -> str:
    """Return why a finding is waived, by whom and until when."""
    return f"{waived.reason} (approved by {waived.approved_by}, until {waived.expires})"


def _base(verdict: Verdict, run: Run) -> Row:
    subject = verdict.subject
    is_target = subject.kind is SubjectKind.TARGET
    return {
        "ip_address": subject.address,
        "port": "" if subject.port is None else str(subject.port),
        "fqdn": subject.fqdn,
        "status": verdict.outcome.value,
        "zone": subject.zone,
        "view": _joined(subject.views),
        "source_record": _joined(str(record) for record in subject.records),
        "external": ("yes" if subject.external else "no") if is_target else "",
        "run_id": run.run_id,
        "judged_at": moment(run.inventory.judged_at),
        "team": subject.team,
        "scope": _joined(subject.tags),
    }


def _of_finding(finding: Finding, remarks: tuple[str, ...]) -> Row:
    row = {
        "message": _joined((finding.message, *remarks)),
        "finding_id": finding.id,
        "severity": finding.severity.value,
        "stores_refusing": _joined(finding.stores_refusing),
        "deployment": _joined(finding.deployments),
        "remedy": finding.remedy,
    }
    return row | (_of_certificate(finding.certificate) if finding.certificate else {})


def _of_certificate(ref: CertificateRef) -> Row:
    return {
        "subject": ref.subject,
        "issuer": ref.issuer,
        "serial": ref.serial,
        "sha256": ref.sha256,
        "not_before": moment(ref.not_before),
        "not_after": moment(ref.not_after),
    }


def _of_deployments(deployments: tuple[Deployment, ...]) -> Row:
    """Return the facts of all leaves; where there are several, each cell has them in one order."""
    leaves = [_of_certificate(each.leaf) for each in deployments]
    refusing = sorted({store for each in deployments for store in each.refused_by})
    columns = leaves[0] if leaves else {}
    row = {column: _joined([leaf[column] for leaf in leaves]) for column in columns}
    row["deployment"] = _joined(each.key_type for each in deployments)
    row["stores_refusing"] = _joined(refusing)
    return row


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)
