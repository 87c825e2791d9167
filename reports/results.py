"""Every verdict decoded once, counted, and handed to the reports through our own hook."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest

from checks.finding import Severity
from checks.judge import subject_of
from checks.owner import claimed
from checks.verdict import Outcome, SubjectKind, Verdict
from reports.broken import broken, test_id
from reports.run import RUN_KEY, Run
from reports.tally import NOT_RUN, PLANNED, Standing, ZoneTally, standing, tally
from zones.inventory import zone_ids
from zones.target import Target

EXIT_INCOMPLETE = 6
"""The run has not looked at all that it should have; wins over 1."""


class Results:
    """The verdicts of a run, as far as they are counted."""

    def __init__(self, config: pytest.Config) -> None:
        self.findings = Counter[tuple[str, Severity]]()
        """How often each finding was raised with each severity; not the waived ones."""
        self.waived = Counter[str]()
        """How often each finding was waived, by its id."""
        self.incomplete = False
        """Whether the run has not looked at all that it should have: as its verdicts say, and at
        its end by tests that came to none."""
        self.judged_zones: set[str] = set()
        """Ids of the zones whose tests have run."""
        self.remarks: list[str] = []
        """What verdicts on zones and on the run remark, in the order of arrival."""
        self._config = config
        self._begun = monotonic()
        self._standings: dict[str, Standing] = {}
        self._decided: set[str] = set()
        self._nodeids: Sequence[str] = ()
        """Of the tests that were selected."""

    @property
    def standings(self) -> Mapping[str, Standing]:
        """What is kept of the targets' verdicts, by target id; without one, a test was not run."""
        return self._standings

    def tally(self) -> tuple[ZoneTally, ...]:
        """Return the sums of each zone as they stand now; none before there is a run."""
        run = self._config.stash.get(RUN_KEY, None)
        return tally(run.inventory, self._standings) if run else ()

    def missing(self) -> Iterator[Verdict]:
        """Yield what is said of each target whose test was selected and has come to no verdict.

        It was interrupted before, or the run was.
        """
        run = self._config.stash.get(RUN_KEY, None)
        undecided = {test_id(nodeid) for nodeid in self._nodeids if nodeid not in self._decided}
        if run is None or not undecided:
            return
        for target in run.inventory.targets:
            if target.id in undecided:
                subject = subject_of(target)
                verdict = Verdict(subject, Outcome.UNREACHABLE, fails=False, reason=NOT_RUN)
                yield claimed(verdict, run.owners)

    def exit_code(self, given: int, expected: int = 0) -> int:
        """Return what the run ends with, where pytest by itself would end with ``given``.

        ``expected`` tests should have come to a verdict: fewer have where every worker died.
        """
        run = self._config.stash.get(RUN_KEY, None)
        if run is None:
            return given
        is_short = len(self._decided) < expected
        self.incomplete = self.incomplete or is_short or self._has_unheard_failure(run)
        if given in {0, 1} and self.incomplete:
            return EXIT_INCOMPLETE
        is_empty = given == pytest.ExitCode.NO_TESTS_COLLECTED and run.is_without_tests
        return 0 if is_empty else given

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn what is selected; count in a dry run what would be tested."""
        self._nodeids = [item.nodeid for item in session.items]
        if self._config.option.collectonly:
            self._standings = dict.fromkeys(_selected(session.items), PLANNED)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Learn what is selected where workers collect: all of them the same."""
        self._nodeids = ids

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Decode the verdict that a report carries, or make the one that it owes."""
        run = self._config.stash.get(RUN_KEY, None)
        if run is None or report.nodeid in self._decided:
            return
        verdict = _verdict(report, run)
        if verdict is not None:
            self._decided.add(report.nodeid)
            self._count(verdict)
            self._config.hook.pytest_zonecert_verdict(verdict=verdict, report=report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Note when the run ended, before the reports are written."""
        run = self._config.stash.get(RUN_KEY, None)
        if run is not None:
            # The clock may have been set meanwhile.
            taken = timedelta(seconds=monotonic() - self._begun)
            self._config.stash[RUN_KEY] = replace(run, ended=run.started + taken)

    def _has_unheard_failure(self, run: Run) -> bool:
        """Tell whether a zone failed whose test, which is this run's, was not selected."""
        zones = run.inventory.zones if run.speaks_for_the_run else ()
        ids = zip(zone_ids(zones), zones, strict=True)
        return any(zone.error and zone_id not in self.judged_zones for zone_id, zone in ids)

    def _count(self, verdict: Verdict) -> None:
        self.findings.update((each.id, each.severity) for each in verdict.findings)
        self.waived.update(each.finding.id for each in verdict.waived)
        self.incomplete = self.incomplete or verdict.incomplete
        if verdict.subject.kind is SubjectKind.TARGET:
            self._standings[verdict.subject.id] = standing(verdict)
        else:
            self.remarks += verdict.remarks
            self.judged_zones.add(verdict.subject.id)


RESULTS_KEY = pytest.StashKey[Results]()
"""Where the controller's ``config.stash`` holds the results, from its configuration on."""


def is_controller(config: pytest.Config) -> bool:
    """Tell whether this process is the one that reports: no worker of pytest-xdist."""
    return not hasattr(config, "workerinput")


def _selected(items: Iterable[pytest.Item]) -> Iterator[str]:
    """Yield the ids of the targets that are tested."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        target = callspec.params.get("target") if callspec else None
        if isinstance(target, Target):
            yield target.id


def _verdict(report: pytest.TestReport, run: Run) -> Verdict | None:
    # Taken out: pytest keeps every report to the end.
    settled = vars(report).pop("zonecert", None)
    if isinstance(settled, Verdict):
        return settled
    if isinstance(settled, str):
        # From a worker of pytest-xdist: only text crosses.
        return Verdict.from_json(settled)
    if not report.failed:
        return None
    verdict = broken(report.nodeid, report.longreprtext, run.inventory)
    return verdict and claimed(verdict, run.owners)
