"""Zones of an AWS account, by the API of Route 53 (the extra ``route53``).

The account's credentials are boto3's business: environment, profiles, roles of the machine.
"""

import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError
from pydantic import AfterValidator, model_validator

from zones.name import name_text, parse_name
from zones.origin import Origins, distinct
from zones.reading.collector import Collector
from zones.reading.record_set import decimal_escapes, keep_record_sets
from zones.source import ZoneFailure, ZoneSourceError
from zones.source_model import SourceModel
from zones.zone import Zone

MAX_ATTEMPTS = 10
"""At one request: an account may ask five times a second, whoever else asks at the same time."""

_ALLOW = "allow that identity route53:ListHostedZones, GetHostedZone and ListResourceRecordSets"
_RENEW = "look at the credentials that boto3 finds: environment, profile, role of the machine"
_NETWORK = "look at the network, the proxy and the endpoint that boto3 is told"
_LATER = "ask when other programs ask less of Route 53 with that account"
_REMEDIES = {
    "AccessDenied": _ALLOW,
    "AccessDeniedException": _ALLOW,
    "ExpiredToken": _RENEW,
    "InvalidClientTokenId": _RENEW,
    "SignatureDoesNotMatch": _RENEW,
    "Throttling": _LATER,
    "ThrottlingException": _LATER,
    "NoSuchHostedZone": "mend zone_ids, or look which account the credentials are of",
}
_NONE = "mend private, or look which account the credentials are of, or leave the source out"
_OTHERWISE = "look up that code in the documentation of the Route 53 API"
_MEND = "mend the record in Route 53"

_LOGGER = logging.getLogger("botocore")

HostedZone = Mapping[str, Any]
"""As boto3 has it."""


class Route53Error(ZoneSourceError):
    """Route 53 did not give a zone, or not the list of them."""


def _zone_id(text: str) -> str:
    bare = text.removeprefix("/hostedzone/")
    if not re.fullmatch(r"[A-Z0-9]{1,32}", bare):
        raise ValueError(f"{text!r} is no id of a hosted zone, such as Z0123456789ABCDEFGHIJ")
    return bare


ZoneId = Annotated[str, AfterValidator(_zone_id)]


class Route53Source(SourceModel):
    """Hosted zones of one account; a view has one of each name."""

    type: Literal["route53"] = "route53"
    zones: Origins = ()
    """Empty: every zone that is there."""
    zone_ids: Annotated[tuple[ZoneId, ...], AfterValidator(distinct)] = ()
    """In the place of ``zones``."""
    private: bool | None = None
    """True: private zones only, False: public ones; None: both."""
    profile: str | None = None
    """Of boto3's configuration; None: what its usual chain finds."""
    region: str | None = None
    """For requests to be signed for; None: likewise."""

    @model_validator(mode="after")
    def _names_zones_in_one_way(self) -> Self:
        if self.zones and self.zone_ids:
            raise ValueError("name the zones by zones or by zone_ids, not by both")
        if self.private is not None and self.zone_ids:
            raise ValueError("private chooses among zones, and zone_ids has chosen; leave one")
        return self

    @property
    def origins(self) -> tuple[str, ...]:
        """See ``SourceModel.origins``."""
        return self.zones

    def collect(self) -> Iterator[Zone | ZoneFailure]:
        """See ``ZoneSource.collect``."""
        try:
            client = self._client()
            hosted = [*self._hosted_zones(client)]
            by_origin = _by_origin([each for each in hosted if not isinstance(each, Route53Error)])
        except (BotoCoreError, ClientError, ValueError) as error:
            yield from self.failed("Route 53", _failure("Route 53", error))
            return
        for origin in self.zones or sorted(by_origin):
            yield self._zone_or_failure(client, origin, by_origin[origin])
        failures = [each for each in hosted if isinstance(each, Route53Error)]
        if failures:
            raise Route53Error("; ".join(each.what for each in failures), failures[0].remedy)
        if not (self.zones or by_origin):
            raise Route53Error("Route 53 lists no hosted zone", _NONE)

    def _client(self) -> Any:  # noqa: ANN401 - boto3 makes its classes when it is asked for them
        session = boto3.Session(profile_name=self.profile, region_name=self.region)
        retries = {"mode": "adaptive", "total_max_attempts": MAX_ATTEMPTS}
        # At DEBUG it logs what it signs, and a session's token in full.
        _LOGGER.setLevel(max(logging.INFO, _LOGGER.level))
        config = Config(retries=retries, connect_timeout=10, read_timeout=30)
        return session.client("route53", config=config)

    def _hosted_zones(self, client: Any) -> Iterator[HostedZone | Route53Error]:  # noqa: ANN401 - likewise
        """Yield those that are asked for, in any order, or why one of the ids cannot be had."""
        for zone_id in self.zone_ids:
            try:
                yield client.get_hosted_zone(Id=zone_id)["HostedZone"]
            except ClientError as error:
                yield _failure(f"Route 53 {zone_id}", error)
        pages = client.get_paginator("list_hosted_zones").paginate() if not self.zone_ids else ()
        for page in pages:
            yield from (
                each for each in page["HostedZones"] if self.private in {None, _is_private(each)}
            )

    def _zone_or_failure(
        self,
        client: Any,  # noqa: ANN401 - likewise
        origin: str,
        hosted: list[HostedZone],
    ) -> Zone | ZoneFailure:
        try:
            return self._zone(client, origin, _only(origin, hosted))
        except Route53Error as error:
            return ZoneFailure(origin, self.name, "Route 53", error)

    def _zone(self, client: Any, origin: str, hosted: HostedZone) -> Zone:  # noqa: ANN401 - likewise
        where = f"zone {origin or '.'}: Route 53 {_id(hosted)}"
        collector = Collector(parse_name(origin or "."))
        pages = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=_id(hosted))
        try:
            sets = [each for page in pages for each in page["ResourceRecordSets"]]
            keep_record_sets(collector, sets)
        except (BotoCoreError, ClientError) as error:
            raise _failure(where, error) from error
        except ValueError as error:
            raise Route53Error(f"{where}: {error}", _MEND) from error
        return Zone(
            origin=origin,
            serial=collector.serial,
            records=collector.records(),
            view=self.name,
            server=f"Route 53 {_id(hosted)}",
            transferred_at=datetime.now(UTC),
            other_owners=collector.other_owners(),
        )


def _by_origin(hosted: list[HostedZone]) -> defaultdict[str, list[HostedZone]]:
    by_origin = defaultdict(list)
    for each in hosted:
        by_origin[name_text(parse_name(decimal_escapes(each["Name"])))].append(each)
    return by_origin


def _only(origin: str, hosted: list[HostedZone]) -> HostedZone:
    """Return the one hosted zone of that name: a view is what one client may be answered."""
    what = f"zone {origin or '.'}: Route 53 has"
    match hosted:
        case [one]:
            return one
        case []:
            remedy = "mend zones or private, or look which account the credentials are of"
            raise Route53Error(f"{what} no such hosted zone", remedy)
        case _:
            each = ", ".join(
                f"{_id(one)} ({'private' if _is_private(one) else 'public'})" for one in hosted
            )
            raise Route53Error(
                f"{what} several hosted zones of that name: {each}",
                "give each a source of its own, with private or zone_ids",
            )


def _id(hosted: HostedZone) -> str:
    return _zone_id(hosted["Id"])


def _is_private(hosted: HostedZone) -> bool:
    return bool(hosted.get("Config", {}).get("PrivateZone"))


def _failure(where: str, error: Exception) -> Route53Error:
    """Return what went wrong in words that hold no credentials, and no time."""
    match error:
        case ClientError(response={"Error": {"Code": str(code)}}):
            what = f"{where}: answers {code} to {error.operation_name}"
            return Route53Error(what, _REMEDIES.get(code, _OTHERWISE))
        case CredentialRetrievalError():
            # Its words are another program's.
            return Route53Error(f"{where}: the credentials cannot be retrieved", _RENEW)
        case _:
            is_of_network = isinstance(error, HTTPClientError | BotoConnectionError)
            remedy = _NETWORK if is_of_network else _RENEW
            return Route53Error(f"{where}: {error}".rstrip("."), remedy)
