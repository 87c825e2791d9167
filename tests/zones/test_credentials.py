"""The tables tsig and tls: what may stand in them, and that no secret gets out."""

import json
from pathlib import Path

import pytest

from settings import Settings, SettingsError, from_wire, make_settings
from tests.support.bind import bind, primary_file
from tests.support.configuration import SOURCE, Table, faults
from tests.support.primary import TsigKey
from tests.zones.asked import key_file
from zones.axfr import AxfrSource
from zones.zone import Zone

KEY = TsigKey()
BY_ENVIRONMENT: Table = {"name": "axfr-key", "secret_env": "ZONECERT_TEST_SECRET"}
PLACES = '{ key_file = "axfr.key" }, or name and secret_env'


def settings(folder: Path, **keys: object) -> Settings:
    return make_settings({"source": [SOURCE | keys]}, "audit.toml", folder)


def refused(made: Settings) -> str:
    with pytest.raises(SettingsError) as caught:
        made.prepared_sources()
    return str(caught.value)


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"tsig": KEY.secret}, f"tsig: is no table; write {PLACES}"),
        ({"tsig": [KEY.secret]}, f"tsig: is no table; write {PLACES}"),
        ({"tsig": {}}, "tsig: needs key_file or secret_env, and only one of them"),
        (
            {"tsig": BY_ENVIRONMENT | {"key_file": "a"}},
            "tsig: needs key_file or secret_env, and only one of them",
        ),
        (
            {"tsig": {"secret_env": "A"}},
            "tsig: needs name, beside secret_env: what the server calls the key",
        ),
        (
            {"tsig": {"key_file": "a", "algorithm": "hmac-sha256"}},
            "tsig: algorithm stands in key_file, and not here too",
        ),
        (
            {"tsig": {"name": "a", "secret": KEY.secret}},
            "tsig.secret: is not known; compliance.toml.sample has every key",
        ),
        (
            {"tsig": {"name": "a", "secret_env": KEY.secret}},
            (
                "tsig.secret_env: is no name of an environment variable; the secret itself never"
                " stands here"
            ),
        ),
        (
            {"tsig": BY_ENVIRONMENT | {"algorithm": "hmac-md5"}},
            (
                'tsig.algorithm: given "hmac-md5"; allowed: hmac-sha224, hmac-sha256,'
                " hmac-sha256-128, hmac-sha384, hmac-sha384-192, hmac-sha512, hmac-sha512-256"
            ),
        ),
        (
            {"tsig": BY_ENVIRONMENT | {"name": "a..b"}},
            "tsig.name: given \"a..b\"; 'a..b' is no domain name: A DNS label is empty.",
        ),
        (
            {"tls": {"key_file": "a"}},
            (
                'tls: given {"key_file": "a"}; key_file needs cert_file, the certificate that it is'
                " the key of"
            ),
        ),
        ({"tls": True}, "tls: given true; Input should be a table"),
        (
            {"tls": {"verify": False}},
            "tls.verify: is not known; compliance.toml.sample has every key",
        ),
    ],
)
def test_a_table_that_cannot_be_is_a_fault_and_shows_no_secret(keys: Table, fault: str) -> None:
    assert faults(source=[SOURCE | keys]) == [f"audit.toml: source[0].{fault}"]


def test_names_are_taken_in_any_form() -> None:
    keys = {"tsig": BY_ENVIRONMENT | {"name": "AXFR-Key."}, "tls": {"name": "NS1.Bücher.example."}}
    (source,) = settings(Path(), **keys).sources
    assert isinstance(source, AxfrSource)
    assert source.tsig is not None
    assert source.tls is not None
    assert (source.tsig.name, source.tls.name) == ("axfr-key", "ns1.xn--bcher-kva.example")


def test_paths_are_relative_to_the_configuration(tmp_path: Path) -> None:
    tls = {"ca_file": "ca.pem", "cert_file": "a.pem", "key_file": "/etc/a.key"}
    (source,) = settings(tmp_path, tsig={"key_file": "keys/axfr.key"}, tls=tls).sources
    assert isinstance(source, AxfrSource)
    assert source.tsig is not None
    assert source.tls is not None
    assert source.tsig.key_file == tmp_path / "keys" / "axfr.key"
    assert source.tls.ca_file == tmp_path / "ca.pem"
    assert source.tls.cert_file == tmp_path / "a.pem"
    assert source.tls.key_file == Path("/etc/a.key")


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (None, "the environment variable that tsig.secret_env names is not set, or empty"),
        ("", "the environment variable that tsig.secret_env names is not set, or empty"),
        (f"{KEY.secret}!", "tsig.secret_env: key axfr-key: the secret is no base64"),
    ],
)
def test_a_secret_that_is_not_in_the_environment_is_told_before_anything_is_asked(
    secret: str | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if secret is not None:
        monkeypatch.setenv("ZONECERT_TEST_SECRET", secret)
    told = refused(settings(Path(), tsig=BY_ENVIRONMENT))
    assert told.startswith(f"audit.toml: source 'in': {words}; ")
    assert KEY.secret not in told


def test_whoever_does_not_ask_needs_no_secret(tmp_path: Path) -> None:
    """Shards and workers have the configuration, and the zones from elsewhere."""
    made = settings(tmp_path, tsig={"key_file": "gone.key"}, tls={"ca_file": "gone.pem"})
    assert from_wire(made.wire).sources == made.sources


def test_every_source_that_cannot_be_asked_is_told_at_once(tmp_path: Path) -> None:
    sources = [
        SOURCE | {"tsig": {"key_file": "gone.key"}},
        SOURCE | {"name": "out", "tsig": BY_ENVIRONMENT},
        SOURCE | {"name": "third"},
    ]
    told = refused(make_settings({"source": sources}, "audit.toml", tmp_path)).splitlines()
    assert [line.split(": ")[1] for line in told] == ["source 'in'", "source 'out'"]
    assert f"{tmp_path / 'gone.key'}: cannot be read (No such file or directory)" in told[0]


def test_a_secret_is_shown_by_nothing_that_a_source_yields(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONECERT_TEST_SECRET", KEY.secret)
    key_file(tmp_path, KEY)
    zones = {"company.com": primary_file("www A 192.0.2.1")}
    with bind(zones, key=KEY) as server:
        for tsig in (BY_ENVIRONMENT, {"key_file": "axfr.key"}):
            made = settings(tmp_path, server=server.server, tsig=tsig)
            (source,) = made.prepared_sources()
            (zone,) = source.collect()
            assert isinstance(zone, Zone)
            assert zone.authenticated
            shown = [repr(each) for each in (source, made, zone, source.__pydantic_private__)]
            shown += [made.wire, json.dumps(source.model_dump(mode="json"))]
            assert [text for text in shown if KEY.secret in text] == []
