"""What a pipeline learns from the exit code, and its reader from the words beside it."""

from pathlib import Path

from demo.planted import ORIGIN, zone_text
from reports.facts import INCOMPLETE
from tests.sessions.session import CSV, Session, play, toml
from tests.sessions.world import World, counting_primary, write
from tests.support.bind import bind
from tests.support.dns_server import unanswering_port

HEAD = "$TTL 300\n@ SOA ns.example. hostmaster.example. 1 3600 900 604800 300\n@ NS ns.example.\n"


def outcomes(session: Session) -> str:
    return session.output.splitlines()[-1].strip("= ").rpartition(" in ")[0]


def test_run_without_findings_ends_with_0(world: World, tmp_path: Path) -> None:
    good = world.run(tmp_path, f"--csv={CSV}", include=[r"(www|api|\*\.apps)\.demo\.test"])

    assert [row["status"] for row in good.rows] == ["ok", "ok", "ok"]
    assert (good.code, outcomes(good)) == (0, "5 passed")
    assert INCOMPLETE not in good.output


def test_run_without_targets_ends_with_1_and_never_skips(world: World, tmp_path: Path) -> None:
    empty = world.run(tmp_path, include=["nothing"])

    assert (empty.code, outcomes(empty)) == (1, "1 failed, 1 passed")
    assert "the run has no targets: demo.test in demo" in empty.output
    assert "none of its 24 records names a target (22 left out by the conf" in empty.output
    assert "collected 2 items" in empty.output


def test_refused_zone_ends_with_6_and_hides_no_other(world: World, tmp_path: Path) -> None:
    closed = {"secret.test": HEAD + "www A 127.0.0.11\n"}
    zone = zone_text(world.port)
    with bind({ORIGIN: zone}) as primary, bind(closed, allow_transfer="none") as guarded:
        document = world.document({"server": primary.server, "include": ["(www|pool).*"]})
        second = {"name": "vault", "type": "axfr", "server": guarded.server, "zones": [*closed]}
        document["source"].append(second)
        option = write(tmp_path, document)
        ended = play(tmp_path, option, f"--csv={CSV}", "-n", "2")
        dry = play(tmp_path, option, "--collect-only", "-q")

    assert (ended.code, ended.left, dry.code) == (6, (), 6)
    assert [row["status"] for row in ended.rows] == ["ok", "error", "ok"]
    assert "test_zone[secret.test]" in ended.output
    cause = f"zone secret.test: server {guarded.server} refuses the zone transfer (REFUSED)"
    for said in (cause, "remedy: allow this host in the server's allow-transfer", INCOMPLETE):
        assert said in ended.output
        assert said in dry.output


def test_zones_of_a_catalog_are_tested_and_a_broken_one_ends_with_6(
    world: World, tmp_path: Path
) -> None:
    member = f"a.zones PTR {ORIGIN}.\n"
    held = {
        ORIGIN: zone_text(world.port),
        "catalog.test": HEAD + 'version TXT "2"\n' + member,
        "broken.test": HEAD + member,
    }
    with bind(held) as primary:
        source = {"server": primary.server, "zones": [], "include": ["www.*"]}
        sound, broken = (
            play(
                tmp_path / each, write(tmp_path / each, world.document(source | {"catalog": each}))
            )
            for each in ("catalog.test", "broken.test")
        )

    assert (sound.code, outcomes(sound)) == (0, "4 passed")
    assert broken.code == 6
    assert "is no catalog: it has no TXT record at version.broken.test" in broken.output


def test_zone_of_which_nothing_answers_ends_with_6(world: World, tmp_path: Path) -> None:
    with (
        counting_primary("mute.test", HEAD + "www A 127.0.0.1\n") as (server, _),
        unanswering_port() as place,
    ):
        port = int(place.rpartition(":")[2])
        source = {"server": server, "zones": ["mute.test"]}
        document = world.document(source, ports=[port], connect_timeout=0.2)
        ended = play(tmp_path, write(tmp_path, document))

    assert (ended.code, outcomes(ended)) == (6, "1 failed, 1 passed, 1 skipped")
    assert "none of 1 targets answered from here" in ended.output
    assert "NOT-VERIFIED: no answer" in ended.output


def test_missing_configuration_ends_with_4_and_tells_how_to_start(tmp_path: Path) -> None:
    ended = play(tmp_path, f"--compliance={tmp_path / 'no.toml'}", f"--csv={CSV}")

    assert ended.code == 4
    assert f"{tmp_path / 'no.toml'}: cannot be read (No such file or directory)" in ended.output
    assert "pytest --demo" in ended.output
    assert "compliance.toml.sample" in ended.output
    assert not (tmp_path / CSV).exists()


def test_faulty_configuration_ends_with_4_and_scans_nothing(world: World, tmp_path: Path) -> None:
    document = world.document({"view": "key"}, ports=["443"], thrust="own")
    world.transfers.clear()
    ended = play(tmp_path, write(tmp_path, document), f"--csv={CSV}", "-n", "2")

    file = tmp_path / "compliance.toml"
    assert ended.code == 4
    assert f'{file}: policy.ports[0]: given "443"; Input should be a valid integer' in ended.output
    assert f"{file}: policy.thrust: is not known; compliance.toml.sample has" in ended.output
    assert f"{file}: source[0].view: is not known; compliance.toml.sample has" in ended.output
    assert world.transfers == []
    assert not (tmp_path / CSV).exists()


def test_text_that_is_no_toml_ends_with_4(world: World, tmp_path: Path) -> None:
    file = tmp_path / "compliance.toml"
    file.write_text(toml(world.document({})) + "\n[[source]\n")
    ended = play(tmp_path, f"--compliance={file}")

    assert ended.code == 4
    assert f"{file}: is no TOML" in ended.output
    assert f"line {len(file.read_text().splitlines())}" in ended.output
