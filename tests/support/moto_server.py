"""Route 53 on loopback: moto's, over real HTTP, and as busy as the real one if asked to."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.route53.models import route53_backends
from werkzeug.serving import make_server

REGION = "us-east-1"
SOA = "ns-1.awsdns-00.org. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
_Environ = dict[str, Any]
_StartResponse = Callable[[str, list[tuple[str, str]]], object]
_Application = Callable[[_Environ, _StartResponse], Iterable[bytes]]
_REFUSAL = """<?xml version="1.0"?>
<ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">
<Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>1</RequestId>
</ErrorResponse>"""


class Account:
    """An AWS account that has hosted zones and nothing else."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.requests: list[str] = []
        """Method and path of each, in order."""
        self.refusals: list[str] = []
        """Error codes that the next requests are answered with."""
        self._client = boto3.client(
            "route53",
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id="owner",
            aws_secret_access_key="owner",
        )

    def create(self, name: str, *record_sets: dict[str, Any], private: bool = False) -> str:
        """Create a hosted zone with those record sets and return its id."""
        vpc = {"VPC": {"VPCRegion": REGION, "VPCId": "vpc-1"}} if private else {}
        created = self._client.create_hosted_zone(
            Name=name,
            CallerReference=f"{name} {private} {len(self.requests)}",
            HostedZoneConfig={"PrivateZone": private},
            **vpc,
        )
        zone_id: str = created["HostedZone"]["Id"]
        # moto's own SOA record is no SOA record.
        self._change(zone_id, "UPSERT", [record_set(name, "SOA", SOA)])
        for start in range(0, len(record_sets), 500):
            self._change(zone_id, "CREATE", record_sets[start : start + 500])
        self.requests.clear()
        return zone_id.removeprefix("/hostedzone/")

    def _change(self, zone_id: str, action: str, sets: Iterable[dict[str, Any]]) -> None:
        changes = [{"Action": action, "ResourceRecordSet": each} for each in sets]
        self._client.change_resource_record_sets(
            HostedZoneId=zone_id, ChangeBatch={"Changes": changes}
        )


def record_set(name: str, rdtype: str, *values: str, **keys: object) -> dict[str, Any]:
    """Return a record set as boto3 takes it."""
    records = [{"Value": value} for value in values]
    return {"Name": name, "Type": rdtype, "TTL": 300, "ResourceRecords": records, **keys}


def alias(name: str, rdtype: str, target: str, **keys: object) -> dict[str, Any]:
    """Return a record set that is an alias."""
    to = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": target, "EvaluateTargetHealth": False}
    return {"Name": name, "Type": rdtype, "AliasTarget": to, **keys}


@contextmanager
def account() -> Iterator[Account]:
    """Run the server and yield the account, which has nothing yet."""
    moto = DomainDispatcherApplication(create_backend_app)
    server = make_server(
        "127.0.0.1",
        0,
        lambda environ, start: _answer(running, moto, environ, start),
        threaded=True,
        request_handler=MotoRequestHandler,
    )
    running = Account(f"http://127.0.0.1:{server.server_port}")
    route53_backends[DEFAULT_ACCOUNT_ID]["aws"].reset()
    thread = Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(
    running: Account, moto: _Application, environ: _Environ, start: _StartResponse
) -> Iterable[bytes]:
    running.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
    if not running.refusals:
        return moto(environ, start)
    code = running.refusals.pop(0)
    status = "400 Bad Request" if "Throttl" in code else "403 Forbidden"
    start(status, [("Content-Type", "text/xml")])
    return [_REFUSAL.format(code, "no secret: AKIAIOSFODNN7EXAMPLE").encode()]
