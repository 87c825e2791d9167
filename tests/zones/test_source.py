import re
import sys

import pytest

from zones.axfr import AxfrSource
from zones.route53 import Route53Source
from zones.source import SOURCE_TYPES, ZoneSource, ZoneSourceError
from zones.source_model import LibraryMissingError, SourceModel, source_class


@pytest.mark.parametrize("type_name", SOURCE_TYPES)
def test_each_source_type_has_a_model(type_name: str) -> None:
    assert issubclass(source_class(type_name), SourceModel)


@pytest.mark.parametrize(("type_name", "library"), [("route53", "boto3"), ("octodns", "octodns")])
def test_a_source_type_without_its_library_says_how_to_install_it(
    type_name: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra has the name of the type."""
    for name in [name for name in sys.modules if name.startswith(f"{library}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"zones.{type_name}", raising=False)
    with pytest.raises(LibraryMissingError) as caught:
        source_class(type_name)
    assert str(caught.value) == (
        f"needs the library {library}, which is not installed;"
        f" install the extra {type_name}: pip install -e '.[{type_name}]'"
    )


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
        ({"zones": ()}, "names no zone; write zones, or catalog, or both"),
        ({"zones": ("",)}, "a zone has a name"),
        ({"zones": ("a..b",)}, "'a..b' is no domain name"),
        ({"zones": ("company.com", "Company.com.")}, "named twice: company.com"),
        ({"zones": (".", ".")}, "named twice: ."),
        ({"include": ("(",)}, "'(' is no regular expression: missing )"),
        (
            {"exclude": ("(?!www).*",)},
            "'(?!www).*' is a regular expression that cannot be matched in bounded time: look-",
        ),
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
        '"type":"axfr","tls":null,"server":"10.0.0.2:53","zones":["company.com"],"catalog":null,'
        '"tsig":null,"source_address":null,"transfer_timeout":60.0,"max_records":1000000,'
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


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"zones": ("a.com",), "zone_ids": ("Z1",)}, "by zones or by zone_ids, not by both"),
        ({"private": True, "zone_ids": ("Z1",)}, "private chooses among zones"),
        ({"zone_ids": ("company.com",)}, "'company.com' is no id of a hosted zone"),
        ({"zone_ids": ("Z1", "/hostedzone/Z1")}, "named twice: Z1"),
        ({"private": "yes"}, "valid boolean"),
        ({"secret_access_key": "x"}, "Extra inputs are not permitted"),
    ],
)
def test_impossible_configuration_of_route53_is_refused(
    keys: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        Route53Source.model_validate({"name": "aws", **keys})
