"""Only ordinary files of a size that somebody has are read, and nothing is waited for."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from zones.ordinary_file import FileError, TooLargeError, UnreadableError, opened, read_file

MOST = 1000


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        yield path


def fault(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        read_file(path, MOST)
    return str(caught.value)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * MOST)
    assert read_file(path, MOST) == b"a" * MOST


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a")
    (tmp_path / "link").symlink_to("file")
    assert read_file(tmp_path / "link", MOST) == b"a"


def test_what_is_no_file_is_called_what_it_is(tmp_path: Path, listening: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert fault(tmp_path) == "is a directory, and no ordinary file"
    assert fault(pipe) == "is a pipe, and no ordinary file"
    assert fault(listening) == "is a socket, and no ordinary file"
    assert fault(Path("/dev/zero")) == "is a device, and no ordinary file"


def test_a_pipe_of_a_shell_is_not_waited_for() -> None:
    """As its <(command) hands it over."""
    reading, writing = os.pipe()
    with os.fdopen(reading), os.fdopen(writing, "w"):
        assert fault(Path(f"/dev/fd/{reading}")) == "is a pipe, and no ordinary file"


def test_a_file_of_ten_gigabytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    os.truncate(path, 10 * 2**30)
    with pytest.raises(TooLargeError, match="has more than 1000 bytes"):
        opened(path, MOST)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has such files")
def test_a_file_that_says_it_is_empty_is_read_so_far_and_no_farther() -> None:
    with pytest.raises(TooLargeError, match="has more than 10 bytes"):
        read_file(Path("/proc/self/status"), 10)


def test_what_the_system_does_not_open_is_told_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match=r"cannot be read \(No such file or directory\)"):
        read_file(tmp_path / "gone", MOST)
    assert "(embedded null byte)" in fault(Path("a\0b"))
    assert "(File name too long)" in fault(tmp_path / ("a" * 5000))
    (tmp_path / "loop").symlink_to("loop")
    assert "(Too many levels of symbolic links)" in fault(tmp_path / "loop")
