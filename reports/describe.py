"""The facts that every report starts with, gathered once at the start of a run."""

import platform
import secrets
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address

from reports.run import Run, Store
from settings import Settings
from zones.inventory import Inventory

ZONECERT_VERSION = "0.1.0"

# In a process of its own: this one stays free of the libraries that scans run on.
_OPENSSL_VERSIONS = (
    "from cryptography.hazmat.backends.openssl import backend\n"
    "print(backend.openssl_version_text())"
)


def describe(settings: Settings, inventory: Inventory) -> Run:
    """Return what is known of a run before its first test."""
    required = settings.required_stores()
    return Run(
        run_id=f"{inventory.judged_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        started=inventory.judged_at,
        versions=(
            ("zonecert", ZONECERT_VERSION),
            ("SSLyze", _installed("sslyze")),
            ("OpenSSL", _openssl()),
            ("nassl", _installed("nassl")),
            ("Python", platform.python_version()),
            ("pytest", _installed("pytest")),
        ),
        host=socket.gethostname(),
        source_address=_source_address(inventory),
        configuration_sha256=settings.sha256,
        policy=settings.document.model_dump_json(),
        inventory=inventory,
        stores=tuple(
            Store(store.name, store.fetched, store.count, store.name in required)
            for store in settings.stores
        ),
    )


def now() -> datetime:
    """Return the moment that a run starts at: the only look at the clock that verdicts see."""
    return datetime.now(UTC).replace(microsecond=0)


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _openssl() -> str:
    command = [sys.executable, "-W", "ignore", "-c", _OPENSSL_VERSIONS]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own interpreter
    return done.stdout.strip().removeprefix("OpenSSL ") or "unknown"


def _source_address(inventory: Inventory) -> str:
    # Connecting a UDP socket sends nothing: it only asks the routing table.
    for target in inventory.targets[:1]:
        family = socket.AF_INET6 if ip_address(target.address).version == 6 else socket.AF_INET
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((target.address, target.port))
            return str(probe.getsockname()[0])
    return ""
