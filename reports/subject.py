"""In which order every report lists the subjects of its verdicts; pure."""

from checks.verdict import Subject
from zones.naming.order import hierarchical, numeric

Order = tuple[str, tuple[int, int], int, str]


def order(subject: Subject) -> Order:
    """Return the sort key: by name from the root downwards, then address, port and id.

    A zone comes before the names in it.
    """
    return hierarchical(subject.fqdn), numeric(subject.address), subject.port or 0, subject.id
