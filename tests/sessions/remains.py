"""Which processes are left of those that were started together, as Linux shows them in /proc."""

from pathlib import Path
from threading import Event

_PATIENCE = 30.0
_INTERVAL = 0.05
_SESSION = 3
"""Place in /proc/PID/stat, counted from behind the name, which may hold blanks (proc(5))."""


def remains(session: int) -> dict[int, str]:
    """Return the command lines, by id, of a session's processes that do not end by themselves.

    They are given a while. A zombie, which its parent has not yet asked about, has ended. Where
    there is no /proc, nothing is known and nothing returned.
    """
    pause = Event()
    for _ in range(int(_PATIENCE / _INTERVAL)):
        found = living(session)
        if not found:
            return {}
        pause.wait(_INTERVAL)
    return found


def living(session: int) -> dict[int, str]:
    """Return the command lines, by id, of a session's processes that have not ended."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # It has ended meanwhile.
            continue
        if int(stat[_SESSION]) == session and stat[0] not in "ZX":
            found[int(folder.name)] = words
    return found
