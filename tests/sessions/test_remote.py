"""Workers elsewhere, by pytest-xdist's own way: ``--tx``."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from demo.planted import ORIGIN
from tests.sessions.session import CSV, ROOT, Session, environment
from tests.sessions.world import World

_APART = shutil.ignore_patterns(".*", "__pycache__", "build", "docs", "tests")


@contextmanager
def socket_server(folder: Path) -> Iterator[str]:
    """Run execnet's server in the folder; yield its address and port."""
    command = [sys.executable, "-u", "-m", "execnet.script.socketserver", "127.0.0.1:0"]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert process.stdout is not None
        said = (line.decode() for line in process.stdout)
        port = next(found[1] for line in said if (found := re.search(r"'127.0.0.1', (\d+)", line)))
        # All that its workers say comes this way, and must not stand in theirs.
        Thread(target=process.stdout.read, daemon=True).start()
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def test_workers_named_one_by_one_write_the_same_bytes(
    plain: Session, world: World, tmp_path: Path
) -> None:
    two = world.run(tmp_path, f"--csv={CSV}", "--tx", "2*popen", "--dist=load")

    assert two.csv == plain.csv
    assert (two.code, two.transfers, two.left) == (1, (ORIGIN,), ())


def test_worker_behind_a_socket_writes_the_same_bytes(
    plain: Session, world: World, tmp_path: Path
) -> None:
    """In a checkout of its own: pytest-xdist copies pytest's packages to where it works."""
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(ROOT, elsewhere, ignore=_APART)
    with socket_server(tmp_path) as place:
        spec = f"socket={place}//chdir={elsewhere}"
        far = world.run(tmp_path / "here", f"--csv={CSV}", "--tx", spec, "--dist=load")

    assert far.csv == plain.csv
    assert (far.code, far.transfers, far.left) == (1, (ORIGIN,), ())
