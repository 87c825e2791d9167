"""A source asked for one zone, as the tests of transfers do."""

from pathlib import Path
from typing import Any

from tests.support.primary import TsigKey
from zones.axfr import AxfrSource
from zones.source import ZoneFailure
from zones.transfer.servers import AxfrError
from zones.zone import Zone


def source(server: object, **keys: Any) -> AxfrSource:  # noqa: ANN401 - of the source's table
    """Return a source of company.com."""
    table = {"name": "inside", "server": server, "zones": ("company.com",), **keys}
    return AxfrSource.model_validate(table)


def zone(server: object, **keys: Any) -> Zone:  # noqa: ANN401 - likewise
    """Return the zone, which has to be there."""
    return source(server, **keys).zone("company.com")


def error(server: object, **keys: Any) -> AxfrError:  # noqa: ANN401 - likewise
    """Return why there is no zone, nor half of one."""
    (failure,) = source(server, **keys).collect()
    assert isinstance(failure, ZoneFailure)
    assert isinstance(failure.error, AxfrError)
    assert failure.error.what.startswith("zone company.com: server ")
    assert failure.error.remedy
    return failure.error


def key_file(folder: Path, *keys: TsigKey) -> Path:
    """Write a file of those keys, for its owner only."""
    path = folder / "axfr.key"
    path.touch(mode=0o600)
    path.write_text("".join(key.statement for key in keys))
    return path
