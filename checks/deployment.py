"""The chains that one server shows: told apart, named, and their findings made into one list."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checks.context import Context, Served
from checks.evidence import Certificate, Chain, Handshake, Scan
from checks.finding import Finding, Severity
from checks.found import found, reference
from checks.jury import accepts
from checks.text import clean, moment
from checks.verdict import Deployment

_GRAVEST_FIRST = tuple(Severity)


def served(scan: Scan) -> tuple[Served, ...]:
    """Return the distinct chains of a scan, in the order in which they were seen."""
    by_chain: dict[Chain, list[Handshake]] = {}
    for handshake in scan.handshakes:
        by_chain.setdefault(handshake.chain, []).append(handshake)
    tls_1_3_only = all(handshake.tls_version == "TLS 1.3" for handshake in scan.handshakes)
    return tuple(Served(chain, tuple(seen), tls_1_3_only) for chain, seen in by_chain.items())


def labels(deployments: Sequence[Served]) -> tuple[str, ...]:
    """Return a name for each chain, all different, as short as that can be.

    The key type (``RSA``); where two share it with the TLS versions, the questions asked, or the
    place in the list.
    """
    for label in (_key_type, _with_versions, _with_questions):
        names = tuple(label(one) for one in deployments)
        if len(set(names)) == len(names):
            return names
    return tuple(f"{_key_type(one)} #{place}" for place, one in enumerate(deployments, 1))


def facts(one: Served, context: Context) -> Deployment:
    """Return what reports show of a chain, whether it passed or not."""
    verdicts = [verdict for verdict in one.chain.stores if verdict.store in context.required]
    return Deployment(
        one.leaf.key_type,
        _versions(one),
        reference(one.chain, one.leaf),
        tuple(sorted(verdict.store for verdict in verdicts if accepts(verdict))),
        tuple(sorted(verdict.store for verdict in verdicts if not accepts(verdict))),
    )


def merged(by_label: Mapping[str, Iterable[Finding]]) -> Iterator[Finding]:
    """Yield the findings of all chains, the same one on several chains once, naming these.

    Two are the same if they have the id and, in the chains as sent, the place in common.
    """
    groups: dict[tuple[str, int | None, int], dict[str, Finding]] = {}
    for label, findings in by_label.items():
        seen: Counter[tuple[str, int | None]] = Counter()
        for finding in findings:
            key = (finding.id, finding.certificate.position if finding.certificate else None)
            groups.setdefault((*key, seen[key]), {})[label] = finding
            seen[key] += 1
    for same in groups.values():
        yield _one(same, is_alone=len(by_label) == 1)


def inconsistent(deployments: Sequence[Served]) -> Iterator[Finding]:
    """Yield a finding for each key type of which there is more than one leaf certificate."""
    leaves = {one.leaf: one for one in deployments}
    for key_type in dict.fromkeys(leaf.key_type for leaf in leaves):
        # By hash: which server of several answers first differs from run to run.
        same = sorted(
            (leaf for leaf in leaves if leaf.key_type == key_type), key=lambda leaf: leaf.sha256
        )
        if len(same) > 1:
            shown = "; ".join(map(_leaf, same))
            message = f"one address showed different {clean(key_type)} certificates: {shown}"
            ref = reference(leaves[same[0]].chain, same[0])
            yield found("inconsistent-leaf", message, ref)


def _leaf(leaf: Certificate) -> str:
    until = moment(leaf.not_after) or "unknown"
    return f"serial {leaf.serial or 'unknown'}, until {until}"


def _key_type(one: Served) -> str:
    return one.leaf.key_type


def _with_versions(one: Served) -> str:
    return f"{one.leaf.key_type} ({', '.join(_versions(one))})"


def _with_questions(one: Served) -> str:
    return f"{one.leaf.key_type} ({', '.join(shown.question for shown in one.handshakes)})"


def _versions(one: Served) -> tuple[str, ...]:
    return tuple(sorted({shown.tls_version for shown in one.handshakes}))


def _one(same: Mapping[str, Finding], *, is_alone: bool) -> Finding:
    findings = tuple(same.values())
    first = findings[0]
    stores = {store for finding in findings for store in finding.stores_refusing}
    return replace(
        first,
        message=_message(same),
        severity=min((finding.severity for finding in findings), key=_GRAVEST_FIRST.index),
        stores_refusing=tuple(sorted(stores)),
        deployments=() if is_alone else tuple(same),
    )


def _message(same: Mapping[str, Finding]) -> str:
    labels_by_message: dict[str, str] = {}
    for label, finding in same.items():
        labels_by_message.setdefault(finding.message, label)
    first, *others = labels_by_message
    return clean("; ".join([first, *(f"{labels_by_message[other]}: {other}" for other in others)]))
