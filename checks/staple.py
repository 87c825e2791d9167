"""What the stapled OCSP responses say (RFC 6960), and what the leaf demands (RFC 7633)."""

from collections.abc import Iterator

from checks.context import Context, Served
from checks.evidence import Staple, StapleStatus
from checks.finding import Finding
from checks.found import found, reference
from checks.text import clean, named


def findings(served: Served, _: Context) -> Iterator[Finding]:
    """Yield a revocation, a staple that is missing, and staples that are of no use."""
    leaf = reference(served.chain, served.leaf)
    staples = [shown.staple for shown in served.handshakes if shown.staple]
    if served.leaf.must_staple and not staples:
        message = f"certificate demands a staple and none was sent: {named(served.leaf)}"
        yield found("must-staple-missing", message, leaf)
    revoked = [staple for staple in staples if staple.status is StapleStatus.REVOKED]
    if revoked:
        message = f"the stapled OCSP response says revoked{_detail(revoked[0])}"
        yield found("revoked", message, leaf)
    useless = [staple for staple in staples if staple.status not in _TELLING]
    if useless:
        message = f"the stapled OCSP response is of no use: {_status(useless[0])}"
        yield found("staple-invalid", message, leaf)


_TELLING = frozenset({StapleStatus.GOOD, StapleStatus.REVOKED})


def _status(staple: Staple) -> str:
    return f"{staple.status.value}{_detail(staple)}"


def _detail(staple: Staple) -> str:
    return f" ({clean(staple.detail, 300)})" if staple.detail else ""
