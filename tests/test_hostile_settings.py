"""Configuration files that break readers: one message with file and place, and nothing else."""

from pathlib import Path

import pytest

from settings import SettingsError, load_settings

SOURCE = """
[[source]]
name = "inside"
type = "axfr"
server = "10.0.0.2"
zones = ["company.com"]
"""
QUOTED = "'a' . "
ESCAPED = r'"\"".'
BROKEN = {
    "a key of a thousand parts": f"[policy]\n{'.'.join('a' * 1500)} = 1\n{SOURCE}",
    "a number of 20,000 digits": f"[policy]\nmin_targets = 0x{'f' * 20_000}\n{SOURCE}",
    "a number of repetitions that re cannot hold": f"{SOURCE}exclude = ['a{{99999999999}}']",
    "groups deeper than re can go": f"{SOURCE}exclude = ['{'(' * 3000}{')' * 3000}']",
    "a look-around": f"{SOURCE}exclude = ['(?!www).*']",
    "an owner's back-reference": f"[[owner]]\nfqdn = '(a)\\1'\nteam = 'a'\n{SOURCE}",
    "an expression too large": f"[[zone]]\nfqdn = '(\\w{{1000}}){{1000}}'\n{SOURCE}",
    "a folder of a name too long": f'[policy]\nstores_dir = "{"a" * 5000}"\n{SOURCE}',
    "a folder with a NUL in it": f'[policy]\nstores_dir = "a\\u0000b"\n{SOURCE}',
    "a key that clears the screen": f'[policy]\n"a\\u001b[2J\\n" = 1\n{SOURCE}',
    "a store that clears the screen": f'[policy]\ntrust_stores = ["\\u001b[2J\\n"]\n{SOURCE}',
    "a table of 300 tables in each other": f"a = {'{a=' * 300}1{'}' * 300}\n{SOURCE}",
    "a list of 300 lists in each other": f"[policy]\nports = {'[' * 300}{']' * 300}\n{SOURCE}",
    "a list of 100,000 lists in each other": f"a = {'[' * 100_000}{']' * 100_000}\n{SOURCE}",
    # tomllib would take an hour for these parts.
    "a header of a million parts": f"[{'a.' * 1_000_000}a]\n{SOURCE}",
    "a header of a hundred thousand quoted parts": f"[{QUOTED * 100_000}a]\n{SOURCE}",
    "a header of parts with quotes in them": f"[{ESCAPED * 100_000}a]\n{SOURCE}",
    "parts after a string that ends in quotes": f'a = """"""""\n{ESCAPED * 100_000}a = 1',
    "parts after a string with a quote in it": "a = {b = '\"', " + '".x".' * 100_000 + "a = 1}",
    "a string of a million characters": f'[policy]\nstores_dir = "{"a" * 10**6}"\n{SOURCE}',
    "2,000 zones, each of them twice": SOURCE.replace(
        '["company.com"]', str([f"{n % 2_000}.com" for n in range(4_000)])
    ),
    "5,000 wrong ports": f"[policy]\nports = [{'0,' * 5_000}]\n{SOURCE}",
    "five megabytes": f"# {'a' * 5_000_000}\n{SOURCE}",
    "no UTF-8": f"# \udcff\n{SOURCE}",
    "a NUL": f"\0\n{SOURCE}",
    "3,000 unknown keys": f"{SOURCE}[policy]\n" + "".join(f"a{n} = 1\n" for n in range(3000)),
}


def error_of(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    return str(caught.value)


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_is_told_with_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "compliance.toml"
    lines = error_of(path, text).split("\n")
    assert all(line.startswith(f"{path}: ") for line in lines)


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_told_moves_no_cursor_and_has_an_end(tmp_path: Path, text: str) -> None:
    lines = error_of(tmp_path / "compliance.toml", text).split("\n")
    assert all(line.isprintable() and len(line) <= 1000 for line in lines)
    assert len(lines) <= 101


def test_faults_that_are_not_told_are_counted(tmp_path: Path) -> None:
    told = error_of(tmp_path / "compliance.toml", BROKEN["3,000 unknown keys"])
    assert told.endswith("and 2900 more faults")
