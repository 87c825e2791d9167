"""The servers, stores and scanners that the whole table shares, and what is said of each target."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from checks.context import Context
from checks.judge import judge
from checks.scanners import Limits, Scanners, available_cores
from checks.stores import find_stores
from checks.verdict import Verdict
from checks.waiver import Waiver
from demo.pki import Credential
from demo.tls import Site, TlsServer
from tests.checks.truth.case import Case, Speaks
from tests.checks.truth.pki import NOW, Kind, Pki, write_stores
from tests.support.nginx import Block, nginx
from zones.target import RecordRef, Target

ADDRESS = "127.0.0.1"
LIMITS = Limits(
    deadline=60, connect_timeout=10, connections_per_address=64, processes=available_cores()
)
_PROTOCOLS = {
    Speaks.TLS_1_2: "TLSv1.2",
    Speaks.TLS_1_3: "TLSv1.3",
    Speaks.BOTH: "TLSv1.2 TLSv1.3",
}


@dataclass(frozen=True)
class Spot:
    """One server that is scanned: a case, with one kind of keys, on some versions of TLS."""

    case: Case
    kind: Kind
    speaks: Speaks

    @classmethod
    def all_of(cls, cases: Sequence[Case]) -> list[Self]:
        """Return every case with all kinds of keys on all versions that it is meant for."""
        return [
            cls(case, kind, speaks)
            for case in cases
            for kind in case.situation.kinds
            for speaks in case.situation.speaks
        ]

    @property
    def fqdn(self) -> str:
        """The name that the zone would have."""
        label = self.case.situation.label or re.sub("[^a-z0-9]+", "-", self.case.name.lower())
        return f"{label}.{self.kind.lower()}.truth.test"

    @property
    def server_name(self) -> str:
        """What is asked for: under a wildcard owner a probe label."""
        return self.fqdn.replace("*", "zonecert-probe")

    def __str__(self) -> str:
        return f"{self.case.name}-{self.kind}-{self.speaks}"


class World:
    """What all spots are judged by, and where each is served."""

    def __init__(self, spots: Sequence[Spot], folder: Path) -> None:
        self._pkis = {kind: Pki(kind) for kind in Kind}
        # A chain is the same on all versions of TLS.
        chains = {(spot.case.name, spot.kind): spot for spot in spots}
        self._sites = {
            key: spot.case.planted(self._pkis[spot.kind], spot.fqdn) for key, spot in chains.items()
        }
        own = [
            _one(self._site(spot)).certificate
            for spot in chains.values()
            if spot.case.situation.owns_leaf
        ]
        self._policy = write_stores(folder, self._pkis.values(), own)
        self._stores = find_stores(self._policy)
        self._ports: dict[Spot, int] = {}
        self._scanners = Scanners(self._stores, NOW, LIMITS)

    @contextmanager
    def serving(self, spots: Sequence[Spot]) -> Iterator[None]:
        """Run the servers of those spots and scan them ahead while the block lasts."""
        with ExitStack() as stack:
            for speaks in Speaks:
                self._serve(stack, [spot for spot in spots if spot.speaks is speaks], speaks)
            self._scanners.expect(map(self._target, spots))
            yield

    def verdict(self, spot: Spot) -> Verdict:
        """Return what is said of a spot, whose server must run."""
        target = self._target(spot)
        return judge(self._scanners.scan(target), self._context(spot, target))

    def close(self) -> None:
        """End the scanner processes."""
        self._scanners.close()

    def _serve(self, stack: ExitStack, spots: Sequence[Spot], speaks: Speaks) -> None:
        own = [spot for spot in spots if spot.case.situation.server]
        stapled = [spot for spot in spots if spot.case.situation.staple]
        shared = [spot for spot in spots if spot not in {*own, *stapled}]
        for spot in own:
            server = spot.case.situation.server
            assert server
            self._ports[spot] = stack.enter_context(server(self._site(spot), speaks))
        if shared:
            sites = {spot.fqdn: site for spot in shared if (site := self._site(spot))}
            port = stack.enter_context(TlsServer(sites, ADDRESS, terms=speaks.terms)).port
            self._ports |= dict.fromkeys(shared, port)
        if stapled:
            blocks = [self._block(spot) for spot in stapled]
            port = stack.enter_context(nginx(blocks, _PROTOCOLS[speaks]))
            self._ports |= dict.fromkeys(stapled, port)

    def _block(self, spot: Spot) -> Block:
        credential, stapling = _one(self._site(spot)), spot.case.situation.staple
        assert stapling
        response = stapling(credential, self._pkis[spot.kind])
        return Block(spot.fqdn, (credential,), ADDRESS, response)

    def _site(self, spot: Spot) -> Site | None:
        return self._sites[spot.case.name, spot.kind]

    def _target(self, spot: Spot) -> Target:
        situation = spot.case.situation
        return Target(
            spot.fqdn,
            ADDRESS,
            self._ports[spot],
            spot.server_name,
            "truth.test",
            ("inside",),
            situation.external,
            _records(spot),
            situation.starttls,
            (f"target.{spot.fqdn}",) if situation.rdtype == "SRV" else (),
            situation.demanded_by,
        )

    def _context(self, spot: Spot, target: Target) -> Context:
        situation, policy = spot.case.situation, self._policy
        if situation.overrides:
            policy = policy.overridden(situation.overrides)
        if situation.must_answer:
            policy = policy.model_copy(update={"must_answer": (spot.fqdn,)})
        waivers = tuple(_waiver(spot.fqdn, finding) for finding in situation.waived)
        return Context(target, policy, NOW, self._stores, waivers)


def _records(spot: Spot) -> tuple[RecordRef, ...]:
    match spot.case.situation.rdtype:
        case "SRV":
            owner, rdata = f"_imaps._tcp.{spot.fqdn}", f"0 1 993 target.{spot.fqdn}"
        case "MX":
            owner, rdata = "truth.test", f"10 {spot.fqdn}"
        case _:
            return ()
    return (RecordRef("inside", "truth.test", owner, spot.case.situation.rdtype, rdata),)


def _waiver(fqdn: str, finding: str) -> Waiver:
    return Waiver(
        fqdn=fqdn,
        finding=finding,
        reason="to be switched off",
        approved_by="security@truth.test",
        expires=(NOW + timedelta(1)).date(),
    )


def _one(site: Site | None) -> Credential:
    assert isinstance(site, Credential)
    return site
