"""A TCP connection to a server, from the address that the configuration names, by a deadline."""

import errno
import socket
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from zones.endpoint import Endpoint
from zones.transfer.failure import TransferFailure

_CONNECT_SECONDS = 10
_REACH = "mend server in the configuration, or the network between here and it"
NO_DNS = "look whether a DNS server answers TCP at that address and port"
_OWN = "set source_address to an address of this host, of the same family as the server's"
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})


Wrapped = TypeVar("Wrapped", bound=socket.socket)


def connect(
    server: Endpoint,
    source_address: str,
    deadline: float,
    wrapping: Callable[[socket.socket], Wrapped],
) -> tuple[Wrapped, Endpoint]:
    """Return a connection, and the address that let it in; raises TransferFailure.

    ``wrapping`` is put around each socket before it connects; it closes what it refuses.
    Every address of a host name is tried, in the system's order; one of another family than
    ``source_address`` cannot be. An empty ``source_address`` leaves that to the system. Looking up
    a host name is bounded by the system's resolver only.
    """
    found = _looked_up(server, source_address)
    failure: OSError = TimeoutError()
    for index, (family, host) in enumerate(found):
        share = max(0.001, (deadline - monotonic()) / (len(found) - index))
        seconds = min(_CONNECT_SECONDS, share)
        try:
            connection = wrapping(_bound(family, source_address))
            _connect(connection, (host, server.port), seconds)
        except OSError as error:
            failure = error
        else:
            # Not getpeername: that fails where the server has broken the connection off by now.
            return connection, Endpoint(host, server.port)
    raise connect_failure(failure) from failure


def connect_failure(error: OSError) -> TransferFailure:
    """Return the words for an error of looking up or connecting."""
    match error:
        case socket.gaierror():
            return TransferFailure("is an unknown host", _REACH)
        case ConnectionRefusedError():
            return TransferFailure("refuses the connection", NO_DNS)
        case TimeoutError():
            return TransferFailure("does not answer (timed out connecting)", _REACH)
        case OSError(errno=number) if number in _NO_ROUTE:
            return TransferFailure("cannot be reached: there is no route to it", _REACH)
        case _:
            return TransferFailure(f"cannot be connected to ({error.strerror or error})", _REACH)


def _looked_up(server: Endpoint, source_address: str) -> list[tuple[int, str]]:
    """Return family and text of each address that the server has and we may go to."""
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise connect_failure(socket.gaierror(*error.args)) from error
    addresses = [(int(family), str(address[0])) for family, *_, address in found]
    if not source_address:
        return addresses
    wanted = socket.AF_INET6 if ":" in source_address else socket.AF_INET
    reachable = [each for each in addresses if each[0] == wanted]
    if not reachable:
        raise TransferFailure(f"has no address that can be reached from {source_address}", _OWN)
    return reachable


def _bound(family: int, source_address: str) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        if source_address:
            connection.bind((source_address, 0))
    except OSError as error:
        connection.close()
        what = f"cannot be asked from {source_address} ({error.strerror})"
        raise TransferFailure(what, _OWN) from error
    return connection


def _connect(connection: socket.socket, place: tuple[str, int], seconds: float) -> None:
    try:
        connection.settimeout(seconds)
        connection.connect(place)
    except BaseException:
        connection.close()
        raise
