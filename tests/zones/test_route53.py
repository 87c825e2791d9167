"""Zones of Route 53, by boto3 over HTTP from moto's server."""

import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from tests.support.moto_server import REGION, Account, account, alias, record_set
from zones.naming.lookup import Lookup
from zones.route53 import Route53Error, Route53Source
from zones.source import ZoneFailure
from zones.target import Target
from zones.targets import Rules, derive, names_to_resolve
from zones.zone import Zone


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's, and nobody to ask outside of it."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "reader",
        "AWS_SECRET_ACCESS_KEY": "very-secret",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": "/nowhere/config",
        "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    with account() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
        yield running


def source(**keys: object) -> Route53Source:
    return Route53Source.model_validate({"name": "aws", **keys})


def only_zone(**keys: object) -> Zone:
    (found,) = source(**keys).collect()
    assert isinstance(found, Zone), found
    return found


def only_failure(**keys: object) -> ZoneFailure:
    (found,) = source(**keys).collect()
    assert isinstance(found, ZoneFailure)
    assert isinstance(found.error, Route53Error)
    return found


def error(**keys: object) -> str:
    """Return why it could not be told which zones there are."""
    with pytest.raises(Route53Error) as caught:
        list(source(**keys).collect())
    assert "secret" not in str(caught.value)
    return str(caught.value)


def lines(zone: Zone) -> list[str]:
    found = (each for each in zone.records if each.rdtype != "NS")
    return [f"{each.owner} {each.rdtype} {each.rdata}" for each in found]


def test_a_hosted_zone_gives_its_records(aws: Account) -> None:
    zone_id = aws.create(
        "company.com",
        record_set("company.com", "A", "192.0.2.1", "192.0.2.2"),
        record_set("company.com", "MX", "10 mail.company.com"),
        record_set("WWW.company.com", "AAAA", "2001:DB8:0::1", TTL=60),
        record_set("shop.company.com", "CNAME", "Shops.Example.NET"),
        record_set("text.company.com", "TXT", r'"caf\351" "b"'),
        record_set("sub.company.com", "NS", "ns.sub.company.com."),
    )
    zone = only_zone()

    assert lines(zone) == [
        "company.com A 192.0.2.1",
        "company.com A 192.0.2.2",
        "company.com MX 10 mail.company.com",
        "shop.company.com CNAME shops.example.net",
        "www.company.com AAAA 2001:db8::1",
    ]
    assert (zone.origin, zone.serial, zone.view) == ("company.com", 1, "aws")
    assert zone.server == f"Route 53 {zone_id}"
    assert zone.transferred_at.tzinfo is UTC
    assert zone.other_owners == ("text.company.com",)
    assert Lookup([zone]).zone_cut("aws", "company.com", "x.sub.company.com") == "sub.company.com"
    assert [each.ttl for each in zone.records if each.rdtype == "AAAA"] == [60]


def test_asterisks_come_as_octal_escapes(aws: Account) -> None:
    """Read as RFC 1035's decimal ones, they would be the digit 4."""
    aws.create("company.com", record_set(r"\052.lab.company.com", "A", "192.0.2.1"))
    assert lines(only_zone()) == ["*.lab.company.com A 192.0.2.1"]


def test_sets_of_one_name_are_taken_together(aws: Account) -> None:
    """Weighted, geographic, failover, multi-value: each is answered to somebody."""
    sets = [
        record_set("w.company.com", "A", "192.0.2.1", SetIdentifier="a", Weight=1),
        record_set("w.company.com", "A", "192.0.2.2", SetIdentifier="b", Weight=0),
        record_set("f.company.com", "A", "192.0.2.3", SetIdentifier="a", Failover="PRIMARY"),
        record_set("f.company.com", "A", "192.0.2.4", SetIdentifier="b", Failover="SECONDARY"),
        record_set(
            "g.company.com", "A", "192.0.2.5", SetIdentifier="a", GeoLocation={"CountryCode": "*"}
        ),
        record_set("m.company.com", "A", "192.0.2.6", SetIdentifier="a", MultiValueAnswer=True),
        record_set("l.company.com", "A", "192.0.2.7", SetIdentifier="a", Region=REGION),
    ]
    aws.create("company.com", *sets)
    assert lines(only_zone()) == [
        "f.company.com A 192.0.2.3",
        "f.company.com A 192.0.2.4",
        "g.company.com A 192.0.2.5",
        "l.company.com A 192.0.2.7",
        "m.company.com A 192.0.2.6",
        "w.company.com A 192.0.2.1",
        "w.company.com A 192.0.2.2",
    ]


def test_a_cname_that_depends_on_who_asks_is_followed_to_all_of_its_targets(aws: Account) -> None:
    sets = (
        record_set("app.company.com", "CNAME", target, SetIdentifier=target, Weight=1)
        for target in ("blue.example.net", "green.example.net")
    )
    aws.create("company.com", *sets, record_set("www.company.com", "CNAME", "app.company.com"))
    zone = only_zone()

    assert lines(zone) == [
        "app.company.com ALIAS blue.example.net",
        "app.company.com ALIAS green.example.net",
        "www.company.com CNAME app.company.com",
    ]
    answers = {
        ("aws", "blue.example.net"): ("198.51.100.1",),
        ("aws", "green.example.net"): ("198.51.100.2",),
    }
    found, _ = derive([zone], answers, Rules())
    assert {each.address for each in found if each.fqdn == "www.company.com"} == {
        "198.51.100.1",
        "198.51.100.2",
    }


def test_an_alias_is_resolved_inside_the_zones_first_else_by_the_resolver(aws: Account) -> None:
    aws.create(
        "company.com",
        alias("company.com", "A", "d1.cloudfront.net."),
        alias("www.company.com", "A", "lb.company.com."),
        record_set("lb.company.com", "A", "192.0.2.1"),
        record_set("lb.company.com", "AAAA", "2001:db8::1"),
    )
    zone = only_zone()
    assert lines(zone) == [
        "company.com ALIAS-A d1.cloudfront.net",
        "lb.company.com A 192.0.2.1",
        "lb.company.com AAAA 2001:db8::1",
        "www.company.com ALIAS-A lb.company.com",
    ]
    assert names_to_resolve([zone], Rules()) == {("aws", "d1.cloudfront.net")}
    answers = {("aws", "d1.cloudfront.net"): ("198.51.100.1", "2001:db8::c")}
    found, _ = derive([zone], answers, Rules())
    assert {_shown(each) for each in found if not each.fqdn.startswith("lb.")} == {
        ("company.com", "198.51.100.1", True),
        ("www.company.com", "192.0.2.1", False),
    }


def _shown(target: Target) -> tuple[str, str, bool]:
    return target.fqdn, target.address, target.external


def test_weighted_aliases_are_all_kept(aws: Account) -> None:
    targets = ("blue.elb.amazonaws.com.", "green.elb.amazonaws.com.")
    aws.create(
        "company.com",
        *(
            alias("app.company.com", "AAAA", target, SetIdentifier=target, Weight=1)
            for target in targets
        ),
    )
    assert lines(only_zone()) == [
        "app.company.com ALIAS-AAAA blue.elb.amazonaws.com",
        "app.company.com ALIAS-AAAA green.elb.amazonaws.com",
    ]


def test_a_copy_of_another_set_has_its_values(aws: Account) -> None:
    """An alias of a type other than addresses stays in its hosted zone, but for AWS's own."""
    aws.create(
        "company.com",
        record_set("a.company.com", "MX", "10 mail.company.com"),
        alias("b.company.com", "MX", "a.company.com."),
        alias("c.company.com", "HTTPS", "d1.cloudfront.net."),
        alias("d.company.com", "CNAME", "e.company.com."),
        record_set("e.company.com", "CNAME", "f.example.net."),
    )
    zone = only_zone()
    found = {f"{each.owner} {each.rdtype} {each.rdata}" for each in zone.records}
    assert {
        "a.company.com MX 10 mail.company.com",
        "b.company.com MX 10 mail.company.com",
        "d.company.com ALIAS e.company.com",
        "e.company.com CNAME f.example.net",
    } < found
    assert zone.other_owners == ("c.company.com",)


def test_all_zones_are_found_and_all_pages_read(aws: Account) -> None:
    many = [record_set(f"h{n:04}.company.com", "A", f"10.0.{n >> 8}.{n & 255}") for n in range(700)]
    aws.create("company.com", *many)
    for number in range(100):
        aws.create(f"z{number:03}.example")
    zones = [each for each in source().collect() if isinstance(each, Zone)]

    assert len(zones) == 101
    assert [each.origin for each in zones] == sorted(each.origin for each in zones)
    assert len(lines(zones[0])) == 700


def test_zones_may_be_named_and_come_in_that_order(aws: Account) -> None:
    for name in ("company.com", "other.com", "third.com"):
        aws.create(name)
    found = source(zones=("third.com", "gone.com", "Company.com.")).collect()

    assert [each.origin for each in found] == ["third.com", "gone.com", "company.com"]
    assert source(zones=("third.com",)).origins == ("third.com",)


def test_a_zone_that_the_account_has_not_is_a_failure_of_its_own(aws: Account) -> None:
    aws.create("company.com")
    failure = only_failure(zones=("gone.com",))

    assert (failure.origin, failure.view, failure.server) == ("gone.com", "aws", "Route 53")
    assert failure.error.what == "zone gone.com: Route 53 has no such hosted zone"


def test_public_and_private_zones_of_one_name_are_two_views(aws: Account) -> None:
    """A source is a view: one client is answered from one of them only."""
    public = aws.create("company.com", record_set("www.company.com", "A", "198.51.100.1"))
    private = aws.create(
        "company.com", record_set("www.company.com", "A", "10.0.0.1"), private=True
    )
    aws.create("other.com")

    failure, other = source().collect()
    assert isinstance(other, Zone)
    assert isinstance(failure, ZoneFailure)
    assert str(failure.error) == (
        "zone company.com: Route 53 has several hosted zones of that name:"
        f" {public} (public), {private} (private);"
        " give each a source of its own, with private or zone_ids"
    )
    assert lines(only_zone(private=True)) == ["www.company.com A 10.0.0.1"]
    assert lines(only_zone(private=False, zones=("company.com",))) == [
        "www.company.com A 198.51.100.1"
    ]


def test_zones_may_be_named_by_their_ids(aws: Account) -> None:
    """For two public zones of one name, and for who may not list them."""
    aws.create("company.com", record_set("www.company.com", "A", "192.0.2.1"))
    wanted = aws.create("company.com", record_set("www.company.com", "A", "192.0.2.2"))

    assert lines(only_zone(zone_ids=(wanted,))) == ["www.company.com A 192.0.2.2"]
    assert "GET /2013-04-01/hostedzone" not in aws.requests
    assert only_zone(zone_ids=(f"/hostedzone/{wanted}",)).server == f"Route 53 {wanted}"


def test_an_id_that_is_not_there_leaves_the_other_zones(aws: Account) -> None:
    wanted = aws.create("company.com")
    found = source(zone_ids=("Z0GONE", wanted, "Z1GONE")).collect()
    assert next(found).origin == "company.com"
    with pytest.raises(Route53Error, match=r"Z0GONE: answers NoSuchHostedZone .*; Route 53 Z1GONE"):
        next(found)


def test_that_there_is_no_zone_at_all_is_a_failure(aws: Account) -> None:
    aws.create("company.com")
    assert error(private=True).startswith("Route 53 lists no hosted zone; ")


def test_a_record_that_cannot_be_read_ends_the_zone(aws: Account) -> None:
    zone_id = aws.create("company.com", record_set("www.company.com", "AAAA", "::x"))
    assert only_failure().error.what.startswith(
        f"zone company.com: Route 53 {zone_id}: www.company.com. AAAA ::x: "
    )


def test_a_record_that_names_no_target_may_be_as_it_likes(aws: Account) -> None:
    aws.create(
        "company.com",
        record_set("a.company.com", "CAA", "0 issue"),
        record_set("b.company.com", "NEWTYPE", "x"),
    )
    assert only_zone().other_owners == ("a.company.com", "b.company.com")


def test_a_services_record_that_cannot_be_read_is_accounted_for(aws: Account) -> None:
    """As one that a zone transfer brings."""
    aws.create("company.com", record_set("_443._tcp.company.com", "TLSA", "3 1 1 zz"))
    (line,) = lines(only_zone())
    assert line.startswith(r"_443._tcp.company.com TLSA \# 8 ")


def test_a_request_that_came_too_soon_is_made_again(aws: Account) -> None:
    aws.create("company.com")
    aws.refusals = ["Throttling"]

    assert only_zone().origin == "company.com"
    assert len(aws.requests) == 3


def test_a_zone_that_fails_leaves_the_others(aws: Account) -> None:
    for name in ("a.com", "b.com"):
        aws.create(name)
    found = source().collect()
    first = next(found)
    aws.refusals = ["AccessDenied"]
    second = next(found)

    assert isinstance(first, Zone)
    assert isinstance(second, ZoneFailure)
    assert re.fullmatch(
        r"zone b.com: Route 53 [A-Z0-9]+: answers AccessDenied to ListResourceRecordSets; allow .*",
        str(second.error),
    )


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("AccessDenied", "allow that identity route53:ListHostedZones"),
        ("SignatureDoesNotMatch", "look at the credentials"),
        ("ExpiredToken", "look at the credentials"),
        ("InternalFailure", "look up that code"),
    ],
)
def test_a_refusal_is_told_with_its_remedy_and_no_secret(
    aws: Account, code: str, remedy: str
) -> None:
    aws.refusals = [code]
    found = error()
    assert found.startswith(f"Route 53: answers {code} to ListHostedZones; {remedy}")
    assert "AKIA" not in found


@pytest.mark.usefixtures("aws")
def test_without_credentials_it_says_where_they_are_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert error().startswith("Route 53: Unable to locate credentials; look at the credentials")


def test_what_another_program_says_of_credentials_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile audit]\ncredential_process = sh -c 'echo secret >&2; exit 1'\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    assert error(profile="audit").startswith("Route 53: the credentials cannot be retrieved; look")


def test_what_hinders_all_zones_is_told_of_each_that_is_named() -> None:
    found = list(source(profile="audit", zones=("a.com", "b.com")).collect())
    assert [each.origin for each in found] == ["a.com", "b.com"]
    assert {str(each.error) for each in found if isinstance(each, ZoneFailure)} == {
        error(profile="audit")
    }


def test_a_profile_that_is_not_there_is_told() -> None:
    assert error(profile="audit").startswith(
        "Route 53: The config profile (audit) could not be found; look at"
    )


def test_an_endpoint_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nowhere")
    assert error().startswith("Route 53: Invalid endpoint: nowhere; ")


def test_an_endpoint_that_nobody_listens_at_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr("zones.route53.MAX_ATTEMPTS", 1)
    assert error() == (
        'Route 53: Could not connect to the endpoint URL: "http://127.0.0.1:1/2013-04-01/hostedzone";'
        " look at the network, the proxy and the endpoint that boto3 is told"
    )
