"""Wiring: options, one inventory for a run, one test for each target, verdicts to reports."""

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from audit import Audit
from auditor import Auditor
from distribution import RESTARTS, AddressScheduling
from frozen import OPTIONS, RequestError, Taken, requested, take
from reports import PLUGINS
from reports.describe import describe, now
from reports.results import RESULTS_KEY, is_controller
from reports.run import RUN_KEY
from settings import FILE_NAME, Settings, SettingsError, load_settings, make_settings
from zones.inventory import ZoneResult, zone_ids
from zones.target import Target
from zones.targets import TooManyTargetsError

pytest_plugins = PLUGINS

DEMOS = (
    ("--demo", "ordinary", "run on a small world on loopback, instead of a configuration"),
    ("--demo=hostile", "hostile", "run on one that was made to break who looks at it"),
)
AUDIT_KEY = pytest.StashKey[Audit]()
DEMO_KEY = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--compliance=FILE``, ``--demo``, ``--demo=hostile``, and what many machines need."""
    group = parser.getgroup("zonecert")
    words = f"the configuration; without it, {FILE_NAME} in the working directory"
    group.addoption("--compliance", metavar="FILE", help=words)
    # With a value that may be left out, argparse would take the path after it for one.
    for option, world, words in DEMOS:
        group.addoption(option, action="store_const", const=world, dest="demo", help=words)
    for name, metavar, words in OPTIONS:
        group.addoption(name, metavar=metavar, help=words)


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-xdist replace more dead workers than it would, unless the user says how many."""
    if getattr(config.option, "maxworkerrestart", "") is None:
        config.option.maxworkerrestart = str(RESTARTS)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Take the inventory, once for a run: before pytest-xdist starts its workers."""
    config = session.config
    if is_controller(config):
        with _making_what_stays(), _showing_no_values(config):
            settings, taken = _begun(config)
        audit = Audit(settings, taken.inventory, taken.shard)
        config.stash[RUN_KEY] = describe(settings, taken)
    else:
        with _making_what_stays():
            audit = Audit.from_wire(config.workerinput["zonecert"])  # type: ignore[attr-defined]
    config.stash[AUDIT_KEY] = audit
    config.pluginmanager.register(Auditor(audit, config), "zonecert-auditor")


@contextmanager
def _showing_no_values(config: pytest.Config) -> Iterator[None]:
    # The frames of whoever asks for zones hold secrets: ours, and those of libraries. Without it,
    # pytest shows of an unforeseen error the lines alone, all of them.
    try:
        yield
    except BaseException:
        config.option.fulltrace = False
        raise


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without the garbage collector, which would find nothing but what stays."""
    with _making_what_stays():
        return (yield)


@contextmanager
def _making_what_stays() -> Iterator[None]:
    # It goes over everything again and again while things are made, and finds nothing to free: of
    # 100,000 tests a third of the time.
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
    except (SettingsError, RequestError, TooManyTargetsError) as error:
        raise pytest.UsageError(*str(error).splitlines()) from error


def _settings(config: pytest.Config) -> Settings:
    chosen = config.getoption("demo")
    if not chosen:
        name = config.getoption("compliance") or FILE_NAME
        return load_settings(config.invocation_params.dir / name)
    from demo.port import DemoError  # noqa: PLC0415 - an audit needs none of it
    from demo.worlds import WORLDS  # noqa: PLC0415 - likewise

    try:
        world = config.stash[DEMO_KEY] = WORLDS[chosen].start()
    except DemoError as error:
        raise SettingsError(str(error)) from error
    return make_settings(world.compliance, "the demo", world.stores)
