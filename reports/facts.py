"""The run in words, as every report starts with it; pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from checks.finding import Severity
from checks.text import clean, moment
from checks.verdict import Outcome
from reports.run import Run, Store
from reports.tally import EXCLUDED, Fate, ZoneTally, in_words
from zones.inventory import ZoneResult
from zones.target import Skipped

POLICY = 32_000
"""Characters of the policy that a report shows."""

INCOMPLETE = "INCOMPLETE: this run has not looked at all that it should have"
"""Of a run that ends with ``EXIT_INCOMPLETE``, whatever else it found."""

ENDINGS = (
    *(Outcome.OK.value, Outcome.WARNING.value, Outcome.ERROR.value, Outcome.WAIVED.value),
    *(Fate.NOT_VERIFIED.value, EXCLUDED, Fate.NOT_RUN.value),
)
"""How a target ends, in the order in which reports count."""


class Fact(NamedTuple):
    """One thing to know about the run."""

    label: str
    text: str


def facts(run: Run) -> Iterator[Fact]:
    """Yield what holds for the whole run, all but the zones, the stores and the policy's text."""
    yield Fact("run", clean(run.run_id))
    if run.shard:
        yield Fact("shard", f"{run.shard}; targets of the other shards count as not run")
    yield Fact("judged at", moment(run.inventory.judged_at))
    yield Fact("started", moment(run.started))
    yield Fact("ended", moment(run.ended) if run.ended else "not yet")
    yield Fact("versions", ", ".join(f"{name} {version}" for name, version in run.versions))
    yield Fact("host", clean(run.host))
    yield Fact("source address", clean(run.source_address) or "not known")
    yield Fact("configuration SHA-256", clean(run.configuration_sha256))
    yield Fact("policy SHA-256", sha256(run.policy.encode()).hexdigest())
    yield Fact("denied networks", clean(", ".join(run.denied), POLICY) or "none")
    yield Fact("records in denied networks", _denied_records(run.inventory.skips))


def _denied_records(skips: Iterable[Skipped]) -> str:
    """Return how many records lead nowhere but into denied networks, and into which."""
    found = Counter(skip.denied_by for skip in skips if skip.denied_by)
    into = (f"{count} in {network}" for network, count in sorted(found.items()))
    return f"{found.total()}, not connected to: {', '.join(into)}" if found else "0"


def zone_facts(tallies: tuple[ZoneTally, ...]) -> Iterator[Fact]:
    """Yield a fact for each zone: where it came from and what became of its records."""
    for each in tallies:
        counts = "" if each.zone.error else f"; {target_counts(each)}; {accounts(each)}"
        yield Fact(zone_label(each.zone), transfer(each.zone) + counts)


def zone_label(zone: ZoneResult) -> str:
    """Return how reports call a zone of a source."""
    return clean(f"zone {zone.origin or '.'} ({zone.view})")


def transfer(zone: ZoneResult) -> str:
    """Return how the zone was got, or why it was not."""
    if zone.error:
        return clean(f"FAILED: {zone.error}")
    signed = {True: ", TSIG", False: ", no TSIG", None: ""}[zone.authenticated]
    at = f", at {moment(zone.transferred_at)}" if zone.transferred_at else ""
    serial = f"serial {zone.serial}" if zone.serial else "no serial"
    listing = f", lists {len(zone.members)} zones" if zone.members else ""
    return clean(f"{serial} from {zone.server}{at}{signed}{listing}")


def accounts(each: ZoneTally) -> str:
    """Return what became of the zone's records; the sums are those of the whole zone."""
    lost = f", and {each.unaccounted} UNACCOUNTED FOR" if each.unaccounted else ""
    return in_words(each.records) + lost


def target_counts(each: ZoneTally) -> str:
    """Return how many of the zone's targets ended how."""
    if planned := each.targets[Fate.PLANNED.value]:
        rest = each.targets[Fate.NOT_RUN.value]
        return f"{planned + rest} targets: {planned} {Fate.PLANNED}, {rest} {Fate.NOT_RUN}"
    parts = ", ".join(f"{each.targets[ending]} {ending}" for ending in ENDINGS)
    return f"{sum(each.targets.values())} targets: {parts}"


def store_fact(store: Store) -> Fact:
    """Return what a reader must know of a trust store."""
    dated = f"of {store.fetched.isoformat()}" if store.fetched else "undated"
    demanded = "required" if store.required else "not required"
    return Fact(
        clean(f"store {store.name}"), f"{dated}, {store.certificate_count} certificates, {demanded}"
    )


def finding_counts(
    findings: Mapping[tuple[str, Severity], int], waived: Mapping[str, int]
) -> Iterator[tuple[str, str, str]]:
    """Yield how often, how bad and which finding: gravest first, the waived ones last."""
    for finding_id, severity in sorted(findings, key=_gravity):
        yield str(findings[finding_id, severity]), severity.value, finding_id
    for finding_id in sorted(waived):
        yield str(waived[finding_id]), "waived", finding_id


def _gravity(finding: tuple[str, Severity]) -> tuple[int, str]:
    finding_id, severity = finding
    return list(Severity).index(severity), finding_id


def all_facts(run: Run, tallies: tuple[ZoneTally, ...]) -> Iterator[Fact]:
    """Yield every fact there is, in the order in which a report shows them."""
    yield from facts(run)
    yield from zone_facts(tallies)
    yield from map(store_fact, run.stores)
    yield Fact("policy", clean(run.policy, POLICY))
    yield from (Fact("not looked at", sentence) for sentence in run.not_looked_at)
