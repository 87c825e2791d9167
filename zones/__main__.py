"""``python -m zones export``: zones to a file, where nothing but dnspython is installed.

For the one host that may transfer: ``pytest --from-zones-json=FILE`` runs from the file elsewhere.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from zones.endpoint import DNS_PORT, parse_endpoint
from zones.export import Export, ExportError, write_export
from zones.inventory import Collected
from zones.name import parse_origin
from zones.source import ZoneFailure, ZoneSourceError
from zones.transfer.key_file import read_key
from zones.transfer.servers import AxfrServers
from zones.transfer.session import Terms
from zones.transfer.stream import DEFAULT, Limits
from zones.transfer.tls import XOT_PORT, Tls, tls_context

EXIT_USAGE = 4
"""As pytest's."""
EXIT_INCOMPLETE = 6
"""As a run's."""

_LONGEST = 3600
"""As ``transfer_timeout`` of a source."""

_OPTIONS = (
    ("--view", "NAME", "name of the source in compliance.toml; else it is the one with that zone"),
    ("--catalog", "ZONE", "a catalog zone (RFC 9432), whose members are transferred"),
    ("--tsig-key-file", "FILE", "sign with the key in it, as tsig-keygen writes it"),
    ("--tsig-name", "NAME", "that key of several in the file"),
    ("--tls-name", "NAME", "transfer over TLS (RFC 9103), from who proves to be that"),
    ("--tls-ca", "FILE", "CA certificates that the server's leads to, instead of the system's"),
    ("--tls-cert", "FILE", "certificate of this host"),
    ("--tls-key", "FILE", "its key, where it is not in the same file"),
    ("--source-address", "IP", "address of this host that connections come from"),
)
"""Those that are given at most once and have no default."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """See ``ArgumentParser.error``; ends with pytest's code for a usage error."""
        self.exit(EXIT_USAGE, f"{self.format_usage()}{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Export, say what failed, and return the exit code.

    That is 6 where a zone could not be had, which the file says too, and 4 where there is no file.
    """
    given = _given(arguments)
    try:
        results = tuple(_servers(given).zones(given.zone, given.catalog))
        export = Export(Collected(results, {}), datetime.now(UTC), "", "")
        write_export(given.file, export)
    except (ExportError, ZoneSourceError) as error:
        sys.stderr.write(f"export: {error}\n")
        return EXIT_USAGE
    failures = [result for result in results if isinstance(result, ZoneFailure)]
    sys.stderr.writelines(f"export: {failure.error}\n" for failure in failures)
    complete = len(results) - len(failures)
    sys.stdout.write(f"export: {complete} of {len(results)} zones in {given.file}\n")
    return EXIT_INCOMPLETE if failures else 0


def _servers(given: argparse.Namespace) -> AxfrServers:
    """Return who is asked, and how; raises ZoneSourceError where what that needs is missing."""
    terms = Terms(
        limits=Limits(given.transfer_timeout, given.max_records, given.max_bytes),
        key=read_key(given.tsig_key_file, given.tsig_name) if given.tsig_key_file else None,
        tls=_tls(given) if _has_tls(given) else None,
        source_address=given.source_address or "",
    )
    return AxfrServers(given.view or "", tuple(given.server), terms)


def _tls(given: argparse.Namespace) -> Tls:
    return Tls(tls_context(given.tls_ca, given.tls_cert, given.tls_key), given.tls_name or "")


def _has_tls(given: argparse.Namespace) -> bool:
    return any((given.tls_name, given.tls_ca, given.tls_cert, given.tls_key))


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(prog="python -m zones", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="export")
    export = commands.add_parser("export", help="transfer zones and write them to FILE")
    words = "host or address, with or without a port; several are tried in order"
    export.add_argument("--server", action="append", required=True, metavar="SERVER", help=words)
    words = "a zone to transfer; again for each more"
    export.add_argument("--zone", action="append", default=[], metavar="ZONE", help=words)
    for name, metavar, words in _OPTIONS:
        kind = Path if metavar == "FILE" else str
        export.add_argument(name, metavar=metavar, type=kind, help=words)
    export.add_argument(
        "--transfer-timeout", type=float, default=DEFAULT.seconds, metavar="SECONDS"
    )
    export.add_argument("--max-records", type=int, default=DEFAULT.records, metavar="COUNT")
    export.add_argument("--max-bytes", type=int, default=DEFAULT.octets, metavar="COUNT")
    export.add_argument("file", type=Path, metavar="FILE", help="written with mode 0600")
    return _checked(export, parser.parse_args(arguments))


def _checked(parser: _Parser, given: argparse.Namespace) -> argparse.Namespace:
    """Return what is given, servers and zones read; ends where it cannot be."""
    port = XOT_PORT if _has_tls(given) else DNS_PORT
    try:
        given.server = [parse_endpoint(text, port) for text in given.server]
        given.zone = [*dict.fromkeys(map(parse_origin, given.zone))]
        given.catalog = None if given.catalog is None else parse_origin(given.catalog)
        given.tsig_name = parse_origin(given.tsig_name) if given.tsig_name else ""
    except ValueError as error:
        parser.error(str(error))
    for fault in _faults(given):
        parser.error(fault)
    return given


def _faults(given: argparse.Namespace) -> Iterator[str]:
    if not given.zone and given.catalog is None:
        yield "name a zone with --zone, or a catalog zone with --catalog"
    if given.catalog in given.zone:
        yield f"{given.catalog or '.'} is given as --zone and as --catalog; leave one"
    if not 0 < given.transfer_timeout <= _LONGEST:
        yield f"--transfer-timeout: more than 0 and at most {_LONGEST} seconds"
    if min(given.max_records, given.max_bytes) < 1:
        yield "--max-records, --max-bytes: at least 1"
    if given.tsig_name and not given.tsig_key_file:
        yield "--tsig-name: of which file? Name it with --tsig-key-file"
    if given.tls_key and not given.tls_cert:
        yield "--tls-key: of which certificate? Name it with --tls-cert"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
