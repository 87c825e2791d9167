"""Two whole runs in a network of their own, of which every packet is counted.

``python -m tests.sessions.isolated FOLDER`` runs there (``tests.support.network``), on a zone whose
records lead to servers and into denied networks in every way: once with the deny list, and once
with none, which shows that the counter sees what the list keeps off. It writes FOLDER/counts.json.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from demo.certificates import Certificates
from demo.dns import DnsServer
from demo.planted import ORIGIN
from demo.tls import TlsServer
from tests.sessions.session import COVERAGE, CSV, play
from tests.sessions.world import write
from tests.support.network import counted, reach_everything
from zones.naming.denial import DEFAULT

COUNTS = "counts.json"
DENIED, LIFTED = "denied", "lifted"
"""The folders of the two runs."""
SCANNER = ("192.0.2.1", "2001:db8::1")
NAME_SERVER = "198.51.100.53"
WEB = ("198.51.100.11", "2001:db8:1::11")
DENY = [*map(str, DEFAULT), "10.0.0.0/8"]
LED_TO = {
    "metadata A 169.254.169.254": "169.254.169.254",
    "alibaba A 100.100.100.200": "100.100.100.200",
    "aws AAAA fd00:ec2::254": "fd00:ec2::254",
    "plant A 10.1.2.3": "10.1.2.3",
    "mapped AAAA ::ffff:10.1.2.4": "10.1.2.4",
    "nat64 AAAA 64:ff9b::10.1.2.5": "64:ff9b::a01:205",
    # Where the kernel has these packets go.
    "this A 0.0.0.0": "127.0.0.1",
    "unspecified AAAA ::": "::1",
    "rebound CNAME rebound.outside.test.": "10.1.2.6",
    "@ MX 10 exchange.outside.test.": "10.1.2.7",
    "_imaps._tcp SRV 0 1 993 service.outside.test.": "10.1.2.8",
    'hint HTTPS 1 rebound.outside.test. ipv4hint="10.1.2.9"': "10.1.2.9",
}
"""Records that lead into denied networks alone, and where a connection would go."""
UNSENDABLE = ("many A 224.0.0.1", "many AAAA ff02::1", "link AAAA fe80::1", "all A 255.255.255.255")
"""Records to whose addresses no kernel opens a TCP connection; without an interface, fe80::1."""
BESIDE = "10.1.2.10"
"""A denied address of a name that has another."""
_HEAD = "$TTL 300\n@ SOA ns hostmaster 1 3600 900 604800 300\n@ NS ns\n"
_OUTSIDE = f"""
ns A {NAME_SERVER}
rebound A 10.1.2.6
exchange A 10.1.2.7
service A 10.1.2.8
mixed A {BESIDE}
mixed A {WEB[0]}
"""


def zone_text() -> str:
    """Return the zone's primary file: hosts, the name server itself, and what is denied."""
    hosts = (f"ns A {NAME_SERVER}", f"www A {WEB[0]}", f"www AAAA {WEB[1]}")
    mixed = "mixed CNAME mixed.outside.test."
    return _HEAD + "\n".join((*hosts, mixed, *LED_TO, *UNSENDABLE)) + "\n"


@contextmanager
def serving(folder: Path) -> Iterator[dict[str, object]]:
    """Run the servers, and yield the policy and the source of a run on them."""
    certificates = Certificates(datetime.now(UTC))
    certificates.write_stores(folder)
    www = certificates.by_address()["127.0.0.11"]
    zones = {ORIGIN: zone_text(), "outside.test": _HEAD + _OUTSIDE}
    with (
        DnsServer(zones, frozenset({"outside.test"}), NAME_SERVER) as names,
        TlsServer(www, WEB[0]) as server,
        TlsServer(www, WEB[1], server.port),
        TlsServer(www, NAME_SERVER, server.port),
    ):
        place = f"{names.address}:{names.port}"
        policy = {"ports": [server.port], "stores_dir": str(folder)}
        source = {"name": "in", "type": "axfr", "server": place, "nameservers": [place]}
        yield {"policy": policy, "source": [source | {"zones": [ORIGIN]}]}


def run(folder: Path, document: Mapping[str, object]) -> dict[str, int]:
    """Return how many packets a run sent to whom; what comes back to it is not counted."""
    with counted() as found:
        play(folder, write(folder, document), f"--csv={CSV}", f"--coverage-csv={COVERAGE}")
    return dict(found - Counter(dict.fromkeys(SCANNER, found.total())))


def main(folder: Path) -> None:
    """Run both, and write down what was counted."""
    reach_everything(*SCANNER, WEB[1])
    stores = folder / "stores"
    stores.mkdir()
    with serving(stores) as document:
        policy = document["policy"]
        assert isinstance(policy, dict)
        counts = {
            name: run(folder / name, {**document, "policy": policy | {"deny": deny}})
            for name, deny in ((DENIED, DENY), (LIFTED, []))
        }
    (folder / COUNTS).write_text(json.dumps(counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
