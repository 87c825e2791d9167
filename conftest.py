"""Wiring: options, one inventory for a run, one test for each target, verdicts to reports."""

import signal
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from audit import Audit
from checks.context import Context
from checks.crew import ChildDiedError, ChildError, CrewClosedError
from checks.evidence import Scan
from checks.failure import failure_text, waiver_text
from checks.ruling import Terms
from checks.scanners import Scanners, available_cores
from checks.stores import StoreFile
from checks.text import clean
from checks.verdict import Outcome, Verdict
from checks.zone import ZoneTally
from distribution import AddressScheduling, Foresight
from frozen import OPTIONS, RequestError, Taken, requested, take
from reports import PLUGINS
from reports.describe import describe, now
from reports.results import RESULTS_KEY, is_controller
from reports.run import RUN_KEY
from settings import FILE_NAME, Settings, SettingsError, load_settings, make_settings
from zones.inventory import Inventory, ZoneResult, zone_ids
from zones.target import Target

pytest_plugins = PLUGINS

AUDIT_KEY = pytest.StashKey[Audit]()
VERDICT_KEY = pytest.StashKey[Verdict]()
DEMO_KEY = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--compliance=FILE``, ``--demo``, and what many machines need."""
    group = parser.getgroup("zonecert")
    words = f"the configuration; without it, {FILE_NAME} in the working directory"
    group.addoption("--compliance", metavar="FILE", help=words)
    group.addoption(
        "--demo",
        action="store_true",
        help="run on a small world that is brought up on loopback, instead of a configuration",
    )
    for name, metavar, words in OPTIONS:
        group.addoption(name, metavar=metavar, help=words)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Take the inventory, once for a run: before pytest-xdist starts its workers."""
    config = session.config
    if is_controller(config):
        # As Ctrl-C: the reports are written, and the demo is taken down.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        settings, taken = _begun(config)
        config.stash[AUDIT_KEY] = Audit(settings, taken.inventory, taken.shard)
        config.stash[RUN_KEY] = describe(settings, taken)
    else:
        config.stash[AUDIT_KEY] = Audit.from_wire(config.workerinput["zonecert"])  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - pytest-xdist is untyped
    """Hand the inventory to a worker of pytest-xdist; only text crosses."""
    config = node.config
    node.workerinput["zonecert"] = config.stash[AUDIT_KEY].to_wire()
    node.workerinput["zonecert_by_address"] = config.getoption("dist") == "load"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:  # noqa: ANN401 - likewise
    """Share the targets out by address, unless the user asked for another way."""
    if config.getoption("dist") != "load":
        return None
    return AddressScheduling(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each target and of each zone."""
    audit = metafunc.config.stash[AUDIT_KEY]
    if "target" in metafunc.fixturenames:
        metafunc.parametrize("target", audit.targets, ids=[each.id for each in audit.targets])
    if "zone" in metafunc.fixturenames:
        ids = zone_ids(audit.zones)
        metafunc.parametrize(("zone", "zone_id"), list(zip(audit.zones, ids, strict=True)), ids=ids)
    if "inventory" in metafunc.fixturenames and not audit.speaks_for_the_run:
        metafunc.parametrize("inventory", ())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Drop the skip that pytest makes of no targets: ``test_inventory`` fails for that."""
    items[:] = [item for item in items if _is_real(item)]


def _is_real(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    subjects = callspec.params.values() if callspec else ()
    return all(isinstance(subject, Target | ZoneResult | str) for subject in subjects)


@pytest.fixture(scope="session")
def audit(request: pytest.FixtureRequest) -> Audit:
    """Return what the run works from."""
    return request.config.stash[AUDIT_KEY]


@pytest.fixture(scope="session")
def scanners(request: pytest.FixtureRequest, audit: Audit) -> Iterator[Scanners]:
    """Yield the share of the run's scanner processes that this process has."""
    worker = getattr(request.config, "workerinput", {})
    limits = audit.settings.limits.shared_by(worker.get("workercount", 1), available_cores())
    scanners = Scanners(audit.required_stores, audit.inventory.judged_at, limits)
    yield scanners
    scanners.close()


@pytest.fixture(scope="session")
def foresight(request: pytest.FixtureRequest, scanners: Scanners) -> Foresight:
    """Return what tells the scanners which targets are to come."""
    worker = getattr(request.config, "workerinput", {})
    parts = worker["workercount"] if worker.get("zonecert_by_address") else 1
    callspecs = [getattr(item, "callspec", None) for item in request.session.items]
    params = [callspec.params for callspec in callspecs if callspec is not None]
    targets = [each["target"] for each in params if "target" in each]
    return Foresight(targets, parts, scanners)


@pytest.fixture
def scan(target: Target, foresight: Foresight, scanners: Scanners) -> Scan:
    """Return the scan of the test's target; the scans of those to come are under way."""
    foresight.look_ahead_of(target)
    try:
        return scanners.scan(target)
    except (ChildError, ChildDiedError, CrewClosedError, OSError) as error:
        words = str(error).strip().splitlines()[-1:]
    # An error of this test, not a failure: nothing is known of the target.
    pytest.fail(f"{target}: the scanner broke: {clean(''.join(words))}", pytrace=False)


@pytest.fixture
def context(target: Target, audit: Audit) -> Context:
    """Return the terms on which the test's target is judged."""
    return audit.settings.context_of(target, audit.inventory.judged_at)


@pytest.fixture
def inventory(audit: Audit) -> Inventory:
    """Return the zones, targets and skips of the run."""
    return audit.inventory


@pytest.fixture
def required_stores(audit: Audit) -> tuple[StoreFile, ...]:
    """Return the trust stores that any policy of the run requires."""
    return audit.required_stores


@pytest.fixture
def terms(audit: Audit) -> Terms:
    """Return what findings about the run as a whole are weighed by."""
    return audit.terms


@pytest.fixture
def zone_terms(zone: ZoneResult, audit: Audit) -> Terms:
    """Return what findings about the test's zone are weighed by."""
    return audit.zone_terms(zone)


@pytest.fixture
def zone_tally(zone: ZoneResult, audit: Audit, scanners: Scanners) -> ZoneTally:
    """Return how the targets of the test's zone answer from here."""
    return audit.zone_tally(zone, scanners)


@pytest.fixture
def settle(request: pytest.FixtureRequest) -> Callable[[Verdict], None]:
    """Turn a verdict into the test's outcome, and hand it to the reports."""

    def settle(verdict: Verdict) -> None:
        request.node.stash[VERDICT_KEY] = verdict
        if verdict.fails:
            pytest.fail(failure_text(verdict), pytrace=False)
        if verdict.outcome is Outcome.UNREACHABLE:
            pytest.skip(verdict.reason)
        if verdict.outcome is Outcome.WAIVED:
            pytest.xfail(waiver_text(verdict))

    return settle


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send the verdict along with the report that it decided."""
    report = yield
    verdict = item.stash.get(VERDICT_KEY, None)
    if verdict is not None and call.when == "call":
        report.zonecert = verdict.to_json()  # type: ignore[attr-defined]
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say by the exit code that the run is incomplete; stop the demo."""
    config = session.config
    if is_controller(config):
        # -x leaves tests out on purpose, and a dry run all of them.
        left_out = config.getoption("maxfail") or config.option.collectonly
        expected = 0 if left_out else session.testscollected
        results = config.stash[RESULTS_KEY]
        session.exitstatus = results.exit_code(session.exitstatus, expected)
    if DEMO_KEY in config.stash:
        config.stash[DEMO_KEY].stop()


def _begun(config: pytest.Config) -> tuple[Settings, Taken]:
    options = {name: config.getoption(name) for name, _, _ in OPTIONS}
    try:
        request = requested(options, config.invocation_params.dir, now())
        settings = _settings(config)
        return settings, take(settings, request)
    except (SettingsError, RequestError) as error:
        raise pytest.UsageError(*str(error).splitlines()) from error


def _settings(config: pytest.Config) -> Settings:
    if not config.getoption("demo"):
        name = config.getoption("compliance") or FILE_NAME
        return load_settings(config.invocation_params.dir / name)
    from demo.world import DemoError, DemoWorld  # noqa: PLC0415 - an audit needs none of it

    try:
        world = config.stash[DEMO_KEY] = DemoWorld.start()
    except DemoError as error:
        raise SettingsError(str(error)) from error
    return make_settings(world.compliance, "the demo", world.stores)
