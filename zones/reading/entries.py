"""The entries of a master file (RFC 1035 section 5), each given to a ``Collector``.

dnspython parses the entries. Which files are read is ours: its own ``$INCLUDE`` opens whatever a
line names. Nothing is left out in silence: a line that cannot be read ends the whole.
"""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import realpath
from pathlib import Path
from typing import Any

import dns.name
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.tokenizer
import dns.transaction
import dns.zonefile

from zones.cut import cut
from zones.ordinary_file import FileError, TooLargeError, read_file
from zones.reading.collector import Collector
from zones.reading.rdata import TEXT_ERRORS

MAX_DEPTH = 16
"""Files that may include each other in a row."""
_MEND_FILE = "mend the path in the configuration, or the file's mode"
_MEND_LINE = "mend the line (RFC 1035 section 5.1; named-checkzone shows where servers object)"
_SHOWN = 200
"""Characters of a cause: a line may be of any length."""
_NON_ASCII = re.compile(rb"[\x80-\xff]")
_CAUGHT = re.compile(r"caught exception <class '[^']*'>: ")


class EntryError(Exception):
    """A file cannot be read as a zone: which line of which file, and why."""

    def __init__(self, place: str, cause: str, remedy: str) -> None:
        super().__init__(place, cause, remedy)
        self.place = place
        """The line, after the included file that it is in; empty where no line is at fault."""
        self.cause = cause
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Limits:
    """What one zone may take, in all of its files."""

    records: int
    """Of all types."""
    octets: int
    """As the files have them, and again with each name written out."""


class _LimitError(ValueError):
    """The zone has outgrown one of its limits, which the words name."""


def _remedy(error: Exception, otherwise: str) -> str:
    return (
        "raise that limit if the zone is so large" if isinstance(error, _LimitError) else otherwise
    )


def read_entries(path: Path, collector: Collector, limits: Limits) -> None:
    """Give each record of that file, and of those that it includes, to the collector.

    Relative names are relative to the collector's origin until ``$ORIGIN`` says otherwise. Raises
    EntryError for a file that is no complete zone of that origin.
    """
    path = Path(realpath(path))
    records = _Records(collector, limits)
    files = _Files(path.parent, limits.octets)
    try:
        _Reader(records, files).read_file(path.name, collector.origin)
    except ValueError as error:
        cause = str(error).removeprefix(f"{path.name} ")
        raise EntryError("", cause, _remedy(error, _MEND_FILE)) from error
    if not records.has_soa:
        cause = "has no SOA record of the zone (RFC 1035 section 5.2)"
        raise EntryError("", cause, "look whether it is this zone's file, and all of it")


class _Files:
    """The folder of a zone's file: what may be read, and how much of it."""

    def __init__(self, folder: Path, octets: int) -> None:
        self._folder = folder
        self._octets = octets
        self._left = octets
        self._open: list[Path] = []

    @property
    def are_included(self) -> bool:
        """Whether the file that is being read is one that another included."""
        return len(self._open) > 1

    @contextmanager
    def opened(self, name: str) -> Iterator[io.StringIO]:
        """Yield the text of a file of the folder; raises ValueError for any that may not be."""
        path = Path(realpath(self._folder / name))
        if not path.is_relative_to(self._folder):
            raise ValueError(f"{name} is outside of the zone file's folder")
        if path in self._open:
            raise ValueError(f"{name} includes itself")
        if len(self._open) == MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} files include each other")
        text = self._text(path, name)
        self._open.append(path)
        yield io.StringIO(text, newline=None)
        self._open.pop()

    def _text(self, path: Path, name: str) -> str:
        try:
            raw = read_file(path, self._left)
        except TooLargeError as error:
            words = f"the zone has more than {self._octets} bytes, which is max_bytes"
            raise _LimitError(words) from error
        except FileError as error:
            raise ValueError(f"{name} {error}") from error
        self._left -= len(raw)
        # A server takes bytes as they are, and makes no A-labels of them.
        return _NON_ASCII.sub(_escaped, raw.removeprefix(codecs.BOM_UTF8)).decode("ascii")


def _escaped(byte: re.Match[bytes]) -> bytes:
    return b"\\%03d" % byte.group()[0]


class _Records(dns.transaction.Transaction):
    """Where dnspython's reader puts the records that it has read."""

    manager: Collector

    def __init__(self, collector: Collector, limits: Limits) -> None:
        super().__init__(collector, replacement=True)
        self._limits = limits
        self.has_soa = False

    def add(self, *args: Any) -> None:  # noqa: ANN401 - dnspython's signature
        """Take in the name, TTL and rdata of a record."""
        name, ttl, rdata = args
        if rdata.rdtype == dns.rdatatype.SOA:
            self._check_soa(name)
        self.manager.count += 1
        self.manager.keep(name, dns.rdataset.from_rdata(ttl, rdata))
        most = self._limits
        if self.manager.count > most.records:
            raise _LimitError(
                f"the zone has more than {most.records} records, which is max_records"
            )
        if self.manager.characters > most.octets:
            raise _LimitError(f"the zone has more than {most.octets} bytes, which is max_bytes")

    def _check_soa(self, name: dns.name.Name) -> None:
        if name != self.manager.origin:
            raise ValueError(f"an SOA record of {name}, which is not the zone's apex")
        if self.has_soa:
            raise ValueError("a second SOA record")
        self.has_soa = True


class _Reader(dns.zonefile.Reader):
    """dnspython's, as far as it reads a record; which files there are, and the limits, are ours."""

    def __init__(self, records: _Records, files: _Files) -> None:
        super().__init__(dns.tokenizer.Tokenizer(""), dns.rdataclass.IN, records)
        self._zone = records.manager.origin
        self._files = files

    def read_file(self, name: str, origin: dns.name.Name | None) -> None:
        """Read that file, in which relative names are relative to that origin."""
        before = self.tok, self.current_origin, self.last_name
        with self._files.opened(name) as text:
            self.tok = dns.tokenizer.Tokenizer(text, name)
            self.current_origin, self.last_name = origin, None
            self.read()
        # The includer's origin stays what it was (RFC 1035 section 5.1).
        self.tok, self.current_origin, self.last_name = before

    def read(self) -> None:
        """Read all entries of the file that is open."""
        is_over = False
        while not is_over:
            name, line = self.tok.where()
            try:
                is_over = self._read_entry()
            except TEXT_ERRORS as error:
                place = f"{name} line {line}" if self._files.are_included else f"line {line}"
                cause = cut(_CAUGHT.sub("", str(error)).rstrip("."), _SHOWN)
                raise EntryError(place, cause, _remedy(error, _MEND_LINE)) from error

    def _read_entry(self) -> bool:
        """Tell whether the file has ended instead."""
        token = self.tok.get(want_leading=True)
        if token.is_eol_or_eof():
            return token.is_eof()
        if token.is_identifier() and token.value.startswith("$"):
            self._obey(token.value.upper())
        else:
            self.tok.unget(token)
            self._rr_line()
        # dnspython passes over what lies outside.
        if self.last_name is not None and not self.last_name.is_subdomain(self._zone):
            raise ValueError(f"{self.last_name} is outside of the zone")
        return False

    def _obey(self, directive: str) -> None:
        match directive:
            case "$ORIGIN":
                self.current_origin = self.tok.get_name(self.current_origin)
                self.tok.get_eol()
            case "$TTL":
                self.default_ttl = self.tok.get_ttl()
                self.default_ttl_known, self.default_ttl_from_soa = True, False
                self.tok.get_eol()
            case "$INCLUDE":
                self._include()
            case "$GENERATE":
                self._generate_line()  # type: ignore[no-untyped-call]
            case _:
                raise ValueError(f"{directive} is no directive that is known")

    def _include(self) -> None:
        name = self.tok.get_string()
        token = self.tok.get()
        origin = self.current_origin
        if not token.is_eol_or_eof():
            origin = self.tok.as_name(token, origin)
            self.tok.get_eol()
        self.read_file(name, origin)
