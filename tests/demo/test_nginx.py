import ssl
import urllib.request
from datetime import UTC, datetime

from demo.ocsp import staple
from demo.pki import Authority, Draft, KeyKind, pem
from tests.demo.test_tls import client, leaf, status_shown
from tests.support.nginx import Block, nginx

ROOT = Authority.root("Test Root", datetime.now(UTC))
ISSUING = ROOT.intermediate("Test Issuing CA")


def test_nginx_answers_a_request_under_its_certificate() -> None:
    credential = ISSUING.issue("localhost")
    trusting = ssl.create_default_context(cadata=pem(ROOT.certificate))
    with (
        nginx([Block("localhost", (credential,))]) as port,
        urllib.request.urlopen(f"https://localhost:{port}/", context=trusting) as response,
    ):
        assert response.read() == b"localhost\n"


def test_blocks_differ_by_address_name_and_key_type() -> None:
    here, there = ISSUING.issue("a.test"), ISSUING.issue("b.test")
    rsa = ISSUING.issue("a.test", Draft(key=KeyKind.RSA_2048))
    only_rsa = client(maximum_version=ssl.TLSVersion.TLSv1_2)
    only_rsa.set_ciphers("aRSA")
    blocks = [Block("a.test", (here, rsa)), Block("b.test", (there,))]
    with nginx(blocks) as port:
        assert leaf(port, "a.test") == here.certificate
        assert leaf(port, "b.test") == there.certificate
        assert leaf(port, "a.test", only_rsa) == rsa.certificate


def test_nginx_staples_the_response_it_is_given() -> None:
    credential = ISSUING.issue("a.test")
    response = staple(credential.certificate, ISSUING)
    with nginx([Block("a.test", (credential,), staple=response)]) as port:
        assert b"Cert Status: good" in status_shown(port)
