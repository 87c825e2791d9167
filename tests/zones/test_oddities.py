"""Every oddity that a zone can have, served by every server: the same records and targets."""

from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.support.bind import bind
from tests.support.knot import knot
from tests.support.powerdns import powerdns
from tests.support.primary import Primary
from tests.zones.build import NOON
from tests.zones.oddities import ORIGIN, oddities
from tests.zones.test_primaries import SERVERS, Start
from zones.axfr import AxfrSource
from zones.export import Export, read_export, write_export
from zones.inventory import Collected
from zones.master_file import MasterFileSource
from zones.name import parent
from zones.target import Skipped, SkipReason, Target
from zones.targets import Rules, derive
from zones.zone import Zone

HOST_TYPES = {"A", "AAAA", "CNAME"}
OUTSIDE = {
    ("inside", "cdn.outside.example"): ("198.51.100.1", "2001:db8:ffff::1"),
    ("inside", "dead.outside.example"): (),
}


@cache
def transferred(start: Start, reader: str) -> Zone:
    return transferred_from(start({ORIGIN: oddities(reader)}))


def transferred_from(running: AbstractContextManager[Primary]) -> Zone:
    with running as server:
        table = {"name": "inside", "server": server.server, "zones": (ORIGIN,)}
        zone = AxfrSource.model_validate(table).zone(ORIGIN)
    return replace(zone, server="", transferred_at=NOON)


@cache
def derived(zone: Zone) -> tuple[tuple[Target, ...], tuple[Skipped, ...]]:
    return derive([zone], OUTSIDE, Rules())


@pytest.fixture(scope="module")
def odd() -> Zone:
    """The zone as BIND has it, which loads every line."""
    return transferred(bind, "BIND")


@pytest.mark.parametrize("name", sorted(SERVERS.keys() - {"BIND"}))
def test_each_server_gives_what_bind_gives_of_the_same_file(name: str) -> None:
    """Records, lifetimes, and which names exist, whatever case or compression it sends them in."""
    zone = transferred(SERVERS[name], name)

    assert zone == transferred(bind, name)
    assert derived(zone) == derived(transferred(bind, name))


def test_signatures_and_their_proofs_name_nobody() -> None:
    """NSEC stands at names that exist, an NSEC3 owner is a hash (RFC 5155 section 7.2.8)."""
    # Knot signs no zone in which signatures would have to outlast 68 years.
    shorter = {ORIGIN: oddities("Knot").replace("2147483647", "604800")}
    signed = transferred_from(knot(shorter, options={ORIGIN: "dnssec-signing: on"}))
    assert replace(signed, serial=0) == replace(transferred_from(knot(shorter)), serial=0)

    hashed = transferred_from(powerdns({ORIGIN: oddities("PowerDNS")}, nsec3=True))
    assert hashed == transferred(powerdns, "PowerDNS")


@pytest.mark.parametrize("name", SERVERS)
def test_lines_that_a_server_refuses_are_few(name: str, odd: Zone) -> None:
    assert len(transferred(SERVERS[name], name).records) > 0.95 * len(odd.records) > 190


def test_export_holds_everything(odd: Zone, tmp_path: Path) -> None:
    path = tmp_path / "zones.json"
    write_export(path, Export(Collected((odd,), OUTSIDE), NOON, "", ""))
    [read] = read_export(path).collected.results

    assert read == odd


def test_master_file_holds_what_a_server_makes_of_it(tmp_path: Path) -> None:
    (tmp_path / "odd.zone").write_text(oddities("dnspython"))
    table = {"name": "inside", "files": {ORIGIN: Path("odd.zone")}}
    read = MasterFileSource.model_validate(table).located(tmp_path).zone(ORIGIN)

    assert replace(read, server="", transferred_at=NOON, authenticated=False) == transferred(
        bind, "dnspython"
    )


def addresses(odd: Zone, label: str) -> set[str]:
    """Return the addresses at which that name is looked at by its own address or CNAME records."""
    fqdn = f"{label}.{ORIGIN}" if label else ORIGIN
    targets, _ = derived(odd)
    return {
        target.address
        for target in targets
        if target.fqdn == fqdn and HOST_TYPES & {record.rdtype for record in target.records}
    }


def skipped(odd: Zone, reason: SkipReason) -> set[str]:
    """Return the owners whose records are left out for that reason, below the origin."""
    _, skips = derived(odd)
    owners = {skip.record.owner for skip in skips if skip.reason is reason}
    return {owner.removesuffix(f".{ORIGIN}") for owner in owners}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("", {"192.0.2.1", "2001:db8::1"}),
        ("twice", {"192.0.2.30"}),
        ("twice6", {"2001:db8::30"}),
        ("v6-dotted", {"64:ff9b::c000:215"}),
        ("v6-mapped", {"::ffff:192.0.2.20"}),
        ("mixed.case", {"192.0.2.51"}),
        ("to-mixed", {"192.0.2.51"}),
        ("to-www", {"192.0.2.50"}),
        ("www2", {"192.0.2.107"}),
        ("123456", {"192.0.2.61"}),
        ("xn--bcher-kva2", {"192.0.2.111"}),
        ("under_score", {"192.0.2.120"}),
        ("to-odd", {"192.0.2.91"}),
        ("to-nul", {"192.0.2.81"}),
        ("to-long", {"192.0.2.69"}),
        ("*.escaped", {"192.0.2.132"}),
        ("*.upper-wild", {"192.0.2.133"}),
        ("to-wild-deep", {"192.0.2.130", "2001:db8::130"}),
        ("to-beside-ent", {"192.0.2.141"}),
        ("to-moved-wild", {"192.0.2.162"}),
        ("to-moved-itself", {"192.0.2.160"}),
        ("external-upper", {"198.51.100.1", "2001:db8:ffff::1"}),
        ("link3", {f"192.0.2.{n}" for n in (10, 11, 12)} | {"2001:db8::10", "2001:db8::11"}),
        ("generic", {"192.0.2.190", "192.0.2.191", "192.0.2.192", "2001:db8::190"}),
        ("sub.lab", {"192.0.2.201"}),
    ],
)
def test_odd_names_are_looked_at_where_they_lead(label: str, expected: set[str], odd: Zone) -> None:
    assert addresses(odd, label) == expected


def test_names_below_a_delegation_are_the_childs(odd: Zone) -> None:
    below = skipped(odd, SkipReason.BELOW_DELEGATION)

    assert below >= {"www.child", "*.child", "alias.child", "ns.grand.child", "ns1.upper-child"}
    assert {parent(each).rpartition(".")[2] for each in below} == {"child", "upper-child"}


def test_names_below_a_dname_are_never_answered(odd: Zone) -> None:
    assert skipped(odd, SkipReason.BELOW_DNAME) == {"hidden.moved", "a.hidden.moved"}


def test_service_labels_are_no_hosts(odd: Zone) -> None:
    assert skipped(odd, SkipReason.SERVICE_LABEL) >= {"_acme-challenge.www", "_leading"}


def test_bytes_that_are_no_host_names_are_accounted_for_in_escapes(odd: Zone) -> None:
    odd_ones = skipped(odd, SkipReason.NOT_A_HOST_NAME)

    assert odd_ones >= {
        r"\000",
        r"nul\000inside",
        r"line\010feed",
        r"\255\254",
        r"sp\032ace",
        r"a\.b",
        r"end\.",
        r"semi\;colon",
        r"back\\slash",
        r"b\195\188cher",
        "<script>",
        "*.*.double",
        "x*.partial",
    }


def test_loops_end_and_dangling_aliases_are_told(odd: Zone) -> None:
    """Over sixteen links count as a loop, an empty non-terminal as a name without addresses."""
    assert skipped(odd, SkipReason.CNAME_LOOP) == {
        *("self", "loop1", "loop2", "into-loop", "three1", "three2", "three3"),
        *("link1", "link2", "to-moved-loop"),
    }
    assert skipped(odd, SkipReason.DANGLING) >= {
        *("dangling", "dangling-chain", "dangling-type", "external-dead"),
        *("to-ent", "to-ent2", "to-below-ent", "to-wild-known"),
    }
