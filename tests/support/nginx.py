"""The real nginx on loopback, unprivileged, from a generated configuration."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from demo.pki import Credential
from tests.support.program import accepts, find_program, free_port, run

_ATTEMPTS = 5
_MAIN = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 2048; }}
http {{
    access_log off;
    server_names_hash_max_size 4096;
    server_names_hash_bucket_size 256;
    ssl_protocols {protocols};
    ssl_ciphers DEFAULT:@SECLEVEL=0;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{servers}
}}
"""
_SERVER = """
    server {{
        listen {address}:{port} ssl;
        server_name {name};
{lines}
        return 200 "{name}\\n";
    }}
"""


@dataclass(frozen=True, slots=True)
class Block:
    """One server block: a name on an address, and what it is answered with."""

    name: str
    credentials: tuple[Credential, ...]
    """One, or one of each key type."""
    address: str = "127.0.0.1"
    staple: bytes = b""
    """DER form of an OCSP response that is sent as it is; empty: none."""


@contextmanager
def nginx(blocks: Sequence[Block], protocols: str = "TLSv1.2 TLSv1.3") -> Iterator[int]:
    """Run nginx with those blocks and yield the port that all of them share.

    Skips the test where nginx is not installed, and fails it there in CI.
    """
    program = find_program("nginx", "nginx-light")
    with TemporaryDirectory(prefix="zonecert-nginx-") as name:
        folder = Path(name)
        # A master that is root hands the work to another user, who has to get in here.
        folder.chmod(0o755)
        lines = [_written(folder / str(number), block) for number, block in enumerate(blocks)]
        for _ in range(_ATTEMPTS):
            port = free_port(blocks[0].address)
            configuration = folder / "nginx.conf"
            configuration.write_text(_configuration(folder, port, blocks, lines, protocols))
            with run([program, "-c", str(configuration), "-p", name]) as process:
                if accepts(process, (blocks[-1].address, port)):
                    yield port
                    return
        pytest.fail(f"nginx did not start: {(folder / 'error.log').read_text()[-2000:]}")


def _configuration(
    folder: Path, port: int, blocks: Sequence[Block], lines: list[str], protocols: str
) -> str:
    servers = "".join(
        _SERVER.format(address=block.address, port=port, name=block.name, lines=own)
        for block, own in zip(blocks, lines, strict=True)
    )
    return _MAIN.format(folder=folder, protocols=protocols, servers=servers)


def _written(stem: Path, block: Block) -> str:
    """Write the files of a block and return the lines that name them."""
    lines = []
    for number, credential in enumerate(block.credentials):
        chain, key = Path(f"{stem}-{number}.crt"), Path(f"{stem}-{number}.key")
        chain.write_text(credential.chain_pem)
        key.write_text(credential.key_pem)
        lines += [f"ssl_certificate {chain};", f"ssl_certificate_key {key};"]
    if block.staple:
        response = Path(f"{stem}.ocsp")
        response.write_bytes(block.staple)
        lines += ["ssl_stapling on;", f"ssl_stapling_file {response};"]
    return "\n".join(lines)
