"""The command around shared data: one society, several rules, one report that can be recomputed."""

import json

import pytest
from click.testing import CliRunner, Result

import creditaudit as ca
from creditaudit.cli import main
from creditaudit.populations import write_society


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "world"
    write_society(ca.make_society(1_500, 150, seed=7), folder)
    return folder


def run(*given: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in given])


@pytest.fixture(scope="module")
def shared(world, tmp_path_factory):
    out = tmp_path_factory.mktemp("shared")
    done = run("share", world, "--regime", "hub:court", "--group", "sex", "--out", out)
    assert done.exit_code == 0, done.output
    return out, json.loads((out / "audit.json").read_text("utf-8"))


def test_the_report_names_the_society_and_holds_each_regime_whole(shared, world):
    out, plain = shared
    assert (out / "report.html").is_file()
    assert plain["synthetic"] is True
    assert plain["evidence"]["held"] == ["society", "regimes"]
    assert plain["evidence"]["people"] == 1_500
    assert plain["provenance"]["society_hash"] == ca.populations.load_society(world).fingerprint()
    assert plain["provenance"]["seed"] == 7
    assert [one["name"] for one in plain["regimes"]] == ["silos", "hub:court"]
    for one in plain["regimes"]:
        assert ca.SharingRegime.from_toml(one["text"]).hash == one["hash"]
    assert any(one["hash"] in note for note in plain["notes"] for one in plain["regimes"])


def test_the_rule_that_others_are_compared_with_has_their_agencies(world, tmp_path):
    done = run("share", world, "--regime", "regime_us_fcra", "--out", tmp_path, "--json")
    plain = json.loads(done.stdout)
    first, second = (ca.SharingRegime.from_toml(one["text"]) for one in plain["regimes"])
    assert first.imports == ()
    assert first.denials == second.denials
    assert first.agencies == second.agencies == ca.SharingRegime.load("regime_us_fcra").agencies


def test_a_report_on_a_society_is_recomputed_from_its_folder(shared, world):
    out, _ = shared
    done = run("verify", out / "audit.json", "--data", world)
    assert done.exit_code == 0, done.output
    assert "they agree with the report" in done.stdout


def test_another_society_is_told(shared, tmp_path):
    out, _ = shared
    write_society(ca.make_society(1_500, 150, seed=8), tmp_path / "other")
    done = run("verify", out / "audit.json", "--data", tmp_path / "other")
    assert done.exit_code == 4
    assert "The society differs" in done.stdout


def test_a_regime_that_was_changed_in_the_report_is_refused(shared, world, tmp_path):
    _, plain = shared
    last = plain["regimes"][-1]
    changed = plain | {
        "regimes": [plain["regimes"][0], last | {"title": "x", "text": plain["regimes"][0]["text"]}]
    }
    (tmp_path / "audit.json").write_text(json.dumps(changed), "utf-8")
    done = run("verify", tmp_path / "audit.json", "--data", world)
    assert done.exit_code == 1
    assert "does not have the hash it names" in done.stderr


def test_a_regime_that_is_not_there_is_named_with_those_that_are(world, tmp_path):
    done = run("share", world, "--regime", "regime_of_nobody", "--out", tmp_path)
    assert done.exit_code == 1
    assert "regime_of_nobody" in done.stderr
    assert "regime_us_fcra" in done.stderr
    assert not (tmp_path / "audit.json").exists()


def test_a_folder_that_is_no_society_is_said_to_be_none(tmp_path):
    done = run("share", tmp_path, "--regime", "full", "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "manifest.json" in done.stderr


def test_nothing_is_overwritten_without_force(shared, world):
    out, _ = shared
    done = run("share", world, "--regime", "hub:court", "--out", out)
    assert done.exit_code == 1
    assert "--force" in done.stderr


def test_a_hub_of_an_agency_that_does_not_exist_says_which_exist(world, tmp_path):
    done = run("share", world, "--regime", "hub:moon", "--out", tmp_path)
    assert done.exit_code == 1
    assert "moon" in done.stderr
    assert "court" in done.stderr


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--group", "colour"), ("'colour' not found", "registration")),
        (("--reference", "sexx=male"), ("'sexx' not found", "Did you mean 'sex'")),
        (("--reference", "sex=blue"), ("sex=blue", "Values: female, male")),
    ],
)
def test_a_group_that_is_not_there_is_told_with_those_that_are(world, tmp_path, given, words):
    done = run("share", world, "--regime", "full", *given, "--out", tmp_path)
    assert done.exit_code == 1
    assert all(word in done.stderr for word in words)
    assert not (tmp_path / "audit.json").exists()


def test_a_reference_is_the_value_that_the_column_holds(world, tmp_path):
    done = run(
        "share", world, "--regime", "full", "--group", "minority", "--reference", "minority=1",
        "--out", tmp_path, "--json",
    )  # fmt: skip
    plain = json.loads(done.stdout)
    assert plain["plan"]["reference"] == {"minority": 1}
    assert any(finding["reference"] == "minority 1" for finding in plain["findings"])
