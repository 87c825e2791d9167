"""Foreign text made fit to print, and moments and lists as messages write them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from checks.evidence import NOT_READ, Certificate

LIMIT = 500
"""Characters of one piece of foreign text that a report shows."""
NAME_LIMIT = 160
"""Characters of a subject inside a message, so that what is said of it stays in sight."""


def clean(text: str, limit: int = LIMIT) -> str:
    """Return the text in one printable line of at most that many characters.

    Control, bidirectional and other invisible characters become their escapes: nothing that a
    certificate or a server says may move the cursor, break a line or turn the reading order.
    """
    shown = text[: limit + 1]
    if not shown.isprintable():
        shown = "".join(map(_printable, shown))
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def shortened(text: str) -> str:
    """Return the text as it stands, cut at ``LIMIT`` characters and marked as cut."""
    return text if len(text) <= LIMIT else text[: LIMIT - 3] + "..."


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def named(certificate: Certificate) -> str:
    """Return how a message calls a certificate: its subject in quotes, or its serial number."""
    if certificate.subject:
        return quoted(certificate.subject)
    return f"certificate without a subject, serial {certificate.serial or 'unknown'}"


def quoted(name: str) -> str:
    """Return a distinguished name as messages show it."""
    return f'"{clean(name, NAME_LIMIT)}"'


def moment(when: datetime) -> str:
    """Return a moment in UTC to the second (RFC 3339); empty for a date that was not read."""
    if when == NOT_READ:
        return ""
    return when.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def listed(items: Sequence[str], most: int = 8) -> str:
    """Return the items with commas between them, and how many were left out."""
    shown = ", ".join(clean(item, NAME_LIMIT) for item in items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"
