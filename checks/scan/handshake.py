"""The chains that a server shows for one name: SSLyze's handshakes, inside one deadline.

Runs in a thread of a handshake process. SSLyze's CERTIFICATE_INFO asks three questions with SNI:
TLS 1.3, TLS 1.2 with RSA, TLS 1.2 without RSA. Its own jobs are run here one after another, so that
the chain of each handshake is kept as it came: SSLyze's result keeps one chain for each leaf, and
which one is a race. Its connectivity test is left out: what it would find out, the jobs tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from time import sleep

from nassl.ephemeral_key_info import OpenSslEvpPkeyEnum
from nassl.ssl_client import OpenSslDigestNidEnum
from sslyze.plugins.plugin_base import ScanJob
from sslyze.plugins.scan_commands import ScanCommand, ScanCommandsRepository
from sslyze.server_connectivity import TlsVersionEnum

from checks.evidence import HandshakeFailure
from checks.scan.deadline import Deadline
from checks.scan.diagnosis import Declined, Ending, broken_off, diagnose, is_tls
from checks.scan.opening import first_bytes, is_anonymous
from checks.scan.question import put
from checks.scan.server import SignatureAlgorithms, watched
from checks.scan.task import Endpoint, RawHandshake, RawScan
from checks.scan.wire import PATIENCE

_CERTIFICATE_INFO = ScanCommandsRepository.get_implementation_cls(ScanCommand.CERTIFICATE_INFO)

_MODERN = ("TLS 1.3", "TLS 1.2 with RSA", "TLS 1.2 without RSA")
_OLDER = {
    TlsVersionEnum.TLS_1_1: ("TLS 1.1", "TLS 1.1 with RSA", "TLS 1.1 without RSA"),
    TlsVersionEnum.TLS_1_0: ("TLS 1.0", "TLS 1.0 with RSA", "TLS 1.0 without RSA"),
    TlsVersionEnum.SSL_3_0: ("SSL 3.0", "SSL 3.0 with RSA", "SSL 3.0 without RSA"),
}
_RETRIES_OF_A_STRANGER, _RETRIES = 10, 20
"""How often questions are put again in all: to who has shown nothing yet, and to who has."""
_LONGEST_PAUSE = 16
_PAUSES = 480
"""A question is put again after 1, 2, 4, ... of so many parts of the deadline: who limits the rate
of connections lets more in after a while."""
_SHA_2 = (OpenSslDigestNidEnum.SHA256, OpenSslDigestNidEnum.SHA384, OpenSslDigestNidEnum.SHA512)


Question = tuple[str, ScanJob]
"""What is offered, in words, and SSLyze's job that offers it."""


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
    ended_by: Declined | None = None
    """What they were left open for; None for the deadline."""
    first_answered: Question | None = None
    """The question that was answered first, which can be asked again."""
    unclear: list[Question] = field(default_factory=list)
    """Questions that may not have been answered: the connection ended, or the like."""
    slowest: float = 0
    """Seconds that the longest handshake so far took."""
    retries: int = _RETRIES_OF_A_STRANGER
    """How often a question may be put once more."""

    def failure(self) -> HandshakeFailure | None:
        """Return why there is no certificate, or why perhaps not every one was seen."""
        if not self.handshakes:
            return diagnose(self.declined, self.first_bytes)
        if self.is_broken_off:
            return broken_off(self.ended_by)
        unseen = [decline for decline in self.declined if decline.ending.hides_a_certificate]
        return diagnose(unseen, None) if unseen else None

    def hold(self) -> None:
        """Ask all questions until the server says something that ends them all."""
        for question in self._questions():
            if self.deadline.is_over:
                self._break_off(None)
                return
            left = self.deadline.remaining
            match self._ask(question):
                case RawHandshake() as handshake:
                    self._note(question, handshake, left - self.deadline.remaining)
                case Declined() as decline if self._is_the_end(decline, left):
                    return
                case Declined() as decline if decline.may_be_of_the_moment:
                    self.unclear.append(question)
        self._ask_again()

    def _note(self, question: Question, handshake: RawHandshake, seconds: float) -> None:
        if not self.handshakes:
            self.first_answered, self.retries = question, _RETRIES
        self.handshakes.append(handshake)
        self.slowest = max(self.slowest, seconds)

    def _is_the_end(self, decline: Declined, left: float) -> bool:
        if decline.ending in {Ending.SILENT, Ending.DRIPPING} and left * PATIENCE < self.slowest:
            # It had not the time that it took before: a server that delays its greeting.
            self._break_off(None)
            return True
        self.declined.append(decline)
        # Who has answered to the name refuses it at one question, and may have more to show.
        is_of_one = bool(self.handshakes) and decline.ending is Ending.UNRECOGNIZED_NAME
        is_end = decline.ending.is_final and not is_of_one
        if is_end:
            self._break_off(decline)
        return is_end

    def _break_off(self, decline: Declined | None) -> None:
        self.is_broken_off, self.ended_by = True, decline

    def _ask_again(self) -> None:
        if self.first_answered is None:
            return
        for question in self.unclear:
            ending = self._clear_up(question, self.first_answered)
            if ending:
                self._break_off(ending)
                return

    def _clear_up(self, question: Question, known: Question) -> Declined | None:
        """Ask a question again at which the connection ended; return what else ends like that.

        It is an answer to its question only from a server that answers another just then: else
        the certificate that it has for this one was not seen.
        """
        self.retries = _RETRIES
        before = self._ask(known)
        if isinstance(before, Declined):
            return before
        answer = self._ask(question)
        if isinstance(answer, RawHandshake):
            self.handshakes.append(answer)
            return None
        self.declined.append(answer)
        after = self._put(known)
        return after if isinstance(after, Declined) else None

    def _questions(self) -> Iterator[Question]:
        yield from zip(_MODERN, self._jobs(TlsVersionEnum.TLS_1_3), strict=True)
        if {shown.tls_version for shown in self.handshakes} == {"TLS 1.3"}:
            # TLS 1.2 was to tell whether there is a second certificate: here TLS 1.3 has to.
            for name, algorithms in _TLS_1_3_ONLY.items():
                yield name, self._jobs(TlsVersionEnum.TLS_1_3, algorithms)[0]
        if not self.handshakes and self._begins_tls():
            yield from self._older_questions()

    def _older_questions(self) -> Iterator[Question]:
        for version, names in _OLDER.items():
            default, *others = zip(names, self._jobs(version), strict=True)
            yield default
            if self.handshakes:
                yield from others
                return
        if self.first_bytes and is_anonymous(self.endpoint, self.deadline):
            self.declined.append(Declined(Ending.NO_CERTIFICATE))

    def _begins_tls(self) -> bool:
        self.first_bytes = first_bytes(self.endpoint, self.deadline)
        if not is_tls(self.first_bytes):
            return False
        if self.endpoint.starttls and not self.first_bytes and self._speaks_tls_at_once():
            self.declined.append(Declined(Ending.TLS_AT_ONCE))
            return False
        return True

    def _speaks_tls_at_once(self) -> bool:
        # Some close without an alert on a client that begins in the clear.
        at_once = replace(self.endpoint, starttls="")
        answer = first_bytes(at_once, self.deadline)
        return answer != b"" and is_tls(answer)

    def _jobs(self, version: TlsVersionEnum, algorithms: SignatureAlgorithms = ()) -> list[ScanJob]:
        server = watched(self.endpoint, version, self.deadline, algorithms)
        return _CERTIFICATE_INFO.scan_jobs_for_scan_command(server)[:3]

    def _ask(self, question: Question) -> RawHandshake | Declined:
        pause = self.deadline.seconds / _PAUSES
        for tries in count(1):
            answer = self._put(question)
            if not isinstance(answer, Declined) or tries >= answer.ending.tries:
                break
            if not self.retries or self.deadline.is_over:
                break
            self.retries -= 1
            sleep(min(pause * min(2 ** (tries - 1), _LONGEST_PAUSE), self.deadline.remaining))
        return answer

    def _put(self, question: Question) -> RawHandshake | Declined:
        answer = put(*question)
        if not isinstance(answer, Declined):
            return answer
        if answer.ending.is_closing and self.deadline.is_over:
            # It was cut from this end.
            return Declined(Ending.DRIPPING)
        return answer.midway if self.deadline.has_heard else answer
