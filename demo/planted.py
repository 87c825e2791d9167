"""What is planted in the demo: its zone, and what a run must find at each of its targets."""

from dataclasses import dataclass, field

ORIGIN = "demo.test"

_ZONE = """
$TTL 300
@            SOA   ns.example. hostmaster.example. 2024010101 3600 900 604800 300
@            NS    ns.example.
www          A     127.0.0.11
api          CNAME www
*.apps       A     127.0.0.12
pool         A     127.0.0.13
pool         A     127.0.0.14
expired      A     127.0.0.15
expiring     A     127.0.0.16
wrong-name   A     127.0.0.17
self-signed  A     127.0.0.18
unknown-root A     127.0.0.19
private-ca   A     127.0.0.20
no-chain     A     127.0.0.21
wrong-order  A     127.0.0.22
partner      A     127.0.0.23
legacy       A     127.0.0.24
closed       A     127.0.0.25
mail         A     127.0.0.26
_submission._tcp SRV 0 1 {port} mail
_acme.www    CNAME www
old          CNAME gone
"""

CLOSED = "127.0.0.25"
"""The address on which nothing listens."""
MAIL = "127.0.0.26"
"""The address on which TLS begins in the clear. No MX record leads there: these have no port of
their own, and the demo takes none that is not free."""


@dataclass(frozen=True, slots=True)
class Planted:
    """What a run must say of one target."""

    status: str
    """As in the CSV."""
    findings: tuple[str, ...] = ()
    """Ids of the errors and warnings, waived ones too, sorted; notes are left out."""
    says: str = field(default="", compare=False)
    """What a message of these has to say; of a run, all that they say."""


PLANTED: dict[tuple[str, str], Planted] = {
    ("www.demo.test", "127.0.0.11"): Planted("ok"),
    ("api.demo.test", "127.0.0.11"): Planted("ok"),
    ("*.apps.demo.test", "127.0.0.12"): Planted("ok"),
    ("pool.demo.test", "127.0.0.13"): Planted("ok"),
    ("pool.demo.test", "127.0.0.14"): Planted("error", ("expired",)),
    ("expired.demo.test", "127.0.0.15"): Planted("error", ("expired",)),
    ("expiring.demo.test", "127.0.0.16"): Planted("warning", ("expiring",)),
    ("wrong-name.demo.test", "127.0.0.17"): Planted("error", ("hostname-mismatch",)),
    ("self-signed.demo.test", "127.0.0.18"): Planted("error", ("self-signed",)),
    ("unknown-root.demo.test", "127.0.0.19"): Planted("error", ("untrusted-root",)),
    ("private-ca.demo.test", "127.0.0.20"): Planted("error", ("issuer-not-sent",)),
    ("no-chain.demo.test", "127.0.0.21"): Planted("error", ("missing-intermediate",)),
    ("wrong-order.demo.test", "127.0.0.22"): Planted("error", ("chain-order",)),
    ("partner.demo.test", "127.0.0.23"): Planted("error", ("store-refuses",)),
    ("legacy.demo.test", "127.0.0.24"): Planted("waived", ("expired",)),
    ("closed.demo.test", CLOSED): Planted("unreachable"),
    ("mail.demo.test", MAIL): Planted("ok"),
    # By the SRV record of the domain, with a note: the certificate is for the record's target.
    ("demo.test", MAIL): Planted("ok"),
}
"""By fqdn and address; the port is another in each run."""


def zone_text(port: int) -> str:
    """Return the zone as a primary file (RFC 1035 section 5), with the servers' port.

    The last two records are no targets: a service label, and a CNAME that leads nowhere.
    """
    return _ZONE.format(port=port)
