"""What is said of a zone and of the whole inventory."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from checks.finding import Finding
from checks.found import found
from checks.ruling import Terms, rule, waiver_of
from checks.stores import StoreFile
from checks.text import clean, listed
from checks.verdict import Outcome, Subject, SubjectKind, Verdict
from zones.inventory import Inventory, ZoneResult

_RUN = "inventory"
"""The name that a waiver has for findings about the run."""
_LIFT = (
    "take the networks that are yours out of deny in [policy] (deny = [] denies none),"
    " or mend the records, the filters or the ports"
)
_INCOMPLETE = frozenset({"zone-failed", "zone-unanswered"})

Panel: TypeAlias = tuple[StoreFile, ...]
"""The stores that one policy of the run requires."""


class Configured(Protocol):
    """Knows by which stores the run judges trust, and for which zones it has rules."""

    @property
    def panels(self) -> tuple[Panel, ...]:
        """For each policy that is in force somewhere the stores that it requires."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The origins that ``[[zone]]`` tables name."""


@dataclass(frozen=True, slots=True)
class ZoneTally:
    """How a zone's targets fared."""

    targets: int
    answered: int
    """Targets whose address took a TCP connection; a refusal is no answer, nothing listens there.
    Where ``min_answered`` asks for no share, counting may have ended at the first."""


def judge_zone(zone: ZoneResult, zone_id: str, tally: ZoneTally, terms: Terms) -> Verdict:
    """Return the verdict on one zone; ``zone_id`` is its test's.

    The run is incomplete by a zone that failed or that nobody answers for, unless that is waived:
    severities say how bad it is, and make no pass of what nobody has looked at.
    """
    subject = Subject(SubjectKind.ZONE, zone_id, zone.origin, zone.origin, views=(zone.view,))
    findings = tuple(_of_zone(zone, tally, terms))
    verdict = rule(subject, findings, terms)
    for gap in findings:
        if gap.id in _INCOMPLETE and waiver_of(gap, subject, terms) is None:
            return _with_gap(verdict, gap)
    return verdict


def judge_inventory(
    inventory: Inventory, panels: Iterable[Panel], terms: Terms, tables: Iterable[str] = ()
) -> Verdict:
    """Return the verdict on the run as a whole: whether there is anything to test, and by what.

    ``tables`` are the origins that ``[[zone]]`` tables name.
    """
    subject = Subject(SubjectKind.RUN, _RUN, _RUN)
    findings = (
        *_no_targets(inventory),
        *_not_in_dns(inventory, terms),
        *_no_current_store(panels, terms),
    )
    verdict = rule(subject, findings, terms)
    remarks = (*_why_empty_zones(inventory), *_barred(inventory), *_idle(inventory, terms, tables))
    return replace(verdict, remarks=(*verdict.remarks, *remarks))


def _with_gap(verdict: Verdict, gap: Finding) -> Verdict:
    verdict = replace(verdict, incomplete=True)
    if verdict.outcome is not Outcome.OK:
        return verdict
    return replace(
        verdict, outcome=Outcome.UNREACHABLE, reason=f"NOT-VERIFIED: {clean(gap.message)}"
    )


def _of_zone(zone: ZoneResult, tally: ZoneTally, terms: Terms) -> Iterator[Finding]:
    if zone.error:
        yield found("zone-failed", f"transfer failed: {zone.error}", remedy=zone.remedy)
        return
    for child in zone.uncovered:
        yield found("zone-uncovered", f"delegated child {clean(child)} is not transferred")
    yield from _size(zone, tally, terms)
    yield from _answers(tally, terms)


def _size(zone: ZoneResult, tally: ZoneTally, terms: Terms) -> Iterator[Finding]:
    if zone.members:
        # A catalog names zones and no hosts.
        return
    wanted = terms.policy.min_targets
    if tally.targets < wanted:
        message = f"the zone has fewer than {wanted} targets"
        few = found("zone-too-small", message)
        yield replace(few, observed=str(tally.targets), expected=f"min_targets = {wanted}")
    elif not tally.targets:
        yield found("zone-empty", f"the zone is complete, but {_why_empty(zone)}")


def _answers(tally: ZoneTally, terms: Terms) -> Iterator[Finding]:
    if not tally.targets:
        return
    wanted = terms.policy.min_answered
    if not tally.answered:
        message = f"none of {tally.targets} targets answered from here"
    elif tally.answered < wanted * tally.targets:
        message = f"fewer than {wanted:.0%} of the targets answered from here"
    else:
        return
    few = found("zone-unanswered", message)
    yield replace(few, observed=f"{tally.answered} of {tally.targets}")


def _no_targets(inventory: Inventory) -> Iterator[Finding]:
    if not inventory.targets:
        zones = [f"{_origin(zone)} ({_why_empty(zone)})" for zone in inventory.zones]
        message = f"the run has no targets: {listed(zones) or 'no zones'}"
        denied = any(skip.denied_by for skip in inventory.skips)
        yield found("no-targets", message, remedy=_LIFT if denied else "")


def _why_empty_zones(inventory: Inventory) -> Iterator[str]:
    if inventory.targets:
        return
    reasons: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for skip in inventory.skips:
        reasons[skip.record.view, skip.record.zone][skip.why] += 1
    for zone in inventory.zones:
        why = reasons[zone.view, zone.origin].most_common()
        told = "; ".join(f"{count} {reason}" for reason, count in why)
        yield f"zone {_origin(zone)}: {_why_empty(zone)}{told and f' ({told})'}"


def _idle(inventory: Inventory, terms: Terms, tables: Iterable[str]) -> Iterator[str]:
    """Yield what of the configuration fits nothing: a misspelt name would do so unheard."""
    if any(zone.error for zone in inventory.zones):
        # It may well fit what could not be had.
        return
    targets = {target.fqdn for target in inventory.targets}
    zones = {zone.origin for zone in inventory.zones}
    for name in terms.policy.wildcard_names:
        if name not in targets:
            yield f"{clean(name)} stands in wildcard_names, and no record makes it a target"
    for waiver in terms.waivers:
        if waiver.name not in targets and waiver.name not in {*zones, _RUN}:
            yield f"the waiver of {waiver.finding} for {clean(waiver.fqdn)} fits no target or zone"
    for name in tables:
        if name not in zones:
            yield f"the [[zone]] table of {clean(name) or '.'} fits no zone"


def _not_in_dns(inventory: Inventory, terms: Terms) -> Iterator[Finding]:
    # A record that was deleted by mistake is just what must_answer is for.
    known = {target.fqdn for target in inventory.targets}
    denied = {skip.record.owner: skip.why for skip in inventory.skips if skip.denied_by}
    for name in terms.policy.must_answer:
        if name.lower().rstrip(".") not in known:
            yield _missing(name, denied.get(name.lower().rstrip("."), ""))


def _missing(name: str, denied: str) -> Finding:
    """Return the finding on a name that must answer and is no target; why, where it is denied."""
    if not denied:
        message = f"{clean(name)} must answer, and no record of any zone makes it a target"
        return found("must-answer", message)
    message = f"{clean(name)} must answer, and is not connected to: it {denied}"
    return found("must-answer", message, remedy="take the network out of deny, or mend the record")


def _barred(inventory: Inventory) -> Iterator[str]:
    """Yield what is left alone of names that lead to denied addresses and to others as well."""
    names = {(target.fqdn, each) for target in inventory.targets for each in target.barred}
    if names:
        where = listed([f"{fqdn} to {each}" for fqdn, each in sorted(names)])
        yield f"beside the addresses that are looked at, records lead into denied networks: {where}"


def _why_empty(zone: ZoneResult) -> str:
    if zone.error:
        return f"transfer failed: {clean(zone.error)}"
    if not zone.record_count:
        return "it holds no addresses"
    return f"none of its {zone.record_count} records names a target"


def _origin(zone: ZoneResult) -> str:
    return f"{clean(zone.origin) or '.'} in {clean(zone.view)}"


def _no_current_store(panels: Iterable[Panel], terms: Terms) -> Iterator[Finding]:
    most = terms.policy.max_store_age
    stale: set[str] = set()
    for panel in panels:
        # own_ca has no age, and vouches for no public store beside it.
        dated = [store for store in panel if store.fetched is not None]
        if not any(store.is_current(terms.judged_at, most) for store in dated):
            stale |= {f"{store.name} of {store.fetched}" for store in dated}
    if stale:
        yield found(
            "no-current-store",
            f"no required store is younger than max_store_age ({most} days):"
            f" {listed(sorted(stale))}",
        )
