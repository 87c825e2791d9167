"""A world to measure in: names, certificates, nginx and BIND, and a configuration for them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.web import Site, web
from checks.policy import Policy
from checks.stores import find_stores
from demo.pki import Authority, Draft, KeyKind, new_key, pem
from tests.support.bind import bind, primary_file
from tests.support.primary import Primary

ORIGIN = "bench.test"
WEB, PROXY, SILENT = 0, 1, 2
"""Second number of the addresses (127.N.x.y) of nginx, of proxies, of what says nothing."""
NAMES_PER_ADDRESS = 4
_POLICY = """[policy]
ports = [{port}]
stores_dir = "stores"
deadline = {deadline}
deny = []

[[source]]
name = "bench"
type = "axfr"
server = "{server}"
zones = ["{origin}"]
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A name and where it is."""

    name: str
    address: str


def places(count: int) -> list[Place]:
    """Return so many names, a few of them on each address."""
    return [
        Place(f"w{number}.{ORIGIN}", address(WEB, number // NAMES_PER_ADDRESS))
        for number in range(count)
    ]


def address(network: int, number: int) -> str:
    """Return one of the loopback addresses of a kind."""
    return f"127.{network}.{number // 250 + 1}.{number % 250 + 1}"


@dataclass(frozen=True)
class World:
    """A folder for all files, and a certification authority."""

    folder: Path

    @cached_property
    def _root(self) -> Authority:
        now = datetime.now(UTC).replace(microsecond=0)
        return Authority.root("Benchmark Root", now)

    @cached_property
    def _issuer(self) -> Authority:
        return self._root.intermediate("Benchmark CA")

    def write_stores(self) -> None:
        """Write SSLyze's stores with the root added: verifying costs what it costs in earnest."""
        folder = self.folder / "stores"
        folder.mkdir()
        for store in find_stores(Policy()):
            texts = [path.read_text(encoding="ascii") for path in store.paths]
            anchors = "\n".join([*texts, pem(self._root.certificate)])
            (folder / f"{store.name}.pem").write_text(anchors, encoding="ascii")
            date = f"date_fetched: {store.fetched}\n"
            (folder / f"{store.name}.yaml").write_text(date, encoding="ascii")

    @contextmanager
    def serving(self, at: Sequence[Place], *, one_certificate: bool = False) -> Iterator[int]:
        """Run nginx with those names, each with a certificate of its own or all with a wildcard's.

        Yields the port.
        """
        if one_certificate:
            addresses = tuple(dict.fromkeys(place.address for place in at))
            sites = [Site((f"*.{ORIGIN}",), addresses)]
        else:
            sites = [Site((place.name,), (place.address,)) for place in at]
        key = new_key(KeyKind.P256)
        credentials = (self._issuer.issue(site.names[0], Draft(key=key)) for site in sites)
        with web(sites, credentials) as port:
            yield port

    def configured(self, server: Primary, port: int, *, deadline: float = 15) -> Path:
        """Return the configuration of an audit of that server's zone."""
        path = self.folder / f"compliance-{server.port}.toml"
        text = _POLICY.format(port=port, deadline=deadline, server=server.server, origin=ORIGIN)
        path.write_text(text, encoding="ascii")
        return path


@contextmanager
def new_world() -> Iterator[World]:
    """Yield a world whose files go when it ends."""
    with TemporaryDirectory(prefix="zonecert-bench-") as name:
        world = World(Path(name))
        world.write_stores()
        yield world


@contextmanager
def zone(at: Sequence[Place]) -> Iterator[Primary]:
    """Run BIND with a zone of those names."""
    records = "\n".join(f"{place.name}. A {place.address}" for place in at)
    with bind({ORIGIN: primary_file(records)}) as server:
        yield server
