"""The deny list by itself: which addresses are in it, and by which of its networks."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zones.worlds import for_any_world
from zones.naming.denial import DEFAULT, Denial, DeniedError
from zones.naming.ownership import Network

USUAL = Denial(DEFAULT)


def denial(*networks: str) -> Denial:
    """Return the deny list of those networks."""
    return Denial(tuple(map(ip_network, networks)))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("127.0.0.1", "127.0.0.0/8"),
        ("127.255.255.255", "127.0.0.0/8"),
        ("::1", "::1/128"),
        ("0.0.0.0", "0.0.0.0/8"),
        ("::", "::/128"),
        ("169.254.169.254", "169.254.0.0/16"),
        ("fe80::1", "fe80::/10"),
        ("224.0.0.1", "224.0.0.0/4"),
        ("ff02::1", "ff00::/8"),
        ("255.255.255.255", "255.255.255.255/32"),
        ("100.100.100.200", "100.100.100.200/32"),
        ("168.63.129.16", "168.63.129.16/32"),
        ("192.0.0.192", "192.0.0.192/32"),
        ("fd00:42::42", "fd00:42::42/128"),
        ("fd00:c1::a9fe:a9fe", "fd00:c1::a9fe:a9fe/128"),
        ("fd00:ec2::254", "fd00:ec2::/32"),
        ("fd00:ec2::23", "fd00:ec2::/32"),
        ("fd20:ce::254", "fd20:ce::254/128"),
    ],
)
def test_this_host_its_link_and_what_its_cloud_tells_it_are_denied_by_default(
    address: str, network: str
) -> None:
    assert USUAL.network_of(address) == network


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "198.51.100.1"),
        *("1.0.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0"),
        *("223.255.255.255", "100.100.100.199", "100.100.100.201", "168.63.129.17"),
        *("2001:db8::1", "fd00::1", "fc00::1", "fec0::1", "fd00:ec3::", "fd20:ce::253"),
    ],
)
def test_networks_of_ones_own_and_what_lies_beside_are_not(address: str) -> None:
    assert USUAL.network_of(address) == ""


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254", "fd00:ec2::254"])
def test_an_empty_list_denies_nothing(address: str) -> None:
    assert Denial().network_of(address) == ""


@pytest.mark.parametrize(
    ("address", "clause"),
    [
        ("::ffff:169.254.169.254", "IPv4-mapped: RFC 4291 section 2.5.5.2"),
        ("::169.254.169.254", "IPv4-compatible: RFC 4291 section 2.5.5.1"),
        ("64:ff9b::169.254.169.254", "NAT64's well-known prefix: RFC 6052 section 2.1"),
        ("2002:a9fe:a9fe::1", "6to4: RFC 3056 section 2"),
    ],
)
def test_an_address_that_stands_for_an_ipv4_one_counts_as_that_one(
    address: str, clause: str
) -> None:
    assert clause
    assert USUAL.network_of(address) == "169.254.0.0/16"
    assert denial("10.0.0.0/8").network_of(address) == ""


def test_such_an_address_counts_as_what_it_is_as_well() -> None:
    assert denial("64:ff9b::/96").network_of("64:ff9b::192.0.2.1") == "64:ff9b::/96"


@pytest.mark.parametrize("address", ["::", "::1"])
def test_the_unspecified_and_the_loopback_address_stand_for_no_ipv4_one(address: str) -> None:
    """RFC 4291 sections 2.5.2 and 2.5.3."""
    assert denial("0.0.0.0/8").network_of(address) == ""


def test_of_networks_inside_each_other_the_widest_is_told() -> None:
    nested = denial("10.1.0.0/16", "10.0.0.0/8", "10.1.2.0/24", "10.0.0.0/9")

    assert [nested.network_of(each) for each in ("10.1.2.3", "10.255.0.0")] == ["10.0.0.0/8"] * 2


def test_what_is_about_to_connect_to_a_denied_address_is_an_error() -> None:
    USUAL.require_allowed("192.0.2.1")
    with pytest.raises(DeniedError, match=r"^::1 is in a denied network \(::1/128\): not conn"):
        USUAL.require_allowed("::1")


def _near(version: int) -> st.SearchStrategy[int]:
    """Numbers of addresses few enough that networks often hold them, and none that is wrapped."""
    high = 0 if version == 4 else 0x2001_0DB8 << 96
    return st.integers(0, 1 << 10).map(lambda low: high + low)


def _networks(version: int) -> st.SearchStrategy[Network]:
    most = 32 if version == 4 else 128
    number = st.tuples(_near(version), st.integers(most - 11, most))
    kind = IPv4Address if version == 4 else IPv6Address
    return number.map(lambda made: ip_network((kind(made[0]), made[1]), strict=False))


_addresses = st.one_of(
    _near(4).map(lambda number: str(IPv4Address(number))),
    _near(6).map(lambda number: str(IPv6Address(number))),
)


@for_any_world
@given(st.lists(st.one_of(_networks(4), _networks(6)), max_size=12), _addresses)
def test_an_address_is_denied_where_any_network_holds_it(
    networks: list[Network], address: str
) -> None:
    holding = {str(each) for each in networks if ip_address(address) in each}

    found = Denial(tuple(networks)).network_of(address)

    assert found in holding if holding else found == ""


def test_a_network_of_mapped_addresses_denies_those_that_they_stand_for() -> None:
    """RFC 4291 section 2.5.5.2."""
    denied = denial("::ffff:10.0.0.0/104")
    assert denied.network_of("10.1.2.3") == "10.0.0.0/8"
    assert denied.network_of("::ffff:10.1.2.3") == "::ffff:a00:0/104"
    assert not denied.network_of("11.0.0.1")
    assert denial("::ffff:0:0/96").network_of("192.0.2.1") == "0.0.0.0/0"
    assert not denial("::/0").network_of("192.0.2.1")
