"""A look at trust stores before a run, in a process of its own, which runs this file alone.

Reads a JSON list of paths of PEM files, and writes one of what is wrong with each: an empty text
where it can be verified with. Scanner processes would find that out for each target anew.
"""

import json
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate, load_pem_x509_certificates
from cryptography.x509.verification import Store

_BEGIN = b"-----BEGIN CERTIFICATE-----"


def fault(pem: bytes) -> str:
    """Return why no store can be made of the file; empty where one can."""
    for number, part in enumerate(pem.split(_BEGIN)[1:], start=1):
        try:
            # What a path is built by; most of a certificate is only read when it is asked for.
            load_pem_x509_certificate(_BEGIN + part).subject  # noqa: B018 - it is read
        except Exception as error:  # noqa: BLE001 - cryptography has errors of no family
            return f"certificate {number} cannot be read ({error})"
    try:
        Store(load_pem_x509_certificates(pem))
    except Exception as error:  # noqa: BLE001 - likewise
        return f"cannot be read ({error})"
    return ""


def _faults(paths: list[str]) -> Iterator[str]:
    for path in paths:
        yield fault(Path(path).read_bytes())


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    json.dump([*_faults(json.load(sys.stdin))], sys.stdout)
