"""What the compliance tests work with, in the process that runs them: one plugin, one a process.

Its fixtures are methods, so that a test sets up no more than what differs from test to test.
"""

from collections.abc import Callable, Generator
from functools import cached_property
from typing import Any

import pytest

from audit import Audit
from checks.context import Context
from checks.crew import ChildDiedError, ChildError, CrewClosedError
from checks.evidence import Scan
from checks.failure import failure_text, waiver_text
from checks.owner import claimed
from checks.ruling import Terms
from checks.scanners import Scanners, available_cores
from checks.text import clean
from checks.verdict import Outcome, Verdict
from checks.zone import ZoneTally
from distribution import Foresight
from zones.inventory import Inventory, ZoneResult
from zones.target import Target


class Auditor:
    """Scans and settles for the tests of one process."""

    def __init__(self, audit: Audit, config: pytest.Config) -> None:
        """Start nothing yet: scanners come with the first test that asks."""
        self._audit = audit
        self._worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        """What pytest-xdist gave this worker; None where it has started none."""
        self._targets: list[Target] = []
        self._settled: Verdict | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn which targets are to come, in which order."""
        callspecs = [getattr(item, "callspec", None) for item in session.items]
        params = [callspec.params for callspec in callspecs if callspec is not None]
        self._targets = [each["target"] for each in params if "target" in each]

    def pytest_sessionfinish(self) -> None:
        """End all scanner processes."""
        if "_scanners" in vars(self):
            self._scanners.close()

    @cached_property
    def _scanners(self) -> Scanners:
        """The share of the run's scanner processes that this process has."""
        audit = self._audit
        workers = self._worker["workercount"] if self._worker else 1
        limits = audit.settings.limits.shared_by(workers, available_cores())
        return Scanners(audit.required_stores, audit.inventory.judged_at, limits)

    @cached_property
    def _foresight(self) -> Foresight:
        worker = self._worker
        parts = worker["workercount"] if worker and worker["zonecert_by_address"] else 1
        return Foresight(self._targets, parts, self._scanners)

    @pytest.fixture
    def scan(self, target: Target) -> Scan:
        """Return the scan of the test's target; the scans of those to come are under way."""
        self._foresight.look_ahead_of(target)
        try:
            return self._scanners.scan(target)
        # RuntimeError is what comes of a thread that cannot be started.
        except (ChildError, ChildDiedError, CrewClosedError, OSError, RuntimeError) as error:
            words = str(error).strip().splitlines()[-1:]
        # An error of this test, not a failure: nothing is known of the target.
        pytest.fail(f"{target}: the scanner broke: {clean(''.join(words))}", pytrace=False)

    @pytest.fixture
    def context(self, target: Target) -> Context:
        """Return the terms on which the test's target is judged."""
        return self._audit.settings.context_of(target, self._audit.inventory.judged_at)

    @pytest.fixture
    def audit(self) -> Audit:
        """Return what the run works from."""
        return self._audit

    @pytest.fixture
    def inventory(self) -> Inventory:
        """Return the zones, targets and skips of the run."""
        return self._audit.inventory

    @pytest.fixture
    def terms(self) -> Terms:
        """Return what findings about the run as a whole are weighed by."""
        return self._audit.terms

    @pytest.fixture
    def zone_terms(self, zone: ZoneResult) -> Terms:
        """Return what findings about the test's zone are weighed by."""
        return self._audit.zone_terms(zone)

    @pytest.fixture
    def zone_tally(self, zone: ZoneResult) -> ZoneTally:
        """Return how the targets of the test's zone answer from here."""
        return self._audit.zone_tally(zone, self._scanners)

    @pytest.fixture
    def settle(self) -> Callable[[Verdict], None]:
        """Turn a verdict into the test's outcome, and hand it to the reports."""
        return self._settle

    def _settle(self, verdict: Verdict) -> None:
        self._settled = verdict = claimed(verdict, self._audit.settings.document.owner)
        if verdict.fails:
            pytest.fail(failure_text(verdict), pytrace=False)
        if verdict.outcome is Outcome.UNREACHABLE:
            pytest.skip(verdict.reason)
        if verdict.outcome is Outcome.WAIVED:
            pytest.xfail(waiver_text(verdict))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send the verdict along with the report that it decided; between processes as text."""
        report = yield
        if call.when == "call" and self._settled is not None:
            settled, self._settled = self._settled, None
            report.zonecert = settled.to_json() if self._worker else settled  # type: ignore[attr-defined]
        return report
