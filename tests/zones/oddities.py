"""The zone of oddities.zone, as text that each server and reader takes."""

from pathlib import Path

ORIGIN = "odd.example"
_FILE = Path(__file__).with_suffix(".zone")
_MARK = "; not with "


def oddities(reader: str) -> str:
    """Return the text of the primary file without the lines that the reader refuses to load."""
    lines = _FILE.read_text(encoding="ascii").splitlines()
    return "\n".join(line for line in lines if reader not in _refusing(line)) + "\n"


def _refusing(line: str) -> list[str]:
    return line.partition(_MARK)[2].split(", ")
