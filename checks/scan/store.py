"""Trust stores in the two forms that verifiers ask for."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning
from OpenSSL import crypto
from sslyze.plugins.certificate_info.trust_stores.trust_store import TrustStore

from checks.stores import StoreFile


@dataclass(frozen=True)
class LoadedStore:
    """A trust store, read once."""

    file: StoreFile
    by_file: tuple[TrustStore, ...]
    """For SSLyze's verifier."""

    @cached_property
    def anchors(self) -> tuple[x509.Certificate, ...]:
        """Every certificate of the store."""
        return tuple(
            certificate
            for path in self.file.paths
            for certificate in x509.load_pem_x509_certificates(path.read_bytes())
        )

    def openssl(self, moment: datetime) -> crypto.X509Store:
        """Return the store for OpenSSL, as of that (aware) moment.

        A new one for each use: OpenSSL keeps the first time that a store is given, and drops every
        later one without a word.
        """
        store = crypto.X509Store()
        # SSLyze's verifier takes any certificate of a store for an anchor: so must OpenSSL.
        store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
        for anchor in self._openssl_anchors:
            store.add_cert(anchor)
        # It drops an offset: aware UTC is what it wants.
        store.set_time(moment)
        return store

    @cached_property
    def _openssl_anchors(self) -> tuple[crypto.X509, ...]:
        return tuple(map(crypto.X509.from_cryptography, self.anchors))


def load_stores(files: Sequence[StoreFile]) -> tuple[LoadedStore, ...]:
    """Return the stores, ready to verify with."""
    # Roots with a serial number of zero are in every public store.
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    return tuple(
        LoadedStore(file, tuple(TrustStore(path, file.name, "") for path in file.paths))
        for file in files
    )
