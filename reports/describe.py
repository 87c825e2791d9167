"""The facts that every report starts with, gathered once at the start of a run."""

import json
import platform
import socket
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from ipaddress import ip_address
from typing import Any

from cryptography.hazmat.backends.openssl import backend
from pydantic import BaseModel

from frozen import Taken
from reports.run import Run, Store
from settings import Settings
from zones.inventory import Inventory

ZONECERT_VERSION = "0.1.0"


def describe(settings: Settings, taken: Taken) -> Run:
    """Return what is known of a run before its first test."""
    required = settings.required_stores()
    return Run(
        run_id=taken.run_id,
        started=taken.started,
        versions=(
            ("zonecert", ZONECERT_VERSION),
            ("SSLyze", _installed("sslyze")),
            ("OpenSSL", backend.openssl_version_text().removeprefix("OpenSSL ")),
            ("nassl", _installed("nassl")),
            ("Python", platform.python_version()),
            ("pytest", _installed("pytest")),
        ),
        host=socket.gethostname(),
        source_address=_source_address(taken.inventory),
        configuration_sha256=settings.sha256,
        policy=json.dumps(_in_force(settings)),
        inventory=taken.inventory,
        stores=tuple(
            Store(store.name, store.fetched, store.count, store.name in required)
            for store in settings.stores
        ),
        denied=tuple(map(str, settings.policy.deny)),
        owners=settings.document.owner,
        shard=taken.shard,
    )


def now() -> datetime:
    """Return the moment that a run starts at: the only look at the clock that verdicts see."""
    return datetime.now(UTC).replace(microsecond=0)


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _in_force(settings: Settings) -> dict[str, Any]:
    """Return the whole configuration: the policy with its defaults, and what overrides it.

    What is secret in a source pydantic shows as asterisks.
    """
    document, policies = settings.document, settings.source_policies
    return {
        "policy": document.policy.model_dump(mode="json"),
        "source": [
            each.model_dump(mode="json") | {"policy": _given(policies[each.name])}
            for each in settings.sources
        ],
        "zone": [_given(table) for table in document.zone],
        "owner": [_given(owner) for owner in document.owner],
        "waiver": [_given(waiver) for waiver in document.waiver],
    }


def _given(table: BaseModel) -> dict[str, Any]:
    # Without the defaults: what is not there overrides nothing.
    return table.model_dump(mode="json", exclude_unset=True)


def _source_address(inventory: Inventory) -> str:
    # Connecting a UDP socket sends nothing: it only asks the routing table.
    for target in inventory.targets[:1]:
        family = socket.AF_INET6 if ip_address(target.address).version == 6 else socket.AF_INET
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((target.address, target.port))
            return str(probe.getsockname()[0])
    return ""
