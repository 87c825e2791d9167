"""Every secret of every source, looked for in every byte that runs write, whatever goes wrong."""

import base64
import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from demo.pki import Authority, Draft, pem
from demo.planted import ORIGIN, zone_text
from tests.sessions.session import REPORTS, Session, finish, start
from tests.sessions.world import World, write
from tests.support.bind import bind
from tests.support.moto_server import REGION, account, record_set
from tests.support.primary import Primary, ServerTls, TsigKey

KEY = TsigKey()
WRONG = base64.b64encode(b"a key that this server does not have").decode()
AWS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7SECRETS",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCY",
    "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEJr//////session+token==",
}
TOKEN = "t0ken & <quoted> 'words'/ü"
PROVIDER = "tests.support.octodns_sources.Strict"
LOUD = (
    "-n",
    "2",
    "-vv",
    "--showlocals",
    "--tb=long",
    "--log-file-level=DEBUG",
    "--log-level=DEBUG",
)

FAULTING = ("-p", "tests.sessions.faulting")


@dataclass(frozen=True)
class Secrets:
    """What is told to a run, and how it is configured to use it."""

    environment: Mapping[str, str]
    client_key: str
    """PEM."""
    document: Mapping[str, Any]
    client_files: Mapping[str, str]

    def spellings(self) -> set[bytes]:
        """Return all forms in which one of them might be written."""
        told = [KEY.secret, WRONG, TOKEN, *AWS.values(), *self.client_key.split("\n")[1:-2]]
        raw = [base64.b64decode(each) for each in (KEY.secret, WRONG)]
        raw += [each.encode() for each in told]
        raw.append(ssl.PEM_cert_to_DER_cert(self.client_key.replace("PRIVATE KEY", "CERTIFICATE")))
        return {spelling for each in raw for spelling in _spellings(each)}


def _spellings(secret: bytes) -> Iterator[bytes]:
    yield from (secret, secret[::-1], base64.b64encode(secret).rstrip(b"="))
    yield from (secret.hex().encode(), secret.hex().upper().encode(), repr(secret)[2:-1].encode())
    text = secret.decode("latin-1")
    yield from (
        quote(secret, safe="").encode(),
        quote_plus(secret).encode(),
        repr(text)[1:-1].encode(),
    )


def _sources(signed: Primary, closed: Primary) -> list[dict[str, Any]]:
    """Return a source for each kind of secret, one with a wrong key, and one that is refused."""
    tls = {"name": "ns1.company.com", "ca_file": "ca.pem"}
    tls |= {"cert_file": "client.pem", "key_file": "client.key"}
    axfr = {"type": "axfr", "zones": [ORIGIN], "include": ["(www|pool).*"]}
    over_tls = axfr | {"server": signed.tls_server, "tls": tls}
    by_env = {"name": KEY.name, "secret_env": "RIGHT_SECRET"}
    provider = {"class": PROVIDER, "token": "env/OCTO_TOKEN"}
    return [
        {"name": "file", **over_tls, "tsig": {"key_file": "axfr.key"}},
        {"name": "env", **over_tls, "tsig": by_env},
        {"name": "wrong", **over_tls, "tsig": by_env | {"secret_env": "WRONG_SECRET"}},
        {"name": "refused", **axfr, "server": closed.server},
        {"name": "aws", "type": "route53"},
        {"name": "octo", "type": "octodns", "zones": ["octo.test"], "provider": provider},
    ]


@pytest.fixture(scope="module")
def secrets(world: World) -> Iterator[Secrets]:
    root = Authority.root("Company", datetime.now(UTC))
    client = root.issue("client", Draft(extended_key_usage=None))
    terms = ServerTls(root.issue("ns1.company.com"), client_ca=pem(root.certificate))
    with ExitStack() as stack:
        zones = {ORIGIN: zone_text(world.port)}
        signed = stack.enter_context(bind(zones, key=KEY, tls=terms))
        closed = stack.enter_context(bind(zones, allow_transfer="none"))
        route53 = stack.enter_context(account())
        route53.create("aws.test", record_set("www.aws.test", "A", "127.0.0.11"))
        sources = _sources(signed, closed)
        files = {"ca.pem": pem(root.certificate), "client.pem": client.chain_pem}
        yield Secrets(
            {
                "RIGHT_SECRET": KEY.secret,
                "WRONG_SECRET": WRONG,
                "OCTO_TOKEN": TOKEN,
                "AWS_ENDPOINT_URL": route53.endpoint,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                **AWS,
            },
            client.key_pem,
            world.document({}) | {"source": sources},
            files | {"client.key": client.key_pem, "axfr.key": KEY.statement},
        )


def watched(
    folder: Path, secrets: Secrets, monkeypatch: pytest.MonkeyPatch, *options: str
) -> tuple[Session, bytes]:
    """Run pytest, all that it writes in the folder; return all command lines of the time, too."""
    inputs = folder / "inputs"
    inputs.mkdir()
    for name, text in secrets.client_files.items():
        (inputs / name).touch(mode=0o600)
        (inputs / name).write_text(text)
    for name, value in secrets.environment.items():
        monkeypatch.setenv(name, value)
    written = folder / "written"
    (written / "tmp").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(written / "tmp"))
    # A file of its own for each process, with all messages between them.
    monkeypatch.setenv("EXECNET_DEBUG", "1")
    process = start(written, write(inputs, secrets.document), *REPORTS, *options)
    lines = set()
    while process.poll() is None:
        lines |= set(_command_lines())
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    return finish(written, process), b"\n".join(lines)


def _command_lines() -> Iterator[bytes]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


def leaks(folder: Path, secrets: Secrets, lines: bytes) -> list[str]:
    """Return which file holds what of a secret."""
    files = [path for path in (folder / "written").rglob("*") if path.is_file()]
    held = {str(path): path.read_bytes() for path in files} | {"command lines": lines}
    return [
        f"{name}: {each!r}"
        for name, text in held.items()
        for each in secrets.spellings()
        if each in text
    ]


def test_no_secret_is_in_anything_that_a_run_writes(
    secrets: Secrets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figure: none, with a wrong key, a refused zone, and a provider that tells its token."""
    zones = f"--export-zones={tmp_path / 'written' / 'zones.json'}"
    ended, lines = watched(tmp_path, secrets, monkeypatch, zones, *LOUD)

    assert ended.code == 6
    assert "BADSIG" in ended.output
    assert "(REFUSED)" in ended.output
    assert "token=env/OCTO_TOKEN" in ended.output
    fqdns = {row["fqdn"] for row in ended.rows}
    assert fqdns == {f"pool.{ORIGIN}", f"www.{ORIGIN}", "www.aws.test"}
    names = {path.name for path in (tmp_path / "written").rglob("*") if path.is_file()}
    assert names >= {"output", "zones.json", "night.html", "night.csv", "night.xml", "night.log"}
    assert any(name.startswith("execnet-debug-") for name in names)
    assert leaks(tmp_path, secrets, lines) == []


@pytest.mark.parametrize(
    "place",
    [
        "dns.tsig:sign",
        "zones.transfer.tsig:parse_name",
        "botocore.auth:SigV4Auth.signature",
        "zones.inventory:names_to_resolve",
        "auditor:claimed",
    ],
)
def test_no_secret_is_in_what_an_unforeseen_error_shows(
    secrets: Secrets, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONECERT_TEST_FAULT", place)
    ended, lines = watched(tmp_path, secrets, monkeypatch, *LOUD, "--full-trace", *FAULTING)

    assert ended.code != 0
    assert "UnforeseenError: forced by a test" in ended.output
    assert leaks(tmp_path, secrets, lines) == []
