"""What a hostile zone and hostile servers say, in the raw bytes of the terminal: text, and cut."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from demo.listener import Listener
from demo.pki import Authority, Draft
from demo.tls import TlsServer
from tests.sessions.session import play
from tests.sessions.world import World, counting_primary, write

STEERING = "\x1b]0;owned\x07\x1b[2J\r\x9b2J\u202e\u2066\u2028\u2029\u200b\ufeff\x08\x7f"
LONGEST = 500
ZONE = "hostile.test"
TEXT = f"""\
@ 60 SOA ns hostmaster 1 2 3 4 5
@ 60 NS ns
\\027]0\\;owned\\007\\155 60 A 127.0.0.1
{"".join(f"{chr(92)}{byte:03}" for byte in STEERING.encode()[:60])} 60 A 127.0.0.1
www 60 A 127.0.0.1
"""
WAYS = {
    "plain": (),
    "verbose": ("-v", "-rA", "--showlocals"),
    "workers": ("-n", "2"),
    "dry": ("--collect-only", "-q"),
}


def _greet(connection: socket.socket, _stopping: Event) -> None:
    said = STEERING.encode() + b"A" * 4000
    connection.sendall(b"220 " + said + b"\r\n")
    while connection.recv(512):
        connection.sendall(b"554 " + said + b"\r\n")


@pytest.fixture(scope="module")
def option(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = Authority.root("R\x1b[2J\u202e", datetime.now(UTC))
    draft = Draft(common_name=STEERING, names=("a\x1b[2J.test", "A" * 4000))
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "bad.zone").write_text(f"$BAD{STEERING}{'A' * 4000}\n", encoding="utf-8")
    with ExitStack() as stack:
        server, _ = stack.enter_context(counting_primary(ZONE, TEXT))
        tls = stack.enter_context(TlsServer(root.issue("x", draft)))
        smtp = stack.enter_context(Listener(_greet))
        yield write(
            folder,
            {
                "policy": world.demo.compliance["policy"]
                | {"ports": [tls.port, smtp.port], "starttls": {str(smtp.port): "smtp"}},
                "source": [
                    {"name": "in", "type": "axfr", "server": server, "zones": [ZONE]},
                    {"name": "file", "type": "master_file", "files": {"bad.test": "bad.zone"}},
                ],
            },
        )


def steering(text: str) -> list[str]:
    """Return the characters that are neither printable nor a line's end of our own."""
    return sorted({each for each in text if each != "\n" and not each.isprintable()})


@pytest.mark.parametrize("way", WAYS)
def test_nothing_from_outside_steers_the_terminal(option: str, way: str, tmp_path: Path) -> None:
    """C0, C1, bidirectional and invisible characters, line and paragraph separators."""
    ended = play(tmp_path, option, *WAYS[way])
    raw = (tmp_path / "output").read_bytes()

    assert ended.code in {0, 6}
    assert "\\x1b" in ended.output or way == "dry"
    assert steering(raw.decode()) == []
    cut = [line for line in ended.output.splitlines() if "A" * 100 in line]
    assert len(cut) >= 2 or way == "dry"
    assert all("A..." in line and "A" * (LONGEST + 1) not in line for line in cut)
