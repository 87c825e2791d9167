"""The certificates of the demo's servers, and the trust stores that judge them."""

from datetime import date, datetime, timedelta
from pathlib import Path

from cryptography import x509

from demo.pki import Authority, Credential, Draft, pem, self_signed

_STORES = ("android", "apple", "java", "mozilla", "windows")
_WITHOUT_SECOND_ROOT = "java"
_LIFETIME = timedelta(days=90)


class Certificates:
    """All that is signed for the demo, with dates relative to a moment (aware, UTC)."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._root = Authority.root("Demo Root", now)
        self._second = Authority.root("Demo Second Root", now)
        self._private = Authority.root("Demo Private Root", now)
        policy = self._root.intermediate("Demo Policy CA")
        self._issuing = policy.intermediate("Demo Issuing CA")

    def by_address(self) -> dict[str, Credential]:
        """Return what the server on each address serves."""
        issue = self._issuing.issue
        www = Draft(names=("www.demo.test", "api.demo.test"))
        return {
            "127.0.0.11": issue("www.demo.test", www),
            "127.0.0.12": issue("*.apps.demo.test"),
            "127.0.0.13": issue("pool.demo.test"),
            "127.0.0.14": issue("pool.demo.test", _with_days_left(-20)),
            "127.0.0.15": issue("expired.demo.test", _with_days_left(-3)),
            "127.0.0.16": issue("expiring.demo.test", _with_days_left(12)),
            "127.0.0.17": issue("other.demo.test"),
            "127.0.0.18": self_signed("self-signed.demo.test", self._now),
            "127.0.0.24": issue("legacy.demo.test", _with_days_left(-200)),
            **self._wrongly_chained(),
        }

    def mail(self) -> Credential:
        """Return what the mail server shows once it has been asked for TLS."""
        return self._issuing.issue("mail.demo.test")

    def write_stores(self, folder: Path) -> None:
        """Write five trust stores of today into the folder; one of them lacks the second root."""
        for name in _STORES:
            roots = [self._root.certificate]
            if name != _WITHOUT_SECOND_ROOT:
                roots.append(self._second.certificate)
            write_store(folder, name, self._now.date(), *roots)

    def _wrongly_chained(self) -> dict[str, Credential]:
        private = self._private.intermediate("Demo Private CA")
        partner = self._second.intermediate("Demo Partner CA")
        unknown = private.issue("unknown-root.demo.test")
        unchained = Draft(ca_issuers="http://ca.demo.test/issuing.crt")
        disordered = self._issuing.issue("wrong-order.demo.test")
        return {
            "127.0.0.19": unknown.sending(*unknown.chain, self._private.certificate),
            "127.0.0.20": private.issue("private-ca.demo.test"),
            "127.0.0.21": self._issuing.issue("no-chain.demo.test", unchained).sending(),
            "127.0.0.22": disordered.sending(*reversed(disordered.chain)),
            "127.0.0.23": partner.issue("partner.demo.test"),
        }


def write_store(folder: Path, name: str, fetched: date, *roots: x509.Certificate) -> None:
    """Write a trust store of that date into the folder, as ``stores_dir`` takes it."""
    (folder / f"{name}.pem").write_text(pem(*roots))
    (folder / f"{name}.yaml").write_text(f"date_fetched: {fetched}\n")


def _with_days_left(days: int) -> Draft:
    remaining = timedelta(days=days)
    return Draft(remaining=remaining, age=_LIFETIME - remaining)
