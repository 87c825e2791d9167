"""A server as SSLyze's jobs ask for connections to it, with a deadline for all of them."""

from dataclasses import dataclass, replace
from pathlib import Path

from nassl.ephemeral_key_info import OpenSslEvpPkeyEnum
from nassl.ssl_client import OpenSslDigestNidEnum, SslClient
from sslyze.connection_helpers.tls_connection import SslConnection
from sslyze.server_connectivity import (
    ClientAuthRequirementEnum,
    ServerConnectivityInfo,
    ServerTlsProbingResult,
    TlsVersionEnum,
)
from sslyze.server_setting import ServerNetworkConfiguration, ServerNetworkLocation

from checks.scan.deadline import Deadline
from checks.scan.opening import opened
from checks.scan.task import Endpoint

SignatureAlgorithms = tuple[tuple[OpenSslDigestNidEnum, OpenSslEvpPkeyEnum], ...]

_TLS_1_3_CIPHERS = (
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
    ":TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"
)
_OLDER_CIPHERS = "ALL:COMPLEMENTOFALL:-PSK:-SRP:-aNULL"


@dataclass(frozen=True)
class WatchedServer(ServerConnectivityInfo):
    """SSLyze's server information, with connections that know the deadline."""

    endpoint: Endpoint
    deadline: Deadline
    signature_algorithms: SignatureAlgorithms = ()
    """What is offered; none: nassl's own choice."""

    def get_preconfigured_tls_connection(
        self,
        override_tls_version: TlsVersionEnum | None = None,
        ca_certificates_path: Path | None = None,
        should_use_legacy_openssl: bool | None = None,  # noqa: FBT001 - SSLyze's signature
        should_enable_server_name_indication: bool = True,  # noqa: FBT001, FBT002 - likewise
    ) -> SslConnection:
        """See ``ServerConnectivityInfo.get_preconfigured_tls_connection``."""
        server = ServerConnectivityInfo(
            self.server_location,
            # SSLyze hands the time-out on to a socket, which takes fractions.
            replace(self.network_configuration, network_timeout=self.deadline.remaining),  # type: ignore[arg-type]
            self.tls_probing_result,
        )
        connection = server.get_preconfigured_tls_connection(
            override_tls_version,
            ca_certificates_path,
            should_use_legacy_openssl,
            should_enable_server_name_indication,
        )
        if self.signature_algorithms and isinstance(connection.ssl_client, SslClient):
            connection.ssl_client.set_signature_algorithms(list(self.signature_algorithms))
        self.deadline.watch(connection)
        self._open_by_ourselves(connection)
        return connection

    def _open_by_ourselves(self, connection: SslConnection) -> None:
        # SSLyze's sockets take what comes for ever, and it holds dialogues of its own here:
        # starttls.py says why they are not taken.
        def open_connection() -> None:
            connection.ssl_client.set_underlying_socket(opened(self.endpoint, self.deadline))

        connection._do_pre_handshake = open_connection  # type: ignore[method-assign]  # noqa: SLF001


def watched(
    endpoint: Endpoint,
    version: TlsVersionEnum,
    deadline: Deadline,
    signature_algorithms: SignatureAlgorithms = (),
) -> WatchedServer:
    """Return the server at the endpoint, to be asked in that version of TLS."""
    return WatchedServer(
        # The address stands for the host name too: SSLyze refuses names that DNS allows.
        ServerNetworkLocation(endpoint.address, endpoint.port, endpoint.address),
        ServerNetworkConfiguration(endpoint.server_name, network_max_retries=1),
        _as_if_probed(version),
        endpoint,
        deadline,
        signature_algorithms,
    )


def _as_if_probed(version: TlsVersionEnum) -> ServerTlsProbingResult:
    is_tls_1_3 = version is TlsVersionEnum.TLS_1_3
    return ServerTlsProbingResult(
        highest_tls_version_supported=version,
        cipher_suite_supported=_TLS_1_3_CIPHERS if is_tls_1_3 else _OLDER_CIPHERS,
        # Makes SSLyze keep the chain of a server that asks for a client certificate.
        client_auth_requirement=ClientAuthRequirementEnum.REQUIRED,
        supports_ecdh_key_exchange=False,
    )
