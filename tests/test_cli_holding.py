"""Every audit from the command line: terms, stages, strata, inputs held equal."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from commands import run, written

BASE = ("--group", "region", "--decision", "offered", "--favourable", "1")
REFERENCE = ("--reference", "region=north")


@pytest.fixture
def lender():
    rng = np.random.default_rng(7)
    n = 4_000
    frame = pd.DataFrame({"region": rng.choice(["north", "south"], n, p=[0.6, 0.4])})
    south = frame["region"] == "south"
    frame["county"] = rng.choice(["x", "y"], n)
    frame["year"] = rng.choice([2024, 2025], n)
    frame["points"] = rng.normal(600 - 10 * south, 50, n).round()
    frame["income"] = (rng.lognormal(10, 0.4, n) * (1 - 0.1 * south)).round()
    frame["job"] = rng.choice(["office", "field", None], n, p=[0.5, 0.49, 0.01])
    frame["complete"] = (rng.random(n) < 0.9 - 0.15 * south).astype(int)
    frame["offered"] = ((rng.random(n) < 0.7) & (frame["complete"] == 1)).astype(int)
    rate = 7 - 0.01 * (frame["points"] - 600) + 0.4 * south + rng.normal(0, 0.5, n)
    frame["rate"] = rate.round(2).where(frame["offered"] == 1)
    paid = rng.random(n) < 1 / (1 + np.exp(-(frame["points"] - 540) / 30))
    frame["paid"] = paid.astype(float).where(frame["offered"] == 1)
    return frame


@pytest.fixture
def here(tmp_path, monkeypatch, lender):
    """Work in an empty folder with one lender's file."""
    monkeypatch.chdir(tmp_path)
    lender.to_csv("lender.csv", index=False)
    return tmp_path


def of(plain, audit):
    return [finding for finding in plain["findings"] if finding["audit"] == audit]


def test_every_audit_of_this_library_that_reads_a_table_is_reached(here):
    run("audit", "lender.csv", *BASE, *REFERENCE, "--group", "county", "--outcome", "paid",
        "--good", "1", "--score", "points", "--higher-is", "safer", "--period", "year",
        "--strata", "job", "--price", "rate", "--unit", "%/year",
        "--stages", "complete,offered", "--everyone", "applied",
        "--control", "income=stated lending criterion")  # fmt: skip
    plain = written()
    asked = {finding["audit"] for finding in plain["findings"]}
    assert asked >= {
        "disparity", "conditional_disparity", "adjusted_disparity", "error_rates", "calibration",
        "intersections", "cutoff_policy", "criteria_conflict", "terms", "funnel", "drift", "power",
        "blind_spots",
    }  # fmt: skip
    assert plain["evidence"]["level"] == 3
    assert plain["evidence"]["held"] == ["tally", "terms", "funnel", "frame"]
    done = run("verify", "audit/audit.json", "--data", "lender.csv")
    assert "rests on more than this table" in done.stderr


def test_terms_are_those_of_the_library(here, lender):
    run("audit", "lender.csv", *BASE, *REFERENCE, "--price", "rate", "--unit", "%/year",
        "--band", "points=300,560,640,900", "--edges", "3,4,5,6,7,8,9,12")  # fmt: skip
    raw, within = of(written(), "terms")
    roles = ca.TermsRoles(groups=["region"], amount="rate", higher_is="worse", unit="%/year",
                          decision="offered", favourable=1, control="points")  # fmt: skip
    terms = ca.TermsTally.from_frame(
        lender, roles, bands=[300, 560, 640, 900], edges=[3, 4, 5, 6, 7, 8, 9, 12]
    )
    for finding, inside in ((raw, False), (within, True)):
        row = ca.metrics.terms_disparity(
            terms, by="region", reference="north", within_bands=inside
        ).iloc[0]
        assert finding["estimate"] == pytest.approx(row["value"])
        assert finding["unit"] == "%/year"
    assert "which is worse for them" in raw["claim"]
    assert "same band of points" in within["claim"]


def test_a_limit_is_better_when_it_is_higher(here):
    run("audit", "lender.csv", *BASE, "--limit", "income", "--unit", "euros")
    (finding,) = of(written(), "terms")
    assert "which is worse for them" in finding["claim"]
    assert finding["estimate"] < 0


def test_a_table_of_means_alone_is_enough(here):
    pd.DataFrame({
        "region": ["north", "south"], "offers": [800, 300], "rate": [6.9, 7.6], "sd": [1.1, 1.2],
        "none": [200, 190],
    }).to_csv("means.csv", index=False)  # fmt: skip
    run("audit", "--terms", "means.csv", "--group", "region", "--price", "rate", "--offers",
        "offers", "--sd", "sd", "--without", "none", *REFERENCE)  # fmt: skip
    plain = written()
    (finding,) = of(plain, "terms")
    assert finding["estimate"] == pytest.approx(0.7)
    assert finding["status"] == "beyond"
    assert plain["title"] == "means"
    assert plain["evidence"]["level"] == 1
    assert "190 of 490" in finding["claim"]
    assert "not made from a table of decisions" in run(
        "verify", "audit/audit.json", "--data", "means.csv", code=1
    ).stderr  # fmt: skip


def test_a_saved_summary_of_terms_is_published_and_audited(here, lender):
    roles = ca.TermsRoles(groups=["region"], amount="rate", higher_is="worse",
                          decision="offered", favourable=1)  # fmt: skip
    ca.TermsTally.from_frame(lender, roles).save("terms.parquet")
    done = run("publish", "terms.parquet", "--out", "public.parquet", "--min-cell", "10")
    assert "Note: No count or sum here, and none that can be derived" in done.stdout
    assert ca.TermsTally.load("public.parquet").origin == "published"
    assert "published already" in run(
        "publish", "public.parquet", "--out", "again.parquet", code=1
    ).stderr  # fmt: skip
    assert "terms are published once" in run(
        "publish", "terms.parquet", "--out", "b.parquet", "--after", "public.parquet", code=2
    ).stderr  # fmt: skip
    run("audit", "--terms", "public.parquet", *REFERENCE)
    (finding,) = of(written(), "terms")
    assert finding["status"] == "beyond"


def test_stages_are_read_from_rows_and_from_a_table(here, lender):
    run("audit", "lender.csv", *BASE, *REFERENCE, "--stages",
        "complete,made an offer:offered=1", "--everyone", "applied")  # fmt: skip
    (rows,) = of(written(), "funnel")
    assert "The largest part of the gap arises at the step 'applied to complete'" in rows["claim"]
    assert "complete to made an offer" in rows["claim"]
    table = lender.assign(applied=1).groupby("region")[["applied", "complete", "offered"]].sum()
    table.reset_index().to_csv("stages.csv", index=False)
    run("audit", "--funnel", "stages.csv", "--stages", "applied,complete,offered", "--group",
        "region", *REFERENCE, "--out", "counts")  # fmt: skip
    (counts,) = of(written("counts"), "funnel")
    assert counts["estimate"] == pytest.approx(rows["estimate"])


def test_controls_leave_what_the_library_leaves(here, lender):
    run("audit", "lender.csv", *BASE, *REFERENCE, "--control", "income=ability to pay",
        "--control", "job=stated in the rules")  # fmt: skip
    (finding,) = of(written(), "adjusted_disparity")
    roles = ca.Roles(groups=["region"], decision="offered", favourable=1)
    found = ca.metrics.adjusted_disparity(
        lender, roles, by="region", reference="north",
        controls={"income": "ability to pay", "job": "stated in the rules"},
    ).set_index("measure")  # fmt: skip
    assert finding["estimate"] == pytest.approx(found.loc["adjusted_ratio", "value"])
    assert "income (ability to pay); job (stated in the rules)" in " ".join(finding["limits"])


def test_parquet_and_csv_hold_the_same_inputs(here, lender):
    lender.to_parquet("lender.parquet")
    control = ("--control", "income=ability to pay", "--control", "job=rules")
    for name in ("csv", "parquet"):
        run("audit", f"lender.{name}", *BASE, *REFERENCE, *control, "--out", name)
    one, other = (of(written(name), "adjusted_disparity")[0] for name in ("csv", "parquet"))
    assert one == other


def test_strata_are_crossed_with_each_group_unless_groupings_are_named(here):
    run("audit", "lender.csv", *BASE, "--strata", "county")
    plain = written()
    assert plain["groupings"] == [["region"], ["region", "county"]]
    assert of(plain, "conditional_disparity")
    run("audit", "lender.csv", *BASE, "--strata", "county", "--by", "region", "--out", "named")
    assert not of(written("named"), "conditional_disparity")
    assert "agree with" in run("verify", "audit/audit.json", "--data", "lender.csv").stdout


USAGE = {
    ("--price", "rate", "--limit", "income"): "--price and --limit are two questions",
    ("--unit", "euros"): "Add --price COLUMN or --limit COLUMN, to which --unit belongs",
    ("--price", "rate", "--sd", "sd"): "the table of means to which --sd belongs",
    ("--price", "rate", "--band", "points"): "--band points must be NAME=VALUE",
    ("--price", "rate", "--band", "points=low"): "must be rising numbers with commas between",
    ("--price", "rate", "--edges", "a,b"): "--edges a,b must be rising numbers",
    ("--price", "rate", "--terms", "m.csv", "--edges", "1,2"): "--edges needs rows",
    ("--everyone", "applied"): "to which --everyone belongs",
    ("--stages", "complete,offer:offered"): "must be a column, or NAME:COLUMN=VALUE",
    ("--stages", "a,b", "--funnel", "f.csv", "--reached", "1"): "--everyone and --reached are for",
    ("--stages", "a,b:c=1", "--funnel", "f.csv"): "a table of counts has a column for each stage",
    ("--control", "income"): '--control income="stated lending criterion"',
    ("--control", "income= "): "--control income needs the reason",
}


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_what_does_not_go_together_exits_two(here, words):
    done = run("audit", "lender.csv", *BASE, *words, code=2)
    assert USAGE[words] in " ".join(done.stderr.split())
    assert not Path("audit").exists()


WRONG = {
    ("--price", "rat"): "Did you mean 'rate'?",
    ("--price", "county"): "Column 'county' must hold numbers",
    ("--price", "rate", "--band", "points=9,5"): "each higher than the last",
    ("--price", "rate", "--terms", "none.csv"): "'none.csv' not found",
    ("--stages", "complete,offerd"): "Did you mean 'offered'?",
    ("--stages", "offered,complete", "--everyone", "applied"): "must not increase from stage",
    ("--stages", "complete"): "must name two stages or more",
    ("--control", "incom=ability to pay"): "Did you mean 'income'?",
    ("--control", "offered=it decides"): "is the decision; it cannot be held equal",
    ("--terms", "lender.csv"): "is no saved summary of terms. Name the column of its means",
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_an_error_says_what_exists_and_what_to_do(here, words):
    done = run("audit", "lender.csv", *BASE, *words, code=1)
    assert WRONG[words] in done.stderr
    assert done.stderr.startswith("Error: ")
    assert not Path("audit").exists()


def test_counts_and_saved_tallies_hold_no_rows_for_terms_stages_and_inputs(here, lender):
    counts = lender.value_counts(["region", "offered"]).reset_index(name="n")
    counts.to_csv("counts.csv", index=False)
    roles = ca.Roles(groups=["region"], decision="offered", favourable=1)
    ca.Tally.from_frame(lender, roles).save("tally.parquet")
    for words, said in (
        (("--price", "rate"), "give a table of means with --terms TABLE"),
        (("--stages", "complete,offered"), "give a table of counts with --funnel TABLE"),
        (("--control", "income=why"), "reads the inputs from DATA"),
    ):
        for table in (("--counts", "counts.csv", *BASE), ("tally.parquet",)):
            assert said in run("audit", *table, *words, code=2).stderr
    pd.DataFrame(
        {"region": ["north", "south"], "applied": [900, 700], "offered": [600, 300]}
    ).to_csv("stages.csv", index=False)
    run(
        "audit",
        "tally.parquet",
        "--funnel",
        "stages.csv",
        "--stages",
        "applied,offered",
        *REFERENCE,
    )
    assert of(written(), "funnel")


def test_terms_need_a_group(here):
    pd.DataFrame({"rate": [1.0], "n": [9]}).to_csv("means.csv", index=False)
    said = run("audit", "--terms", "means.csv", "--price", "rate", code=2).stderr
    assert "Missing option '--group'" in said


def test_the_help_has_its_options_under_headings():
    said = run("audit", "--help").stdout
    headings = ["Table:", "Columns:", "Terms (what approved people pay or get):", "Stages:",
                "Held equal:", "Plan:", "Report:", "Other options:"]  # fmt: skip
    places = [said.index(f"\n{heading}") for heading in headings]
    assert places == sorted(places)
    for option in ("--price", "--stages", "--control", "--json", "--decision"):
        assert said.count(f"\n  {option} ") == 1
    assert places[2] < said.index("--price") < places[3] < said.index("--stages") < places[4]
