import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.backends.openssl import backend
from pydantic import SecretStr

from frozen import Taken
from reports.describe import describe
from reports.run import Run
from settings import Settings, make_settings
from tests.reports import sample
from zones.naming.denial import DEFAULT
from zones.source_model import SourceModel

INSIDE: dict[str, Any] = {
    "name": "inside",
    "type": "axfr",
    "server": "192.0.2.53",
    "zones": ["company.com"],
    "exclude": ["dhcp-.*"],
    "policy": {"severity": {"expired": "warning"}, "expiry": {"days": 14}},
}


def settings(**tables: object) -> Settings:
    return make_settings({"source": [INSIDE], **tables}, "compliance.toml", Path())


def run_of(known: Settings) -> Run:
    taken = Taken(sample.inventory(sample.GOOD), None, "20260301T020000Z-1", sample.JUDGED_AT)
    return describe(known, taken)


def shown(known: Settings) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(run_of(known).policy)
    return policy


def test_the_policy_in_force_shows_each_source_with_what_it_overrides() -> None:
    (source,) = shown(settings())["source"]

    assert (source["server"], source["zones"]) == ("192.0.2.53:53", ["company.com"])
    assert source["exclude"] == ["dhcp-.*"]
    assert source["transfer_timeout"] == 60
    assert source["policy"] == INSIDE["policy"]


def test_the_policy_in_force_shows_defaults_but_of_overrides_what_was_given() -> None:
    table = {"name": "company.com", "policy": {"trust": "public", "expiry": {"days": 7}}}

    policy = shown(settings(policy={"ports": [8443]}, zone=[table]))

    assert (policy["policy"]["ports"], policy["policy"]["deadline"]) == ([8443], 15)
    assert policy["zone"] == [table]


def test_the_deny_list_in_force_is_told() -> None:
    assert run_of(settings()).denied == tuple(map(str, DEFAULT))
    assert run_of(settings(policy={"deny": []})).denied == ()


def test_the_policy_in_force_shows_waivers() -> None:
    waiver = {
        "fqdn": "old.company.com",
        "finding": "expired",
        "reason": "goes in Q1",
        "approved_by": "security@company.com",
        "expires": "2027-03-31",
    }

    assert shown(settings(waiver=[waiver]))["waiver"] == [waiver]


def test_the_policy_in_force_shows_owners() -> None:
    owner = {"name": "company.com", "team": "web", "scope": ["pci"]}

    assert shown(settings(owner=[owner]))["owner"] == [owner]


class _Secretive(SourceModel):
    """A source that needs a password."""

    password: SecretStr


def test_no_secret_of_a_source_is_shown() -> None:
    source = _Secretive(name="inside", password=SecretStr("sesame"))

    policy = run_of(replace(settings(), sources=(source,))).policy

    assert "password" in policy
    assert "sesame" not in policy


def test_the_version_of_openssl_is_that_of_cryptography() -> None:
    versions = dict(run_of(settings()).versions)

    assert f"OpenSSL {versions['OpenSSL']}" == backend.openssl_version_text()


def test_each_store_says_whether_it_is_required() -> None:
    stores = run_of(settings(policy={"trust_stores": ["mozilla"]})).stores

    assert [store.name for store in stores if store.required] == ["mozilla"]
    assert len(stores) == 5
