"""Which trust stores a run judges by, where they lie and how old they are."""

import json
import re
import ssl
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from checks.policy import OWN_CA, SSLYZE_STORES, Policy
from checks.text import clean
from zones.ordinary_file import FileError, read_file

_SSLYZE_FILES = {
    "android": "google_aosp",
    "apple": "apple",
    "java": "oracle_java",
    "mozilla": "mozilla_nss",
    "windows": "microsoft_windows",
}
_PEM_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_MOST_BYTES = 16 * 1024 * 1024
"""Of a file: 50 times what the largest public store has."""
_EXPORT = "export the roots again in PEM form"
_ANCHORS = Path(__file__).parent / "scan" / "anchors.py"


class StoreError(Exception):
    """A trust store cannot be used; the message says which file, why, and what to do."""

    def __init__(self, words: str, place: str = "policy") -> None:
        super().__init__(words)
        self.place = place
        """The table or key of the configuration that is at fault."""


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
            raise StoreError(
                f"{clean(str(policy.stores_dir))}: no NAME.pem in it; put the trust stores there"
            )
    if policy.own_ca:
        count = sum(_count(path) for path in policy.own_ca)
        stores.append(StoreFile(OWN_CA, policy.own_ca, None, count))
    return tuple(stores)


def require_known(required: Iterable[str], stores: Iterable[StoreFile]) -> None:
    """Raise StoreError where a store that is required by its name is none of these."""
    known = {store.name for store in stores}
    unknown = {*required} - known
    if OWN_CA in unknown:
        raise StoreError("needs own_ca, the PEM files of your own roots", "policy.trust")
    if unknown:
        given, allowed = ", ".join(sorted(unknown)), ", ".join(sorted(known))
        raise StoreError(f"given {given}; allowed: {allowed}", "policy.trust_stores")


def require_anchors(stores: Iterable[StoreFile]) -> None:
    """Raise StoreError for a store, but for SSLyze's own, that no scanner can verify with.

    It is looked at in a process of its own: this one parses no certificate.
    """
    shipped = _sslyze_folder()
    paths = [path for store in stores for path in store.paths if path.parent != shipped]
    if not paths:
        return
    looked = subprocess.run(  # noqa: S603 - a file of our own
        # By its path, and with nothing of this checkout to import: PYTHONSAFEPATH may be set.
        [sys.executable, "-P", str(_ANCHORS)],
        input=json.dumps([*map(str, paths)]),
        capture_output=True,
        text=True,
        check=False,
    )
    if looked.returncode:
        why = looked.stderr.strip().rpartition("\n")[2] or f"exit code {looked.returncode}"
        named = clean(", ".join(map(str, paths)))
        raise StoreError(f"{named}: cannot be looked at ({clean(why)}); {_EXPORT}")
    for path, fault in zip(paths, json.loads(looked.stdout), strict=True):
        if fault:
            raise StoreError(f"{path}: {fault}; {_EXPORT}")


def _pem_files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.pem"))
    except OSError as error:
        raise StoreError(
            f"{clean(str(folder))}: cannot be read ({error.strerror}); mend the path"
        ) from error


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
    text = _text(pem, "ascii", "mend the path")
    count = text.count(_PEM_CERTIFICATE)
    if count == 0:
        raise StoreError(f"{pem}: holds no PEM certificate; {_EXPORT}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=str(pem))
    except ssl.SSLError as error:
        raise StoreError(f"{pem}: {error.reason}; {_EXPORT}") from error
    return count


def _text(path: Path, encoding: str, remedy: str) -> str:
    try:
        return read_file(path, _MOST_BYTES).decode(encoding, errors="replace")
    except FileError as error:
        # A path may be of any length, and the reason has to stay in sight.
        raise StoreError(f"{clean(str(path))}: {error}; {remedy}") from error


def _date_fetched(path: Path) -> date:
    # One line of a flat file: a YAML parser would be a dependency for nothing.
    remedy = "it says how old the store beside it is, in a line such as 'date_fetched: 2026-03-28'"
    text = _text(path, "utf-8", remedy)
    found = re.search(r"^date_fetched:\s*['\"]?(\d{4}-\d\d-\d\d)", text, re.MULTILINE)
    if found is None:
        raise StoreError(f"{path}: has no line 'date_fetched: YYYY-MM-DD'; add it")
    try:
        return date.fromisoformat(found[1])
    except ValueError as error:
        raise StoreError(f"{path}: date_fetched is no date: {found[1]}; mend it") from error
