"""The real OpenLDAP server on loopback, with StartTLS or without."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from demo.pki import Credential, pem
from tests.support.program import accepts, find_program, free_port, run

_ATTEMPTS = 5
_TLS = """
TLSCertificateFile {folder}/leaf.pem
TLSCertificateKeyFile {folder}/key.pem
TLSCACertificateFile {folder}/issuers.pem
"""


@contextmanager
def slapd(credential: Credential | None) -> Iterator[int]:
    """Run slapd with no data but that certificate (None: without TLS) and yield its port.

    Skips the test where slapd is not installed, and fails it there in CI.
    """
    program = find_program("slapd", "slapd")
    with TemporaryDirectory(prefix="zonecert-slapd-") as name:
        folder = Path(name)
        main = folder / "slapd.conf"
        main.write_text(_configuration(folder, credential))
        for _ in range(_ATTEMPTS):
            port = free_port()
            with run([program, "-d", "0", "-h", f"ldap://127.0.0.1:{port}", "-f", str(main)]) as it:
                if accepts(it, ("127.0.0.1", port)):
                    yield port
                    return
        pytest.fail("slapd did not start")


def _configuration(folder: Path, credential: Credential | None) -> str:
    lines = f"pidfile {folder}/slapd.pid\n"
    if credential is None:
        return lines
    (folder / "leaf.pem").write_text(pem(credential.certificate))
    (folder / "key.pem").write_text(credential.key_pem)
    # GnuTLS completes the chain from what it trusts.
    (folder / "issuers.pem").write_text(pem(*credential.chain))
    return lines + _TLS.format(folder=folder)
