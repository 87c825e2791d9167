"""nginx on loopback with thousands of names, as lean as it can be."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import BenchmarkError
from demo.pki import Credential
from tests.support.program import accepts, find_program, free_port, run

_ATTEMPTS = 3
_WAITS = 12
_MAIN = """
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    server_names_hash_max_size 65536;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate_key {folder}/key.pem;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{servers}
}}
"""
_SERVER = "server {{ {listen} server_name {names}; ssl_certificate {chain}; return 204; }}"


@dataclass(frozen=True, slots=True)
class Site:
    """Names that are served with one certificate at each of the addresses."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]


@contextmanager
def web(sites: Sequence[Site], credentials: Iterable[Credential]) -> Iterator[int]:
    """Run nginx with those sites, of which all credentials have one key, and yield the port."""
    program = find_program("nginx", "nginx-light")
    with TemporaryDirectory(prefix="zonecert-bench-nginx-") as name:
        folder = Path(name)
        # A master that is root hands the work to another user, who has to get in here.
        folder.chmod(0o755)
        _write(folder, credentials)
        last = sites[-1].addresses[-1]
        for _ in range(_ATTEMPTS):
            port = free_port(last)
            (folder / "nginx.conf").write_text(_configuration(folder, port, sites))
            with run([program, "-c", str(folder / "nginx.conf"), "-p", name]) as process:
                # Ten thousand certificates take a while to load.
                if any(accepts(process, (last, port)) for _ in range(_WAITS)):
                    yield port
                    return
        raise BenchmarkError(f"nginx did not start with {len(sites)} sites")


def _write(folder: Path, credentials: Iterable[Credential]) -> None:
    for number, credential in enumerate(credentials):
        (folder / f"{number}.pem").write_text(credential.chain_pem, encoding="ascii")
        if number == 0:
            (folder / "key.pem").write_text(credential.key_pem, encoding="ascii")


def _configuration(folder: Path, port: int, sites: Sequence[Site]) -> str:
    servers = (_server(folder / f"{number}.pem", port, site) for number, site in enumerate(sites))
    addresses = {address for site in sites for address in site.addresses}
    return _MAIN.format(
        folder=folder,
        # What it listens on counts as connections too.
        connections=len(addresses) + 4096,
        servers="\n".join(servers),
    )


def _server(chain: Path, port: int, site: Site) -> str:
    listen = " ".join(f"listen {address}:{port} ssl;" for address in site.addresses)
    return _SERVER.format(listen=listen, names=" ".join(site.names), chain=chain)
