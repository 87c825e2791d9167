"""A disk of 1 MB that is full, for one command: it is mounted where nobody else sees it."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.program import find_program

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
    ``.kept``. Skips the test where that takes privileges that it has not, and fails it there in CI.
    """
    folder.mkdir()
    command = [find_program("unshare", "util-linux"), "--map-root-user", "--mount", "sh", "-c"]
    probe = subprocess.run([*command, 'mount -t tmpfs none "$0"', folder], check=False)
    if probe.returncode:
        words = f"{' '.join(command)}: may not mount here; allow user namespaces, or be root"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return [*command, _SCRIPT, str(folder)]
