"""The terminal: what is about to be scanned, and at the end what became of it."""

from collections.abc import Iterator, Mapping

import pytest

from checks.failure import title
from checks.text import clean, listed, moment
from reports.facts import (
    INCOMPLETE,
    accounts,
    facts,
    finding_counts,
    store_fact,
    target_counts,
    transfer,
    zone_label,
)
from reports.results import RESULTS_KEY, Results, is_controller
from reports.run import RUN_KEY, Run
from reports.tally import ZoneTally


class TerminalReport:
    """The header and the summary."""

    def pytest_report_header(self, config: pytest.Config) -> str | None:
        """Return the line that says what the run looks at; None where there is no run."""
        run = config.stash.get(RUN_KEY, None)
        return header(run) if run else None

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Write the summary."""
        run = config.stash.get(RUN_KEY, None)
        if run is not None:
            results = config.stash[RESULTS_KEY]
            is_dry = config.option.collectonly
            terminalreporter.write_sep("=", "zonecert")
            for line in plan(results) if is_dry else summary(run, results):
                terminalreporter.write_line(line)


def header(run: Run) -> str:
    """Return how much the run looks at, and when it judges."""
    inventory = run.inventory
    failed = sum(bool(zone.error) for zone in inventory.zones)
    zones = _counted(len(inventory.zones), "zone") + (f" ({failed} FAILED)" if failed else "")
    targets = _counted(len(inventory.targets), "target")
    shard = f" (shard {run.shard} of them)" if run.shard else ""
    return f"zonecert: {zones}, {targets}{shard}, judged at {moment(inventory.judged_at)}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def summary(run: Run, results: Results) -> Iterator[str]:
    """Yield the lines of the summary, all of them clean."""
    yield from (f"{label}: {text}" for label, text in facts(run))
    yield from (f"{label}: {text}" for label, text in map(store_fact, run.stores))
    for each in results.tally():
        yield ""
        yield from zone_lines(each)
    yield ""
    yield from finding_lines(results)
    missing = [title(verdict.subject) for verdict in results.missing()]
    if missing:
        yield f"the run ended before the tests of: {listed(missing)}"
    yield from (f"not looked at: {sentence}" for sentence in run.not_looked_at)
    if results.incomplete:
        yield INCOMPLETE


def plan(results: Results) -> Iterator[str]:
    """Yield the lines of a dry run's summary, in which no test tells how to mend a zone."""
    for each in results.tally():
        yield from zone_lines(each)
        if each.zone.error:
            yield f"  remedy: {clean(each.zone.remedy)}"
    if results.incomplete:
        yield INCOMPLETE


def zone_lines(each: ZoneTally) -> Iterator[str]:
    """Yield what became of one zone."""
    yield f"{zone_label(each.zone)}: {transfer(each.zone)}"
    if not each.zone.error:
        yield f"  {target_counts(each)}"
        yield from _reasons(each.target_reasons)
        yield f"  {accounts(each)}"
        yield from _reasons(each.record_reasons)
    if each.zone.uncovered:
        yield f"  delegated and not transferred: {listed(each.zone.uncovered)}"


def _reasons(counts: Mapping[str, int]) -> Iterator[str]:
    return (f"    {count} {clean(reason)}" for reason, count in sorted(counts.items()))


def finding_lines(results: Results) -> Iterator[str]:
    """Yield how often each finding was raised, and what is to be said of the run besides."""
    yield from map(" ".join, finding_counts(results.findings, results.waived))
    yield from (f"remark: {clean(remark)}" for remark in results.remarks)


def pytest_configure(config: pytest.Config) -> None:
    """Begin in the controller."""
    if is_controller(config):
        config.pluginmanager.register(TerminalReport(), "zonecert-terminal")
