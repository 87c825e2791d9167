import smtplib
import ssl
from datetime import UTC, datetime

import pytest
from cryptography import x509

from demo.pki import Authority, pem
from demo.smtp import smtp_server

ROOT = Authority.root("Test Root", datetime.now(UTC))
GOOD = ROOT.issue("localhost")


def test_a_client_that_asks_for_tls_is_shown_the_certificate() -> None:
    context = ssl.create_default_context(cadata=pem(ROOT.certificate))
    with (
        smtp_server(GOOD) as server,
        smtplib.SMTP("localhost", server.port, timeout=10) as client,
    ):
        assert client.starttls(context=context)[0] == 220
        assert isinstance(client.sock, ssl.SSLSocket)
        leaf = client.sock.getpeercert(binary_form=True)
        assert leaf is not None
        assert x509.load_der_x509_certificate(leaf) == GOOD.certificate
        client.close()


def test_in_the_clear_it_offers_starttls_and_nothing_else() -> None:
    with smtp_server(GOOD) as server, smtplib.SMTP("localhost", server.port, timeout=10) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        with pytest.raises(smtplib.SMTPResponseException, match="530"):
            client.sendmail("a@demo.test", "b@demo.test", "")
