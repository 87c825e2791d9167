"""A server of SSL 3.0 alone (RFC 6101), which no library of today speaks: a handler.

Its one cipher suite encrypts nothing: a handshake is all that is wanted of it.
"""

import socket
from collections.abc import Callable
from functools import partial
from hashlib import md5, sha1
from secrets import token_bytes
from threading import Event
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from demo.listener import Handler
from demo.pki import Credential

_VERSION = b"\3\0"
_CHANGE_CIPHER_SPEC, _HANDSHAKE = 20, 22
_SERVER_HELLO, _CERTIFICATE, _SERVER_HELLO_DONE, _FINISHED = 2, 11, 14, 20
_RSA_WITH_NULL_SHA = b"\0\2"
_HASHES: tuple[tuple[Callable[[bytes], Any], int], ...] = ((md5, 48), (sha1, 40))
"""Each with the length of what it is padded with (section 5.6.9)."""
_SECRET = 20


def ssl_3_0(credential: Credential) -> Handler:
    """Show the certificate of an RSA key to who speaks SSL 3.0, and answer in it to all others."""

    def serve(connection: socket.socket, _stopping: Event) -> None:
        if not isinstance(credential.key, rsa.RSAPrivateKey):
            raise TypeError("SSL 3.0 is served with a key of RSA")
        _Handshake(connection, credential, credential.key).hold()

    return serve


class _Handshake:
    def __init__(
        self, connection: socket.socket, credential: Credential, key: rsa.RSAPrivateKey
    ) -> None:
        self._connection, self._credential, self._key = connection, credential, key
        self._messages = b""
        self._random = token_bytes(32)

    def hold(self) -> None:
        hello = self._hear()
        self._say(_SERVER_HELLO, _VERSION + self._random + b"\0" + _RSA_WITH_NULL_SHA + b"\0")
        self._say(_CERTIFICATE, _sized(self._certificates()))
        self._say(_SERVER_HELLO_DONE, b"")
        exchange = self._hear()
        master = self._master(exchange[4:], hello[6:38])
        self._record()
        # Nothing encrypts it, and its MAC is not looked at.
        self._messages += self._record()[:-_SECRET]
        self._finish(master, _key_block(master, self._random + hello[6:38]))

    def _certificates(self) -> bytes:
        shown = (self._credential.certificate, *self._credential.chain)
        return b"".join(_sized(each.public_bytes(Encoding.DER)) for each in shown)

    def _master(self, encrypted: bytes, client_random: bytes) -> bytes:
        premaster = self._key.decrypt(encrypted, padding.PKCS1v15())
        return _derived(premaster, client_random + self._random, 3)

    def _finish(self, master: bytes, keys: bytes) -> None:
        proof = b"".join(
            _padded(hashed, length, master, self._messages + b"SRVR", is_secret_first=False)
            for hashed, length in _HASHES
        )
        message = bytes([_FINISHED]) + _sized(proof)
        secret = keys[_SECRET : 2 * _SECRET]
        counted = bytes(8) + bytes([_HANDSHAKE]) + len(message).to_bytes(2) + message
        mac = _padded(sha1, 40, secret, counted, is_secret_first=True)
        self._send(_CHANGE_CIPHER_SPEC, b"\1")
        self._send(_HANDSHAKE, message + mac)
        self._connection.recv(1)

    def _say(self, kind: int, body: bytes) -> None:
        message = bytes([kind]) + _sized(body)
        self._messages += message
        self._send(_HANDSHAKE, message)

    def _send(self, kind: int, content: bytes) -> None:
        head = bytes([kind]) + _VERSION + len(content).to_bytes(2)
        self._connection.sendall(head + content)

    def _hear(self) -> bytes:
        message = self._record()
        self._messages += message
        return message

    def _record(self) -> bytes:
        head = self._exactly(5)
        if head[0] not in {_CHANGE_CIPHER_SPEC, _HANDSHAKE}:
            raise OSError("the client declines")
        return self._exactly(int.from_bytes(head[3:]))

    def _exactly(self, size: int) -> bytes:
        data = self._connection.recv(size, socket.MSG_WAITALL)
        if len(data) < size:
            raise OSError("the client has gone away")
        return data


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(3) + data


def _derived(secret: bytes, randoms: bytes, rounds: int) -> bytes:
    """Return what is made of a secret by sections 6.1 and 6.2.2."""
    salts = (bytes([ord("A") + number]) * (number + 1) for number in range(rounds))
    return b"".join(
        md5(secret + sha1(salt + secret + randoms).digest()).digest()  # noqa: S324 - as it was
        for salt in salts
    )


_key_block = partial(_derived, rounds=3)


def _padded(
    hashed: Callable[[bytes], Any],
    length: int,
    secret: bytes,
    data: bytes,
    *,
    is_secret_first: bool,
) -> bytes:
    """Return the hash of a hash: a MAC (section 5.2.3.1), or Finished (section 5.6.9)."""
    inner = b"\x36" * length
    parts = secret + inner + data if is_secret_first else data + secret + inner
    digest: bytes = hashed(secret + b"\x5c" * length + hashed(parts).digest()).digest()
    return digest
