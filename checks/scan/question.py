"""One question put to a server: SSLyze's job is run, and what came of it gets its name."""

import errno
import ssl

from nassl._nassl import OpenSSLError
from sslyze.errors import (
    ConnectionToServerFailed,
    TlsHandshakeFailed,
    TlsHandshakeTimedOut,
)
from sslyze.plugins.plugin_base import ScanJob

from checks.scan.diagnosis import Declined, Ending
from checks.scan.measured import FloodedError
from checks.scan.task import RawHandshake
from checks.scan.wire import NotStartedError

_FAULTS_OF_THIS_HOST = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def put(name: str, job: ScanJob) -> RawHandshake | Declined:
    """Return the handshake that SSLyze's job makes, or how it ended.

    Raises OSError for a fault of this host, such as being out of file descriptors.
    """
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
    except FloodedError:
        return Declined(Ending.FLOODING)
    except (TlsHandshakeFailed, OpenSSLError) as error:
        return _refusal(error)
    except ValueError as error:
        # nassl reads the names before it hands a certificate over: UnicodeDecodeError.
        unreadable = isinstance(error, UnicodeError)
        return Declined(Ending.UNREADABLE if unreadable else Ending.NO_CERTIFICATE, str(error))
    except (ConnectionToServerFailed, OSError) as error:
        cause = error if isinstance(error, OSError) else error.__context__
        return Declined(_ending_of_connecting(cause))


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
