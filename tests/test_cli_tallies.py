"""The commands around counts: tally, merge, publish, explore, and an audit of what they wrote."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from creditaudit.cli import main
from creditaudit.tally import Tally

PROTOCOL = """
title = "Two lenders"
min_cell = 5
groupings = [["race"]]
score_edges = [300, 400, 500, 600, 700, 850]

[roles]
groups = ["race"]
decision = "approved"
favourable = 1
score = "points"
higher_is = "safer"
"""


def lender(seed: int, people: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    points = rng.normal(560, 90, people).round().clip(300, 850)
    return pd.DataFrame(
        {
            "race": rng.choice(["a", "b"], people),
            "approved": (points > 550).astype(int),
            "points": points,
        }
    )


def run(*args: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, list(args))
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("protocol.toml").write_text(PROTOCOL)
    lender(1).to_csv("one.csv", index=False)
    lender(2).to_parquet("two.parquet")
    for name, data in (("one", "one.csv"), ("two", "two.parquet")):
        run("tally", data, "--protocol", "protocol.toml", "--out", f"{name}.tally.parquet")
    run("merge", "one.tally.parquet", "two.tally.parquet", "--out", "whole.parquet")
    run("publish", "whole.parquet", "--out", "evidence.parquet")
    return tmp_path


def test_counts_made_alone_merged_and_published_hold_everyone(here: Path) -> None:
    both = pd.concat([lender(1), lender(2)], ignore_index=True)
    whole, evidence = Tally.load("whole.parquet"), Tally.load("evidence.parquet")
    edges = [300, 400, 500, 600, 700, 850]
    assert whole.fingerprint() == Tally.from_frame(
        both, whole.roles, by=["race"], score_bins=edges
    ).fingerprint()  # fmt: skip
    assert evidence.n == 800
    assert evidence.origin == "published"


@pytest.mark.parametrize(
    "args",
    [
        ("tally", "one.csv", "--protocol", "protocol.toml", "--out", "a.parquet"),
        ("merge", "one.tally.parquet", "two.tally.parquet", "--out", "a.parquet"),
        ("publish", "whole.parquet", "--out", "a.parquet"),
        ("explore", "evidence.parquet", "--out", "a.html"),
    ],
    ids=lambda args: args[0],
)
def test_json_is_one_object_and_nothing_is_overwritten(here: Path, args: tuple[str, ...]) -> None:
    assert isinstance(json.loads(run(*args, "--json").stdout), dict)
    assert "--force" in run(*args, code=1).stderr
    run(*args, "--force")


def test_a_tally_that_is_not_published_comes_with_a_warning(here: Path) -> None:
    done = run("merge", "one.tally.parquet", "two.tally.parquet", "--out", "b.parquet")
    assert "publish it before handing it to anyone" in done.stderr
    assert "Warning" not in run("publish", "b.parquet", "--out", "c.parquet").stderr


def test_explain_says_what_was_done(here: Path) -> None:
    args = ("--protocol", "protocol.toml", "--out", "d.parquet", "--explain")
    assert "in batches with Arrow" in run("tally", "one.csv", *args).stderr


def test_the_explorer_takes_published_counts_only(here: Path) -> None:
    assert "Publish first" in run("explore", "whole.parquet", "--out", "e.html", code=1).stderr
    assert not Path("e.html").exists()
    page = run("explore", "evidence.parquet", "--out", "e.html").stdout
    assert "Open e.html" in page
    assert Path("e.html").stat().st_size < 60_000


def test_one_tally_handed_in_twice_is_refused(here: Path) -> None:
    done = run("merge", "one.tally.parquet", "one.tally.parquet", "--out", "f.parquet", code=1)
    assert "counted twice" in done.stderr


def test_published_evidence_is_audited_and_verified_without_rows(here: Path) -> None:
    run("audit", "evidence.parquet", "--out", "audit")
    found = json.loads(Path("audit/audit.json").read_text())
    assert found["evidence"]["level"] == 1
    run("verify", "audit/audit.json", "--data", "evidence.parquet")
    run("verify", "audit/audit.json", "--data", "whole.parquet", code=4)


def test_roles_given_beside_a_tally_are_a_usage_error(here: Path) -> None:
    done = run("audit", "evidence.parquet", "--group", "race", code=2)
    assert "leave out groups" in done.stderr


def test_too_few_people_are_refused(here: Path) -> None:
    lender(3, people=4).to_csv("few.csv", index=False)
    run("tally", "few.csv", "--protocol", "protocol.toml", "--out", "few.parquet")
    run("publish", "few.parquet", "--out", "none.parquet", code=5)
    assert not Path("none.parquet").exists()
