"""A configuration file: its bytes are the input, in a folder that has what it may name."""

import tempfile
from functools import cache
from pathlib import Path

from checks import stores
from settings import Settings, SettingsError, from_wire, load_settings

ROOT = Path(__file__).parent / "corpus" / "root.pem"
LONGEST = 110_000
"""Characters of an error: a line for each fault, up to a hundred of them."""


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="zonecert-fuzz-"))
    (folder / "stores").mkdir()
    (folder / "stores" / "mozilla.pem").write_bytes(ROOT.read_bytes())
    (folder / "stores" / "mozilla.yaml").write_text("date_fetched: 2026-03-28\n")
    (folder / "root.pem").write_bytes(ROOT.read_bytes())
    return folder


# No part of the input, and slow to read: the five stores that come with SSLyze.
stores._count = cache(stores._count)
FOLDER = _folder()
FILE = FOLDER / "compliance.toml"


def hold(data: bytes) -> None:
    """Read the file: there are settings, or one SettingsError whose text can be shown."""
    FILE.write_bytes(data)
    try:
        settings = load_settings(FILE)
    except SettingsError as error:
        require_told(error)
        return
    require_settings(settings)


def require_told(error: SettingsError) -> None:
    """Hold the message: each line names the file, and can be shown on a terminal."""
    assert len(str(error)) < LONGEST
    for line in str(error).split("\n"):
        assert line.startswith(str(FILE)), line
        assert line.isprintable(), line


def require_settings(settings: Settings) -> None:
    """Hold settings: they survive the way to a worker, and every policy can be asked for."""
    assert settings.sources
    again = from_wire(settings.wire)
    assert again.wire == settings.wire
    assert again.document == settings.document
    for source in settings.sources:
        policy = settings.policy_for("company.com", "www.company.com", "192.0.2.1", [source.name])
        assert policy.ports
    assert settings.required_stores() <= {store.name for store in settings.stores}
