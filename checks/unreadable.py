"""Certificates that cannot be parsed (RFC 5280 section 4.1)."""

from collections.abc import Iterator

from checks.context import Context, Served
from checks.finding import Finding
from checks.found import found, reference
from checks.text import clean


def findings(served: Served, _: Context) -> Iterator[Finding]:
    """Yield one finding for each certificate sent that could not be read in full."""
    for place, sent in enumerate(served.chain.certificates):
        if sent.unreadable and sent not in served.chain.certificates[:place]:
            which = "certificate" if place == 0 else f"certificate at position {place}"
            yield found(
                "certificate-unreadable",
                f"{which} cannot be parsed: {clean(sent.unreadable, 300)}",
                reference(served.chain, sent),
            )
