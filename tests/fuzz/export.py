"""A file of zones, ours or dns-cert-checker's: its bytes are the input.

Whatever it says, there are whole zones or one ExportError.
"""

import tempfile
from pathlib import Path

from frozen import RequestError
from tests.fuzz.whole import require_whole
from zones.export import ExportError, read_export
from zones.zone import Zone

FILE = Path(tempfile.mkdtemp(prefix="zonecert-fuzz-")) / "zones.json"


def hold(data: bytes) -> None:
    """Read the zones that the input is."""
    FILE.write_bytes(data)
    try:
        export = read_export(FILE)
    except ExportError as error:
        require_told(RequestError(str(error)))
        return
    for zone in export.collected.results:
        if isinstance(zone, Zone):
            require_whole(zone)


def require_told(error: RequestError) -> None:
    """Hold what a run says of it: it prints, and is whole."""
    words = str(error)
    assert words.isprintable(), words
    assert not words.endswith("..."), words
