"""A proxy that makes each connection wait: ``python -m benchmarks.proxy SECONDS PORT COUNT``.

It listens on the first COUNT addresses of proxies and hands on to nginx's of the same number, both
on PORT. The wait is counted from the moment the connection is made, as a longer way would show it,
and what is connected and never used is not handed on.
"""

import asyncio
import sys
from asyncio import BaseTransport, Transport
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from benchmarks.measure import BenchmarkError
from benchmarks.world import PROXY, WEB, address
from tests.support.program import accepts, run

_BACKLOG = 1024


class Back(asyncio.Protocol):
    """The connection to nginx; what comes from there goes to the client."""

    def __init__(self, client: Transport) -> None:
        self._client = client

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol.data_received``."""
        self._client.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol.connection_lost``."""
        del exc
        self._client.close()


class Front(asyncio.Protocol):
    """The connection of a client."""

    def __init__(self, delay: float, upstream: tuple[str, int]) -> None:
        self._delay, self._upstream = delay, upstream
        self._waiting = b""
        self._client: Transport | None = None
        self._server: Transport | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """See ``asyncio.Protocol.connection_made``."""
        self._client = cast("Transport", transport)
        self._ready_at = asyncio.get_running_loop().time() + self._delay

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol.data_received``."""
        if self._server:
            self._server.write(data)
            return
        if not self._waiting:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())
        self._waiting += data

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol.connection_lost``."""
        del exc
        if self._server:
            self._server.close()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._ready_at - loop.time()))
        client = self._client
        if client is None or client.is_closing():
            return
        self._server, _ = await loop.create_connection(lambda: Back(client), *self._upstream)
        self._server.write(self._waiting)


async def serve(delay: float, port: int, count: int) -> None:
    """Hand connections on for ever."""
    loop = asyncio.get_running_loop()
    for number in range(count):
        upstream = address(WEB, number), port
        await loop.create_server(
            lambda upstream=upstream: Front(delay, upstream),  # type: ignore[misc]
            address(PROXY, number),
            port,
            backlog=_BACKLOG,
        )
    await asyncio.Event().wait()


@contextmanager
def proxy(delay: float, port: int, count: int) -> Iterator[None]:
    """Run the proxy in a process of its own."""
    words = [str(delay), str(port), str(count)]
    with run([sys.executable, "-m", "benchmarks.proxy", *words]) as process:
        if not accepts(process, (address(PROXY, count - 1), port)):
            raise BenchmarkError("the proxy did not start")
        yield


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
