"""Nothing outlives a run, however it ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from demo.listener import Handler, Listener
from demo.planted import ORIGIN
from reports.tally import NOT_RUN
from tests.sessions.remains import living, remains
from tests.sessions.session import CSV, REPORTS, Session, finish, start
from tests.sessions.world import World, counting_primary, write

_PATIENCE = 120.0
_INTERVAL = 0.05
# The target that answers comes first: an address with more names than others does.
_ZONE = """$TTL 300
@ SOA ns.example. hostmaster.example. 1 3600 900 604800 300
@ NS ns.example.
www A 127.0.0.11
api A 127.0.0.11
odd A 127.0.0.11
mute A 127.0.0.1
still A 127.0.0.1
"""
Way = tuple[signal.Signals, int]

WAYS: dict[Way, tuple[str, ...]] = {
    (signal_, workers): ("-n", str(workers)) if workers else ()
    for signal_ in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
    for workers in (0, 2)
}

on_linux = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc"
)


@dataclass(frozen=True)
class Scanning:
    """A run that scans a server which accepts connections and never says a word."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    met: Event
    """Set when the silent server was connected to."""

    def wait(self) -> None:
        """Wait until the run has a verdict, and waits for the silent server."""
        pause = Event()
        for _ in range(int(_PATIENCE / _INTERVAL)):
            if self.met.is_set() and self._has_a_verdict():
                return
            if self.process.poll() is not None:
                break
            pause.wait(_INTERVAL)
        pytest.fail(f"the run did not get to scan:\n{(self.folder / 'output').read_text()[-4000:]}")

    def _has_a_verdict(self) -> bool:
        file = self.folder / CSV
        return file.exists() and "127.0.0.11," in file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def ended(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Way, Session]]:
    """Run all at once, since they mostly wait, and send each its signal."""
    with ExitStack() as stack:
        server, _ = stack.enter_context(counting_primary(ORIGIN, _ZONE))
        runs = {
            way: _scanning(stack, world, server, tmp_path_factory.mktemp("run"), options)
            for way, options in WAYS.items()
        }
        for (signal_, _), run in runs.items():
            run.wait()
            _send(signal_, run.process)
        yield {way: finish(run.folder, run.process) for way, run in runs.items()}


def _scanning(
    stack: ExitStack, world: World, server: str, folder: Path, options: tuple[str, ...]
) -> Scanning:
    met = Event()
    silent = stack.enter_context(Listener(_silence(met)))
    # On a busy machine, no run may give its target up before all runs wait for theirs.
    document = world.document({"server": server}, deadline=10 * _PATIENCE)
    document["zone"] = [{"networks": ["127.0.0.1/32"], "policy": {"ports": [silent.port]}}]
    process = start(folder, write(folder, document), *REPORTS, *options)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return Scanning(folder, process, met)


def _silence(met: Event) -> Handler:
    def serve(connection: socket.socket, stopping: Event) -> None:
        met.set()
        connection.settimeout(None)
        while not stopping.is_set() and connection.recv(65536):
            pass

    return serve


def _send(signal_: signal.Signals, process: "subprocess.Popen[bytes]") -> None:
    # Ctrl-C reaches all processes of the terminal; the others are sent to one.
    if signal_ is signal.SIGINT:
        os.killpg(process.pid, signal_)
    else:
        process.send_signal(signal_)


def named(way: Way) -> str:
    signal_, workers = way
    return f"{signal_.name}-{workers or 'no'} workers"


@on_linux
def test_process_of_a_session_is_seen_until_it_ends() -> None:
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as process:
        assert list(living(process.pid)) == [process.pid]
        process.kill()
        process.wait()
    assert remains(process.pid) == {}


@on_linux
@pytest.mark.parametrize("way", WAYS, ids=named)
def test_no_process_is_left(ended: dict[Way, Session], way: Way) -> None:
    assert ended[way].left == ()


@pytest.mark.parametrize("way", [way for way in WAYS if way[0] is not signal.SIGKILL], ids=named)
def test_interrupted_run_leaves_whole_reports(ended: dict[Way, Session], way: Way) -> None:
    session = ended[way]

    assert session.code == 2
    assert "127.0.0.11" in {row["ip_address"] for row in session.rows}
    names = [case.get("name") for case in session.cases()]
    assert len(names) == len(set(names)) > 0
    assert None not in names
    # What it did not come to is named.
    assert {row["message"] for row in session.rows if row["ip_address"] == "127.0.0.1"} == {NOT_RUN}
    assert session.page().rstrip().endswith("</html>")


@pytest.mark.parametrize("workers", [0, 2])
def test_killed_run_leaves_the_verdicts_that_it_had(
    ended: dict[Way, Session], workers: int
) -> None:
    session = ended[signal.SIGKILL, workers]

    assert session.code == -signal.SIGKILL
    assert "127.0.0.11" in {row["ip_address"] for row in session.rows}
