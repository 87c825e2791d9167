"""Real servers as child processes: found, started, awaited, and ended by their own id."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event

import pytest

_SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin"
_PATIENCE = 10.0
_INTERVAL = 0.02


def find_program(name: str, package: str, folders: str = _SYSTEM_FOLDERS) -> str:
    """Return the path of a program; without it the test is skipped, and in CI fails.

    It is looked for along PATH, then in the folders, which have colons between them.
    """
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{folders}")
    if found:
        return found
    raise lacking(f"{name} is not installed; on Debian: apt-get install {package}")


def lacking(words: str) -> BaseException:
    """Return what skips a test for want of something; in CI, where all is to be had, fails it."""
    outcome = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    made: BaseException = outcome.Exception(words)
    return made


def free_port(address: str = "127.0.0.1") -> int:
    """Return a port that was free a moment ago; who uses it must be ready to try another."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


def unprivileged(*names: str) -> pwd.struct_passwd | None:
    """Return the first of those users that there is; None where the tests' own is not root."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in (*names, "nobody") if name in known)


@contextmanager
def run(command: Sequence[str], user: str | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server without input or output while the block lasts; None: as who runs the tests."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, user=user) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def accepts(process: subprocess.Popen[bytes], place: tuple[str, int]) -> bool:
    """Wait until the server accepts connections; False where it ends or takes too long."""
    pause = Event()
    for _ in range(int(_PATIENCE / _INTERVAL)):
        if process.poll() is not None:
            return False
        try:
            socket.create_connection(place, timeout=_PATIENCE).close()
        except ConnectionRefusedError:
            pause.wait(_INTERVAL)
        else:
            return True
    return False
