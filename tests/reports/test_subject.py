import random

from checks.judge import subject_of
from checks.verdict import Subject, SubjectKind
from reports.subject import order
from tests.reports import sample

ZONE = Subject(SubjectKind.ZONE, "company.com:inside", "company.com", "company.com")


def test_subjects_are_ordered_by_name_from_the_root_then_address_then_port() -> None:
    expected = [
        Subject(SubjectKind.RUN, "inventory", ""),
        ZONE,
        subject_of(sample.target("a.company.com", "192.0.2.9")),
        subject_of(sample.target("a.company.com", "192.0.2.10", 443)),
        subject_of(sample.target("a.company.com", "192.0.2.10", 8443)),
        subject_of(sample.target("a.company.com", "::1")),
        subject_of(sample.target("z.a.company.com")),
        subject_of(sample.target("a-b.company.com")),
        subject_of(sample.target("b.company.com")),
        subject_of(sample.target("a.company.net")),
    ]
    shuffled = random.Random(1).sample(expected, len(expected))

    assert sorted(shuffled, key=order) == expected
