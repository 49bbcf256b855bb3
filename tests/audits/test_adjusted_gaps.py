import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit import Evidence, Plan, Roles, Tally, metrics
from creditaudit.audits import all_audits, run_audits
from creditaudit.errors import InputError
from creditaudit.pages.schemas import validate_report
from made_tables import DAY, VERDICTS, of, rows

ROLES = Roles(groups=["race"], decision="approved", favourable=1)
WHY = {"income": "what a person can pay back.", "kind": "how the loan is secured"}
QUESTION = "What gap in approvals is left when named inputs are held equal?"


def people(n=1500, seed=2, groups=("white", "black"), shares=(0.6, 0.4)):
    rng = np.random.default_rng(seed)
    race, kind = rng.choice(groups, n, p=shares), rng.choice(["car", "home"], n)
    income = rng.normal(size=n) - 0.8 * (race == "black")
    odds = 0.9 + 0.9 * income - 0.6 * (race == "black")
    approved = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int)
    return pd.DataFrame({"race": race, "kind": kind, "income": income, "approved": approved})


def audited(frame, roles=ROLES, controls=WHY, *, inputs=None, **plan):
    plan = {"reference": {"race": "white"}} | plan
    evidence = Evidence(
        tally=Tally.from_frame(frame, roles),
        frame=frame if inputs is None else inputs,
        controls=controls,
    )
    return run_audits(evidence, title="A lender", plan=Plan(**plan), report_date=DAY)


@pytest.fixture(scope="module")
def report():
    return audited(people())


@pytest.fixture(scope="module")
def finding(report):
    (found,) = of(report, "adjusted_disparity")
    return found


def test_raw_and_adjusted_stand_in_one_claim(finding):
    left = metrics.adjusted_disparity(
        people(), ROLES, by="race", controls=WHY, reference="white"
    ).set_index("measure")
    ratio, raw = left.loc["adjusted_ratio"], left.loc["raw_ratio"]
    assert finding.estimate == pytest.approx(ratio["value"])
    assert (finding.low, finding.high) == pytest.approx((ratio["low"], ratio["high"]))
    assert finding.claim.startswith(
        f"race black: {100 * ratio['value']:.0f} approvals for every 100 in the reference group, "
        f"race white, per head, with income and kind held equal ({100 * ratio['low']:.0f} to "
        f"{100 * ratio['high']:.0f}); raw, with nothing held equal, {100 * raw['value']:.0f} "
    )
    points = left.loc["adjusted_difference", "value"]
    assert f"In percentage points: −{-100 * points:.1f} (−" in finding.claim
    assert f"odds of approval {left.loc['adjusted_odds_ratio', 'value']:.2f} times" in finding.claim
    assert "Something outside the table and beyond these controls accounts for" in finding.claim


def test_the_range_is_widened_over_the_report(report, finding):
    assert report.to_dict()["comparisons"] == 2
    assert finding.low_family < finding.low < finding.high < finding.high_family
    assert len(finding.tested) == 1
    assert finding.p_adjusted >= finding.p_value


def test_the_table_holds_raw_and_adjusted_rates(finding):
    table = finding.table.set_index(["race", "measure"])
    assert list(finding.table.columns) == [
        "race", "measure", "n", "approved", "refused", "value", "low", "high", "note",
    ]  # fmt: skip
    frame = people()
    assert table.loc[("black", "raw rate"), "value"] == pytest.approx(
        frame[frame["race"] == "black"]["approved"].mean()
    )
    adjusted = table.xs("adjusted rate", level="measure")["value"]
    assert adjusted["black"] / adjusted["white"] == pytest.approx(finding.estimate)
    assert table["value"].between(table["low"], table["high"]).all()


def test_every_reason_is_printed_and_the_warning_about_controls(finding):
    said = " ".join(finding.limits)
    assert (
        "Held equal, for the reason given by the author of this report: income (what a person can "
        "pay back); kind (how the loan is secured)." in said
    )
    assert "The gap that is left when the named controls are held equal." in said
    assert "A control may itself carry the gap" in said
    assert re.search(
        r"Another model leaves another number: a linear one −\d+\.\d .* a probit", said
    )


def test_no_claim_gives_a_cause_or_a_verdict(report, finding):
    assert not VERDICTS.search(" ".join([finding.claim, finding.method, *finding.limits]))
    assert finding.question == QUESTION


def test_the_report_can_be_saved_and_shown(report, tmp_path):
    validate_report(report.to_dict())
    page = report.to_html()
    assert "with income and kind held equal" in page
    assert "black, adjusted rate" in page
    report.save(tmp_path / "audit.json")
    assert ca.Report.load(tmp_path / "audit.json").to_dict() == report.to_dict()


def test_hmda_leaves_a_gap_of_the_size_in_the_textbook():
    data = ca.load_hmda_boston()
    value = data.frame["lvrat"]
    bands = np.select([value < 0.8, value <= 0.95], ["low", "medium"], "high")
    frame = data.frame.assign(lvrat_band=bands)
    names = ["pirat", "hirat", "lvrat_band", "chist", "mhist", "phist", "insurance", "selfemp"]
    report = ca.audit(
        Evidence(
            tally=Tally.from_frame(frame, data.roles), frame=frame, about=data.made,
            controls=dict.fromkeys(names, "a control of table 11.2"),
        ),
        title="Boston", plan=Plan(reference={"race": "white"}), report_date=DAY,
    )  # fmt: skip
    (found,) = of(report, "adjusted_disparity")
    assert "with 8 named controls held equal" in found.claim
    assert "raw, with nothing held equal, 79 (73 to 84)" in found.claim
    assert "In percentage points: −6.0 (−9.6 to −2.4) with the controls held equal" in found.claim
    assert "−19.1 raw; odds of approval 0.50 times those of the reference, 0.26 raw" in found.claim
    assert "a linear one −8.4 (−12.8 to −3.9)" in " ".join(found.limits)
    assert found.status == "not_beyond"
    assert "us_ecoa_reg_b_1977" in found.law
    assert report.to_dict()["evidence"]["level"] == 3


# When it cannot be told.


def undefined(frame, **how):
    found = of(audited(frame, **how), "adjusted_disparity")
    for one in found:
        assert one.status == "cannot_tell"
        assert one.estimate is None
        assert (one.low, one.high) == (None, None)
        assert not VERDICTS.search(one.claim)
    return found


def test_separation_cannot_tell_and_still_shows_the_raw_gap():
    frame = people().assign(rule=lambda f: np.where(np.arange(len(f)) % 30 == 0, "yes", "no"))
    frame.loc[frame["rule"] == "yes", "approved"] = 0
    (found,) = undefined(frame, controls=WHY | {"rule": "house rule"})
    assert "all 50 people with rule = yes were refused" in found.claim
    assert "what is left with income, kind and rule held equal cannot be told." in found.claim
    assert re.search(r"Raw, with nothing held equal: \d+ \(\d+ to \d+\) approvals", found.claim)
    assert found.table["measure"].tolist() == ["raw rate"] * 2 + ["adjusted rate"] * 2
    assert "a linear one" in " ".join(found.limits)


def test_a_control_that_gives_the_group_away_cannot_tell():
    frame = people().assign(place=lambda f: np.where(f["race"] == "black", "south", "north"))
    (found,) = undefined(frame, controls={"place": "where"})
    assert "give the group away" in found.claim


def test_tiny_groups_cannot_tell_and_groups_under_the_minimum_are_not_shown():
    tiny = rows(
        (7, {"race": "red", "kind": "car", "income": 1.0, "approved": 1}),
        (3, {"race": "blue", "kind": "car", "income": 1.0, "approved": 0}),
    )
    found = of(audited(pd.concat([people(), tiny], ignore_index=True)), "adjusted_disparity")
    assert [one.group for one in found] == ["race black", "race red"]
    assert "7 were approved and 0 refused; a model needs 5 of each" in found[1].claim
    assert "blue" not in str([one.to_dict() for one in found])


def test_the_column_compared_is_not_held_equal_and_alone_leaves_nothing():
    frame = people().assign(sex=lambda f: np.where(np.arange(len(f)) % 2 == 0, "f", "m"))
    roles = Roles(groups=["race", "sex"], decision="approved", favourable=1)
    report = audited(frame, roles, {"sex": "asked by the plan"})
    by = {one.claim.split(":")[0]: one for one in of(report, "adjusted_disparity")}
    assert "with sex held equal" in by["race black"].claim
    assert by["sex"].claim == (
        "sex: nothing can be compared with inputs held equal. sex is the only control named."
    )


@pytest.mark.parametrize("lost", ["race", "approved"])
def test_inputs_without_groups_or_decisions_cannot_tell(lost):
    (found,) = undefined(people(), inputs=people().drop(columns=lost))
    assert f"The table of inputs has no column {lost}" in found.claim


def test_controls_that_nobody_in_the_reference_has_cannot_tell():
    frame = people()
    frame.loc[frame["race"] == "white", "income"] = np.nan
    (found,) = undefined(frame)
    assert "whose controls are all known" in found.claim


def test_a_reference_of_a_few_with_known_controls_cannot_tell():
    frame = people()
    frame.loc[frame[frame["race"] == "white"].index[3:], "income"] = np.nan
    (found,) = undefined(frame)
    assert "has fewer than 5 people whose controls are all known" in found.claim


def test_people_left_out_and_other_tables_are_told():
    frame = people()
    inputs = frame.iloc[:1400].copy()
    inputs.loc[::10, "income"] = np.nan
    (found,) = of(audited(frame, inputs=inputs), "adjusted_disparity")
    said = " ".join(found.limits)
    assert "140 of 1,400 people are left out: 140 without a value of income." in said
    assert "The table of inputs holds 1,400 people, the counts 1,500." in said
    assert found.confidence == "moderate"


def test_no_number_of_people_under_the_minimum_is_told():
    frame = people()
    frame.loc[:2, "income"] = np.nan
    frame.loc[9:29, "kind"] = None
    (found,) = of(audited(frame), "adjusted_disparity")
    assert (
        "Some of 1,500 people are left out: fewer than 5 without a value of income, 21 without a "
        "value of kind."
    ) in found.limits


def test_weights_and_clusters_reach_the_model():
    rng = np.random.default_rng(1)
    frame = people().assign(w=lambda f: rng.lognormal(size=len(f)), branch=lambda f: f.index % 50)
    roles = Roles(groups=["race"], decision="approved", favourable=1, weight="w", cluster="branch")
    (found,) = of(audited(frame, roles), "adjusted_disparity")
    assert found.high - found.low > 0.05
    assert found.table["approved"].isna().all()
    assert "Rates are weighted by w" in " ".join(found.limits)


# What it needs.


def test_without_inputs_or_reasons_the_question_is_listed_with_letters():
    frame = people()
    tally = Tally.from_frame(frame, ROLES)
    for given in ({}, {"frame": frame}):
        report = run_audits(Evidence(tally=tally, **given), title="x", report_date=DAY)
        asked = {one["audit"]: one for one in report.not_asked}["adjusted_disparity"]
        assert asked["question"] == QUESTION
        assert "which inputs may be held equal, and the reason for each" in asked["needs"]
        assert "controls={column: reason}" in asked["how"]
        assert not of(report, "adjusted_disparity")


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        ({"income": " "}, r"Controls \['income'\] have no reason"),
        ({"income": 1}, "have no reason"),
        (["income"], "must name columns with the reason for each"),
        ({"salary": "means"}, r"Controls \['salary'\] are not in frame=. Columns: \['race'"),
        ({"approved": "why"}, "Control 'approved' is the decision; it cannot be held equal"),
    ],
)
def test_controls_of_the_evidence_need_a_reason_each(controls, said):
    frame = people(50)
    with pytest.raises(InputError, match=said):
        Evidence(tally=Tally.from_frame(frame, ROLES), frame=frame, controls=controls)


def test_controls_without_inputs_are_an_error():
    with pytest.raises(InputError, match="names columns of frame=, which is not given"):
        Evidence(tally=Tally.from_frame(people(50), ROLES), controls=WHY)


def test_a_control_of_too_many_values_stops_with_what_to_do():
    frame = people().assign(street=lambda f: [f"s{i}" for i in range(len(f))])
    with pytest.raises(InputError, match="Merge its values, or cut it into bands"):
        audited(frame, controls={"street": "where"})


def test_the_audit_is_asked_after_the_raw_gap():
    names = [one.name for one in all_audits()]
    assert names.index("disparity") < names.index("conditional_disparity")
    assert names.index("conditional_disparity") < names.index("adjusted_disparity")


def test_the_example_runs(tmp_path, monkeypatch, capsys):
    script = Path(__file__).parents[2] / "examples" / "raw_and_adjusted.py"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(script), "out"])
    runpy.run_path(str(script), run_name="__main__")
    said = capsys.readouterr().out
    assert "adjusted_ratio" in said
    assert "Open out/report.html" in said.replace("\\", "/")
    assert (tmp_path / "out" / "report.html").stat().st_size < 150_000
