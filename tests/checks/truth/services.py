"""What records of services name, and what must be said of it."""

from cryptography import x509

from demo.tls import Site
from tests.checks.truth import servers
from tests.checks.truth.case import Case, Situation, error, note, warning
from tests.checks.truth.defects import nothing
from tests.checks.truth.pki import Pki
from tests.checks.truth.plan import Plan, Planting
from tests.checks.truth.situations import EXPIRED, GOOD, WRONG_NAME, unheard_of

SRV_NAME = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7")

MAIL = Situation(rdtype="MX", starttls="smtp", server=servers.speaking_smtp)
CHECKED_MAIL = Situation(
    rdtype="MX", starttls="smtp", server=servers.speaking_smtp, demanded_by=("TLSA",)
)
SUBMISSION = Situation(starttls="smtp", server=servers.speaking_smtp)
SRV = Situation(rdtype="SRV")


def for_service(service: str) -> Planting:
    """Return a planting whose leaf is for another host, and for that service of the name."""

    def plant(pki: Pki, fqdn: str) -> Site:
        text = f"{service}.{fqdn}".encode()
        srv_name = x509.OtherName(SRV_NAME, bytes([0x16, len(text)]) + text)
        names = x509.SubjectAlternativeName([x509.DNSName("other.truth.test"), srv_name])
        return Plan(leaf={"names": (), "extra": ((names, False),)})(pki, fqdn)

    return plant


SERVICES = (
    Case("mail exchange", GOOD, (), MAIL),
    Case("mail exchange, expired", EXPIRED, (warning("expired"),), MAIL),
    Case("mail exchange with TLSA, expired", EXPIRED, (error("expired"),), CHECKED_MAIL),
    Case(
        "mail exchange with a wrong name and without its chain",
        WRONG_NAME + Plan(sent=nothing),
        (warning("hostname-mismatch"), warning("issuer-not-sent")),
        MAIL,
    ),
    Case(
        "mail exchange without STARTTLS",
        unheard_of,
        (warning("not-tls", None, "it speaks SMTP and offers no STARTTLS"),),
        MAIL,
    ),
    Case(
        "mail exchange with TLSA and without STARTTLS",
        unheard_of,
        (error("not-tls", None, "it speaks SMTP and offers no STARTTLS"),),
        CHECKED_MAIL,
    ),
    Case("STARTTLS by port, expired", EXPIRED, (error("expired"),), SUBMISSION),
    Case("SRV record, for its domain", GOOD, (), SRV),
    Case("SRV record, for its service", for_service("_imaps"), (), SRV),
    Case(
        "SRV record, for another service",
        for_service("_imap"),
        (error("hostname-mismatch", says="SRVName:_imap."),),
        SRV,
    ),
    Case(
        "SRV record, for its target",
        Plan(leaf={"names": ("target.{fqdn}",)}),
        (note("srv-target-name"),),
        SRV,
    ),
    Case("SRV record, for another host", WRONG_NAME, (error("hostname-mismatch"),), SRV),
    Case(
        "no SRV record, for a service of the name",
        for_service("_imaps"),
        (error("hostname-mismatch"),),
    ),
)
