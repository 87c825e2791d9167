"""The real Dovecot on loopback: IMAP, POP3 and submission, each with STARTTLS."""

import getpass
import grp
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from demo.pki import Credential
from tests.support.program import accepts, find_program, free_port, run

_ATTEMPTS = 5
_SERVICES = ("imap", "pop3", "submission")
_MAIN = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap pop3 submission
listen = 127.0.0.1
hostname = mail.x.test
submission_relay_host = 127.0.0.1
mail_location = maildir:{folder}/mail
passdb {{
    driver = static
    args = nopassword=y
}}
ssl = {ssl}
ssl_min_protocol = TLSv1.2
ssl_cert = <{folder}/chain.pem
ssl_key = <{folder}/key.pem
service imap-login {{
    chroot =
    inet_listener imap {{
        port = {imap}
    }}
    inet_listener imaps {{
        port = 0
    }}
}}
service pop3-login {{
    chroot =
    inet_listener pop3 {{
        port = {pop3}
    }}
    inet_listener pop3s {{
        port = 0
    }}
}}
service submission-login {{
    chroot =
    inet_listener submission {{
        port = {submission}
    }}
}}
service anvil {{
    chroot =
}}
service stats {{
    chroot =
}}
"""
_OWN_USER = """
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
"""


@contextmanager
def dovecot(credential: Credential, *, ssl: bool = True) -> Iterator[Mapping[str, int]]:
    """Run Dovecot and yield its ports by the names that targets have for their protocols.

    Skips the test where Dovecot is not installed, and fails it there in CI.
    """
    program = find_program("dovecot", "dovecot-imapd dovecot-pop3d dovecot-submissiond")
    with TemporaryDirectory(prefix="zonecert-dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "chain.pem").write_text(credential.chain_pem)
        (folder / "key.pem").write_text(credential.key_pem)
        for _ in range(_ATTEMPTS):
            ports = {service: free_port() for service in _SERVICES}
            main = folder / "dovecot.conf"
            words = _MAIN.format(folder=folder, ssl="yes" if ssl else "no", **ports)
            main.write_text(words + _own_user())
            with run([program, "-F", "-c", str(main)]) as process:
                if all(accepts(process, ("127.0.0.1", port)) for port in ports.values()):
                    yield {"smtp" if key == "submission" else key: ports[key] for key in ports}
                    return
        log = folder / "log"
        pytest.fail(f"Dovecot did not start: {log.read_text()[-2000:] if log.exists() else main}")


def _own_user() -> str:
    # As root it changes to users of its own, which its package has made.
    if os.getuid() == 0:
        return ""
    return _OWN_USER.format(user=getpass.getuser(), group=grp.getgrgid(os.getgid()).gr_name)
