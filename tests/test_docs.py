"""The documentation says what the code does: ids, severities, keys and links."""

import json
import re
import subprocess
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from checks.finding import CATALOGUE
from checks.owner import Owner
from checks.place import ZonePolicy
from checks.policy import Expiry, Overrides, Policy
from checks.waiver import Waiver
from settings import Document, load_settings, make_settings
from zones.credentials import TlsTable
from zones.naming.denial import DEFAULT
from zones.source import SOURCE_TYPES
from zones.source_model import SourceModel, source_class

ROOT = Path(__file__).parent.parent
FINDINGS = ROOT / "docs" / "findings"
INDEX = FINDINGS / "README.md"
SAMPLE = ROOT / "compliance.toml.sample"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

HEADER = re.compile(r"^\*\*(?P<severity>\w+)\*\* by default · since (?P<since>[\d.]+) · message: ")
SECTIONS = [
    "What it means",
    "Why it matters",
    "How zonecert decides",
    "See it",
    "Mend it",
    "References",
]
LINK = re.compile(r"\]\((?!https?:)([^)\s]*)\)")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENTED_OUT = re.compile(r"""^# (?=[a-z_]+ = |\[\[[a-z]+\]\]$|    "|\]$)""", re.MULTILINE)
"""Keys, tables, and the lines of a list that has several."""

Table = dict[str, Any]


def page_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path, language: str) -> list[str]:
    found = BLOCK.findall(path.read_text(encoding="utf-8"))
    return [text for kind, text in found if kind == language]


def prose(path: Path) -> str:
    return BLOCK.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def dead_links(path: Path) -> list[str]:
    dead = []
    for link in LINK.findall(prose(path)):
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    return dead


def sample() -> Table:
    return tomllib.loads(SAMPLE.read_text(encoding="utf-8"))


def sample_with_every_key() -> Table:
    return tomllib.loads(COMMENTED_OUT.sub("", SAMPLE.read_text(encoding="utf-8")))


def validated(model: type[BaseModel], table: Table) -> BaseModel:
    return model.model_validate_json(json.dumps(table, default=str))


@pytest.mark.parametrize("finding_id", CATALOGUE)
def test_every_finding_has_a_page_with_its_severity(finding_id: str) -> None:
    title, _, header, *_ = (FINDINGS / f"{finding_id}.md").read_text(encoding="utf-8").splitlines()
    match = HEADER.match(header)
    kind = CATALOGUE[finding_id]
    assert title == f"# {finding_id}"
    assert match is not None
    assert (match["severity"], match["since"]) == (kind.severity.value, kind.since)


@pytest.mark.parametrize("finding_id", CATALOGUE)
def test_every_page_says_what_to_see_and_what_to_mend(finding_id: str) -> None:
    page = FINDINGS / f"{finding_id}.md"
    assert re.findall(r"^## (.+)$", prose(page), re.MULTILINE) == SECTIONS
    assert blocks(page, "sh")


def test_every_page_belongs_to_a_finding() -> None:
    assert {page.stem for page in FINDINGS.iterdir() if page != INDEX} == set(CATALOGUE)


def test_the_index_is_the_catalogue() -> None:
    rows = re.findall(
        r"^\| \[([a-z-]+)\]\(\1\.md\) \| (\w+) \| (.+) \|$",
        INDEX.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert rows == [(name, kind.severity.value, kind.title) for name, kind in CATALOGUE.items()]


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_relative_links_resolve(page: Path) -> None:
    assert dead_links(page) == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title\n[a](page.md#a-title) [b](#nowhere) [c](gone.md)\n")
    assert dead_links(page) == ["#nowhere", "gone.md"]


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_shell_commands_parse(page: Path) -> None:
    for block in blocks(page, "sh"):
        result = subprocess.run(
            ["/bin/sh", "-n"], input=block, text=True, capture_output=True, check=False
        )
        assert result.stderr == ""


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_configurations_in_the_documentation_are_valid(page: Path) -> None:
    for block in blocks(page, "toml"):
        assert make_settings(tomllib.loads(block), page.name, ROOT).sources


def test_the_sample_is_valid_as_it_stands() -> None:
    settings = load_settings(SAMPLE)
    assert settings.policy == Policy()
    assert [source.name for source in settings.sources] == ["inside"]


def test_the_sample_is_valid_with_every_key() -> None:
    """By the models alone: the files that it names as examples are not there."""
    full = sample_with_every_key()
    for source in full.pop("source"):
        validated(Overrides, source.pop("policy", {}))
        validated(source_class(source["type"]), source)
    validated(Document, full)


def test_the_sample_has_every_key_and_no_other() -> None:
    full = sample_with_every_key()
    assert set(full) == {"policy", "source", "zone", "owner", "waiver"}
    assert set(full["policy"]) == set(Policy.model_fields)
    assert set(full["policy"]["expiry"]) == set(Expiry.model_fields)
    first, *others = full["source"]
    assert [source["type"] for source in full["source"]] == [*SOURCE_TYPES]
    assert set(first) == {*source_class(first["type"]).model_fields, "policy"}
    assert set(first["tls"]) == set(TlsTable.model_fields)
    # What sources of every type have stands at the first one only.
    in_all = set(SourceModel.model_fields) - {"name"}
    for source in others:
        assert set(source) | in_all == {*source_class(source["type"]).model_fields}
    assert [set(zone) for zone in full["zone"]] == [set(ZonePolicy.model_fields)]
    assert [set(owner) for owner in full["owner"]] == [set(Owner.model_fields)]
    assert [set(waiver) for waiver in full["waiver"]] == [set(Waiver.model_fields)]


def sources_by_type(document: Table) -> dict[str, Table]:
    return {source["type"]: source for source in document["source"]}


def assert_defaults_are_shown(model: type[BaseModel], written: Table, full: Table) -> None:
    """But for a default of nothing: that is shown by an example."""
    shown = validated(model, {key: full[key] for key in full.keys() & model.model_fields.keys()})
    defaults = {
        name: field.default
        for name, field in model.model_fields.items()
        if name in full.keys() - written.keys()
        and not field.is_required()
        and field.default is not None
    }
    assert {name: getattr(shown, name) for name in defaults} == defaults


def test_policies_that_are_commented_out_show_their_defaults() -> None:
    assert_defaults_are_shown(Policy, sample()["policy"], sample_with_every_key()["policy"])


@pytest.mark.parametrize("kind", SOURCE_TYPES)
def test_keys_of_a_source_that_are_commented_out_show_their_defaults(kind: str) -> None:
    written = sources_by_type(sample()).get(kind, {})
    assert_defaults_are_shown(
        source_class(kind), written, sources_by_type(sample_with_every_key())[kind]
    )


def test_the_sample_lists_the_keys_that_may_differ() -> None:
    [listed] = re.findall(
        r"^# Compulsory; any of: (.+)\.$", SAMPLE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert listed.split(", ") == list(Overrides.model_fields)


def test_the_list_of_denied_networks_in_the_documentation_begins_with_the_default() -> None:
    """Whoever copies it and adds to it has to have all of them."""
    page = ROOT / "docs" / "configuration.md"
    documents = (tomllib.loads(block) for block in blocks(page, "toml"))
    [listed] = [found["policy"]["deny"] for found in documents if "deny" in found.get("policy", {})]
    assert tuple(listed[: len(DEFAULT)]) == tuple(map(str, DEFAULT))
    assert len(listed) == len(DEFAULT) + 1


def test_the_ancestors_policy_of_days_alone_can_be_had() -> None:
    """docs/from-dns-cert-checker.md promises it of ``lifetime_share = 1``."""
    days_alone = Expiry(days=30, lifetime_share=1)
    for lifetime in (timedelta(days=31), timedelta(days=90), timedelta(days=398)):
        assert days_alone.threshold(lifetime) == timedelta(days=30)
