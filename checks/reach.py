"""Whether anything answers TCP at an address and port."""

import errno
import socket

from checks.evidence import Reach

# A network that this host knows no way to. EHOSTUNREACH is not among them: it is what comes of a
# dead host on the own network, and of a firewall that rejects.
_NO_ROUTE = {
    errno.ENETUNREACH,
    errno.ENETDOWN,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EACCES,
    errno.EPERM,
    # Link-local addresses, which mean nothing without an interface (RFC 4007 section 6).
    errno.EINVAL,
}
_NO_ANSWER = {errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ETIMEDOUT}


def reach(address: str, port: int, timeout: float) -> Reach:
    """Return what comes of a TCP connection (RFC 9293 section 3.5), silence being asked twice.

    Raises OSError for a fault of this host, such as being out of file descriptors.
    """
    answer = _connect(address, port, timeout)
    return _connect(address, port, timeout) if answer is Reach.SILENT else answer


def _connect(address: str, port: int, timeout: float) -> Reach:
    try:
        socket.create_connection((address, port), timeout).close()
    except ConnectionRefusedError:
        return Reach.REFUSED
    except ConnectionResetError:
        # Somebody was there to reset it.
        return Reach.ANSWERED
    except TimeoutError:
        return Reach.SILENT
    except OSError as error:
        if error.errno in _NO_ROUTE:
            return Reach.NO_ROUTE
        if error.errno in _NO_ANSWER:
            return Reach.SILENT
        raise
    return Reach.ANSWERED
