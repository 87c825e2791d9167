"""Text of others cut to a length, and marked as cut."""

MARK = "..."


def cut(text: str, most: int) -> str:
    """Return the text; of one with more characters so many, the last of which say so."""
    return text if len(text) <= most else text[: most - len(MARK)] + MARK
