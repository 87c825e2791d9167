"""Files of shards made by hand; tests/sessions/test_shards.py has those of real ones."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from checks.failure import title
from checks.verdict import Outcome, Subject, SubjectKind, Verdict
from reports import merge_junit
from reports.__main__ import EXIT_USAGE, main
from reports.junit import EXIT_CODE, names
from reports.merge import Merged, MergeError, Shards, first_row, subjects
from reports.rows import COLUMNS, cells, rows
from reports.tally import standing, tally
from tests.reports import sample
from tests.reports.session import Session
from zones.inventory import Inventory

RUN = sample.run()
OF_TARGETS = tuple(each for each in sample.VERDICTS if each.subject.kind is SubjectKind.TARGET)
PARTS = (sample.VERDICTS[::3], sample.VERDICTS[1::3], sample.VERDICTS[2::3])
BROKEN = Verdict(
    Subject(SubjectKind.RUN, "test_inventory", "test_inventory"),
    Outcome.ERROR,
    fails=True,
    findings=(sample.finding("scanner-broke", certificate=None),),
)
FACTS = {"zonecert run": "night", "zonecert started": "1", "zonecert ended": "8", EXIT_CODE: "0"}

Case = tuple[str, str, str]
"""Classname, name, and the element inside: none, failure, error or skipped."""


def table(verdicts: Iterable[Verdict]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for verdict in verdicts:
        writer.writerows(cells(row, COLUMNS) for row in rows(verdict, RUN))
    return text.getvalue()


def csv_file(folder: Path, name: str, verdicts: Iterable[Verdict], end: str = "") -> Path:
    path = folder / name
    path.write_text(table(verdicts) + end, encoding="utf-8", newline="")
    return path


def csv_files(folder: Path, *parts: Sequence[Verdict]) -> list[Path]:
    return [csv_file(folder, f"{number}.csv", part) for number, part in enumerate(parts)]


def merged(*paths: Path) -> tuple[Merged, str]:
    shards = Shards(RUN.inventory, RUN.run_id)
    return shards.merge(paths), "".join(shards.text())


def junit_file(
    folder: Path,
    name: str,
    cases: Iterable[Case],
    facts: Iterable[tuple[str, str]] = (),
    attributes: Iterable[tuple[str, str]] = (),
) -> Path:
    root = ET.Element("testsuites")
    given = {"timestamp": "2026-03-01T02:00:00+00:00", "time": "1.5", "hostname": "a"}
    suite = ET.SubElement(root, "testsuite", given | dict(attributes))
    properties = ET.SubElement(suite, "properties")
    for label, value in (*(FACTS | dict(facts)).items(), ("zonecert not looked at", "revocation")):
        ET.SubElement(properties, "property", {"name": label, "value": value})
    ET.SubElement(properties, "property", {"name": "zonecert not looked at", "value": "ports"})
    for classname, name_, inside in cases:
        case = ET.SubElement(suite, "testcase", {"classname": classname, "name": name_})
        if inside:
            ET.SubElement(case, inside, {"message": "why"}).text = "text"
    path = folder / name
    ET.ElementTree(root).write(path)
    return path


def all_cases(inside: str = "") -> list[Case]:
    return [(*names(subject), inside) for subject in subjects(RUN.inventory)]


def junit(*paths: Path, inventory: Inventory = RUN.inventory) -> merge_junit.Suite:
    standings = {each.subject.id: standing(each) for each in OF_TARGETS}
    return merge_junit.merge(paths, inventory, tally(inventory, standings))


def properties(suite: merge_junit.Suite) -> list[tuple[str, str]]:
    return [(each.attrib["name"], each.attrib["value"]) for each in suite.root.iter("property")]


def test_merged_rows_are_those_of_one_run_byte_for_byte(plain: Session, tmp_path: Path) -> None:
    """Names that no zone should hold are among them."""
    result, text = merged(*csv_files(tmp_path, *PARTS))

    assert text == plain.read("night.csv")
    assert result.faults == []


def test_order_of_the_files_changes_nothing(tmp_path: Path) -> None:
    paths = csv_files(tmp_path, *PARTS)

    assert merged(*reversed(paths))[1] == merged(*paths)[1]


def test_file_that_grew_and_was_not_sorted_will_do(tmp_path: Path) -> None:
    paths = csv_files(tmp_path, sample.VERDICTS[::-1])

    assert merged(*paths)[1] == merged(csv_file(tmp_path, "sorted.csv", sample.VERDICTS))[1]


def test_standings_of_targets_are_read_from_their_rows(tmp_path: Path) -> None:
    """Outcome and fate; the reason as far as sums need it."""
    result, _ = merged(*csv_files(tmp_path, *PARTS))
    wanted = {each.subject.id: standing(each) for each in OF_TARGETS}

    assert {id_: (each.outcome, each.fate) for id_, each in result.standings.items()} == {
        id_: (each.outcome, each.fate) for id_, each in wanted.items()
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Outcome.OK, "waived": (sample.waived("chain-extra"),)},
        {"outcome": Outcome.WAIVED, "waived": (sample.waived("expired"),)},
        {"outcome": Outcome.WAIVED, "waived": (sample.waived("must-answer"),)},
        {"outcome": Outcome.OK, "findings": (sample.finding("chain-extra"),)},
        {
            "outcome": Outcome.WARNING,
            "findings": (sample.finding("expiring"),),
            "waived": (sample.waived("expired"),),
        },
        {"outcome": Outcome.ERROR, "findings": (sample.finding("scanner-broke"),)},
        {"outcome": Outcome.UNREACHABLE, "reason": "NOT-VERIFIED: no answer"},
        {"outcome": Outcome.UNREACHABLE, "reason": "EXCLUDED: refused"},
        {"outcome": Outcome.UNREACHABLE, "reason": "EXCLUDED: refused", "remarks": ("but", "odd")},
    ],
    ids=str,
)
def test_standing_read_is_the_one_that_was_written(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    verdict = sample.verdict(sample.GOOD, changes.pop("outcome"), **changes)  # type: ignore[arg-type]
    result, _ = merged(csv_file(tmp_path, "1.csv", [verdict]))

    assert result.standings == {verdict.subject.id: standing(verdict)}


def test_target_without_a_result_is_told(tmp_path: Path) -> None:
    result, text = merged(*csv_files(tmp_path, *PARTS[:2]))
    lost = [each for each in PARTS[2] if each.subject.kind is SubjectKind.TARGET]

    assert sorted(result.faults) == sorted(
        f"missing: no CSV file has a result of {title(each.subject)}" for each in lost
    )
    assert text == merged(csv_file(tmp_path, "both.csv", [*PARTS[0], *PARTS[1]]))[1]


def test_of_two_results_the_first_is_kept_and_the_other_told(tmp_path: Path) -> None:
    good = csv_file(tmp_path, "good.csv", [sample.verdict(sample.GOOD)])
    bad = csv_file(tmp_path, "bad.csv", [sample.verdict(sample.GOOD, Outcome.ERROR)])
    result, text = merged(good, bad)

    name = "www.company.com 192.0.2.1:443"
    told = f"double: {name} is in {good} and again in {bad}; the first is kept"
    assert told in result.faults
    assert text == table([sample.verdict(sample.GOOD)])


def test_result_of_no_target_is_told_and_left_out(tmp_path: Path) -> None:
    stranger = sample.verdict(sample.target("www.company.com", "192.0.2.77"))
    path = csv_file(tmp_path, "1.csv", [stranger])
    result, text = merged(path)

    assert (
        f"unknown: {path} has 192.0.2.77 443 www.company.com, which no zone names" in result.faults
    )
    assert text == table([])


def test_test_of_the_run_that_broke_has_its_row(tmp_path: Path) -> None:
    result, text = merged(csv_file(tmp_path, "1.csv", [*sample.VERDICTS, BROKEN]))

    assert result.faults == []
    assert "test_inventory" in text


@pytest.mark.parametrize("end", ["192.0.2.1,443,www.comp", "a,b\r\n", '"'])
def test_row_that_was_cut_off_is_told(tmp_path: Path, end: str) -> None:
    path = csv_file(tmp_path, "1.csv", sample.VERDICTS, end)
    result, text = merged(path)

    line = len(table(sample.VERDICTS).splitlines()) + 1
    assert result.faults == [f"cut off: {path} has no whole row in line {line}"]
    assert text == merged(csv_file(tmp_path, "whole.csv", sample.VERDICTS))[1]


def test_file_of_another_run_is_refused(tmp_path: Path) -> None:
    [path] = csv_files(tmp_path, sample.VERDICTS)

    with pytest.raises(MergeError, match=f"{path}: is of run {RUN.run_id}, and this is run other"):
        Shards(RUN.inventory, "other").merge([path])


@pytest.mark.parametrize("text", ["", "ip_address,port,fqdn,status,message\r\n", "\xff"])
def test_what_is_no_csv_of_ours_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "1.csv"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(MergeError, match=rf"{path}: (has not the columns|cannot be read)"):
        merged(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MergeError, match=r"gone\.csv: cannot be read"):
        merged(tmp_path / "gone.csv")


def test_run_is_told_by_the_first_row_there_is(tmp_path: Path) -> None:
    paths = csv_files(tmp_path, [], sample.VERDICTS)

    assert first_row(paths)["run_id"] == RUN.run_id
    with pytest.raises(MergeError, match="no CSV file has any result"):
        first_row(paths[:1])


def test_testcases_come_in_the_order_of_one_run(tmp_path: Path) -> None:
    cases = all_cases()
    paths = [junit_file(tmp_path, f"{at}.xml", cases[at::3][::-1]) for at in range(3)]
    suite = junit(*paths)

    found = [(each.get("classname"), each.get("name")) for each in suite.root.iter("testcase")]
    assert found == [(classname, name) for classname, name, _ in cases]
    assert (suite.faults, suite.exit_code) == ([], 0)


def test_sums_are_those_of_the_testcases(tmp_path: Path) -> None:
    kinds = ["failure", "error", "skipped", "", "failure"]
    cases = [(*case[:2], kind) for case, kind in zip(all_cases(), kinds, strict=False)]
    rest = all_cases()[len(cases) :]
    paths = [junit_file(tmp_path, "1.xml", cases), junit_file(tmp_path, "2.xml", rest)]
    attributes = junit(*paths).root[0].attrib

    sums = [attributes[name] for name in ("tests", "failures", "errors", "skipped")]
    assert sums == [str(len(all_cases())), "2", "1", "1"]


def test_suite_lasts_from_the_first_start_to_the_last_end(tmp_path: Path) -> None:
    cases = all_cases()
    early = junit_file(tmp_path, "1.xml", cases[::2], attributes=[("time", "2.25")])
    late = {"timestamp": "2026-03-01T03:00:10+01:00", "time": "5", "hostname": "b"}
    second = junit_file(tmp_path, "2.xml", cases[1::2], attributes=late.items())
    attributes = junit(early, second).root[0].attrib

    assert attributes["timestamp"] == "2026-03-01T02:00:00+00:00"
    assert (attributes["time"], attributes["hostname"]) == ("15.000", "a; b")


def test_facts_are_those_of_one_run(tmp_path: Path) -> None:
    first = {
        "zonecert shard": "1/2",
        "zonecert host": "a",
        "zonecert zone company.com (inside)": "x",
    }
    second = {"zonecert shard": "2/2", "zonecert host": "b", "zonecert started": "0"}
    second |= {"zonecert ended": "9"}
    cases = all_cases()
    paths = [
        junit_file(tmp_path, "1.xml", cases[::2], first.items()),
        junit_file(tmp_path, "2.xml", cases[1::2], second.items()),
    ]
    found = properties(junit(*paths))
    facts = dict(found)

    assert "zonecert shard" not in facts
    assert facts["zonecert host"] == "a; b"
    assert facts["zonecert run"] == "night"
    assert (facts["zonecert started"], facts["zonecert ended"]) == ("0", "9")
    assert "serial 2026030100" in facts["zonecert zone company.com (inside)"]
    assert [value for name, value in found if "looked at" in name] == ["revocation", "ports"]


@pytest.mark.parametrize(
    ("codes", "inside", "code"),
    [("00", "", 0), ("01", "", 1), ("00", "failure", 1), ("00", "error", 1), ("16", "", 6)],
)
def test_merge_ends_as_one_run_would(tmp_path: Path, codes: str, inside: str, code: int) -> None:
    cases = all_cases(inside)
    paths = [
        junit_file(tmp_path, f"{at}.xml", cases[at::2], [(EXIT_CODE, codes[at])]) for at in (0, 1)
    ]
    suite = junit(*paths)

    assert (suite.faults, suite.exit_code) == ([], code)
    assert (EXIT_CODE, str(code)) in properties(suite)


def test_shard_that_was_interrupted_makes_the_run_incomplete(tmp_path: Path) -> None:
    path = junit_file(tmp_path, "1.xml", all_cases(), [(EXIT_CODE, "2")])
    suite = junit(path)

    assert suite.faults == [f"unended: {path} is of a shard that ended with 2; run it again"]
    assert suite.exit_code == 6


def test_testcase_that_is_missing_double_or_unknown_is_told(tmp_path: Path) -> None:
    cases = all_cases()
    first = junit_file(tmp_path, "1.xml", cases[1:])
    second = junit_file(tmp_path, "2.xml", [cases[1], ("company.com", "other 192.0.2.1:443", "")])
    suite = junit(first, second)

    [_, name] = cases[0][:2]
    assert len(suite.faults) == 3
    assert f"missing: no JUnit file has a result of {name}" in suite.faults
    assert any(fault.startswith("double: ") and str(second) in fault for fault in suite.faults)
    assert f"unknown: {second} has company.com other 192.0.2.1:443, which no zone names" in (
        suite.faults
    )
    assert suite.root[0].get("tests") == str(len(cases) - 1)


def test_testcase_of_the_run_that_broke_is_kept(tmp_path: Path) -> None:
    path = junit_file(tmp_path, "1.xml", [*all_cases(), ("zonecert", "test_inventory", "error")])
    suite = junit(path)

    assert (suite.faults, suite.root[0].get("errors")) == ([], "1")


@pytest.mark.parametrize("text", ["", "<testsuites><testsuite>", "<testsuites/>"])
def test_what_is_no_junit_of_ours_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "1.xml"
    path.write_text(text)

    with pytest.raises(MergeError, match=rf"{path}: (is no whole JUnit|was not written by)"):
        junit(path)


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def call(*parts: str, **options: str) -> tuple[int, str]:
        """Return exit code and standard error of the command on files in the folder."""
        names_ = {"zones": "zones.json", "csv": "night.csv", "junitxml": "night.xml"}
        names_ = {"compliance": "compliance.toml"} | names_ | options
        given = [f"--{option}={tmp_path / name}" for option, name in names_.items() if name]
        try:
            code = main(["merge", *given, *(str(tmp_path / part) for part in parts)])
        except SystemExit as ended:
            code = int(str(ended.code))
        return code, capsys.readouterr().err

    return call


@pytest.mark.parametrize("parts", [["1.csv"], ["1.xml"], ["1.csv", "1.xml", "1.html"]])
def test_both_files_of_each_shard_are_asked_for(
    call: Callable[..., tuple[int, str]], parts: list[str]
) -> None:
    code, error = call(*parts)

    assert code == EXIT_USAGE
    assert "name the CSV and the JUnit file of each shard" in error


def test_files_of_shards_are_never_overwritten(call: Callable[..., tuple[int, str]]) -> None:
    code, error = call("1.csv", "1.xml", csv="1.csv")

    assert code == EXIT_USAGE
    assert "would overwrite a SHARD's file" in error


@pytest.mark.parametrize("option", ["zones", "csv", "junitxml"])
def test_all_options_but_the_configuration_are_compulsory(
    call: Callable[..., tuple[int, str]], option: str
) -> None:
    code, error = call("1.csv", "1.xml", **{option: ""})

    assert code == EXIT_USAGE
    assert f"--{option}" in error


def test_missing_configuration_is_told(call: Callable[..., tuple[int, str]]) -> None:
    code, error = call("1.csv", "1.xml")

    assert code == EXIT_USAGE
    assert error.startswith("merge: ")
    assert "compliance.toml: cannot be read (No such file or directory)" in error
