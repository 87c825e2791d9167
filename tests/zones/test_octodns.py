"""Zones by octoDNS: its own YAML provider, octodns-bind on the real BIND, and how others fail."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from settings import SettingsError, from_wire, make_settings
from tests.support.bind import bind, primary_file
from tests.support.configuration import faults
from tests.support.octodns_sources import Stalling
from zones.axfr import AxfrSource
from zones.octodns import OctodnsError, OctodnsSource
from zones.reading.reference import looked_up, redacted
from zones.source import ZoneFailure, ZoneSourceError
from zones.zone import Zone

YAML = "octodns.provider.yaml.YamlProvider"
SUPPORT = "tests.support.octodns_sources"
COMPANY = r"""---
'':
  - type: ALIAS
    value: lb.company.com.
  - type: MX
    values: [{exchange: mail.company.com., preference: 10}]
'*.lab': {type: A, value: 192.0.2.3}
WWW:
  - {type: A, ttl: 60, values: [192.0.2.1, 192.0.2.2]}
  - {type: AAAA, value: '2001:DB8::1'}
_443._tcp.www:
  type: TLSA
  values:
    - certificate_association_data: ABCD
      certificate_usage: 3
      matching_type: 0
      selector: 1
_imaps._tcp:
  type: SRV
  values: [{port: 993, priority: 0, target: mail.company.com., weight: 1}]
bücher: {type: A, value: 192.0.2.4}
forward:
  type: URLFWD
  values: [{code: 301, masking: 0, path: /, query: 0, target: 'https://www.company.com'}]
gone: {type: A, value: 192.0.2.9, octodns: {ignored: true}}
moved: {type: DNAME, value: new.example.net.}
shop: {type: CNAME, value: Shops.Example.NET.}
sub: {type: NS, values: [ns.sub.company.com.]}
text: {type: TXT, value: "a b"}
web:
  type: HTTPS
  values:
    - svcparams: {alpn: [h2, h3], ipv4hint: [192.0.2.1], no-default-alpn: null, port: '8443'}
      svcpriority: 1
      targetname: .
"""


def source(options: Mapping[str, object], **keys: object) -> OctodnsSource:
    """Return a source whose provider has those options."""
    return OctodnsSource.model_validate({"name": "octo", "provider": {**options}, **keys})


def yaml(folder: Path, **files: str) -> dict[str, object]:
    """Write those zones, by their first label, and return the options of their provider."""
    for name, text in files.items():
        (folder / f"{name}.com.yaml").write_text(text, encoding="utf-8")
    return {
        "class": YAML,
        "directory": str(folder),
        "enforce_order": False,
        "escaped_semicolons": False,
    }


def lines(zone: Zone) -> list[str]:
    return [f"{each.owner} {each.rdtype} {each.rdata}" for each in zone.records]


def only_zone(options: Mapping[str, object], **keys: object) -> Zone:
    (found,) = source(options, **keys).collect()
    assert isinstance(found, Zone), found
    return found


def only_failure(options: Mapping[str, object], **keys: object) -> ZoneFailure:
    (found,) = source(options, **keys).prepared({"TOKEN": "s3cr3t"}).collect()
    assert isinstance(found, ZoneFailure)
    return found


def test_records_of_every_type_come_as_from_any_source(tmp_path: Path) -> None:
    zone = only_zone(yaml(tmp_path, company=COMPANY))

    assert lines(zone) == [
        "*.lab.company.com A 192.0.2.3",
        "_443._tcp.www.company.com TLSA 3 1 0 abcd",
        "_imaps._tcp.company.com SRV 0 1 993 mail.company.com",
        "company.com ALIAS lb.company.com",
        "company.com MX 10 mail.company.com",
        "moved.company.com DNAME new.example.net",
        "shop.company.com CNAME shops.example.net",
        "sub.company.com NS ns.sub.company.com",
        'web.company.com HTTPS 1 . alpn="h2,h3" no-default-alpn port="8443" ipv4hint="192.0.2.1"',
        "www.company.com A 192.0.2.1",
        "www.company.com A 192.0.2.2",
        "www.company.com AAAA 2001:db8::1",
        "xn--bcher-kva.company.com A 192.0.2.4",
    ]
    assert (zone.origin, zone.view, zone.server, zone.serial) == ("company.com", "octo", YAML, 0)
    assert zone.other_owners == ("forward.company.com", "text.company.com")
    assert [each.ttl for each in zone.records if each.rdata == "192.0.2.1"] == [60]


def test_all_values_count_of_what_is_answered_by_geography_health_or_weight(tmp_path: Path) -> None:
    """But for one that is switched off."""
    zone = only_zone(
        yaml(
            tmp_path,
            company="""---
geo: {type: A, value: 192.0.2.1, geo: {NA-US: [192.0.2.2], AF: [192.0.2.1, 192.0.2.3]}}
pool:
  type: A
  value: 192.0.2.1
  dynamic:
    pools:
      one: {fallback: two, values: [{value: 192.0.2.2}, {value: 192.0.2.3, status: down}]}
      two: {values: [{value: 192.0.2.4, weight: 3}]}
    rules: [{pool: one}]
alias:
  type: CNAME
  value: a.example.net.
  dynamic:
    pools:
      one: {values: [{value: b.example.net.}]}
    rules: [{pool: one}]
""",
        )
    )
    assert lines(zone) == [
        "alias.company.com ALIAS a.example.net",
        "alias.company.com ALIAS b.example.net",
        "geo.company.com A 192.0.2.1",
        "geo.company.com A 192.0.2.2",
        "geo.company.com A 192.0.2.3",
        "pool.company.com A 192.0.2.1",
        "pool.company.com A 192.0.2.2",
        "pool.company.com A 192.0.2.4",
    ]


def test_zones_are_those_that_are_named_or_those_that_the_provider_lists(tmp_path: Path) -> None:
    options = yaml(tmp_path, company=COMPANY, other="---\na: {type: A, value: 192.0.2.1}\n")
    found = [each.origin for each in source(options).collect()]
    named = source(options, zones=("Other.COM.",))

    assert found == ["company.com", "other.com"]
    assert [each.origin for each in named.collect()] == ["other.com"]
    assert named.origins == ("other.com",)


@pytest.mark.parametrize("name", ["AxfrSource", "BindProvider"])
def test_bind_gives_octodns_the_records_that_it_gives_a_transfer(name: str) -> None:
    text = primary_file(
        "@ A 192.0.2.1\n*.lab A 192.0.2.2\nwww CNAME @\nwww2 AAAA 2001:db8::1\n"
        "@ MX 10 mail\nmail A 192.0.2.3\n_443._tcp TLSA 3 1 1 " + "ab" * 32 + "\nt TXT x\n"
    )
    with bind({"company.com": text}) as running:
        keys = {"name": "octo", "server": running.server, "zones": ("company.com",)}
        transferred = AxfrSource.model_validate(keys).zone("company.com")
        options = {"class": f"octodns_bind.{name}", "host": running.address, "port": running.port}
        zone = only_zone(options, zones=("company.com",))

    assert lines(zone) == lines(transferred)
    assert zone.other_owners == transferred.other_owners


def test_bind_that_refuses_is_a_failure_with_its_cause() -> None:
    with bind({"company.com": primary_file("")}, allow_transfer="none") as running:
        options = {
            "class": "octodns_bind.AxfrSource",
            "host": running.address,
            "port": running.port,
        }
        failure = only_failure(options, zones=("company.com",))

    assert (failure.origin, failure.view) == ("company.com", "octo")
    assert failure.server == "octodns_bind.AxfrSource"
    assert failure.error.what == (
        "zone company.com: octodns_bind.AxfrSource does not give it (AxfrSourceZoneTransferFailed:"
        " Unable to Perform Zone Transfer: Zone transfer error: REFUSED)"
    )


def test_a_provider_that_has_nothing_of_a_zone_has_not_the_zone(tmp_path: Path) -> None:
    """An empty zone would pass, and most providers say nothing of one that they do not know."""
    failure = only_failure({"class": f"{SUPPORT}.Loud", "token": "env/TOKEN"})
    assert failure.error.what == f"zone company.com: {SUPPORT}.Loud has no record of it"

    options = yaml(tmp_path, company=COMPANY)
    found = source(options, zones=("gone.com", "company.com")).collect()
    assert [type(each) for each in found] == [ZoneFailure, Zone]


def test_a_record_that_cannot_be_read_ends_the_zone(tmp_path: Path) -> None:
    failure = only_failure(yaml(tmp_path, company="---\nwww: {type: CNAME, value: a..b.}\n"))
    assert str(failure.error) == (
        f"zone company.com: {YAML} has a record that cannot be read (ValueError:"
        " www.company.com. CNAME a..b.: A DNS label is empty.); mend the record there"
    )


def test_a_provider_that_does_not_come_back_is_waited_for_once() -> None:
    options = {"class": f"{SUPPORT}.Stalling", "token": "env/TOKEN"}
    made = source(options, transfer_timeout=0.1).prepared({"TOKEN": "s3cr3t"})
    first, second = made.collect()
    for each in (first, second):
        assert isinstance(each, ZoneFailure)
        assert each.error.what == (
            f"zone a.com: {SUPPORT}.Stalling does not give it (over after 0.1 s)"
        )
    assert Stalling.asked == ["a.com."]


@pytest.mark.parametrize(
    ("secret", "shown"),
    [("t0k3n", "t0k3n"), ("a/b c+d", "a%2Fb%20c%2Bd"), ("12345678", "12345678"), ("é'\\", "é")],
)
def test_no_failure_shows_a_secret(secret: str, shown: str) -> None:
    options = {"class": f"{SUPPORT}.Strict", "token": "env/TOKEN", "account": {"key": "env/KEY"}}
    made = source(options, zones=("company.com",))
    (failure,) = made.prepared({"TOKEN": secret, "KEY": "s3cr3t", "OTHER": "x"}).collect()
    assert isinstance(failure, ZoneFailure)
    assert isinstance(failure.error, OctodnsError)
    assert failure.error.__cause__ is None
    assert failure.error.what == (
        f"zone company.com: {SUPPORT}.Strict does not give it (RuntimeError: 401 for"
        " https://api.example/zones/company.com.?token=env/TOKEN {'key': 'env/KEY'})"
    )
    assert redacted(f"at {shown} and", {"env/TOKEN": secret}) == "at env/TOKEN and" or "'" in secret
    assert secret not in repr(made.prepared({"TOKEN": secret, "KEY": "s3cr3t"}))


def test_a_provider_that_cannot_list_its_zones_fails_as_a_whole() -> None:
    made = source({"class": f"{SUPPORT}.Listing", "token": "env/TOKEN"})
    with pytest.raises(OctodnsError) as caught:
        list(made.prepared({"TOKEN": "s3cr3t"}).collect())
    assert caught.value.what == (
        f"{SUPPORT}.Listing does not list its zones (KeyError: 'env/TOKEN')"
    )


def test_a_provider_that_lists_no_zone_fails() -> None:
    """Else a run that looks at nothing because of it would be green beside other sources."""
    made = source({"class": f"{SUPPORT}.Idle", "token": "env/TOKEN"})
    with pytest.raises(OctodnsError, match=r"Idle lists no zone; look at"):
        list(made.prepared({"TOKEN": "s3cr3t"}).collect())


def test_a_provider_that_cannot_be_made_is_told_of_each_zone_that_is_named(tmp_path: Path) -> None:
    """Of options that the class hands on, nobody but octoDNS knows which there are."""
    options = {**yaml(tmp_path, company=COMPANY), "colour": "red"}
    failure = only_failure(options, zones=("company.com",))
    assert re.search(r"cannot be made \(TypeError: .*'colour'\)", failure.error.what)
    assert failure.origin == "company.com"
    with pytest.raises(OctodnsError, match="cannot be made"):
        list(source(options).collect())


def test_a_variable_that_is_not_set_is_told_before_anybody_is_asked() -> None:
    made = source({"class": f"{SUPPORT}.Listing", "token": "env/TOKEN"})
    with pytest.raises(ZoneSourceError) as caught:
        made.prepared({})
    assert caught.value.what == "the environment variable TOKEN is not set"


def test_a_configuration_names_variables_and_holds_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = {
        "name": "octo",
        "type": "octodns",
        "provider": {"class": f"{SUPPORT}.Strict", "token": "env/ZONECERT_TOKEN"},
        "zones": ["company.com"],
    }
    settings = make_settings({"source": [table]}, "audit.toml", Path("/nowhere"))
    with pytest.raises(SettingsError) as caught:
        settings.prepared_sources()
    assert str(caught.value) == (
        "audit.toml: source 'octo': the environment variable ZONECERT_TOKEN is not set;"
        " set it; an option of provider refers to it"
    )
    monkeypatch.setenv("ZONECERT_TOKEN", "s3cr3t")
    for each in (settings, from_wire(settings.wire)):
        (failure,) = each.prepared_sources()[0].collect()
        assert isinstance(failure, ZoneFailure)
        assert "token=env/ZONECERT_TOKEN" in failure.error.what
    assert "s3cr3t" not in settings.wire


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("env/TEXT", "text"),
        ("env/NUMBER", 53),
        ("env/FRACTION", 1.5),
        ("env/ADDRESS", "192.0.2.1"),
        ("env/GONE/else", "else"),
        ("env/GONE/a/b", "a/b"),
        ("env/GONE/", ""),
        ("env/TEXT/else", "text"),
        ("env/EMPTY", ""),
    ],
)
def test_references_mean_what_they_mean_to_octodns(
    reference: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from octodns.secret.environ import EnvironSecrets  # noqa: PLC0415 - the one comparison

    environment = {
        "TEXT": "text",
        "NUMBER": "53",
        "FRACTION": "1.5",
        "ADDRESS": "192.0.2.1",
        "EMPTY": "",
    }
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    monkeypatch.delenv("GONE", raising=False)

    assert looked_up(reference, environment) == value
    assert EnvironSecrets("env").fetch(reference.removeprefix("env/"), {}) == value


def provider_fault(**provider: object) -> str:
    (fault,) = faults(source=[{"name": "octo", "type": "octodns", "provider": provider}])
    return fault.removeprefix("audit.toml: source[0].")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("YamlProvider", "write the class with its module"),
        (".YamlProvider", "write the class with its module"),
        ("octodns_gone.Provider", "octodns_gone cannot be imported (No module named"),
        ("octodns.provider.yaml.Gone", "octodns.provider.yaml has no source or provider"),
        ("octodns.provider.yaml.safe_load", "octodns.provider.yaml has no source or provider"),
        ("subprocess.Popen", "subprocess has no source or provider of octoDNS of that name"),
    ],
)
def test_a_class_that_is_no_provider_is_refused(name: str, words: str) -> None:
    found = provider_fault(**{"class": name, "token": "s3cr3t"})
    assert found.startswith(f'provider.class: given "{name}"; {words}')


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, f"{SUPPORT}.Loud missing a required argument: 'token'"),
        (
            {"token": "env/TOKEN", "s3cr3t": "s3cr3t"},
            f"{SUPPORT}.Loud got an unexpected keyword argument 's3cr3t'",
        ),
        ({"token": "s3cr3t"}, 'token: a secret stands in no file; write "env/NAME"'),
        (
            {"token": "env/TOKEN", "account": {"Api_Key": "s3cr3t", "key": "s3cr3t"}},
            'Api_Key, key: a secret stands in no file; write "env/NAME"',
        ),
    ],
)
def test_options_that_cannot_be_are_refused_without_showing_them(
    options: dict[str, object], words: str
) -> None:
    assert provider_fault(**{"class": f"{SUPPORT}.Loud", **options}) == f"provider: {words}"


def test_a_provider_that_cannot_list_zones_needs_them_named() -> None:
    found = provider_fault(**{"class": f"{SUPPORT}.Strict", "token": "env/TOKEN"})
    assert re.search(rf"zones: is missing; {SUPPORT}.Strict cannot list them$", found)


@pytest.mark.filterwarnings("error")
def test_octodns_warns_nobody_of_what_it_will_do_without(tmp_path: Path) -> None:
    options = yaml(tmp_path, company=COMPANY)
    del options["escaped_semicolons"]
    assert only_zone(options).records


def test_octodns_leaves_logging_as_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    root, ours = logging.getLogger(), logging.getLogger("zonecert")
    before = root.handlers[:], root.level, ours.handlers[:], ours.level, ours.disabled
    only_failure({"class": f"{SUPPORT}.Loud", "token": "env/TOKEN"})
    only_zone(yaml(tmp_path, company=COMPANY))

    assert before == (root.handlers, root.level, ours.handlers, ours.level, ours.disabled)
    assert "zonecert" not in {record.name for record in caplog.records}
