"""The least that a configuration says, and what its writer is told of more."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from settings import SettingsError, make_settings

Table = dict[str, Any]

SOURCE: Table = {"name": "in", "type": "axfr", "server": "127.0.0.1", "zones": ["company.com"]}
WAIVER: Table = {
    "fqdn": "legacy.company.com",
    "finding": "expired",
    "reason": "goes in Q1",
    "approved_by": "security@company.com",
    "expires": date(2027, 3, 31),
}


def faults(**tables: object) -> list[str]:
    """Return what is wrong with a configuration that is called audit.toml and lies nowhere."""
    with pytest.raises(SettingsError) as caught:
        make_settings({"source": [SOURCE], **tables}, "audit.toml", Path("/nowhere"))
    return str(caught.value).splitlines()
