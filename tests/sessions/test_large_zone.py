"""A zone of very many records, in a whole run."""

import socket
import struct
import sys
from pathlib import Path

import dns.message
import dns.rdatatype
import pytest

from benchmarks.measure import measure
from tests.support import bad_transfers as raw
from tests.support.dns_server import tcp_server

RECORDS = 20_000
_A_MESSAGE = 2_000
MOST = 1e9 * RECORDS / 100_000
"""Bytes: of what 100,000 records may take the share of so many."""


def behave(client: socket.socket, query: dns.message.Message) -> None:
    """Send a host for each record, four of them at an address."""
    for first in range(0, RECORDS, _A_MESSAGE):
        hosts = (
            raw.record(
                b"\7h%06d" % number + raw.APEX,
                dns.rdatatype.A,
                struct.pack("!I", 0x0A000000 + number // 4),
            )
            for number in range(first, first + _A_MESSAGE)
        )
        edge = [raw.soa()]
        is_last = first + _A_MESSAGE == RECORDS
        records = (*edge * (first == 0), *hosts, *edge * is_last)
        client.sendall(raw.answers(query, *records))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from Linux's /proc")
def test_memory_of_a_large_zone_is_within_its_share(tmp_path: Path) -> None:
    """From the transfer to the last collected test, pytest's own included."""
    file = tmp_path / "compliance.toml"
    pytest_alone = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    with tcp_server(behave) as server:
        source = f'name = "large"\ntype = "axfr"\nserver = "{server}"\nzones = ["large.test"]\n'
        file.write_text(f"[[source]]\n{source}")
        cost = measure([*pytest_alone, f"--compliance={file}", "--collect-only", "-qq"])

    assert cost.code == 0, cost.output
    assert f"{RECORDS} targets: {RECORDS} to be tested" in cost.output
    assert cost.main_rss <= MOST
