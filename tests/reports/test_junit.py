from xml.etree import ElementTree as ET

import pytest

from checks.judge import subject_of
from checks.verdict import Subject, SubjectKind
from reports.junit import names
from tests.reports import sample
from tests.reports.session import Session

SCHEMA = {
    # Element: its attributes and its children, as Jenkins' junit-10.xsd allows them.
    "testsuites": ("name time tests failures disabled errors", "testsuite"),
    "testsuite": (
        "name tests failures errors time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": ("", "property"),
    "property": ("name value", ""),
    "testcase": (
        "name assertions time classname status class file line log group url",
        "skipped error failure system-out system-err",
    ),
    "skipped": ("type message", ""),
    "error": ("type message", ""),
    "failure": ("type message", ""),
    "system-out": ("", ""),
    "system-err": ("", ""),
}


def _faults(element: ET.Element) -> list[str]:
    attributes, children = SCHEMA[element.tag]
    faults = [f"{element.tag}@{name}" for name in set(element.keys()) - set(attributes.split())]
    for child in element:
        known = child.tag in children.split()
        faults += _faults(child) if known else [f"{element.tag}/{child.tag}"]
    return faults


def _suite(session: Session) -> ET.Element:
    suite = ET.fromstring(session.read("night.xml")).find("testsuite")
    assert suite is not None
    return suite


def _case(session: Session, name: str) -> ET.Element:
    (case,) = (each for each in _suite(session).iter("testcase") if name in each.attrib["name"])
    return case


def test_the_file_keeps_to_jenkins_schema(played: Session) -> None:
    assert _faults(ET.fromstring(played.read("night.xml"))) == []


def test_a_crashed_worker_and_a_broken_fixture_are_errors_of_their_targets(
    crashed: Session,
) -> None:
    suites = ET.fromstring(crashed.read("a.xml"))

    assert _faults(suites) == []
    assert sorted(case.attrib["name"] for case in suites.iter("testcase") if len(case)) == [
        "shop.company.com [2001:db8::7]:8443",
        "silent.company.com 192.0.2.5:443",
    ]
    assert len(suites.findall(".//error")) == 2


def test_every_test_is_there_once_under_its_own_name(played: Session) -> None:
    found = [(case.get("classname"), case.get("name")) for case in _suite(played).iter("testcase")]

    assert len(found) == len(set(found)) == len(sample.VERDICTS)
    assert ("company.com", "shop.company.com [2001:db8::7]:8443") in found
    assert ("company.com", "zone transfer (inside)") in found


def test_counts_agree_with_what_is_there(played: Session) -> None:
    suite = _suite(played)

    assert suite.get("tests") == str(len(sample.VERDICTS))
    assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
    assert suite.get("skipped") == "3"
    assert suite.get("errors") == "0"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("closed", "EXCLUDED: refused"),
        ("silent", "NOT-VERIFIED: no answer"),
        ("legacy", "WAIVED: decommissioned in Q1"),
    ],
)
def test_skips_are_told_apart_by_their_prefix(played: Session, name: str, message: str) -> None:
    skipped = _case(played, name).find("skipped")

    assert skipped is not None
    assert skipped.get("message") == message


def test_the_findings_are_the_failure_text(played: Session) -> None:
    assert "for other names" in str(_case(played, "shop").findtext("failure"))


def test_hostile_names_stay_text(played: Session) -> None:
    found = [case.attrib["name"] for case in _suite(played).iter("testcase")]

    assert all(name.isprintable() for name in found)
    assert any(name.startswith("<script>") for name in found)


def test_the_suite_starts_with_the_run(played: Session) -> None:
    properties = [(each.get("name"), each.get("value")) for each in _suite(played)[0]]
    facts = dict(properties)

    assert facts["zonecert run"] == "20260301T020000Z-1"
    assert facts["zonecert judged at"] == "2026-03-01T02:00:00Z"
    assert facts["zonecert ended"] not in {None, "not yet"}
    assert "serial 2026030100" in str(facts["zonecert zone company.com (inside)"])
    assert facts["zonecert zone lost.company.com (inside)"] == "FAILED: answered REFUSED"
    assert facts["zonecert store mozilla"] == "of 2026-02-01, 140 certificates, required"
    assert facts["zonecert policy"] == '{"ports": [443]}'
    assert sum(name == "zonecert not looked at" for name, _ in properties) == 6


def test_the_same_zone_of_two_views_has_two_names() -> None:
    subjects = [
        Subject(
            SubjectKind.ZONE, f"company.com:{view}", "company.com", "company.com", views=(view,)
        )
        for view in ("inside", "outside")
    ]

    assert names(subjects[0]) != names(subjects[1])
    assert names(subjects[0])[0] == "company.com"


def test_the_root_zone_has_a_classname() -> None:
    assert names(subject_of(sample.target("example", zone="")))[0] == "."
    assert names(Subject(SubjectKind.ZONE, ".", ""))[0] == "."


def test_the_runs_own_test_is_under_zonecert() -> None:
    assert names(Subject(SubjectKind.RUN, "inventory", "inventory")) == ("zonecert", "inventory")


def test_a_target_that_begins_in_the_clear_is_named_so() -> None:
    name = "mail.company.com 192.0.2.7:25 (STARTTLS smtp)"
    assert names(subject_of(sample.MAIL)) == ("company.com", name)
