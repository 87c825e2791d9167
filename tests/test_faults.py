"""What the writer of a configuration is told of a fault."""

import pytest

from tests.support.configuration import SOURCE, WAIVER, Table, faults
from zones.source import SOURCE_TYPES

TYPES = ", ".join(SOURCE_TYPES)


@pytest.mark.parametrize(
    ("tables", "fault"),
    [
        (
            {"policy": {"ports": [443, "8443"]}},
            'policy.ports[1]: given "8443"; Input should be a valid integer',
        ),
        (
            {"policy": {"ports": [70000]}},
            "policy.ports[0]: given 70000; Input should be less than or equal to 65535",
        ),
        (
            {"policy": {"trust": "all"}},
            "policy.trust: given \"all\"; Input should be 'public', 'own' or 'either'",
        ),
        (
            {"policy": {"trust_stores": "mozilla"}},
            (
                "policy.trust_stores: given \"mozilla\"; Input should be 'all',"
                " or: Input should be a valid array"
            ),
        ),
        (
            {"policy": {"expiry": {"days": -1}}},
            "policy.expiry.days: given -1; Input should be greater than 0",
        ),
        (
            {"policy": {"deadline": float("nan")}},
            "policy.deadline: given NaN; Input should be a finite number",
        ),
        (
            {"policy": {"severity": {"expired": "bad"}}},
            (
                'policy.severity.expired: given "bad";'
                " Input should be 'error', 'warning', 'note' or 'off'"
            ),
        ),
        (
            {"policy": {"severity": {"exspired": "off"}}},
            (
                "policy.severity.exspired: given \"exspired\"; no finding has the id 'exspired';"
                " docs/findings/ lists all of them"
            ),
        ),
        (
            {"policy": {"starttls": {"8443": "smtps"}}},
            (
                "policy.starttls.8443: given \"smtps\"; Input should be 'smtp', 'imap', 'pop3',"
                " 'ftp', 'ldap', 'xmpp', 'xmpp_server', 'rdp', 'postgres' or 'implicit'"
            ),
        ),
        ({"policy": {"expiry": 30}}, "policy.expiry: given 30; Input should be a table"),
        ({"policy": 3}, "policy: given 3; Input should be a table"),
        (
            {"zone": [{"policy": {}, "networks": ["10.0.0.1/8"]}]},
            (
                "zone[0].networks[0]: given \"10.0.0.1/8\"; '10.0.0.1/8' is no network:"
                " bits of a host are set; write '10.0.0.0/8'"
            ),
        ),
        (
            {"policy": {"deny": ["loopback"]}},
            (
                "policy.deny[0]: given \"loopback\"; 'loopback' is no network:"
                " write one as '10.0.0.0/8' or '2001:db8::/32'"
            ),
        ),
        (
            {"zone": [{"policy": {}}, {"policy": {}, "fqdn": "("}]},
            (
                "zone[1].fqdn: given \"(\"; '(' is no regular expression:"
                " missing ), unterminated subpattern at position 0"
            ),
        ),
        (
            {"zone": [{"policy": {}, "name": "a..b"}]},
            "zone[0].name: given \"a..b\"; 'a..b' is no domain name: A DNS label is empty.",
        ),
        ({"zone": [{"name": "company.com"}]}, "zone[0].policy: is missing"),
        (
            {"owner": [{"name": "company.com"}]},
            'owner[0]: given {"name": "company.com"}; says nothing; add team, scope or both',
        ),
        (
            {"owner": [{"scope": ["pci", "iso; pci"]}]},
            (
                "owner[0].scope[1]: given \"iso; pci\"; 'iso; pci' is no team and no tag;"
                " write it without commas, semicolons and outer blanks"
            ),
        ),
        (
            {"waiver": [WAIVER | {"expires": "soon"}]},
            (
                'waiver[0].expires: given "soon"; Input should be a valid date in the format'
                " YYYY-MM-DD, input is too short"
            ),
        ),
        (
            {"source": [SOURCE | {"type": "ftp"}]},
            f'source[0].type: given "ftp"; allowed: {TYPES}',
        ),
        (
            {"source": [SOURCE | {"type": ["axfr"]}]},
            f'source[0].type: given ["axfr"]; allowed: {TYPES}',
        ),
        (
            {"source": [{}]},
            f"source[0].type: is missing; allowed: {TYPES}",
        ),
        (
            {"source": [SOURCE, SOURCE | {"name": "out", "server": "1.2.3.999"}]},
            (
                "source[1].server: given \"1.2.3.999\"; '1.2.3.999' is neither an IP address nor a"
                " host name; write 10.0.0.2, 10.0.0.2:5353, [::1]:5353 or ns1.company.com"
            ),
        ),
        (
            {"source": SOURCE | {"zones": []}},
            (
                'source: given {"name": "in", "type": "axfr", "server": "127.0.0.1", "zones": []};'
                " allowed: tables headed [[source]]"
            ),
        ),
        ({"source": "axfr"}, 'source: given "axfr"; allowed: tables headed [[source]]'),
        ({"source": ["axfr"]}, 'source: given ["axfr"]; allowed: tables headed [[source]]'),
    ],
    ids=lambda value: value.split(":")[0] if isinstance(value, str) else "",
)
def test_fault_is_told_with_file_place_given_and_allowed(tables: Table, fault: str) -> None:
    assert faults(**tables) == [f"audit.toml: {fault}"]


@pytest.mark.parametrize(
    ("tables", "place"),
    [
        ({"polcy": {}}, "polcy"),
        ({"policy": {"port": 443}}, "policy.port"),
        ({"policy": {"expiry": {"day": 3}}}, "policy.expiry.day"),
        ({"zone": [{"policy": {"deadline": 3}}]}, "zone[0].policy.deadline"),
        ({"source": [SOURCE | {"view": "key"}]}, "source[0].view"),
        ({"source": [SOURCE | {"tsig": {"secret": "a2V5"}}]}, "source[0].tsig.secret"),
        ({"owner": [{"team": "web", "tags": ["pci"]}]}, "owner[0].tags"),
        ({"source": [SOURCE | {"policy": {"smtp": 25}}]}, "source[0].policy.smtp"),
        ({"waiver": [WAIVER | {"until": "x"}]}, "waiver[0].until"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unknown_key_is_refused_and_never_ignored(tables: Table, place: str) -> None:
    wanted = f"audit.toml: {place}: is not known; compliance.toml.sample has every key"

    assert faults(**tables) == [wanted]


@pytest.mark.parametrize("key", sorted(WAIVER))
def test_every_key_of_a_waiver_is_compulsory(key: str) -> None:
    incomplete = {name: value for name, value in WAIVER.items() if name != key}

    assert faults(waiver=[incomplete]) == [f"audit.toml: waiver[0].{key}: is missing"]


@pytest.mark.parametrize("key", ["ports", "trust_stores", "families"])
def test_empty_list_that_would_leave_nothing_to_do_is_refused(key: str) -> None:
    [fault] = faults(policy={key: []})

    assert fault.startswith(f"audit.toml: policy.{key}: given []; ")
    assert fault.endswith("at least one is needed")


@pytest.mark.parametrize("text", ["*.m\u00fcnchen.example", "https://cdn.example.net/", "a b", "."])
def test_what_no_name_can_match_is_no_third_party(text: str) -> None:
    [fault] = faults(policy={"third_party": ["cdn.example.net", text]})

    assert fault.startswith("audit.toml: policy.third_party[1]: given ")
    assert "is no name or wildcard of names; write cdn.example.net or *.cloudfront.net" in fault


def test_every_fault_is_told_at_once() -> None:
    told = faults(policy={"ports": [0], "trust": 1}, source=[SOURCE | {"tsig": 1}], zones=[])

    assert [line.split(": ")[1] for line in told] == [
        "policy.ports[0]",
        "policy.trust",
        "zones",
        "source[0].tsig",
    ]


def test_long_wrong_value_is_cut() -> None:
    [fault] = faults(policy={"trust": "x" * 1000})

    assert len(fault) < 200
