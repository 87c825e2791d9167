"""A file that only its owner may read is there whole or not at all."""

import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from zones.private_file import write_private


@contextmanager
def _no_file_larger_than(octets: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_file_that_cannot_be_written_whole_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "zones.json"
    write_private(path, b"before")
    with _no_file_larger_than(1000), pytest.raises(OSError, match="File too large"):
        write_private(path, bytes(2000))

    assert path.read_bytes() == b"before"
    assert [*tmp_path.iterdir()] == [path]


def test_file_behind_a_link_is_replaced_and_not_the_link(tmp_path: Path) -> None:
    path, link = tmp_path / "night.json", tmp_path / "zones.json"
    path.write_bytes(b"before")
    link.symlink_to(path)
    write_private(link, b"after")

    assert link.is_symlink()
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
