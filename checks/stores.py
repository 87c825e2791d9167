"""Which trust stores a run judges by, where they lie and how old they are."""

import re
import ssl
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from checks.policy import OWN_CA, SSLYZE_STORES, Policy

_SSLYZE_FILES = {
    "android": "google_aosp",
    "apple": "apple",
    "java": "oracle_java",
    "mozilla": "mozilla_nss",
    "windows": "microsoft_windows",
}
_PEM_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


class StoreError(Exception):
    """A trust store cannot be used; the message says which file, why, and what to do."""


@dataclass(frozen=True, slots=True)
class StoreFile:
    """One trust store as a scanner process loads it."""

    name: str
    paths: tuple[Path, ...]
    """PEM files; all of their certificates are anchors."""
    fetched: date | None
    """When it was current; None for ``own_ca``, which has no age."""
    count: int
    """Anchors that it holds."""

    def is_current(self, judged_at: datetime, max_age_days: int) -> bool:
        """Tell whether the store is not older than that; ``own_ca`` always is current."""
        return self.fetched is None or judged_at.date() - self.fetched <= timedelta(max_age_days)


def find_stores(policy: Policy) -> tuple[StoreFile, ...]:
    """Return the stores of a policy, sorted by name, ``own_ca`` last.

    Raises StoreError for a file that is missing, holds no certificate or has no date.
    """
    if policy.stores_dir is None:
        folder = _sslyze_folder()
        stores = [_dated(name, folder / f"{_SSLYZE_FILES[name]}.pem") for name in SSLYZE_STORES]
    else:
        stores = [_dated(path.stem, path) for path in _pem_files(policy.stores_dir)]
        if not stores:
            raise StoreError(f"{policy.stores_dir}: no NAME.pem in it; put the trust stores there")
    if policy.own_ca:
        count = sum(_count(path) for path in policy.own_ca)
        stores.append(StoreFile(OWN_CA, policy.own_ca, None, count))
    return tuple(stores)


def _pem_files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.pem"))
    except OSError as error:
        raise StoreError(f"{folder}: cannot be read ({error.strerror}); mend the path") from error


def _sslyze_folder() -> Path:
    # Found, not imported: the pytest process stays free of SSLyze.
    spec = find_spec("sslyze")
    if spec is None or not spec.submodule_search_locations:
        raise StoreError("sslyze is not installed; install zonecert's dependencies again")
    return (
        Path(spec.submodule_search_locations[0])
        / "plugins"
        / "certificate_info"
        / "trust_stores"
        / "pem_files"
    )


def _dated(name: str, pem: Path) -> StoreFile:
    count = _count(pem)
    return StoreFile(name, (pem,), _date_fetched(pem.with_suffix(".yaml")), count)


def _count(pem: Path) -> int:
    try:
        text = pem.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise StoreError(f"{pem}: cannot be read ({error.strerror}); mend the path") from error
    except ValueError as error:
        raise StoreError(f"{pem!r}: is no path ({error}); mend it") from error
    count = text.count(_PEM_CERTIFICATE)
    if count == 0:
        raise StoreError(f"{pem}: holds no PEM certificate; export the roots in PEM form")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=str(pem))
    except ssl.SSLError as error:
        raise StoreError(f"{pem}: {error.reason}; export the roots again in PEM form") from error
    return count


def _date_fetched(path: Path) -> date:
    # One line of a flat file: a YAML parser would be a dependency for nothing.
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise StoreError(
            f"{path}: cannot be read ({error.strerror}); it says how old the store beside it is,"
            " in a line such as 'date_fetched: 2026-03-28'"
        ) from error
    found = re.search(r"^date_fetched:\s*['\"]?(\d{4}-\d\d-\d\d)", text, re.MULTILINE)
    if found is None:
        raise StoreError(f"{path}: has no line 'date_fetched: YYYY-MM-DD'; add it")
    try:
        return date.fromisoformat(found[1])
    except ValueError as error:
        raise StoreError(f"{path}: date_fetched is no date: {found[1]}; mend it") from error
