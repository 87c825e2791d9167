"""Why one trust store refuses one chain, from OpenSSL's reason and the facts of the chain."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from checks.context import Context
from checks.evidence import LONGEST_PATH, Certificate, Chain, StoreVerdict
from checks.found import position
from checks.keys import weak_keys, weak_signatures
from checks.path import below_anchors, reachable
from checks.text import clean, named, quoted

_SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
_ANY_USE = "2.5.29.37.0"
# What the handshakes of TLS do with a server's key (RFC 5246 section 7.4.2, RFC 8446 section
# 4.4.2.2); OpenSSL's purpose sslserver asks for one of them.
_FOR_TLS = frozenset({"digitalSignature", "keyEncipherment", "keyAgreement"})
_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED

# OpenSSL's X509_V_ERR codes, by what they break (RFC 5280 section 6.1).
_RULES = {
    6: "the key of its issuer cannot be decoded",
    7: "its signature is not its issuer's",
    9: "it is not valid yet",
    10: "it has expired",
    24: "its issuer has no usable key",
    25: "path length: more CA certificates below it than it allows",
    32: "its keyUsage does not allow it to sign certificates",
    34: "it has a critical extension that verifiers do not know",
    37: "it is a CA and stands where it must not be one",
    41: "an extension is inconsistent",
    47: "name constraints: a name is outside the permitted subtrees",
    48: "name constraints: a name is inside an excluded subtree",
    49: "name constraints: minimum or maximum is set",
    51: "name constraints: of a type that verifiers do not know",
    52: "name constraints: their syntax is wrong",
    53: "name constraints: a name's syntax is wrong",
    79: "not a CA: basicConstraints or keyUsage is missing",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What one store refuses a chain for."""

    id: str
    store: str
    certificate: Certificate
    """The one at fault."""
    words: str
    """The cause in half a sentence, as store-refuses has it."""
    rule: str = ""
    """What is broken; empty where the id says it."""
    told_elsewhere: bool = False
    """Whether a finding about the certificate itself says it whatever a store thinks."""
    is_located: bool = True
    """Whether it is known that it is that certificate; else it is the leaf for want of a better."""
    is_unanchored: bool = False
    """Whether the store found no anchor to end the path in."""


@dataclass(frozen=True, slots=True)
class _Case:
    verdict: StoreVerdict
    chain: Chain
    context: Context

    @property
    def at_fault(self) -> Certificate:
        return self.verdict.at_fault or self.chain.leaf

    def cause(self, id_: str, words: str, rule: str = "", *, told_elsewhere: bool = False) -> Cause:
        return Cause(id_, self.verdict.store, self.at_fault, words, rule, told_elsewhere)


def cause_of(verdict: StoreVerdict, chain: Chain, context: Context) -> Cause:
    """Return the cause of a store's refusal."""
    case = _Case(verdict, chain, context)
    if verdict.sound:
        return _only_refused(case)
    return _BY_CODE.get(verdict.code, _broken_path)(case)


def for_other_uses(chain: Chain, context: Context) -> dict[Certificate, str]:
    """Return the certificates on the path that are not for servers, with what each lacks.

    RFC 5280 section 4.2.1.12 speaks of leaves; verifiers hold issuers to extendedKeyUsage as well,
    anchors left out. anyExtendedKeyUsage allows servers, though the Web PKI forbids it. What an
    issuer's keyUsage must allow is another rule (section 4.2.1.3), which OpenSSL asks about.
    """
    leaf = chain.leaf
    issuers = (one for one in below_anchors(chain, context) if one != leaf)
    lacking = {leaf: [*_other_extended_use(leaf), *_other_use(leaf)]}
    lacking |= {issuer: [*_other_extended_use(issuer)] for issuer in issuers}
    return {certificate: " and ".join(words) for certificate, words in lacking.items() if words}


def _other_extended_use(certificate: Certificate) -> Iterator[str]:
    uses = certificate.extended_key_usage
    if uses is not None and _SERVER_AUTH not in uses and _ANY_USE not in uses:
        yield "extendedKeyUsage lacks serverAuth"


def _other_use(certificate: Certificate) -> Iterator[str]:
    uses = certificate.key_usage
    if uses is not None and _FOR_TLS.isdisjoint(uses):
        yield "keyUsage has none of digitalSignature, keyEncipherment and keyAgreement"


def _only_refused(case: _Case) -> Cause:
    # OpenSSL finds the path sound: what SSLyze's verifier minds is a key, a hash, the purpose, or
    # the Web PKI's shape.
    leaf = case.chain.leaf
    if leaf.self_signed:
        return _self_signed(case)
    if _is_weak_above(case):
        return case.cause("weak-signature", "too weak", told_elsewhere=True)
    if for_other_uses(case.chain, case.context):
        return _wrong_purpose(case)
    rule = clean(case.verdict.detail, 300) or "the verifier does not say what it minds"
    cause = case.cause("shape", f"not of the Web PKI's shape: {rule}", rule)
    culprit = minded(case.verdict, case.chain)
    return replace(cause, certificate=culprit or case.at_fault, is_located=culprit is not None)


def minded(verdict: StoreVerdict, chain: Chain) -> Certificate | None:
    """Return the certificate that SSLyze's verifier says it stopped at; None: it does not say.

    It names the leaf, and no issuer: of these it tries several.
    """
    for certificate in chain.certificates:
        if f"processing <Certificate(subject=<Name({certificate.subject})>" in verdict.detail:
            return certificate
    return None


def _is_weak_above(case: _Case) -> bool:
    # SSLyze's verifier does not look at the leaf's own key: that explains no refusal.
    keys = [weak for weak in weak_keys(case.chain, case.context) if weak != case.chain.leaf]
    return bool(keys or weak_signatures(case.chain, case.context))


def _self_signed(case: _Case) -> Cause:
    cause = case.cause("self-signed", f"{named(case.at_fault)} is signed by itself")
    return replace(cause, is_unanchored=True)


def _untrusted_root(case: _Case) -> Cause:
    cause = case.cause("untrusted-root", f"does not hold {named(case.at_fault)}")
    return replace(cause, is_unanchored=True)


def _without_issuer(case: _Case) -> Cause:
    top = case.at_fault
    place = position(case.chain, top)
    if case.verdict.depth >= LONGEST_PATH:
        rule = f"its path has more than {LONGEST_PATH} issuers, which no verifier follows"
        return replace(case.cause("path-invalid", rule, rule), certificate=case.chain.leaf)
    if place is not None and (rule := _sent_in_vain(case.chain, place)):
        return case.cause("path-invalid", f"{named(top)}: {rule}", rule)
    if case.verdict.holds_namesake:
        rule = f"{quoted(top.issuer)} is in the store, but with another key or key identifier"
        namesake = case.cause("path-invalid", f"{named(top)}: {rule}", rule)
        return replace(namesake, is_unanchored=True)
    words = f"does not hold {quoted(top.issuer)}, the issuer of {named(top)}"
    id_ = "missing-intermediate" if place == 0 and top.ca_issuers else "issuer-not-sent"
    cause = case.cause(id_, words, top.ca_issuers[0] if top.ca_issuers else "")
    return replace(cause, is_unanchored=True)


def _sent_in_vain(chain: Chain, place: int) -> str:
    top = chain.certificates[place]
    if place in reachable(chain, chain.issuers[place]):
        return "its issuers lead back to it, and to no root"
    if chain.issuers[place]:
        return "its issuer was sent and cannot be used: look at their key identifiers"
    namesakes = (
        sent.subject == top.issuer and sent.sha256 != top.sha256 and not sent.unreadable
        for sent in chain.certificates
    )
    if top.issuer and any(namesakes):
        return f"{quoted(top.issuer)} was sent, but its key did not make this signature"
    return ""


def _dates(case: _Case) -> Cause:
    verdict, certificate, now = case.verdict, case.at_fault, case.context.judged_at
    rule = _RULES[verdict.code]
    words = f"{named(certificate)}: {rule}"
    if verdict.depth and verdict.code == _EXPIRED:
        return case.cause("issuer-expired", words)
    # Scans judge inside the leaf's validity; validity.py tells the leaf's own dates.
    is_told = not verdict.depth and not certificate.not_before <= now <= certificate.not_after
    return case.cause("path-invalid", words, rule, told_elsewhere=is_told)


def _wrong_purpose(case: _Case) -> Cause:
    is_told = bool(for_other_uses(case.chain, case.context))
    words = f"{named(case.at_fault)} is not for servers"
    return case.cause("wrong-purpose", words, told_elsewhere=is_told)


def _too_weak(case: _Case) -> Cause:
    weak = weak_keys(case.chain, case.context) or weak_signatures(case.chain, case.context)
    return replace(_broken_path(case), told_elsewhere=bool(weak))


def _broken_path(case: _Case) -> Cause:
    verdict = case.verdict
    rule = _RULES.get(verdict.code) or clean(verdict.text or verdict.detail) or "no reason given"
    return case.cause("path-invalid", f"{named(case.at_fault)}: {rule}", rule)


_BY_CODE: dict[int, Callable[[_Case], Cause]] = {
    2: _without_issuer,
    9: _dates,
    _EXPIRED: _dates,
    18: _self_signed,
    19: _untrusted_root,
    20: _without_issuer,
    21: _without_issuer,
    26: _wrong_purpose,
    66: _too_weak,
    67: _too_weak,
    68: _too_weak,
}
