"""The real PostgreSQL on loopback, with TLS or without."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from demo.pki import Credential
from tests.support.program import accepts, find_program, free_port, run, unprivileged

_ATTEMPTS = 5


@contextmanager
def postgres(credential: Credential | None) -> Iterator[int]:
    """Run PostgreSQL on a new cluster with that certificate (None: without) and yield its port.

    It refuses to be run by root: then it is run by the user that its package has made. Skips the
    test where PostgreSQL is not installed, and fails it there in CI.
    """
    # Debian keeps one folder for each version, and none of them in PATH.
    folders = ":".join(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)))
    initdb = find_program("initdb", "postgresql", folders)
    program = find_program("postgres", "postgresql", folders)
    entry = unprivileged("postgres")
    user = entry.pw_name if entry else None
    with TemporaryDirectory(prefix="zonecert-postgres-") as name:
        folder = Path(name)
        options = ["-c", "ssl=off"] if credential is None else _written(folder, credential)
        if entry:
            for path in (folder, *folder.iterdir()):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        data = str(folder / "data")
        command = [initdb, "-D", data, "--no-sync", "--no-locale", "-E", "UTF8", "-A", "trust"]
        subprocess.run(command, check=True, user=user, cwd=name, stdout=subprocess.DEVNULL)
        for _ in range(_ATTEMPTS):
            port = free_port()
            place = ["-D", data, "-k", name, "-h", "127.0.0.1", "-p", str(port)]
            with run([program, *place, "-c", "fsync=off", *options], user) as process:
                if accepts(process, ("127.0.0.1", port)):
                    yield port
                    return
        pytest.fail("PostgreSQL did not start")


def _written(folder: Path, credential: Credential) -> list[str]:
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_text(credential.chain_pem)
    key.touch(mode=0o600)
    key.write_text(credential.key_pem)
    return ["-c", "ssl=on", "-c", f"ssl_cert_file={chain}", "-c", f"ssl_key_file={key}"]
