from demo.comparison import differences, found
from demo.planted import Planted

PLACE = "www.demo.test", "127.0.0.11"
HEAD = "ip_address,port,fqdn,status,message,finding_id,severity"
OK = "127.0.0.11,443,www.demo.test,ok,,,"
EXPIRED = "127.0.0.11,443,www.demo.test,error,certificate has expired,expired,error"
EXTRA = "127.0.0.11,443,www.demo.test,error,extra,chain-extra,note"
NAME = "127.0.0.11,443,www.demo.test,error,wrong name,hostname-mismatch,error"


def test_target_without_finding_is_found_with_its_status() -> None:
    assert found([HEAD, OK]) == {PLACE: Planted("ok")}


def test_findings_of_one_target_are_gathered_and_notes_left_out() -> None:
    wanted = Planted("error", ("expired", "hostname-mismatch"))
    assert found([HEAD, NAME, EXPIRED, EXTRA]) == {PLACE: wanted}


def test_zone_counts_only_with_an_error_or_a_warning() -> None:
    row = ",,demo.test,error,refused,zone-failed,"
    assert found([HEAD, row + "note", ",,demo.test,ok,,,"]) == {}
    assert found([HEAD, row + "error"]) == {("demo.test", ""): Planted("error", ("zone-failed",))}


def test_the_same_is_no_difference() -> None:
    planted = {PLACE: Planted("error", ("expired",))}
    assert list(differences(found([HEAD, EXPIRED]), planted)) == []


def test_each_difference_says_what_was_planted_and_found() -> None:
    planted = {PLACE: Planted("error", ("expired",))}
    stray = {("x.test", "127.0.0.9"): Planted("ok")}
    assert list(differences({PLACE: Planted("ok")}, planted)) == [
        "www.demo.test 127.0.0.11: planted error expired, found ok"
    ]
    assert list(differences({}, planted)) == [
        "www.demo.test 127.0.0.11: planted error expired, found nothing"
    ]
    assert list(differences(stray, {})) == ["x.test 127.0.0.9: planted nothing, found ok"]


def test_what_a_message_has_to_say_is_looked_for() -> None:
    seen = found([HEAD, EXPIRED])
    assert list(differences(seen, {PLACE: Planted("error", ("expired",), "has expired")})) == []
    assert list(differences(seen, {PLACE: Planted("error", ("expired",), "is late")})) == [
        "www.demo.test 127.0.0.11: has to say 'is late', and says 'certificate has expired'"
    ]
