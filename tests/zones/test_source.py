import re

import pytest

from zones.axfr import AxfrSource
from zones.source import SOURCE_TYPES, ZoneSource, ZoneSourceError
from zones.source_model import SourceModel, source_class


@pytest.mark.parametrize("type_name", SOURCE_TYPES)
def test_each_source_type_has_a_model(type_name: str) -> None:
    assert issubclass(source_class(type_name), SourceModel)


def test_an_unknown_source_type_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        source_class("carrier-pigeon")


def test_the_axfr_model_is_a_zone_source() -> None:
    """The type checker holds this; here it is only used."""
    keys = {"name": "inside", "server": "127.0.0.1", "zones": ("company.com",)}
    source: ZoneSource = AxfrSource.model_validate(keys)
    assert source.name == "inside"


def test_an_error_is_a_sentence_of_what_and_remedy() -> None:
    assert str(ZoneSourceError("zone x: gone", "bring it back")) == "zone x: gone; bring it back"


def _axfr(server: str, *zones: str) -> AxfrSource:
    keys = {"name": "inside", "server": server, "zones": zones or ("company.com",)}
    return AxfrSource.model_validate(keys)


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"server": 10}, "10 is neither an IP address nor a host name"),
        ({"server": ""}, "'' is neither an IP address nor a host name"),
        ({"server": "10.0.0.256"}, "'10.0.0.256' is neither"),
        ({"server": "[10.0.0.1]:53"}, "'[10.0.0.1]:53' is neither"),
        ({"server": "[::1"}, "'[::1' is neither"),
        ({"server": "10.0.0.1:0"}, "'10.0.0.1:0' has no valid port"),
        ({"server": "ns1.company.com:65536"}, "has no valid port"),
        ({"zones": ()}, "at least 1 item"),
        ({"zones": ("",)}, "a zone has a name"),
        ({"zones": ("a..b",)}, "'a..b' is no domain name"),
        ({"zones": ("company.com", "Company.com.")}, "named twice: company.com"),
        ({"zones": (".", ".")}, "named twice: ."),
        ({"include": ("(",)}, "'(' is no regular expression: missing )"),
        ({"exclude": (1,)}, "1 is no regular expression"),
        ({"nameservers": ("ns1.company.com",)}, "'ns1.company.com' is no IP address"),
        ({"name": "in side"}, "String should match pattern"),
        ({"transfer_timeout": 0}, "greater than 0"),
        ({"max_records": "many"}, "valid integer"),
        ({"view": "key"}, "Extra inputs are not permitted"),
        ({"type": "route53"}, "Input should be 'axfr'"),
    ],
)
def test_impossible_configuration_is_refused(keys: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        AxfrSource.model_validate(
            {"name": "inside", "server": "10.0.0.1", "zones": ("company.com",), **keys}
        )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("10.0.0.2", "10.0.0.2:53"),
        ("10.0.0.2:5353", "10.0.0.2:5353"),
        ("::1", "[::1]:53"),
        ("[::1]", "[::1]:53"),
        ("[2001:db8::1]:5353", "[2001:db8::1]:5353"),
        ("ns1.company.com", "ns1.company.com:53"),
        ("localhost:5353", "localhost:5353"),
    ],
)
def test_a_server_is_written_with_or_without_a_port(written: str, shown: str) -> None:
    assert [*map(str, _axfr(written).server)] == [shown]


def test_configuration_comes_as_json_text_and_goes_back_to_it() -> None:
    text = (
        '{"name":"inside","include":[".*"],"exclude":["x"],"nameservers":["192.0.2.53:53"],'
        '"type":"axfr","tls":null,"server":"10.0.0.2:53","zones":["company.com"],"tsig":null,'
        '"source_address":null,"transfer_timeout":60.0,"max_records":1000000,'
        '"max_bytes":268435456}'
    )
    read = AxfrSource.model_validate_json(text)
    assert read.model_dump_json() == text
    assert AxfrSource.model_validate(dict(read)) == read


def test_zone_names_are_taken_in_any_form() -> None:
    assert _axfr("10.0.0.1", "Company.COM.", "bücher.example", ".").zones == (
        "company.com",
        "xn--bcher-kva.example",
        "",
    )
