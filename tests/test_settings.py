"""What a configuration may say, and what comes of it; tests/test_faults.py has what may not be."""

import hashlib
import re
import sys
from datetime import UTC, date, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from checks.finding import Severity
from checks.policy import OWN_CA, SSLYZE_STORES, Policy
from demo.certificates import Certificates
from settings import Settings, SettingsError, from_wire, load_settings, make_settings
from tests.support.configuration import SOURCE, WAIVER, Table, faults
from zones.naming.denial import DEFAULT
from zones.naming.ownership import Ownership
from zones.reading.rdata import SERVICE_TYPES
from zones.target import RecordRef, Target


def made(folder: Path = Path(), source: Table | None = None, **tables: object) -> Settings:
    return make_settings({"source": [SOURCE | (source or {})], **tables}, "audit.toml", folder)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of five stores, NAME.pem and NAME.yaml each."""
    folder = tmp_path_factory.mktemp("configuration") / "stores"
    folder.mkdir()
    Certificates(datetime(2026, 3, 1, tzinfo=UTC)).write_stores(folder)
    return folder


def test_source_alone_will_do_and_the_rest_are_defaults() -> None:
    settings = made()

    assert settings.policy == Policy()
    assert [store.name for store in settings.stores] == [*SSLYZE_STORES]
    assert settings.required_stores() == frozenset(SSLYZE_STORES)


def test_configuration_without_a_source_tells_how_to_start() -> None:
    with pytest.raises(SettingsError, match=r"no \[\[source\]\] table.*pytest --demo"):
        make_settings({}, "audit.toml", Path())


def test_two_sources_of_one_name_are_refused() -> None:
    assert faults(source=[SOURCE, SOURCE]) == [
        "audit.toml: source: two are named 'in'; a source's name is its view's, choose another"
    ]


def test_source_whose_library_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "zones.route53", raising=False)

    (fault,) = faults(source=[{"name": "aws", "type": "route53"}])
    assert fault == (
        'audit.toml: source[0].type: given "route53"; needs the library boto3, which is not'
        " installed; install the extra route53: pip install -e '.[route53]'"
    )


def test_missing_file_is_told_with_how_to_start(tmp_path: Path) -> None:
    file = tmp_path / "compliance.toml"
    words = f"{file}: cannot be read (No such file or directory); run 'pytest --demo'"

    with pytest.raises(SettingsError, match=re.escape(words)):
        load_settings(file)


@pytest.mark.parametrize(
    "text",
    [b"[policy", b"a = \xff", b"a = " + b"1" * 5000, b"a = " + b"[" * 5000],
    ids=["syntax", "not UTF-8", "number without end", "nesting without end"],
)
def test_file_that_is_no_toml_is_told_so(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "compliance.toml"
    file.write_bytes(text)

    with pytest.raises(SettingsError, match=f"^{re.escape(str(file))}: is no TOML: "):
        load_settings(file)


def test_file_is_known_by_the_hash_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "compliance.toml"
    file.write_text(
        '[[source]]\nname = "in"\ntype = "axfr"\nserver = "::1"\nzones = ["company.com"]\n'
        '[[waiver]]\nfqdn = "a.company.com"\nfinding = "expired"\nreason = "r"\n'
        'approved_by = "s"\nexpires = 2027-03-31\n'
    )
    settings = load_settings(file)

    assert settings.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert settings.document.waiver[0].expires == date(2027, 3, 31)


def test_settings_without_a_file_are_known_by_what_they_say() -> None:
    assert made().sha256 == made().sha256
    assert made().sha256 != made(policy={"ports": [8443]}).sha256


def test_paths_are_relative_to_the_file(stores: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    policy = {"stores_dir": "stores", "own_ca": ["stores/java.pem"], "trust": "either"}
    settings = made(stores.parent, policy=policy)

    assert settings.policy.stores_dir == stores
    assert settings.policy.own_ca == (stores / "java.pem",)
    assert {path.parent for store in settings.stores for path in store.paths} == {stores}
    assert settings.required_stores() == frozenset((*SSLYZE_STORES, OWN_CA))


def test_absolute_paths_stay_as_they_are(stores: Path) -> None:
    assert made(Path("/nowhere"), policy={"stores_dir": str(stores)}).policy.stores_dir == stores


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        (
            {"own_ca": ["root.pem"]},
            "policy: /nowhere/root.pem: cannot be read (No such file or directory); mend the path",
        ),
        (
            {"stores_dir": "stores"},
            "policy: /nowhere/stores: no NAME.pem in it; put the trust stores there",
        ),
        (
            {"trust": "own"},
            "policy.trust: needs own_ca, the PEM files of your own roots",
        ),
        (
            {"trust_stores": ["netscape", "mozilla"]},
            "policy.trust_stores: given netscape; allowed: android, apple, java, mozilla, windows",
        ),
    ],
    ids=["own_ca", "stores_dir", "trust", "trust_stores"],
)
def test_trust_store_that_is_not_there_is_a_fault(policy: Table, fault: str) -> None:
    assert faults(policy=policy) == [f"audit.toml: {fault}"]


def test_store_that_only_an_override_asks_for_has_to_be_there_too() -> None:
    wanted = ["audit.toml: policy.trust: needs own_ca, the PEM files of your own roots"]

    assert faults(zone=[{"policy": {"trust": "own"}}]) == wanted
    assert faults(source=[SOURCE | {"policy": {"trust": "either"}}]) == wanted


def test_required_are_the_stores_of_every_policy(stores: Path) -> None:
    settings = made(
        stores.parent,
        policy={"stores_dir": "stores", "own_ca": ["stores/java.pem"], "trust_stores": ["apple"]},
        zone=[{"policy": {"trust_stores": ["mozilla"]}}, {"policy": {"trust": "own"}}],
    )

    assert settings.required_stores() == {"apple", "mozilla", OWN_CA}


def test_later_overrides_win_key_by_key() -> None:
    settings = made(
        source={"policy": {"ports": [8443], "external": "tell"}},
        policy={"ports": [443], "trust_stores": ["apple"], "external": "skip"},
        zone=[
            {"policy": {"ports": [1], "fail_on": ["error"]}, "name": "Company.COM."},
            {"policy": {"ports": [2]}, "fqdn": r"www\..*"},
            {"policy": {"ports": [3]}, "networks": ["192.0.2.0/24", "2001:db8::/32"]},
            {"policy": {"ports": [4]}, "name": "other.com"},
        ],
    )

    def ports(fqdn: str, address: str) -> tuple[int, ...]:
        return settings.policy_for(["company.com"], fqdn, address, ["in"]).ports

    assert ports("ns.company.com", "198.51.100.1") == (1,)
    assert ports("www.company.com", "198.51.100.1") == (2,)
    assert ports("www.company.com", "192.0.2.9") == (3,)
    assert ports("www.company.com", "2001:db8::9") == (3,)
    elsewhere = settings.policy_for(["third.com"], "a.third.com", "::1", ["in"])
    assert (elsewhere.ports, elsewhere.external) == ((8443,), "tell")
    assert elsewhere.trust_stores == ("apple",)


def test_expression_has_to_match_the_whole_name() -> None:
    settings = made(zone=[{"policy": {"ports": [2]}, "fqdn": "www"}])

    assert settings.policy_for(["company.com"], "www.company.com", "::1", ["in"]).ports == (443,)


def test_severity_and_expiry_are_merged_key_by_key() -> None:
    policy = made(
        policy={
            "severity": {"expired": "warning", "shape": "off"},
            "expiry": {"days": 10, "lifetime_share": 0.5},
        },
        zone=[{"policy": {"severity": {"shape": "note"}, "expiry": {"days": 20}}}],
    ).policy_for(["company.com"], "a.company.com", "::1", ["in"])

    assert policy.severity == {"expired": Severity.WARNING, "shape": Severity.NOTE}
    assert (policy.expiry.days, policy.expiry.lifetime_share) == (20, 0.5)


def test_target_of_several_views_gets_the_policies_of_all() -> None:
    sources = [
        SOURCE | {"policy": {"ports": [1], "external": "skip"}},
        SOURCE | {"name": "out", "policy": {"ports": [2]}},
    ]
    settings = make_settings({"source": sources}, "audit.toml", Path())
    policy = settings.policy_for(["company.com"], "a.company.com", "::1", ["in", "out"])

    assert (policy.ports, policy.external) == ((2,), "skip")


def test_record_of_another_zone_has_no_say_in_what_is_asked_of_a_target() -> None:
    """Whoever may add an MX record to a laxer source's zone could make others' exchange pass."""
    sources = [SOURCE, SOURCE | {"name": "lab", "policy": {"severity": {"expired": "off"}}}]
    settings = make_settings({"source": sources}, "audit.toml", Path())
    own = RecordRef("in", "company.com", "company.com", "MX", "10 mail.company.com")
    foreign = RecordRef("lab", "lab.company.com", "lab.company.com", "MX", "10 mail.company.com")

    def severities(*records: RecordRef) -> object:
        views = tuple(sorted(record.view for record in records))
        name = "mail.company.com"
        target = Target(name, "::1", 25, name, "company.com", views, False, records)
        return settings.context_of(target, datetime(2026, 3, 1, tzinfo=UTC)).policy.severity

    assert severities(own, foreign) == {}
    assert severities(foreign) == {"expired": Severity.OFF}


def test_entry_for_one_zone_decides_nothing_of_an_exchange_that_others_name_as_well() -> None:
    """Many domains have one provider: what is allowed to one of them is not to all."""
    settings = made(zone=[{"name": "a.test", "policy": {"severity": {"expired": "off"}}}])
    refs = [RecordRef("in", zone, zone, "MX", "10 mx.net") for zone in ("a.test", "company.com")]

    def severities(*records: RecordRef) -> object:
        target = Target("mx.net", "::1", 25, "mx.net", "a.test", ("in",), False, records)
        return settings.context_of(target, datetime(2026, 3, 1, tzinfo=UTC)).policy.severity

    assert severities(refs[0]) == {"expired": Severity.OFF}
    assert severities(*refs) == {}


def test_zone_as_a_whole_is_under_no_override_of_names_or_networks() -> None:
    settings = made(
        source={"policy": {"min_targets": 1}},
        zone=[
            {"policy": {"fail_on": ["warning"]}, "name": "company.com"},
            {"policy": {"fail_on": ["expired"]}, "fqdn": ".*"},
            {"policy": {"fail_on": ["no-san"]}, "networks": ["::/0"]},
            {"policy": {"fail_on": ["shape"]}, "name": "other.com"},
        ],
    )
    policy = settings.zone_policy("company.com", "in")

    assert (policy.min_targets, policy.fail_on) == (1, ("warning",))


def test_rules_ask_the_policy_in_force() -> None:
    settings = made(
        policy={"families": ["ipv6"], "external_addresses": 7},
        zone=[{"policy": {"ports": [25], "external": "skip"}, "fqdn": r"mx\..*"}],
    )
    rules = settings.rules()
    place = ("company.com", "mx.company.com", "::1", "in")

    assert (rules.ports_for(*place), rules.external_for(*place)) == ((25,), "skip")
    assert (rules.families, rules.external_addresses) == (("ipv6",), 7)


def test_names_of_third_parties_are_written_as_zones_have_names() -> None:
    policy = {"owned": ["10.0.0.0/8"], "third_party": ["*.CloudFront.net."]}

    assert made(policy=policy).rules().ownership == Ownership(
        (ip_network("10.0.0.0/8"),), ("*.cloudfront.net",)
    )


def test_starttls_of_ports_is_merged_over_that_of_the_well_known_ones() -> None:
    settings = made(
        policy={"starttls": {"2525": "smtp", "2526": "smtp"}},
        zone=[{"policy": {"starttls": {"2525": "implicit", "143": "implicit"}}, "fqdn": "mx"}],
    )
    rules = settings.rules()
    here, elsewhere = (
        rules.starttls_for("company.com", fqdn, "::1", "in") for fqdn in ("mx", "www")
    )

    assert [here[port] for port in (2525, 2526, 143, 25)] == ["", "smtp", "", "smtp"]
    assert [elsewhere[port] for port in (2525, 2526, 143)] == ["smtp", "smtp", "imap"]
    assert {2525, 2526, 143, 25} <= rules.starttls_ports
    assert 443 not in rules.starttls_ports


def test_services_and_names_under_wildcards_are_the_policys() -> None:
    rules = made(policy={"services": ["MX"], "wildcard_names": ["Shop.Company.com."]}).rules()

    assert rules.services == frozenset({"MX"})
    assert rules.wildcard_names == ("shop.company.com",)
    assert made().rules().services == SERVICE_TYPES


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ({"starttls": {"70000": "smtp"}}, "starttls.70000"),
        ({"starttls": {"25": "SMTP"}}, "starttls.25"),
        ({"services": ["NS"]}, "services[0]"),
        ({"wildcard_names": ["*.company.com"]}, "wildcard_names[0]"),
        ({"wildcard_names": ["a..b"]}, "wildcard_names[0]"),
        ({"wildcard_names": [""]}, "wildcard_names[0]"),
    ],
)
def test_value_that_cannot_be_is_told_with_its_place(policy: Table, place: str) -> None:
    [fault] = faults(policy=policy)
    assert fault.startswith(f"audit.toml: policy.{place}: given ")


def test_a_deny_list_takes_the_place_of_the_default_as_a_whole() -> None:
    own = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))

    assert made().policy.deny == DEFAULT
    assert made(policy={"deny": []}).rules().deny == ()
    settings = made(policy={"deny": [str(each) for each in own]})
    assert settings.rules().deny == settings.limits.deny == own


@pytest.mark.parametrize("given", ["10.0.0.0/8", ["10.0.0.1/8"], ["localhost"], [10], {}])
def test_a_deny_list_of_what_is_no_network_is_refused(given: object) -> None:
    (fault,) = faults(policy={"deny": given})

    assert fault.startswith("audit.toml: policy.deny")


def test_no_source_and_no_zone_has_a_deny_list_of_its_own() -> None:
    """Who may override it could lift what protects the scanning host."""
    (fault,) = faults(zone=[{"policy": {"deny": []}}])

    assert "zone[0].policy.deny: is not known" in fault


def test_limits_are_those_of_the_policy() -> None:
    policy = {"deadline": 4, "connect_timeout": 1, "scans_at_once": 8, "connections_per_address": 2}
    limits = made(policy=policy).limits

    assert (limits.deadline, limits.connect_timeout) == (4, 1)
    assert (limits.scans_at_once, limits.connections_per_address) == (8, 2)


def test_target_is_judged_on_its_own_terms() -> None:
    settings = made(
        zone=[{"policy": {"fail_on": ["warning"]}, "name": "company.com"}], waiver=[WAIVER]
    )
    target = Target("a.company.com", "::1", 443, "a.company.com", "company.com", ("in",), False, ())
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    context = settings.context_of(target, moment)

    assert (context.target, context.judged_at) == (target, moment)
    assert context.policy.fail_on == ("warning",)
    assert context.stores == settings.stores
    assert [waiver.reason for waiver in context.waivers] == ["goes in Q1"]


def test_wire_form_makes_the_same_settings(stores: Path) -> None:
    settings = made(
        stores.parent,
        source={"include": [r"www\..*"], "nameservers": ["[::1]:5353"], "policy": {"ports": [1]}},
        policy={"stores_dir": "stores", "own_ca": ["stores/java.pem"], "trust": "either"},
        zone=[{"policy": {"ports": [2]}, "networks": ["10.0.0.0/8"], "fqdn": ".*"}],
        waiver=[WAIVER],
    )
    again = from_wire(settings.wire)

    for name in ("document", "sources", "source_policies", "stores", "sha256", "wire"):
        assert getattr(again, name) == getattr(settings, name)


def test_waiver_may_hold_until_the_end_of_the_calendar() -> None:
    waiver = made(waiver=[WAIVER | {"expires": "9999-12-31"}]).document.waiver[0]
    assert waiver.holds_at(datetime(9999, 12, 31, 23, 59, tzinfo=UTC))


def test_what_is_asked_of_a_zone_cannot_be_asked_of_some_names_of_it() -> None:
    """It would count for nothing, and a key that counts for nothing is refused."""
    zone = {"fqdn": "db-.*", "policy": {"min_targets": 3}}
    assert any("min_targets" in fault for fault in faults(zone=[zone]))
