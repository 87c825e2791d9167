"""Connections opened up to where TLS begins."""

import socket

from checks.scan.deadline import Deadline
from checks.scan.hello import client_hello
from checks.scan.starttls import begin
from checks.scan.task import Endpoint
from checks.scan.wire import NotStartedError


def opened(endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    """Return a connection on which the next byte is the client's first of TLS.

    Raises OSError where there is no connection, NotStartedError where TLS does not begin.
    """
    place = (endpoint.address, endpoint.port)
    connection = socket.create_connection(place, timeout=deadline.remaining)
    try:
        if endpoint.starttls:
            begin(connection, endpoint.starttls, endpoint.server_name, deadline)
    except BaseException:
        connection.close()
        raise
    connection.settimeout(deadline.remaining)
    return connection


def first_bytes(endpoint: Endpoint, deadline: Deadline) -> bytes:
    """Return what a ClientHello is answered with first; empty for nothing."""
    try:
        with opened(endpoint, deadline) as connection:
            connection.sendall(client_hello())
            return connection.recv(256)
    except (OSError, NotStartedError):
        return b""
