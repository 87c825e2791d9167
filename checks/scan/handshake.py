"""The chains that a server shows for one name: SSLyze's handshakes, inside one deadline.

Runs in a thread of a handshake process. SSLyze's CERTIFICATE_INFO asks three questions with SNI:
TLS 1.3, TLS 1.2 with RSA, TLS 1.2 without RSA. Its own jobs are run here one after another, so that
the chain of each handshake is kept as it came: SSLyze's result keeps one chain for each leaf, and
which one is a race. Its connectivity test is left out: what it would find out, the jobs tell.
"""

import errno
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from nassl._nassl import OpenSSLError
from nassl.ephemeral_key_info import OpenSslEvpPkeyEnum
from nassl.ssl_client import OpenSslDigestNidEnum
from sslyze.errors import (
    ConnectionToServerFailed,
    TlsHandshakeFailed,
    TlsHandshakeTimedOut,
)
from sslyze.plugins.plugin_base import ScanJob
from sslyze.plugins.scan_commands import ScanCommand, ScanCommandsRepository
from sslyze.server_connectivity import TlsVersionEnum

from checks.evidence import HandshakeFailure
from checks.scan.deadline import Deadline
from checks.scan.diagnosis import Declined, Ending, broken_off, diagnose, is_tls
from checks.scan.opening import first_bytes
from checks.scan.server import SignatureAlgorithms, watched
from checks.scan.task import Endpoint, RawHandshake, RawScan
from checks.scan.wire import PATIENCE, NotStartedError

_CERTIFICATE_INFO = ScanCommandsRepository.get_implementation_cls(ScanCommand.CERTIFICATE_INFO)

_MODERN = ("TLS 1.3", "TLS 1.2 with RSA", "TLS 1.2 without RSA")
_OLDER = {
    TlsVersionEnum.TLS_1_1: ("TLS 1.1", "TLS 1.1 with RSA", "TLS 1.1 without RSA"),
    TlsVersionEnum.TLS_1_0: ("TLS 1.0", "TLS 1.0 with RSA", "TLS 1.0 without RSA"),
    TlsVersionEnum.SSL_3_0: ("SSL 3.0", "SSL 3.0 with RSA", "SSL 3.0 without RSA"),
}
_FAULTS_OF_THIS_HOST = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_SHA_2 = (OpenSslDigestNidEnum.SHA256, OpenSslDigestNidEnum.SHA384, OpenSslDigestNidEnum.SHA512)


def _signed_by(*keys: OpenSslEvpPkeyEnum) -> SignatureAlgorithms:
    return tuple((digest, key) for key in keys for digest in _SHA_2)


_TLS_1_3_ONLY = {
    # PKCS #1 v1.5 signs certificates in TLS 1.3, and no handshakes (RFC 8446 section 4.2.3).
    "TLS 1.3 with RSA": _signed_by(OpenSslEvpPkeyEnum.RSA_PSS, OpenSslEvpPkeyEnum.RSA),
    "TLS 1.3 without RSA": _signed_by(OpenSslEvpPkeyEnum.EC, OpenSslEvpPkeyEnum.RSA),
}


def shake_hands(endpoint: Endpoint, deadline: Deadline) -> RawScan:
    """Return the chains that the server shows, all questions inside the deadline."""
    with deadline:
        interview = Interview(endpoint, deadline)
        interview.hold()
        return RawScan(tuple(interview.handshakes), interview.failure())


@dataclass
class Interview:
    """All questions put to one endpoint, and what came of them."""

    endpoint: Endpoint
    deadline: Deadline
    handshakes: list[RawHandshake] = field(default_factory=list)
    declined: list[Declined] = field(default_factory=list)
    first_bytes: bytes | None = None
    """What the port answers to a ClientHello; None where that was not looked at."""

    is_broken_off: bool = False
    """Whether questions were left open."""
    slowest: float = 0
    """Seconds that the longest handshake so far took."""

    def failure(self) -> HandshakeFailure | None:
        """Return why there is no certificate, or why perhaps not every one was seen."""
        if not self.handshakes:
            return diagnose(self.declined, self.first_bytes)
        if not self.is_broken_off:
            return None
        final = (decline for decline in self.declined if decline.ending.is_final)
        return broken_off(next(final, None))

    def hold(self) -> None:
        """Ask all questions until the server says something that ends them all."""
        for name, job in self._questions():
            left = self.deadline.remaining
            if self.deadline.is_over:
                self.is_broken_off = True
                return
            match self._ask(name, job):
                case RawHandshake() as handshake:
                    self.handshakes.append(handshake)
                    self.slowest = max(self.slowest, left - self.deadline.remaining)
                case Declined(Ending.SILENT | Ending.DRIPPING) if left * PATIENCE < self.slowest:
                    # It had not the time that it took before: a server that delays its greeting.
                    self.is_broken_off = True
                    return
                case Declined() as decline:
                    self.declined.append(decline)
                    if decline.ending.is_final:
                        self.is_broken_off = True
                        return

    def _questions(self) -> Iterator[tuple[str, ScanJob]]:
        yield from zip(_MODERN, self._jobs(TlsVersionEnum.TLS_1_3), strict=True)
        if {shown.tls_version for shown in self.handshakes} == {"TLS 1.3"}:
            # TLS 1.2 was to tell whether there is a second certificate: here TLS 1.3 has to.
            for name, algorithms in _TLS_1_3_ONLY.items():
                yield name, self._jobs(TlsVersionEnum.TLS_1_3, algorithms)[0]
        if self.handshakes:
            return
        self.first_bytes = first_bytes(self.endpoint, self.deadline)
        if not is_tls(self.first_bytes):
            return
        if self.endpoint.starttls and not self.first_bytes and self._speaks_tls_at_once():
            self.declined.append(Declined(Ending.TLS_AT_ONCE))
            return
        for version, names in _OLDER.items():
            default, *others = zip(names, self._jobs(version), strict=True)
            yield default
            if self.handshakes:
                yield from others
                return

    def _speaks_tls_at_once(self) -> bool:
        # Some close without an alert on a client that begins in the clear.
        at_once = replace(self.endpoint, starttls="")
        answer = first_bytes(at_once, self.deadline)
        return answer != b"" and is_tls(answer)

    def _jobs(self, version: TlsVersionEnum, algorithms: SignatureAlgorithms = ()) -> list[ScanJob]:
        server = watched(self.endpoint, version, self.deadline, algorithms)
        return _CERTIFICATE_INFO.scan_jobs_for_scan_command(server)[:3]

    def _ask(self, name: str, job: ScanJob) -> RawHandshake | Declined:
        tries = 0
        while True:
            answer = _answer(name, job)
            tries += 1
            if not isinstance(answer, Declined) or tries >= answer.ending.tries:
                return answer
            if self.deadline.is_over:
                return Declined(Ending.DRIPPING)


def _answer(name: str, job: ScanJob) -> RawHandshake | Declined:
    try:
        pems, staple, *_ = job.function_to_call(*job.function_arguments)
        return RawHandshake(
            question=name,
            tls_version=name[: len("TLS 1.x")],
            certificates=tuple(ssl.PEM_cert_to_DER_cert(pem) for pem in pems),
            staple=staple.as_der_bytes() if staple else None,
        )
    except NotStartedError as error:
        return error.declined
    except (TlsHandshakeFailed, OpenSSLError) as error:
        return _refusal(error)
    except ConnectionToServerFailed as error:
        return Declined(_ending_of_connecting(error.__context__))
    except ValueError as error:
        # nassl reads the names before it hands a certificate over: UnicodeDecodeError.
        unreadable = isinstance(error, UnicodeError)
        return Declined(Ending.UNREADABLE if unreadable else Ending.NO_CERTIFICATE, str(error))
    except OSError as error:
        return Declined(_ending_of_connecting(error))


def _ending_of_connecting(cause: BaseException | None) -> Ending:
    """Return what a failed connection stands for.

    Raises the cause where it is a fault of this host, which says nothing of the server.
    """
    match cause:
        case OSError(errno=number) if number in _FAULTS_OF_THIS_HOST:
            raise cause
        case ConnectionRefusedError():
            return Ending.REFUSED
        case ConnectionError():
            return Ending.RESET
        case OSError():
            return Ending.UNREACHABLE
        case _:
            return Ending.CUT


def _refusal(error: TlsHandshakeFailed | OpenSSLError) -> Declined:
    match error:
        case TlsHandshakeTimedOut():
            return Declined(Ending.SILENT)
        case TlsHandshakeFailed():
            return Declined.of_words(error.error_message)
        case _:
            return Declined.of_words(str(error))
