"""A disk of 1 MB that is full, for one command: it is mounted where nobody else sees it."""

import subprocess
from pathlib import Path

from tests.support.program import find_program, lacking

# What is on the disk is gone with the command, so it is copied out; the filler takes all pages.
_SCRIPT = """
mount -t tmpfs -o size=1m none "$0" || exit 99
head -c 2000000 /dev/zero >"$0/filler" 2>/dev/null
"$@"
code=$?
rm "$0/filler"
cp -R "$0/." "$0.kept"
exit $code
"""


def on_a_full_disk(folder: Path) -> list[str]:
    """Return what to put before a command, so that to it the folder is on a full disk.

    What the command leaves there is afterwards beside the folder, in one whose name ends in
    ``.kept``. Where neither root nor a user namespace may mount, the test is skipped, and in CI
    fails.
    """
    folder.mkdir()
    unshare = find_program("unshare", "util-linux")
    for options in (["--mount"], ["--mount", "--map-root-user"]):
        words = [unshare, *options, "sh", "-c"]
        probe = [*words, 'mount -t tmpfs none "$0"', str(folder)]
        if not subprocess.run(probe, capture_output=True, check=False).returncode:
            return [*words, _SCRIPT, str(folder)]
    raise lacking("nothing may be mounted here, as root or in a user namespace")
