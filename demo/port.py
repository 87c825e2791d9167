"""One port for servers on many addresses of loopback: a policy has one for all of them."""

import errno
import socket
from collections.abc import Callable
from contextlib import ExitStack

from demo.listener import bound

_ATTEMPTS = 20


class DemoError(Exception):
    """The demo cannot be brought up here; the message says why and what to do."""


def on_one_port(stack: ExitStack, closed: str, serve: Callable[[ExitStack, int], None]) -> int:
    """Start servers on a port that is free on all their addresses, and return it.

    ``serve`` starts them and raises OSError where the port is taken; on the address ``closed``
    nothing listens. Raises DemoError where no such port can be had.
    """
    for _ in range(_ATTEMPTS):
        with ExitStack() as attempt:
            try:
                # Bound and not listening: connections are refused, and nobody else takes the port.
                kept = attempt.enter_context(bound(socket.SOCK_STREAM, closed, 0))
                port: int = kept.getsockname()[1]
                serve(attempt, port)
            except OSError as error:
                _explain(error)
                continue
            stack.enter_context(attempt.pop_all())
            return port
    raise DemoError("no port was free on all addresses of the demo; stop what holds them")


def _explain(error: OSError) -> None:
    """Raise what is worth telling; a port that is taken is not, another may be free."""
    if error.errno == errno.EADDRNOTAVAIL:
        raise DemoError(
            "the loopback addresses 127.0.0.11 to 127.0.0.99 are not set up here; on macOS: "
            "for n in $(seq 11 99); do sudo ifconfig lo0 alias 127.0.0.$n up; done"
        ) from error
    if error.errno != errno.EADDRINUSE:
        raise DemoError(f"the demo's servers cannot be started: {error}") from error
