"""Several chains of one server: told apart, named, and merged."""

from dataclasses import replace
from datetime import timedelta

from checks.deployment import labels, served
from checks.evidence import Reach, Scan
from checks.finding import Severity
from tests.checks.evidence import (
    CA,
    CROSS,
    GOOD,
    LEAF,
    NAMES,
    NOW,
    OTHER_ROOT,
    RSA_LEAF,
    TARGET,
    chain,
    found_on,
    refusing,
    scanned,
    shaking,
    trusting,
    verdict_on,
)

RSA = chain(RSA_LEAF, CA)
OLD = replace(LEAF, sha256="old", serial="0D", not_after=NOW - timedelta(5))
OLD_RSA = replace(RSA_LEAF, not_after=NOW - timedelta(9))


def test_same_chain_in_several_handshakes_is_one_deployment() -> None:
    (deployment,) = verdict_on(GOOD, GOOD).deployments
    assert deployment.key_type == "EC"
    assert deployment.tls_versions == ("TLS 1.2", "TLS 1.3")
    assert deployment.trusted_by == NAMES
    assert deployment.refused_by == ()


def test_deployment_tells_who_refuses() -> None:
    stores = (*trusting(names=("apple", "mozilla")), *refusing(20, 1, CA, ("java",)))
    (deployment,) = verdict_on(chain(LEAF, CA, stores=stores)).deployments
    assert deployment.trusted_by == ("apple", "mozilla")
    assert deployment.refused_by == ("java",)


def test_finding_of_a_single_deployment_names_none() -> None:
    (finding,) = verdict_on(chain(OLD, CA)).findings
    assert finding.deployments == ()


def test_same_finding_on_two_key_types_is_one_that_names_both() -> None:
    leaf = replace(LEAF, dns_names=("a.test",))
    rsa = replace(RSA_LEAF, dns_names=("a.test",))
    (finding,) = verdict_on(chain(leaf, CA), chain(rsa, CA)).findings
    assert finding.deployments == ("EC", "RSA")
    assert finding.message.count("a.test") == 1


def test_merged_finding_tells_what_differs() -> None:
    (finding,) = verdict_on(chain(OLD, CA), chain(OLD_RSA, CA)).findings
    assert finding.message == (
        "certificate has expired (2026-05-27T12:00:00Z);"
        " RSA: certificate has expired (2026-05-23T12:00:00Z)"
    )


def test_finding_on_one_of_two_deployments_names_it() -> None:
    (finding,) = verdict_on(GOOD, chain(OLD_RSA, CA)).findings
    assert (finding.id, finding.deployments) == ("expired", ("RSA",))


def test_merged_finding_has_the_gravest_severity_and_all_stores() -> None:
    soon = replace(LEAF, not_before=NOW - timedelta(80), not_after=NOW + timedelta(10))
    now = replace(RSA_LEAF, not_before=NOW - timedelta(80), not_after=NOW + timedelta(1))
    (finding,) = verdict_on(chain(soon, CA), chain(now, CA)).findings
    assert (finding.id, finding.severity) == ("expiring", Severity.ERROR)
    ec = chain(LEAF, CA, stores=(*trusting(names=NAMES[1:]), *refusing(20, 1, CA, NAMES[:1])))
    rsa = chain(RSA_LEAF, CA, stores=(*trusting(names=NAMES[:1]), *refusing(20, 1, CA, NAMES[1:])))
    (finding,) = verdict_on(ec, rsa).findings
    assert finding.stores_refusing == NAMES


def test_two_weak_keys_of_one_deployment_stay_two() -> None:
    ca = replace(CA, key_type="DSA")
    leaf, rsa = replace(LEAF, key_type="DSA"), replace(RSA_LEAF, key_bits=1024)
    findings = verdict_on(chain(leaf, ca), chain(rsa, ca)).findings
    assert [finding.deployments for finding in findings] == [("DSA", "RSA"), ("DSA", "RSA")]


def test_two_issuers_that_were_not_sent_stay_two() -> None:
    early = NOW + timedelta(20)
    path = (LEAF, replace(CA, not_after=early), replace(CROSS, not_after=early), OTHER_ROOT)
    findings = verdict_on(chain(LEAF, stores=trusting(path))).findings
    assert [finding.id for finding in findings] == ["issuer-expiring", "issuer-expiring"]


def test_every_handshake_is_judged_by_its_own_chain() -> None:
    """SSLyze's own merge keeps one of these two at random."""
    bare = chain(LEAF, stores=refusing(20, 0, LEAF))
    for scan in ((GOOD, bare), (bare, GOOD)):
        assert found_on(*scan) == ["issuer-not-sent"]


def test_chains_of_one_key_type_are_named_by_version_question_or_place() -> None:
    bare = chain(LEAF)
    assert labels(served(scanned(GOOD, bare))) == ("EC (TLS 1.3)", "EC (TLS 1.2)")
    asked = (shaking(GOOD, "TLS 1.2", "with RSA"), shaking(bare, "TLS 1.2", "without RSA"))
    assert labels(served(Scan(TARGET, Reach.ANSWERED, asked))) == (
        "EC (with RSA)",
        "EC (without RSA)",
    )
    same = (shaking(GOOD), shaking(bare))
    assert labels(served(Scan(TARGET, Reach.ANSWERED, same))) == ("EC #1", "EC #2")


def test_two_leaves_of_one_key_type_are_inconsistent() -> None:
    other = replace(LEAF, sha256="another", serial="FF")
    (finding,) = verdict_on(GOOD, chain(other, CA)).findings
    assert (finding.id, finding.severity) == ("inconsistent-leaf", Severity.WARNING)
    assert "serial FF" in finding.message
    assert "serial 1A2B" in finding.message


def test_inconsistency_reads_the_same_whichever_came_first() -> None:
    other = chain(replace(LEAF, sha256="another", serial="FF"), CA)
    assert verdict_on(GOOD, other).findings == verdict_on(other, GOOD).findings


def test_every_distinct_leaf_is_judged() -> None:
    assert found_on(GOOD, chain(OLD, CA)) == ["expired", "inconsistent-leaf"]


def test_leaves_of_two_key_types_are_consistent() -> None:
    assert found_on(GOOD, RSA) == []


def test_only_a_scan_without_earlier_versions_speaks_tls_1_3_only() -> None:
    assert served(scanned(GOOD))[0].tls_1_3_only
    assert not any(one.tls_1_3_only for one in served(scanned(GOOD, RSA)))
