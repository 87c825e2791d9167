"""Services of a zone as a real primary transfers it."""

from tests.support.bind import bind, primary_file
from tests.zones.build import NOON, doors, reasons
from zones.axfr import AxfrSource
from zones.inventory import take_inventory
from zones.naming.order import by_name
from zones.naming.rules import Rules
from zones.target import SkipReason

SERVICES = f"""
@ A 192.0.2.1
@ MX 10 MAIL
@ MX 20 mx.example.net.
@ HTTPS 0 svc
none MX 0 .
mail A 192.0.2.25
_25._tcp.mail CNAME dane
dane TLSA 3 1 1 {"AB" * 32}
_443._tcp.mail TLSA 3 1 1 00ff
_mta-sts TXT "v=STSv1; id=1;"
_xmpp-client._tcp SRV 0 5 5222 mail
_imaps._tcp SRV 0 0 993 mail
_kerberos._udp SRV 0 0 88 mail
_pop3._tcp SRV 0 0 0 .
svc HTTPS 1 . alpn=h2,h3 port=8443 ipv6hint=2001:db8::2
svc A 192.0.2.2
_dns.svc SVCB 1 svc alpn=dot,doq
*.apps A 192.0.2.3
shop CNAME web.apps
"""


def test_services_are_found_in_what_bind_transfers() -> None:
    """The exchange outside has no resolver to be found by: that is a skip."""
    with bind({"company.com": primary_file(SERVICES)}) as primary:
        keys = {"name": "inside", "server": primary.server, "zones": ("company.com",)}
        source = AxfrSource.model_validate(keys | {"nameservers": (primary.server,)})
        taken = take_inventory([source], Rules(), NOON)

    found = sorted(taken.targets, key=by_name)
    assert doors(found) == [
        "company.com 192.0.2.1:443",
        "company.com 192.0.2.2:8443",
        "company.com 192.0.2.25:993",
        "company.com 192.0.2.25:5222 xmpp",
        "company.com 2001:db8::2:8443",
        "*.apps.company.com 192.0.2.3:443",
        "web.apps.company.com 192.0.2.3:443",
        "mail.company.com 192.0.2.25:25 smtp",
        "mail.company.com 192.0.2.25:443",
        "shop.company.com 192.0.2.3:443",
        "svc.company.com 192.0.2.2:443",
        "svc.company.com 192.0.2.2:853",
        "svc.company.com 192.0.2.2:8443",
        "svc.company.com 2001:db8::2:8443",
    ]
    [mail] = (target for target in found if target.port == 25)
    assert mail.demanded_by == ("MTA-STS", "TLSA")
    assert [ref.rdtype for ref in mail.records] == ["CNAME", "MX"]
    assert reasons(list(taken.skips)) == {
        r"_443._tcp.mail.company.com TLSA \# 5 03010100ff": SkipReason.MALFORMED,
        "_kerberos._udp.company.com SRV 0 0 88 mail.company.com": SkipReason.NO_TLS,
        "_pop3._tcp.company.com SRV 0 0 0 .": SkipReason.NO_SERVICE,
        "company.com MX 20 mx.example.net": SkipReason.UNRESOLVED,
        f"dane.company.com TLSA 3 1 1 {'ab' * 32}": SkipReason.NO_PORT,
        "none.company.com MX 0 .": SkipReason.NO_SERVICE,
    }
    [zone] = taken.zones
    named = {ref for target in found for ref in target.records}
    assert zone.record_count == len(named) + len(taken.skips)
