"""Trust stores in the two forms that verifiers ask for."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.utils import CryptographyDeprecationWarning
from OpenSSL import crypto
from sslyze.plugins.certificate_info.trust_stores.trust_store import TrustStore

from checks.stores import StoreFile

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which pyOpenSSL has no name for


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

    @cached_property
    def fingerprints(self) -> frozenset[str]:
        """The anchors' SHA-256, of the DER form, lower-case hex."""
        digest = hashes.SHA256()
        return frozenset(anchor.fingerprint(digest).hex() for anchor in self.anchors)

    @cached_property
    def names(self) -> frozenset[x509.Name]:
        """The subjects of the anchors."""
        return frozenset(anchor.subject for anchor in self.anchors)

    def openssl(self, moment: datetime | None) -> crypto.X509Store:
        """Return the store for OpenSSL, as of that (aware) moment; None: dates do not matter.

        A new one for each use: OpenSSL keeps the first time that a store is given, and drops every
        later one without a word.
        """
        store = crypto.X509Store()
        # SSLyze's verifier takes any certificate of a store for an anchor: so must OpenSSL.
        store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
        for anchor in self._openssl_anchors:
            store.add_cert(anchor)
        if moment is None:
            store.set_flags(_NO_CHECK_TIME)
        else:
            # It drops an offset: aware UTC is what it wants.
            store.set_time(moment)
        return store

    @cached_property
    def _openssl_anchors(self) -> tuple[crypto.X509, ...]:
        return tuple(map(crypto.X509.from_cryptography, self.anchors))


def load_stores(files: Sequence[StoreFile]) -> tuple[LoadedStore, ...]:
    """Return the stores, ready to verify with."""
    # Roots with a serial number of zero are in every public store; and what others' certificates
    # do badly is a finding, or nothing, but never a line on the terminal.
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    warnings.filterwarnings("ignore", "Attribute's length", UserWarning)
    return tuple(
        LoadedStore(file, tuple(TrustStore(path, file.name, "") for path in file.paths))
        for file in files
    )
