"""What each trust store makes of a chain: SSLyze's verdict, OpenSSL's reason.

Runs in path processes, one chain at a time: path building is native code that five small
certificates can keep busy for minutes, and only ending the process ends it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store
from OpenSSL import crypto

from checks.evidence import Certificate, StoreVerdict
from checks.scan.certificate import PARSE_ERRORS, facts
from checks.scan.sent import candidates_for, parse
from checks.scan.store import LoadedStore
from checks.text import shortened

_UNSPECIFIED = 1  # X509_V_ERR_UNSPECIFIED
_NOT_YET_VALID, _EXPIRED = 9, 10  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
# X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, its _LOCALLY, and UNABLE_TO_VERIFY_LEAF_SIGNATURE
_NO_ISSUER = frozenset({2, 20, 21})

Subject = x509.DNSName | x509.IPAddress


def judge(
    certificates: Sequence[bytes], stores: Sequence[LoadedStore], judged_at: datetime
) -> Iterator[StoreVerdict]:
    """Yield each store's verdict on a chain, leaf first, at that (aware) moment.

    The moment is clamped into the leaf's validity, so that a leaf's own dates are never told as
    distrust; the name is one that the leaf itself presents. Yields nothing for a leaf that cannot
    be parsed.
    """
    leaf = parse(certificates[0])
    if leaf is None:
        return
    question = PathQuestion(leaf, candidates_for(leaf, certificates[1:]), judged_at)
    answered: list[StoreVerdict] = []
    for store in stores:
        answered.append(shared(store, answered) or question.asked_of(store))
    yield from answered


def shared(store: LoadedStore, others: Iterable[StoreVerdict]) -> StoreVerdict | None:
    """Return another store's verdict as this one's, where its path ends in an anchor of both.

    What makes a path valid lies on the path (RFC 5280 section 6.1): a store has no say but by its
    anchors. None where this store has to be asked: it does not hold the anchor, or may know of a
    path that lives longer. Verifying is what a chain costs most, and five stores share most roots.
    """
    for other in others:
        # A detail: OpenSSL stood in for the verifier, whose words are the store's own.
        is_verified = other.trusted and not other.detail
        if (
            is_verified
            and other.path[-1].sha256 in store.fingerprints
            and lives_as_long_as_its_leaf(other.path)
        ):
            return replace(other, store=store.file.name)
    return None


def lives_as_long_as_its_leaf(path: Sequence[Certificate]) -> bool:
    """Tell whether no issuer on the path, the anchor left out, ends before the leaf does."""
    return all(issuer.not_after >= path[0].not_after for issuer in path[1:-1])


@dataclass(frozen=True)
class PathQuestion:
    """One chain, at one moment, for one name."""

    leaf: x509.Certificate
    candidates: tuple[x509.Certificate, ...]
    judged_at: datetime

    @cached_property
    def moment(self) -> datetime:
        """``judged_at``, clamped into the leaf's validity (RFC 5280 section 4.1.2.5)."""
        begin, end = self.leaf.not_valid_before_utc, self.leaf.not_valid_after_utc
        # In the year 1 there is no second before.
        last = end - timedelta(seconds=1) if end > begin else end
        return max(begin, min(self.judged_at, last))

    @cached_property
    def subject(self) -> Subject | None:
        """The first subjectAltName that SSLyze's verifier takes; None where it takes none."""
        builder = PolicyBuilder().store(Store([self.leaf])).time(self.moment)
        for name in _presented(self.leaf):
            try:
                builder.build_server_verifier(name)
            except PARSE_ERRORS:
                continue
            return name
        return None

    def asked_of(self, store: LoadedStore) -> StoreVerdict:
        """Return the store's verdict."""
        path, detail = self._verified(store, self.candidates)
        if path:
            return StoreVerdict(
                store.file.name, trusted=True, sound=True, path=self._longest_lived(store, path)
            )
        verdict = self._reason(store, self.moment)
        is_too_early = self._is_too_early(verdict)
        if is_too_early and self._has_issuers_of_now(store):
            verdict = self._without_dates(store)
        # The verifier cannot be asked without a name, nor without dates: OpenSSL stands in.
        stands_in = self.subject is None or is_too_early
        return replace(verdict, trusted=verdict.sound and stands_in, detail=detail)

    def _verified(
        self, store: LoadedStore, candidates: Sequence[x509.Certificate]
    ) -> tuple[tuple[Certificate, ...], str]:
        if self.subject is None:
            return (), "the certificate presents no name that a verifier accepts"
        chain = [_pem(self.leaf), *map(_pem, candidates)]
        detail = ""
        for part in store.by_file:
            try:
                result = part.verify_certificate_chain(chain, self.subject, self.moment)
            except PARSE_ERRORS as error:
                detail = str(error)
                continue
            if result.verified_certificate_chain:
                return tuple(map(_facts, result.verified_certificate_chain)), ""
            detail = result.validation_error or ""
        return (), shortened(detail)

    def _longest_lived(
        self, store: LoadedStore, path: tuple[Certificate, ...]
    ) -> tuple[Certificate, ...]:
        # The path whose earliest notAfter is the latest: take away what ends no later than the one
        # that ends first, and ask again, until there is no path without. Which path a verifier
        # finds first depends on the order of what was sent; this does not.
        candidates = self.candidates
        while not lives_as_long_as_its_leaf(path):
            first_to_end = min(path[1:-1], key=lambda certificate: certificate.not_after)
            candidates = tuple(
                c for c in candidates if _facts(c).not_after > first_to_end.not_after
            )
            other, _ = self._verified(store, candidates)
            if not other:
                return path
            path = other
        return path

    def _reason(self, store: LoadedStore, moment: datetime) -> StoreVerdict:
        return self._openssl(store, store.openssl(moment), self.candidates)

    def _without_dates(self, store: LoadedStore) -> StoreVerdict:
        # The leaf's dates cannot be set aside alone; issuers that are over are left out instead.
        now = self.judged_at
        issuers = tuple(
            c for c in self.candidates if c.not_valid_before_utc <= now <= c.not_valid_after_utc
        )
        return self._openssl(store, store.openssl(None), issuers)

    def _openssl(
        self, store: LoadedStore, loaded: crypto.X509Store, candidates: Sequence[x509.Certificate]
    ) -> StoreVerdict:
        try:
            return self._asked(store, loaded, candidates)
        except crypto.Error:
            # It reads some encodings more strictly than cryptography does.
            words = "OpenSSL cannot read a certificate of the chain"
            return StoreVerdict(
                store.file.name,
                trusted=False,
                code=_UNSPECIFIED,
                text=words,
                at_fault=_facts(self.leaf),
            )

    def _asked(
        self, store: LoadedStore, loaded: crypto.X509Store, candidates: Sequence[x509.Certificate]
    ) -> StoreVerdict:
        try:
            chain = crypto.X509StoreContext(
                loaded,
                crypto.X509.from_cryptography(self.leaf),
                [crypto.X509.from_cryptography(c) for c in candidates],
            ).get_verified_chain()
        except crypto.X509StoreContextError as error:
            return _refusal(store, error)
        path = tuple(_facts(certificate.to_cryptography()) for certificate in chain)
        return StoreVerdict(store.file.name, trusted=False, sound=True, path=path)

    def _is_too_early(self, verdict: StoreVerdict) -> bool:
        return (
            verdict.code == _NOT_YET_VALID and verdict.depth > 0 and self.moment != self.judged_at
        )

    def _has_issuers_of_now(self, store: LoadedStore) -> bool:
        # OpenSSL looks at dates from the anchor down: if the leaf's own are what it stops at, those
        # of all issuers are fine at judged_at. What it looks at later is not yet known.
        now = self._reason(store, self.judged_at)
        return now.depth == 0 and now.code in {_NOT_YET_VALID, _EXPIRED}


def _refusal(store: LoadedStore, error: crypto.X509StoreContextError) -> StoreVerdict:
    code, depth, text = error.errors
    certificate = error.certificate.to_cryptography()
    return StoreVerdict(
        store.file.name,
        trusted=False,
        code=code,
        depth=depth,
        text=text,
        at_fault=_facts(certificate),
        holds_namesake=code in _NO_ISSUER and certificate.issuer in store.names,
    )


def _presented(leaf: x509.Certificate) -> Iterator[Subject]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for name in names:
        match name:
            case x509.DNSName() if name.value.startswith("*."):
                yield x509.DNSName("zonecert" + name.value[1:])
            case x509.DNSName():
                yield name
            case x509.IPAddress() if "/" not in str(name.value):
                yield x509.IPAddress(ip_address(str(name.value)))


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _facts(certificate: x509.Certificate) -> Certificate:
    return facts(certificate.public_bytes(Encoding.DER))
