"""Files of keys: BIND's syntax, and who may read them."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.primary import TsigKey
from tests.support.program import find_program
from tests.zones.asked import key_file
from zones.transfer.key_file import read_key
from zones.transfer.secret import SecretError, require_private, require_readable
from zones.transfer.tsig import Key, make_key

KEY = TsigKey()
SECRET = KEY.secret


def private(folder: Path, text: str) -> Path:
    path = folder / "axfr.key"
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def fault(path: Path, name: str = "") -> str:
    """Return why the key cannot be had; shows nothing of any secret."""
    with pytest.raises(SecretError) as caught:
        read_key(path, name)
    assert SECRET not in str(caught.value)
    assert SECRET[:12] not in repr(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("algorithm", ["hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"])
def test_what_tsig_keygen_prints_is_read(algorithm: str, tmp_path: Path) -> None:
    program = find_program("tsig-keygen", "bind9")
    printed = subprocess.run(
        [program, "-a", algorithm, "Axfr.Key"], capture_output=True, text=True, check=True
    )
    key = read_key(private(tmp_path, printed.stdout), "")
    assert (key.shown, str(key.algorithm)) == ("axfr.key", f"{algorithm}.")
    assert len(key.secret) >= 28


@pytest.mark.parametrize(
    "text",
    [
        f"key axfr-key {{ algorithm hmac-sha256; secret {SECRET}; }};",
        f'key "Axfr-Key." {{ secret "{SECRET}"; algorithm "HMAC-SHA256."; }};',
        (
            "// key x {\n# };\n/* key y\n{ */ key axfr-key{algorithm hmac-sha256;"
            f'secret "{SECRET}";}} ; // end'
        ),
        'key axfr-key { algorithm hmac-sha256; secret "c2VjcmV0//8="; };',
        "key axfr-key { algorithm hmac-sha256; secret c2VjcmV0//8=; };",
    ],
    ids=["bare", "order and case", "comments", "quoted slashes", "bare slashes"],
)
def test_every_way_of_writing_a_key_is_read(text: str, tmp_path: Path) -> None:
    key = read_key(private(tmp_path, text), "axfr-key")
    secret = SECRET if SECRET in text else "c2VjcmV0//8="
    assert key == make_key("axfr-key", "hmac-sha256", secret)


def test_of_several_keys_the_name_chooses(tmp_path: Path) -> None:
    path = key_file(tmp_path, KEY, TsigKey(name="other", algorithm="hmac-sha512"))
    assert read_key(path, "other").shown == "other"
    assert "holds several keys, axfr-key, other: which one?" in fault(path)
    assert "holds no key third, but axfr-key, other" in fault(path, "third")
    assert "holds several keys" in fault(key_file(tmp_path, KEY, KEY), "axfr-key")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no key"),
        (SECRET, "holds something else than key statements"),
        (f'options {{ x "{SECRET}"; }};', "holds something else than key statements"),
        (KEY.statement[:-4], "holds something else than key statements"),
        (KEY.statement.replace("algorithm", "algo"), "key axfr-key: is not as tsig-keygen writes"),
        (f'key k {{ secret "{SECRET}"; }};', "key k: needs an algorithm and a secret"),
        ("key k { algorithm hmac-sha256; };", "key k: needs an algorithm and a secret"),
        (KEY.statement.replace(SECRET, f"{SECRET}!"), "key axfr-key: the secret is no base64"),
        (KEY.statement.replace(SECRET, f"{SECRET[:9]}"), "key axfr-key: the secret is no base64"),
        (KEY.statement.replace(SECRET, ""), "key axfr-key: the secret is empty"),
        (KEY.statement.replace("sha256", "md5"), "key axfr-key: algorithm hmac-md5 is none of "),
        (KEY.statement.replace("hmac-sha256", SECRET), "key axfr-key: algorithm is none of "),
        (KEY.statement.replace("axfr-key", "a..b"), "'a..b' is no domain name"),
    ],
)
def test_a_file_that_holds_no_usable_key_is_told_so(text: str, words: str, tmp_path: Path) -> None:
    told = fault(private(tmp_path, text))
    assert told.startswith(f"{tmp_path / 'axfr.key'}: {words}")
    assert "tsig-keygen" in told


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o660])
def test_a_file_that_others_may_use_is_refused(mode: int, tmp_path: Path) -> None:
    path = key_file(tmp_path, KEY)
    path.chmod(mode)
    told = fault(path)
    assert f"{path}: others than its owner may use it (mode {mode:04o})" in told
    assert f"chmod 600 {path}" in told


def test_a_link_is_judged_by_what_it_leads_to(tmp_path: Path) -> None:
    path = key_file(tmp_path, KEY)
    link = tmp_path / "link.key"
    link.symlink_to(path)
    assert read_key(link, "").shown == "axfr-key"
    path.chmod(0o644)
    assert "mode 0644" in fault(link)


def test_a_file_that_is_not_there_is_told_with_its_path(tmp_path: Path) -> None:
    assert fault(tmp_path / "no.key").startswith(f"{tmp_path / 'no.key'}: cannot be read (No such")
    assert "is a directory, and no ordinary file" in fault(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    assert fault(pipe).startswith(f"{pipe}: is a pipe, and no ordinary file; name the file itself")
    for check in (require_private, require_readable):
        with pytest.raises(SecretError, match="is a pipe, and no ordinary file"):
            check(pipe)


def test_a_comment_without_an_end_takes_no_time(tmp_path: Path) -> None:
    assert "holds no key" in fault(private(tmp_path, "/* " * 2**18))


def test_a_file_that_is_too_large_for_a_key_is_not_read(tmp_path: Path) -> None:
    assert "has more than 1048576 bytes" in fault(private(tmp_path, "#" * (2**20 + 1)))


def test_a_key_never_shows_its_secret() -> None:
    key = make_key(KEY.name, KEY.algorithm, SECRET)
    assert repr(key) == str(key) == "<TSIG key axfr-key, hmac-sha256>"
    assert isinstance(key, Key)
    assert f"{key!r:>40}".strip() == repr(key)
