"""A zone's master file (RFC 1035 section 5): its bytes are the input, in a folder with one more.

Whatever it says, there is a whole zone or one MasterFileError.
"""

import tempfile
from pathlib import Path

from checks.policy import Policy
from checks.ruling import Terms
from checks.zone import ZoneTally, judge_zone
from tests.checks.evidence import NOW
from tests.fuzz.printed import require_harmless
from tests.fuzz.whole import require_whole
from zones.inventory import ZoneResult
from zones.master_file import MasterFileError, MasterFileSource

ORIGIN = "company.com"
FOLDER = Path(tempfile.mkdtemp(prefix="zonecert-fuzz-"))
FILE = FOLDER / "zone"
SOURCE = MasterFileSource(name="inside", files={ORIGIN: FILE}, max_records=5000)
(FOLDER / "more").write_text("more A 192.0.2.9\n")


def hold(data: bytes) -> None:
    """Read the zone that the input is."""
    FILE.write_bytes(data)
    try:
        zone = SOURCE.zone(ORIGIN)
    except MasterFileError as error:
        require_told(error)
        return
    require_whole(zone)


def require_told(error: MasterFileError) -> None:
    """Hold the verdict on a zone that failed so."""
    failed = ZoneResult(ORIGIN, "inside", "zone", error=error.what, remedy=error.remedy)
    verdict = judge_zone(failed, ORIGIN, ZoneTally(0, 0), Terms(Policy(), (), NOW))
    assert verdict.incomplete
    require_harmless(verdict)
