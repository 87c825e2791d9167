"""Trust in the required stores (RFC 5280 section 6.1), as far as no other family owns the cause."""

from collections.abc import Callable, Iterator

from checks.context import Context, Served
from checks.diagnosis import for_other_uses, minded
from checks.evidence import Certificate, Chain
from checks.finding import CertificateRef, Finding, Severity
from checks.found import found, reference
from checks.jury import jury
from checks.keys import weak_signatures
from checks.policy import OWN_CA
from checks.refusal import Refusal, refusals
from checks.text import clean, listed, named


def findings(served: Served, context: Context) -> Iterator[Finding]:
    """Yield why required stores refuse the chain, and what is not for servers.

    Raises ValueError where a required store gave no verdict.
    """
    chain = served.chain
    told = refusals(chain, context)
    for refusal in told:
        if refusal.id in _MESSAGES:
            yield found(
                refusal.id,
                _MESSAGES[refusal.id](refusal, context),
                _reference(chain, refusal.certificate if refusal.is_located else None),
                stores=refusal.stores,
            )
    for certificate, lacking in for_other_uses(chain, context).items():
        message = f"{lacking}: {named(certificate)}"
        yield found("wrong-purpose", message, reference(chain, certificate))
    yield from _shape_of_own(chain, context)


def _shape_of_own(chain: Chain, context: Context) -> Iterator[Finding]:
    # A private CA may be built as it likes: browsers under the same policy may still refuse.
    if not chain.stores or weak_signatures(chain, context) or for_other_uses(chain, context):
        return
    for verdict in jury(chain, context).accepting:
        if verdict.store == OWN_CA and not verdict.trusted:
            rule = clean(verdict.detail, 300) or "SSLyze's verifier refuses it"
            message = f"not of the Web PKI's shape: {rule}"
            culprit = _reference(chain, minded(verdict, chain))
            yield found("shape", message, culprit, severity=Severity.NOTE)


def _reference(chain: Chain, certificate: Certificate | None) -> CertificateRef | None:
    return reference(chain, certificate) if certificate else None


def _self_signed(refusal: Refusal, _: Context) -> str:
    return f"self signed certificate: {named(refusal.certificate)}"


def _untrusted_root(refusal: Refusal, _: Context) -> str:
    return f"chain ends in {named(refusal.certificate)}, which no required store holds"


def _path_invalid(refusal: Refusal, _: Context) -> str:
    return f"{named(refusal.certificate)} breaks the path: {refusal.rule}"


def _wrong_purpose(refusal: Refusal, _: Context) -> str:
    return f"{named(refusal.certificate)} is not for servers: extendedKeyUsage lacks serverAuth"


def _shape(refusal: Refusal, _: Context) -> str:
    return f"not of the Web PKI's shape: {refusal.rule}"


def _store_refuses(refusal: Refusal, _: Context) -> str:
    trusted = listed(refusal.accepted_by) or "none"
    return f"refused by {listed(refusal.stores)}, trusted by {trusted}: {refusal.rule}"


def _store_stale_refuses(refusal: Refusal, context: Context) -> str:
    stores = listed([context.called(store) for store in refusal.stores])
    return f"{stores} refuses and is out of date, current stores know better: {refusal.rule}"


_MESSAGES: dict[str, Callable[[Refusal, Context], str]] = {
    "self-signed": _self_signed,
    "untrusted-root": _untrusted_root,
    "path-invalid": _path_invalid,
    "wrong-purpose": _wrong_purpose,
    "shape": _shape,
    "store-refuses": _store_refuses,
    "store-stale-refuses": _store_stale_refuses,
}
