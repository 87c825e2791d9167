"""What depends on the policy, the server or the kind of target, and what must be said of it."""

from cryptography.x509 import ObjectIdentifier, UnrecognizedExtension

from checks.finding import Severity
from checks.policy import Overrides
from demo.pki import KeyKind
from demo.tls import Site
from tests.checks.truth import servers
from tests.checks.truth.case import Case, Situation, Speaks, error, note, warning
from tests.checks.truth.defects import AIA, FOR_CLIENTS, days, nothing, only_for
from tests.checks.truth.pki import STORES, Changes, Kind, Pki
from tests.checks.truth.plan import Plan, Planting

GOOD, EXPIRED, WRONG_NAME = (
    Plan(),
    Plan(leaf=days(87, -3)),
    Plan(leaf={"names": ("other.truth.test",)}),
)
PRIVATE = Plan(root="Private Root")
UNREADABLE_AIA = UnrecognizedExtension(ObjectIdentifier("1.3.6.1.5.5.7.1.1"), b"\x04\x00")
SELF_SIGNED = (error("self-signed"),)
EVERY_STORE = tuple(sorted({*STORES, "own_ca"}))

OWN = Situation(overrides=Overrides(trust="own"))
EITHER = Situation(overrides=Overrides(trust="either"))


def under(name: str) -> Plan:
    """Return what is right but for its root."""
    return Plan(root=name)


def stores(*names: str) -> Situation:
    """Return a situation in which only those stores are asked."""
    return Situation(overrides=Overrides(trust_stores=names))


def external(policy: str) -> Situation:
    """Return the situation of a name that leads out of the organisation's zones."""
    return Situation(external=True, overrides=Overrides.model_validate({"external": policy}))


def dual(rsa: Changes, ec: Changes) -> Planting:
    """Return a planting of one leaf of each key type."""

    def plant(pki: Pki, fqdn: str) -> Site:
        rsa_leaf = Plan(leaf={"key": KeyKind.RSA_2048, **rsa})
        return rsa_leaf(pki, fqdn), Plan(leaf={"key": KeyKind.P256, **ec})(pki, fqdn)

    return plant


def two_hosts(one: Plan, other: Plan) -> Planting:
    """Return a planting of the leaves of two hosts behind one address."""
    return lambda pki, fqdn: (one(pki, fqdn), replaced_key(other, pki)(pki, fqdn))


def replaced_key(plan: Plan, pki: Pki) -> Plan:
    """Return the plan for a host with a key of its own."""
    return plan + Plan(leaf={"key": pki.other_key})


def unheard_of(_pki: Pki, _fqdn: str) -> None:
    """Plant nothing: the server does not know the name."""


TRUST = (
    Case("private CA under own", PRIVATE, (), OWN),
    Case(
        "public CA under own",
        GOOD,
        (error("issuer-not-sent", "Policy CA", refused_by=("own_ca",)),),
        OWN,
    ),
    Case("private CA under either", PRIVATE, (), EITHER),
    Case("public CA under either", GOOD, (), EITHER),
    Case(
        "unknown CA under either",
        under("Stranger Root"),
        (error("issuer-not-sent", "Policy CA", refused_by=EVERY_STORE),),
        EITHER,
    ),
    Case(
        "private CA expired under either",
        PRIVATE + Plan(issuing=days(900, -100)),
        (error("issuer-expired", "Issuing CA", refused_by=("own_ca",)),),
        EITHER,
    ),
    Case(
        "one public store refuses under either",
        under("Second Root"),
        (error("store-refuses", "Policy CA", refused_by=("apple",)),),
        EITHER,
    ),
    Case(
        "the store that refuses is not asked", under("Second Root"), (), stores("java", "mozilla")
    ),
    Case("the stale store alone trusts and is asked", under("Old Root"), (), stores("java")),
    Case(
        "the stale store alone is asked and refuses",
        under("Third Root"),
        (error("issuer-not-sent", "Policy CA", refused_by=("java",)),),
        stores("java"),
    ),
    Case(
        "the stale store refuses what a current one refuses as well",
        PRIVATE,
        (error("issuer-not-sent", "Policy CA", refused_by=("apple", "java")),),
        stores("apple", "java"),
    ),
)
SHAPES = (
    *(
        Case(f"{root} under own", under(root), (note("shape", None, refused_by=()),), OWN)
        for root in ("Unkeyed Root", "Uncritical Root", "Edwards Root")
    ),
    Case(
        "no key identifier under own",
        PRIVATE + Plan(leaf={"has_authority_key_identifier": False}),
        (note("shape", says="2.5.29.35"),),
        OWN,
    ),
    Case(
        "self-signed in own CA",
        Plan(self_signed=True),
        (note("shape"),),
        Situation(overrides=Overrides(trust="own"), owns_leaf=True),
    ),
    Case(
        "self-signed in own CA, expired",
        EXPIRED + Plan(self_signed=True),
        (error("expired"), note("shape")),
        Situation(overrides=Overrides(trust="own"), owns_leaf=True),
    ),
    Case(
        "self-signed in own CA that is not asked",
        Plan(self_signed=True),
        (error("self-signed", refused_by=tuple(sorted(STORES))),),
        Situation(owns_leaf=True),
    ),
)
PURPOSES = tuple(
    case
    for kind, speaks in (
        (Kind.RSA, tuple(Speaks)),
        # OpenSSL does not even serve an ECDSA certificate that may not sign to TLS 1.2.
        (Kind.EC, (Speaks.TLS_1_3, Speaks.BOTH)),
    )
    for case in (
        Case(
            f"for signing documents, {kind}",
            Plan(leaf=only_for("content_commitment")),
            (error("wrong-purpose", says="keyUsage has none of digitalSignature"),),
            Situation(kinds=(kind,), speaks=speaks),
        ),
        Case(
            f"for clients and for signing documents, {kind}",
            Plan(leaf={"extended_key_usage": FOR_CLIENTS, **only_for("content_commitment")}),
            (error("wrong-purpose", says="lacks serverAuth and keyUsage has none of"),),
            Situation(kinds=(kind,), speaks=speaks),
        ),
        Case(
            f"CA that may only sign certificates, under own, {kind}",
            PRIVATE + Plan(leaf={"is_ca": True, **only_for("key_cert_sign", "crl_sign")}),
            (error("wrong-purpose"),),
            Situation(overrides=Overrides(trust="own"), kinds=(kind,), speaks=speaks),
        ),
    )
)
"""Of keyUsage; extendedKeyUsage is among the defects."""
TARGETS = (
    Case(
        "A-label under a wildcard",
        Plan(leaf={"names": ("*.{parent}",)}),
        (),
        Situation(label="xn--bcher-kva"),
    ),
    Case("underscore in a label", GOOD, (), Situation(label="under_score")),
    Case("wildcard", Plan(leaf={"names": ("*.{parent}",)}), (), Situation(label="*.covered")),
    Case(
        "wildcard that is not covered",
        Plan(leaf={"names": ("www.{parent}",)}),
        (warning("wildcard-probe-mismatch"),),
        Situation(label="*.uncovered"),
    ),
    Case(
        "wildcard without a usable name",
        Plan(leaf={"names": ()}),
        (error("no-san"),),
        Situation(label="*.unnamed"),
    ),
    Case(
        "wildcard whose probe is refused",
        unheard_of,
        situation=Situation(label="*.refused"),
        skipped="EXCLUDED: the server refuses the probe name under the wildcard",
    ),
    Case(
        "external with an unknown root",
        under("Stranger Root"),
        (error("issuer-not-sent", "Policy CA"),),
        external("test"),
    ),
    Case(
        "external, expired and without its chain",
        EXPIRED + Plan(sent=nothing),
        (error("expired"), error("issuer-not-sent")),
        external("test"),
    ),
    Case("external and self-signed", Plan(self_signed=True), SELF_SIGNED, external("test")),
    Case(
        "external without its intermediate",
        Plan(sent=nothing, leaf={"ca_issuers": AIA}),
        (note("missing-intermediate"),),
        external("test"),
    ),
    Case("external with a wrong name", WRONG_NAME, (error("hostname-mismatch"),), external("test")),
    Case("external and only told", EXPIRED, (note("expired"),), external("tell")),
    Case(
        "external and left alone", EXPIRED, situation=external("skip"), skipped="EXCLUDED: external"
    ),
    Case("waived", EXPIRED, situation=Situation(waived=("expired",))),
    Case(
        "waived beside another",
        EXPIRED + WRONG_NAME,
        (error("hostname-mismatch"),),
        Situation(waived=("expired",)),
    ),
    Case(
        "switched off",
        EXPIRED,
        situation=Situation(overrides=Overrides(severity={"expired": Severity.OFF})),
    ),
)
MOMENTS = (
    Case(
        "expired before its issuer was",
        Plan(leaf=days(400, -300), issuing=days(900, -100)),
        (error("expired"),),
    ),
    Case(
        "expired before its root was",
        Plan(leaf=days(400, -300), root="Ended Root"),
        (error("expired"),),
    ),
    Case(
        "expired before its issuer was renewed",
        Plan(leaf=days(87, -3), issuing=days(1, 3000)),
        (error("expired"),),
    ),
    Case(
        "expired before its issuer was renewed and confined",
        Plan(leaf=days(87, -3), issuing={**days(1, 3000), "excluded": ("truth.test",)}),
        (error("expired"), error("path-invalid", says="excluded")),
    ),
    Case(
        "expired before its private issuer was renewed and confined",
        PRIVATE + Plan(leaf=days(87, -3), issuing={**days(1, 3000), "excluded": ("truth.test",)}),
        (error("expired"), error("path-invalid", says="excluded")),
        OWN,
    ),
    Case(
        "of tomorrow, by an issuer of tomorrow",
        Plan(leaf=days(-5, 60), issuing=days(-3, 3000)),
        (error("not-yet-valid"),),
    ),
)
"""Trust is judged at a moment of the leaf's own."""
MUTUAL = Situation(server=servers.demanding_a_client_certificate)
DUAL = Situation(kinds=(Kind.EC,), speaks=(Speaks.TLS_1_2, Speaks.BOTH))
SERVERS = (
    Case("client certificate demanded", GOOD, (), MUTUAL),
    Case("client certificate demanded, expired", EXPIRED, (error("expired"),), MUTUAL),
    Case("name refused", unheard_of, (error("tls-failed", None, "unrecognized_name"),)),
    Case(
        "HTTP",
        unheard_of,
        (error("not-tls", None, "HTTP"),),
        Situation(server=servers.speaking_http, kinds=(Kind.EC,), speaks=(Speaks.BOTH,)),
    ),
    Case(
        "closed port",
        unheard_of,
        situation=Situation(server=servers.closed, kinds=(Kind.EC,), speaks=(Speaks.BOTH,)),
        skipped="EXCLUDED: refused",
    ),
    Case(
        "closed port that must answer",
        unheard_of,
        (error("must-answer", None),),
        Situation(server=servers.closed, must_answer=True, kinds=(Kind.EC,), speaks=(Speaks.BOTH,)),
    ),
    Case(
        "refused after the first handshake, expired",
        EXPIRED,
        (error("expired"), error("tls-failed", None, "now refuses")),
        Situation(
            server=servers.refusing_after_a_handshake, kinds=(Kind.EC,), speaks=(Speaks.BOTH,)
        ),
    ),
    Case(
        "refused after the first connection",
        unheard_of,
        (error("tls-failed", None, "now refuses"),),
        Situation(server=servers.answering_once, kinds=(Kind.EC,), speaks=(Speaks.BOTH,)),
    ),
    Case(
        "unreadable extension",
        Plan(leaf={"extra": ((UNREADABLE_AIA, False),)}),
        (error("certificate-unreadable", says="cannot be parsed: extensions: "),),
    ),
    Case("RSA and ECDSA", dual({}, {}), (), DUAL),
    Case(
        "RSA and ECDSA, RSA expired",
        dual(days(87, -3), {}),
        (error("expired", deployments=("RSA",)),),
        DUAL,
    ),
    Case(
        "RSA and ECDSA, ECDSA expired",
        dual({}, days(87, -3)),
        (error("expired", deployments=("EC",)),),
        DUAL,
    ),
    Case(
        "RSA and ECDSA, both expired",
        dual(days(87, -3), days(87, -3)),
        (error("expired", deployments=("EC", "RSA")),),
        DUAL,
    ),
    Case(
        "two hosts",
        two_hosts(GOOD, GOOD),
        (warning("inconsistent-leaf"),),
        Situation(server=servers.balancing, speaks=(Speaks.BOTH,)),
    ),
    *(
        Case(
            f"two hosts, one expired, {kind}",
            two_hosts(GOOD, EXPIRED),
            (
                warning("inconsistent-leaf"),
                error("expired", deployments=(f"{kind} (TLS 1.2)",)),
            ),
            Situation(server=servers.balancing, kinds=(kind,), speaks=(Speaks.BOTH,)),
        )
        for kind in Kind
    ),
)
SITUATIONS = TRUST + SHAPES + PURPOSES + TARGETS + MOMENTS + SERVERS
