"""One test for each (address, port, fqdn) that should speak TLS."""

from collections.abc import Callable

from checks.context import Context
from checks.evidence import Scan
from checks.judge import judge
from checks.verdict import Verdict


def test_certificate(scan: Scan, context: Context, settle: Callable[[Verdict], None]) -> None:
    """The certificate is for the name, trusted, in order, and not about to expire."""
    settle(judge(scan, context))
