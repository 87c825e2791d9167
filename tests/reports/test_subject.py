import random

from checks.verdict import Subject, SubjectKind
from reports.broken import subject_of
from reports.subject import endpoint, order, title
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
        subject_of(sample.target("b.company.com")),
        subject_of(sample.target("a.company.net")),
    ]
    shuffled = random.Random(1).sample(expected, len(expected))

    assert sorted(shuffled, key=order) == expected


def test_an_ipv6_address_stands_in_brackets() -> None:
    assert endpoint(subject_of(sample.WRONG)) == "shop.company.com [2001:db8::7]:8443"
    assert endpoint(subject_of(sample.GOOD)) == "www.company.com 192.0.2.1:443"


def test_every_kind_of_subject_has_a_title() -> None:
    assert title(subject_of(sample.GOOD)) == "www.company.com 192.0.2.1:443"
    assert title(ZONE) == "zone company.com:inside"
    assert title(Subject(SubjectKind.RUN, "inventory", "inventory")) == "inventory"
